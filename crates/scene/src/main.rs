//! `gatepost-scene`: camera pictures of code texts, for the demo and for looking at.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(&cli::Args::parse()) {
        Ok(written) => {
            gatepost_system::say!("{written} pictures written");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("gatepost-scene: {}", gatepost_system::chain(&error));
            ExitCode::FAILURE
        }
    }
}
