//! `gatepost decode`: pictures to code contents, nothing else.

use std::{
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use clap::Args;
use serde::Serialize;

use super::{CommandError, Done, each_picture};
use crate::decode::{CodeContent, decode};

/// What `decode` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Pictures, or folders of them (PNG, JPEG, WebP).
    #[arg(required = true, value_name = "IMAGE|DIR")]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: String,
    codes: Vec<&'a CodeContent>,
    ms: f64,
}

/// Decodes each picture.
pub fn run(arguments: &Arguments) -> Result<Done, CommandError> {
    let mut out = std::io::stdout().lock();
    each_picture(&arguments.paths, |file, frame| {
        let began = Instant::now();
        let codes = decode(frame.view());
        let ms = round(began.elapsed().as_secs_f64() * 1000.0);
        if arguments.json {
            let codes = codes.iter().map(|code| &code.content).collect();
            serde_json::to_writer(&mut out, &Line { file, codes, ms }).map_err(io::Error::from)?;
            writeln!(out)?;
        } else if codes.is_empty() {
            writeln!(out, "{file}: no code")?;
        } else {
            for code in &codes {
                writeln!(out, "{file}: {}", describe(&code.content))?;
            }
        }
        Ok(())
    })
}

fn describe(content: &CodeContent) -> String {
    match content {
        // Control characters would move the terminal's cursor.
        CodeContent::Text(text) => text.escape_debug().to_string(),
        CodeContent::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("hex {hex}")
        }
    }
}

/// Milliseconds with two digits after the point.
pub(super) fn round(ms: f64) -> f64 {
    (ms * 100.0).round() / 100.0
}
