//! The passphrase of a sealed key: asked for on the terminal, or read from a file.

use std::path::{Path, PathBuf};

use gatepost_system::{
    files::{self, FileError},
    terminal::{self, TerminalError},
};
use zeroize::Zeroizing;

/// Shortest passphrase of a new key, in characters. Whoever steals the file can try half a second
/// on each.
const SHORTEST: usize = 12;
/// Largest file of a passphrase, in bytes.
const LARGEST_FILE: usize = 1024;

/// Where a passphrase comes from.
#[derive(clap::Args)]
pub(crate) struct PassphraseArgs {
    /// File whose first line is the passphrase, instead of asking for it on the terminal.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// There is no passphrase that can be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PassphraseError {
    /// Too easy to try out.
    #[error("a passphrase has at least {SHORTEST} characters: take six words or more")]
    Short,
    /// The second one was another.
    #[error("the two passphrases differ")]
    Differ,
    /// Its file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nobody can be asked.
    #[error("the passphrase cannot be asked for: name a --passphrase-file")]
    Terminal(#[from] TerminalError),
}

impl PassphraseArgs {
    /// The passphrase of a key that is to be made.
    pub(crate) fn new_one(&self, key: &Path) -> Result<Zeroizing<String>, PassphraseError> {
        let passphrase = self.of(&format!("new passphrase for {}", key.display()))?;
        if passphrase.chars().count() < SHORTEST {
            return Err(PassphraseError::Short);
        }
        if self.passphrase_file.is_none() && self.of("again")? != passphrase {
            return Err(PassphraseError::Differ);
        }
        Ok(passphrase)
    }

    /// The passphrase of a key that is there.
    pub(crate) fn existing(&self, key: &Path) -> Result<Zeroizing<String>, PassphraseError> {
        self.of(&format!(
            "to sign this: the passphrase of {}",
            key.display()
        ))
    }

    fn of(&self, question: &str) -> Result<Zeroizing<String>, PassphraseError> {
        let Some(path) = &self.passphrase_file else {
            return Ok(Zeroizing::new(terminal::ask_secret(question)?));
        };
        let text = Zeroizing::new(files::read_text(path, LARGEST_FILE)?);
        let line = text.lines().next().unwrap_or_default();
        Ok(Zeroizing::new(line.to_owned()))
    }
}
