//! `gatepost-readers`: how well and how fast QR readers read, side by side in one run.
//!
//! Times are CPU times of one thread on whatever machine this is: read them as ratios of one run.

mod code;
mod curve;
mod density;
mod first_pass;
mod measure;
mod photos;
mod readers;
mod render;
mod scale;
mod streams;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Compares QR readers over photographs and synthetic pictures; tables go to standard output.
#[derive(Parser)]
#[command(name = "gatepost-readers")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Photos(photos::Arguments),
    FirstPass(first_pass::Arguments),
    Curve(curve::Arguments),
    Density(density::Arguments),
    Streams(streams::Arguments),
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error(
        "can't read {path}: {source}; the photographs lie outside the repository, name their folder in GATEPOST_VECTORS"
    )]
    Vectors {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {source}; is the picture whole?")]
    Picture {
        path: PathBuf,
        source: image::ImageError,
    },
    #[error("nothing to measure: no set or no reader is named like that")]
    Nothing,
    #[error("the unit of this table is zxing-cpp, which was left out of the build")]
    WithoutZxing,
    #[error(transparent)]
    Scene(#[from] gatepost_scene::SceneError),
    #[error("no QR code of that level holds {0} bytes")]
    TooLong(usize),
    #[error("can't write {path}: {source}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

impl From<gatepost_truth::Unreadable> for BenchError {
    fn from(unreadable: gatepost_truth::Unreadable) -> Self {
        Self::Vectors {
            path: unreadable.path,
            source: unreadable.source,
        }
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Photos(arguments) => photos::run(&arguments),
        Command::FirstPass(arguments) => first_pass::run(&arguments),
        Command::Curve(arguments) => curve::run(&arguments),
        Command::Density(arguments) => density::run(&arguments),
        Command::Streams(arguments) => streams::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatepost-readers: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The sets whose name begins with one of `names`, all without any.
fn photographs(names: &[String]) -> Result<Vec<gatepost_truth::Set>, BenchError> {
    let sets = gatepost_truth::sets(&gatepost_truth::folder(), names)?;
    if sets.is_empty() {
        return Err(BenchError::Nothing);
    }
    Ok(sets)
}
