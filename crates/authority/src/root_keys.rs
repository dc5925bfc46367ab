//! Root keys in files of their own: sealed by a passphrase, as `root new-key` makes them, or bare
//! in the home of a trial.

use std::{
    path::{Path, PathBuf},
    str,
};

use gatepost_pass::{KeyError, Signer};
use gatepost_system::{
    files::{self, FileError},
    random::{self, RandomError},
};
use zeroize::Zeroizing;

use crate::{
    age::{self, AgeError, Fresh, MAX_SEALED},
    passphrase::PassphraseError,
};

/// A root key's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RootKeyError {
    /// It cannot be read or made.
    #[error(transparent)]
    File(#[from] FileError),
    /// It cannot be sealed or opened.
    #[error("cannot open the root key {}", path.display())]
    Sealed {
        /// Path of the file.
        path: PathBuf,
        /// Why not.
        source: AgeError,
    },
    /// What it holds is no key.
    #[error("{} does not hold a root key", path.display())]
    Key {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyError,
    },
    /// It cannot be sealed without random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// It cannot be opened without its passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
}

/// Makes the file of a root key, sealed, readable by its owner only. Never replaces a file.
pub(crate) fn create(path: &Path, key: &Signer, passphrase: &str) -> Result<(), RootKeyError> {
    let fresh = Fresh {
        file_key: Zeroizing::new(random::bytes()?),
        salt: random::bytes()?,
        nonce: random::bytes()?,
    };
    let text = Zeroizing::new(key.to_file());
    let sealed = age::seal(passphrase, text.as_bytes(), &fresh).map_err(at(path))?;
    Ok(files::create_private(path, &sealed)?)
}

/// Opens the file of a root key; asks for the passphrase only where it is sealed.
pub(crate) fn open(
    path: &Path,
    passphrase: impl FnOnce() -> Result<Zeroizing<String>, PassphraseError>,
) -> Result<Signer, RootKeyError> {
    let bytes = Zeroizing::new(files::read(path, MAX_SEALED)?);
    let text = if age::is_sealed(&bytes) {
        age::open(&passphrase()?, &bytes).map_err(at(path))?
    } else {
        bytes
    };
    let key = str::from_utf8(&text).unwrap_or_default().parse();
    key.map_err(|source| RootKeyError::Key {
        path: path.to_owned(),
        source,
    })
}

fn at(path: &Path) -> impl FnOnce(AgeError) -> RootKeyError {
    let path = path.to_owned();
    move |source| RootKeyError::Sealed { path, source }
}
