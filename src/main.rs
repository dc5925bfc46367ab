//! The command line: a table of contents. Each command has a file in `commands`.

#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use gatepost::{
    commands::{CommandError, Done, check, decode, doctor, enrol, face, import, run, sync},
    data::DataDir,
};
use gatepost_system::{chain, messages, output};

/// Offline checkpoint scanner: reads a signed pass, gives a verdict, loses no passage.
#[derive(Parser)]
#[command(name = "gatepost", version)]
struct Cli {
    /// The device's directory.
    #[arg(long, global = true, value_name = "DIR", default_value_os_t = DataDir::default_path())]
    data: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Show the scanner (what happens without a command).
    Run(run::Arguments),
    /// Show on a second display what the person is to do, beside a running scanner.
    Face(face::Arguments),
    /// Judge pictures, without a window and without logging a passage.
    Check(check::Arguments),
    /// Print the contents of the codes in pictures, unverified.
    Decode(decode::Arguments),
    /// Install a bundle from a directory, such as a USB stick.
    Import(import::Arguments),
    /// Sync with the hub once: fetch the bundle, send passages.
    Sync(sync::Arguments),
    /// Enrol this device with an authority.
    Enrol(enrol::Arguments),
    /// Check that everything is in order.
    Doctor(doctor::Arguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    messages::start("gatepost");
    let data = cli.data.as_path();
    let done = match cli.command {
        None => run::run(data, run::Arguments::default()),
        Some(Command::Run(arguments)) => run::run(data, arguments),
        Some(Command::Face(arguments)) => face::run(data, &arguments),
        Some(Command::Check(arguments)) => check::run(data, &arguments),
        Some(Command::Decode(arguments)) => decode::run(&arguments),
        Some(Command::Import(arguments)) => import::run(data, &arguments),
        Some(Command::Sync(arguments)) => sync::run(data, &arguments),
        Some(Command::Enrol(arguments)) => enrol::run(data, &arguments),
        Some(Command::Doctor(arguments)) => doctor::run(data, &arguments),
    };
    let written = output::finish().map_err(CommandError::Output);
    match done.and_then(|done| Ok(written.map(|()| done)?)) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::WithFaults) => ExitCode::FAILURE,
        Err(error) => {
            log::error!("{}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn each_command_and_option_is_in_a_man_page_and_in_the_completions() {
        gatepost_manual::write(
            // Not the home of whoever runs this.
            Cli::command().mut_arg("data", |data| data.default_value("~/.local/share/gatepost")),
        )
        .unwrap();
    }
}
