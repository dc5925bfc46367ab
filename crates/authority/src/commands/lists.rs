//! `lists`: what a bundle's lists are worth, and lists that come from other regions.

use super::{lists_import as import, lists_verify as verify};
use crate::{Context, error::Error};

/// What to do with lists.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Check every list and delta of a bundle, and that the deltas lead to the lists.
    Verify(verify::Args),
    /// Take in lists and deltas of other regions.
    Import(import::Args),
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Error> {
    match command {
        Command::Verify(args) => verify::run(args, context),
        Command::Import(args) => import::run(args, context),
    }
}
