//! `gatepost-readers`: how well and how fast QR readers read, side by side in one run; also with
//! all that follows at a gate, until the passage is on the disk.
//!
//! Times are CPU times of one thread on whatever machine this is: read them as ratios of one run.

mod curve;
mod density;
mod durable;
mod error;
mod first_pass;
mod judge_and_log;
mod people;
mod photos;
mod readers;
mod sample_code;
mod scanner;
mod shrink;
mod streams;
mod table;
mod tilted_sheet;
mod trials;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

// Where the scanner's files look for each other.
use scanner::{clock, readable_time, store};

/// Compares QR readers over photographs, synthetic pictures and a synthetic gate; tables go to
/// standard output.
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
    Durable(durable::Args),
    People(people::Args),
}

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Photos(args) => photos::run(&args),
        Command::FirstPass(args) => first_pass::run(&args),
        Command::Curve(args) => curve::run(&args),
        Command::Density(args) => density::run(&args),
        Command::Streams(args) => streams::run(&args),
        Command::Durable(args) => durable::run(&args),
        Command::People(args) => people::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatepost-readers: {}", gatepost_system::chain(&error));
            ExitCode::FAILURE
        }
    }
}
