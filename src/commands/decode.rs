//! `gatepost decode`: pictures to code contents, nothing else.

use std::{io::Write, path::PathBuf, time::Instant};

use clap::Args;
use serde::Serialize;

use super::{CommandError, Done, complain};
use crate::{
    camera::{load_picture, pictures_in},
    decode::{CodeContent, DecodedCode, Effort, decode},
};

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

/// Decodes each picture. A bad one is said on standard error, and the rest is done.
pub fn run(arguments: &Arguments) -> Result<Done, CommandError> {
    let mut done = Done::Well;
    let mut out = std::io::stdout().lock();
    for path in &arguments.paths {
        let pictures = match pictures_in(path) {
            Ok(pictures) => pictures,
            Err(error) => {
                complain(&error);
                done = Done::WithFaults;
                continue;
            }
        };
        for picture in pictures {
            let frame = match load_picture(&picture) {
                Ok(frame) => frame,
                Err(error) => {
                    complain(&error);
                    done = Done::WithFaults;
                    continue;
                }
            };
            let began = Instant::now();
            let codes: Vec<DecodedCode> = decode(frame.view(), Effort::Still);
            let ms = began.elapsed().as_secs_f64() * 1000.0;
            let file = picture.display().to_string();
            if arguments.json {
                let codes = codes.iter().map(|code| &code.content).collect();
                let line = Line {
                    file,
                    codes,
                    ms: round(ms),
                };
                serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from)?;
                writeln!(out)?;
            } else if codes.is_empty() {
                writeln!(out, "{file}: no code")?;
            } else {
                for code in &codes {
                    writeln!(out, "{file}: {}", describe(&code.content))?;
                }
            }
        }
    }
    Ok(done)
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
