//! The command line: stills by default, sequences by a subcommand.

mod error;
mod files;
mod sequence;
mod stills;

use clap::{Parser, Subcommand};

use error::RunError;

/// Draws camera pictures of the codes whose texts lie in a directory.
#[derive(Parser)]
#[command(
    name = "gatepost-scene",
    version,
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    stills: Option<stills::Args>,
}

#[derive(Subcommand)]
enum Command {
    /// Draws what a camera sees over time of one code, at 30 frames a second
    Sequence(sequence::Args),
}

/// Gives the number of pictures written.
pub(crate) fn run(args: &Args) -> Result<usize, RunError> {
    match (&args.command, &args.stills) {
        (Some(Command::Sequence(args)), _) => sequence::run(args),
        (None, Some(args)) => stills::run(args),
        (None, None) => Err(RunError::Nothing),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_one_that_clap_accepts() {
        super::Args::command().debug_assert();
    }

    #[test]
    fn an_error_is_reported_down_to_the_words_of_the_operating_system() {
        let args = ["gatepost-scene", "--codes", "/nowhere", "--out", "/nowhere"];
        let error =
            super::run(&super::Args::parse_from(args)).map_err(|e| gatepost_system::chain(&e));
        let expected = "cannot list the codes in /nowhere; give --codes a directory you may read: \
                        No such file or directory (os error 2)";
        assert_eq!(error, Err(expected.to_owned()));
    }
}
