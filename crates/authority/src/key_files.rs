//! Files that hold keys: signing keys, secrets in hexadecimal digits, and public keys for other
//! regions.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use gatepost_pass::{
    IssuerId, KeyError, KeyId, PublicKey, Signer, ValueError, envelope::MAX_FILE, parse_hex,
};
use gatepost_system::{
    files::{self, FileError},
    stick,
};
use zeroize::Zeroizing;

use crate::online_key::{OnlineKey, TokenKey};

/// First line of a public key's file, with the version of its format.
const PUBLIC_TITLE: &str = "gatepost public key 1";

/// A key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It does not hold a signing key.
    #[error("{} is not a usable signing key", path.display())]
    SigningKey {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyError,
    },
    /// It does not hold a public key.
    #[error("{} does not hold a public key", .0.display())]
    Public(PathBuf),
    /// It holds another issuer's.
    #[error("{} holds a key of {found}, not of {expected}", path.display())]
    OtherIssuer {
        /// Path of the file.
        path: PathBuf,
        /// Whose it is.
        found: IssuerId,
        /// Whose it should be.
        expected: IssuerId,
    },
    /// It does not say where in a token a key is.
    #[error("{} does not say where in a token its key is", .0.display())]
    TokenKey(PathBuf),
    /// It does not hold a secret in hexadecimal digits.
    #[error("{} is not a usable secret", path.display())]
    Secret {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: ValueError,
    },
}

/// Reads a signing key, or where in a token it is.
pub(crate) fn read_online(path: &Path) -> Result<OnlineKey, KeyFileError> {
    let text = Zeroizing::new(files::read_text(path, MAX_FILE)?);
    if TokenKey::is_file(&text) {
        let key = TokenKey::parse(&text);
        let key = key.ok_or_else(|| KeyFileError::TokenKey(path.to_owned()))?;
        return Ok(OnlineKey::Token(key));
    }
    parse_signer(path, &text).map(OnlineKey::File)
}

/// Reads a signing key that the file itself holds.
pub(crate) fn read_signer(path: &Path) -> Result<Signer, KeyFileError> {
    parse_signer(path, &Zeroizing::new(files::read_text(path, MAX_FILE)?))
}

fn parse_signer(path: &Path, text: &str) -> Result<Signer, KeyFileError> {
    text.parse().map_err(|source| KeyFileError::SigningKey {
        path: path.to_owned(),
        source,
    })
}

/// Reads a secret of 32 bytes in hexadecimal digits.
pub(crate) fn read_secret(path: &Path) -> Result<[u8; 32], KeyFileError> {
    let text = files::read_text(path, MAX_FILE)?;
    parse_hex(text.trim_end()).map_err(|source| KeyFileError::Secret {
        path: path.to_owned(),
        source,
    })
}

/// Writes a secret in hexadecimal digits, readable by its owner only. Never replaces a file.
pub(crate) fn create_secret(path: &Path, secret: &[u8; 32]) -> Result<(), FileError> {
    files::create_private(path, format!("{}\n", HEXLOWER.encode(secret)).as_bytes())
}

/// Reads the public half of a key that this authority has elsewhere.
pub(crate) fn read_public(path: &Path, issuer: IssuerId) -> Result<PublicKeyFile, KeyFileError> {
    let text = stick::read_text(path, MAX_FILE)?;
    let file = PublicKeyFile::parse(&text).ok_or_else(|| KeyFileError::Public(path.to_owned()))?;
    if file.issuer != issuer {
        return Err(KeyFileError::OtherIssuer {
            path: path.to_owned(),
            found: file.issuer,
            expected: issuer,
        });
    }
    Ok(file)
}

/// A public key of an issuer, as one region sends it to another.
///
/// Its file has four lines: a title with the version, the issuer, the key's number, and the key in
/// hexadecimal digits.
pub(crate) struct PublicKeyFile {
    pub(crate) issuer: IssuerId,
    pub(crate) id: KeyId,
    pub(crate) key: PublicKey,
}

impl PublicKeyFile {
    /// The text of its file, without the last line end.
    pub(crate) fn to_text(&self) -> String {
        let Self { issuer, id, key } = self;
        format!(
            "{PUBLIC_TITLE}\nissuer {issuer}\nkey {}\npublic {key}",
            id.0
        )
    }

    /// Reads the text of a file; none when it is something else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        lines.next().filter(|line| *line == PUBLIC_TITLE)?;
        let mut field = |name| lines.next()?.strip_prefix(name);
        Some(Self {
            issuer: field("issuer ")?.parse().ok()?,
            id: KeyId(field("key ")?.parse().ok()?),
            key: PublicKey::from_bytes(&parse_hex(field("public ")?).ok()?).ok()?,
        })
    }
}
