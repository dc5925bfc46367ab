//! `root sign`: what a proposal changes, in words, and then one root key's signatures on it.

use std::{error::Error, path::PathBuf};

use gatepost_pass::trust::{MAX_PROPOSAL, Proposal, ProposalError};
use gatepost_system::{
    files::{self, Access},
    say, stick,
};

use crate::{passphrase::PassphraseArgs, proposal_words, root_keys};

/// Arguments of `root sign`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// File of the proposal.
    proposal: PathBuf,
    /// File of the root key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// File for the part that this key signs.
    #[arg(long, value_name = "PART")]
    out: PathBuf,
    /// Digest that the proposal must have, or the front of it: what the authority told you by
    /// another way.
    #[arg(long, value_name = "HEX")]
    digest: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Nothing was signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProposalFileError {
    /// The file holds no proposal.
    #[error("{} is not a proposal that can be signed", path.display())]
    Proposal {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: ProposalError,
    },
    /// Another proposal than the one that was spoken of.
    #[error("nothing was signed: the proposal's digest does not begin with {0}")]
    Digest(String),
}

pub(super) fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let proposal = read(&args.proposal)?;
    for line in proposal_words::describe(&proposal) {
        say!("{line}");
    }
    if let Some(digest) = &args.digest {
        let expected = digest.to_ascii_lowercase();
        let starts = proposal.digest().to_string().starts_with(&expected);
        if expected.len() < 8 || !starts {
            return Err(ProposalFileError::Digest(digest.clone()).into());
        }
    }
    let key = root_keys::open(&args.key, || args.passphrase.existing(&args.key))?;
    let part = proposal.sign(&key.secret)?;
    files::replace(&args.out, Access::Shared, part.to_string().as_bytes())?;
    say!(
        "signed; take {} back to the authority, for `root join`",
        args.out.display()
    );
    Ok(())
}

/// Reads a proposal's file.
pub(super) fn read(path: &std::path::Path) -> Result<Proposal, Box<dyn Error>> {
    let bytes = stick::read(path, MAX_PROPOSAL)?;
    let proposal = Proposal::parse(&bytes);
    Ok(proposal.map_err(|source| ProposalFileError::Proposal {
        path: path.to_owned(),
        source,
    })?)
}
