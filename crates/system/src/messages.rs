//! Messages of a running program on standard error, with levels (`log`'s macros).
//!
//! At a terminal: `gatepost: warning: the clock jumped by 3600 s`. Under systemd the level goes in
//! front as `<4>`, which the journal keeps apart from the text (sd-daemon(3)).

use std::{env, fmt, io, io::Write as _};

use log::{Level, LevelFilter};

use crate::output::legible;

/// Where every target of this house begins.
const OURS: &str = "gatepost";

/// Shows the messages of `program` from now on: `info` and worse, or what `GATEPOST_LOG` asks for
/// (`warn`, `debug`, `trace`). Warnings and errors are always shown. Of other crates only they are:
/// what those print beyond may hold names. Only the first call counts.
pub fn start(program: &'static str) {
    let asked = env::var("GATEPOST_LOG").ok();
    let asked = asked.and_then(|level| level.parse::<LevelFilter>().ok());
    let level = asked.unwrap_or(LevelFilter::Info).max(LevelFilter::Warn);
    let journal = goes_to_journal();
    let _ = env_logger::Builder::new()
        .filter_level(LevelFilter::Warn)
        .filter_module(OURS, level)
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
            let text = message(*record.args());
            writeln!(out, "{prefix}{program}: {word}{text}")
        })
        .try_init();
}

/// The text of a message, in which nothing can pass for a message of its own: all that cannot be
/// seen is written by its number, and a further line is indented.
fn message(text: fmt::Arguments<'_>) -> String {
    legible(text).replace('\n', "\n  ")
}

/// Whether standard error is the journal's. systemd names its device and inode (systemd.exec(5));
/// programs started from a service's shell inherit the variable, but not always the stream.
fn goes_to_journal() -> bool {
    let named = env::var("JOURNAL_STREAM").ok();
    let stream = rustix::fs::fstat(io::stderr()).ok();
    match (named, stream) {
        (Some(named), Some(stream)) => named == format!("{}:{}", stream.st_dev, stream.st_ino),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_quotes_a_file_name_looks_like_no_other_message() {
        let name = "stick\n<3>gatepost: error: call 12345\u{1b}[2J";
        assert_eq!(
            message(format_args!("cannot read {name}")),
            "cannot read stick\n  <3>gatepost: error: call 12345[U+001B][2J"
        );
    }
}
