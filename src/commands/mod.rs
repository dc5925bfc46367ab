//! What the command line offers, one file a command.

pub mod check;
pub mod decode;
pub mod doctor;
pub mod enrol;
pub mod face;
pub mod import;
mod person;
pub mod run;
pub mod sync;

use std::{
    error::Error,
    io,
    path::{Path, PathBuf},
    time::Instant,
};

use gatepost_pass::visible::visible;
use gatepost_system::{chain, say};
use serde::Serialize;

use crate::{
    camera::{CameraError, Frame, load_picture, pictures_in},
    config::{Config, ProgramSettings},
    data::DataDir,
    program::UpdateOutcome,
};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// All of it was done.
    Well,
    /// Some of it failed, which was reported; the rest was done.
    WithFaults,
}

/// What a command finds wrong by itself. What others find reaches `main` as it is.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The authority has not answered yet.
    #[error(
        "the request is at the hub, and the authority has not answered yet: run this again later"
    )]
    NotAnswered,
    /// Standard input cannot be read.
    #[error("cannot read standard input")]
    Input(#[source] io::Error),
    /// The result is not whole on standard output.
    #[error("cannot write the result")]
    Output(#[source] io::Error),
    /// The name is too long for its field.
    #[error("the name is too long: at most 60 bytes without control characters")]
    Name,
    /// There is no bundle to judge with.
    #[error("there is no bundle on this device yet: `gatepost import DIR` or `gatepost sync`")]
    NoBundle,
}

/// Does something with every picture in these files and folders. A bad one is reported, and the
/// rest is done.
fn each_picture(
    paths: &[PathBuf],
    mut work: impl FnMut(String, &Frame) -> Result<(), Box<dyn Error>>,
) -> Result<Done, Box<dyn Error>> {
    let mut done = Done::Well;
    let mut complain = |error: CameraError| {
        log::error!("{}", chain(&error));
        done = Done::WithFaults;
    };
    for path in paths {
        match pictures_in(path) {
            Err(error) => complain(error),
            Ok(pictures) => {
                for picture in pictures {
                    match load_picture(&picture) {
                        Err(error) => complain(error),
                        // On one line, whatever it is called.
                        Ok(frame) => work(name_of(&picture), &frame)?,
                    }
                }
            }
        }
    }
    Ok(done)
}

fn name_of(picture: &Path) -> String {
    visible(&picture.to_string_lossy()).into_owned()
}

/// Prints a JSON object on a line of its own.
fn say_json(line: &impl Serialize) -> Result<(), Box<dyn Error>> {
    let json = serde_json::to_string(line);
    say!("{}", json.map_err(|why| CommandError::Output(why.into()))?);
    Ok(())
}

/// How the program is updated. Wrong settings hinder nothing else; the scanner shows them.
fn program_settings(data: &DataDir) -> Option<ProgramSettings> {
    let (config, fault) = Config::load_or_safe(&data.config());
    if let Some(fault) = fault {
        log::warn!("{}", chain(&fault));
    }
    config.program
}

/// Says what came of looking for a newer program.
fn say_program(outcome: UpdateOutcome) {
    match outcome {
        UpdateOutcome::NoRelease => {}
        UpdateOutcome::Running(version) => say!("program {version} runs already"),
        UpdateOutcome::Waits(version) => {
            say!("program {version} is in the other slot already: start the device anew");
        }
        UpdateOutcome::Tried(version) => {
            say!("program {version} was tried before and is not tried again");
        }
        UpdateOutcome::NoPictureYet(_) => {
            say!("no program is installed before the camera has given a picture in this start");
        }
        UpdateOutcome::Written(version) => {
            say!("program {version} is in the other slot: it runs from the next start on");
        }
    }
}

/// Milliseconds since `began`, with two digits after the point.
fn milliseconds(began: Instant) -> f64 {
    (began.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_one_line_whatever_it_is_called() {
        let name = name_of(Path::new("a\nb.png: admit (green)\u{202e}.png"));
        assert_eq!(name, "a[U+000A]b.png: admit (green)[U+202E].png");
    }
}
