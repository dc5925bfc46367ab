//! `gatepost-readers`: how well and how fast QR readers read, side by side in one run.
//!
//! Times are CPU times of one thread on whatever machine this is: read them as ratios of one run.

mod curve;
mod density;
mod error;
mod first_pass;
mod photos;
mod readers;
mod sample_code;
mod shrink;
mod streams;
mod table;
mod tilted_sheet;
mod trials;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Compares QR readers over photographs and synthetic pictures; tables go to standard output.
#[derive(Parser)]
#[command(name = "gatepost-readers")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Photos(photos::Args),
    FirstPass(first_pass::Args),
    Curve(curve::Args),
    Density(density::Args),
    Streams(streams::Args),
}

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Photos(args) => photos::run(&args),
        Command::FirstPass(args) => first_pass::run(&args),
        Command::Curve(args) => curve::run(&args),
        Command::Density(args) => density::run(&args),
        Command::Streams(args) => streams::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatepost-readers: {}", gatepost_system::chain(&error));
            ExitCode::FAILURE
        }
    }
}
