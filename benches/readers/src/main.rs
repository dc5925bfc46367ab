//! `gatepost-readers`: how well and how fast QR readers read, side by side in one run.
//!
//! Times are CPU times of one thread on whatever machine this is: read them as ratios of one run.

mod measure;
mod photos;
mod readers;
mod scale;
mod table;
mod truth;

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
    #[error("can't write {path}: {source}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Photos(arguments) => photos::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatepost-readers: {error}");
            ExitCode::FAILURE
        }
    }
}
