//! `lists`: checks the lists of a bundle, and imports lists of other regions.

use std::error::Error;

use super::{lists_import as import, lists_verify as verify};
use crate::context::Context;

/// What to do with lists.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Check every list and delta of a bundle, and that the deltas lead to the lists.
    Verify(verify::Args),
    /// Import lists and deltas of other regions.
    Import(import::Args),
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Verify(args) => verify::run(args, context),
        Command::Import(args) => import::run(args, context),
    }
}
