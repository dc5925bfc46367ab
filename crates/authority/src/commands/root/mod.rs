//! `root`: root keys, each made on a machine of its own, and what they sign: a proposal goes to
//! each of them, a part comes back, and the parts are joined.

mod join;
mod new_key;
mod rotate;
mod sign;

use std::error::Error;

use crate::context::Context;

/// What to do with root keys, and what they sign.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a root key, sealed by a passphrase, on the stick or machine where it stays.
    NewKey(new_key::Args),
    /// Sign a proposal with one root key; says in words what is signed.
    Sign(sign::Args),
    /// Put the parts that root keys signed together, and the result into force.
    Join(join::Args),
    /// Propose the next root: a lost or stolen key goes, another comes.
    Rotate(rotate::Args),
}

impl Command {
    /// Whether it works on an authority's home: root keys are made and sign elsewhere.
    pub(crate) const fn needs_home(&self) -> bool {
        match self {
            Self::NewKey(_) | Self::Sign(_) => false,
            Self::Join(_) | Self::Rotate(_) => true,
        }
    }
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    match command {
        Command::NewKey(args) => new_key::run(args),
        Command::Sign(args) => sign::run(args),
        Command::Join(args) => join::run(args, context),
        Command::Rotate(args) => rotate::run(args, context),
    }
}
