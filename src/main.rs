//! The command line: a table of contents. Each command has a file in `commands`.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use gatepost::{
    commands::{self, check, decode, doctor, enrol, import, run, sync},
    data::DataDir,
};

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
    /// Judge pictures without a window or a passage.
    Check(check::Arguments),
    /// Say what the codes in pictures hold, nothing else.
    Decode(decode::Arguments),
    /// Take in a bundle from a directory, such as a USB stick.
    Import(import::Arguments),
    /// Exchange with the hub once: fetch the bundle, send passages.
    Sync(sync::Arguments),
    /// Make this device known to an authority.
    Enrol(enrol::Arguments),
    /// Look whether everything is in order.
    Doctor(doctor::Arguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let data = cli.data.as_path();
    let done = match cli.command {
        None => run::run(data, run::Arguments::default()),
        Some(Command::Run(arguments)) => run::run(data, arguments),
        Some(Command::Check(arguments)) => check::run(data, &arguments),
        Some(Command::Decode(arguments)) => decode::run(&arguments),
        Some(Command::Import(arguments)) => import::run(data, &arguments),
        Some(Command::Sync(arguments)) => sync::run(data, &arguments),
        Some(Command::Enrol(arguments)) => enrol::run(data, &arguments),
        Some(Command::Doctor(arguments)) => doctor::run(data, &arguments),
    };
    match done {
        Ok(commands::Done::Well) => ExitCode::SUCCESS,
        Ok(commands::Done::WithFaults) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("gatepost: {error}");
            ExitCode::FAILURE
        }
    }
}
