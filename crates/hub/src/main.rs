//! `gatepost-hub`: the command line. A table of contents: each command has a file in `commands/`.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use gatepost_system::{chain, messages, output};

use commands::{CliError, passages, password, revocations, serve, tls};

/// Takes sealed passages from checkpoints and gives them the authority's signed bundle.
#[derive(Parser)]
#[command(name = "gatepost-hub", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve devices, until SIGTERM or SIGINT: over HTTPS with --tls-cert, otherwise over HTTP, for
    /// a reverse proxy in front that terminates TLS.
    Serve(Box<serve::Args>),
    /// List what arrived, as far as it is not sealed; or export the batches as their devices signed
    /// them, for `gatepost-authority trace`.
    Passages(passages::Args),
    /// List the devices that operators asked the authority to revoke, one JSON object a line.
    Revocations(revocations::Args),
    /// Read a password from standard input and print its hash, for a line NAME:HASH of the
    /// operators' file.
    Password,
    /// Make a self-signed certificate for --tls-cert and print its pin. An existing key is used
    /// again, so that the pin stays and devices notice nothing.
    TlsNew(tls::NewArgs),
    /// Print the pin of a certificate, for `gatepost-authority enrol --hub-pin`.
    TlsPin(tls::PinArgs),
}

fn main() -> ExitCode {
    messages::start("gatepost-hub");
    let done = run(Cli::parse().command);
    match done.and_then(|()| output::finish().map_err(CliError::Output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            log::error!("{}", chain(&why));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), CliError> {
    match command {
        Command::Serve(args) => args.run(),
        Command::Passages(args) => args.run(),
        Command::Revocations(args) => args.run(),
        Command::Password => password::run(),
        Command::TlsNew(args) => args.run(),
        Command::TlsPin(args) => args.run(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn each_command_and_option_is_in_a_man_page_and_in_the_completions() {
        gatepost_manual::write(Cli::command()).unwrap();
    }
}
