//! Messages of a running program on standard error, with levels (`log`'s macros).
//!
//! At a terminal: `gatepost: warning: the clock jumped by 3600 s`. Under systemd the level goes in
//! front as `<4>`, which the journal keeps apart from the text (sd-daemon(3)).

use std::{env, io::Write as _};

use log::{Level, LevelFilter};

/// Shows the messages of `program` from now on: `info` and worse, or what `GATEPOST_LOG` asks for
/// (as `debug`). Only the first call counts.
pub fn start(program: &'static str) {
    let journal = env::var_os("JOURNAL_STREAM").is_some();
    let _ = env_logger::Builder::new()
        .filter_level(LevelFilter::Info)
        .parse_env("GATEPOST_LOG")
        .format(move |out, record| {
            let (prefix, word) = match (record.level(), journal) {
                (Level::Error, true) => ("<3>", ""),
                (Level::Warn, true) => ("<4>", ""),
                (Level::Info, true) => ("<6>", ""),
                (Level::Debug | Level::Trace, true) => ("<7>", ""),
                (Level::Error, false) => ("", "error: "),
                (Level::Warn, false) => ("", "warning: "),
                (Level::Info, false) => ("", ""),
                (Level::Debug | Level::Trace, false) => ("", "debug: "),
            };
            writeln!(out, "{prefix}{program}: {word}{}", record.args())
        })
        .try_init();
}
