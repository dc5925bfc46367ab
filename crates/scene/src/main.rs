//! `gatepost-scene`: camera pictures of code texts, for the demo and for looking at.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(&cli::Arguments::parse()) {
        Ok(written) => {
            println!("{written} pictures written");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("gatepost-scene: {error}");
            ExitCode::FAILURE
        }
    }
}
