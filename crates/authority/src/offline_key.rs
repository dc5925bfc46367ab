//! Keys that are kept on sticks of their own: opened where they are, under the number by which the
//! trust list lets them sign.

use std::path::Path;

use gatepost_pass::{KeyId, PublicKey, Signer, Timestamp};

use crate::{
    config::{ConfigFileError, KeyConfig, RecognitionConfig, RoleName},
    home::Home,
    passphrase::PassphraseArgs,
    root_keys::{self, RootKeyError},
    signing_keys::SigningKey,
};

/// A key that is kept offline cannot sign.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OfflineKeyError {
    /// No device would take what it signs.
    #[error("{name} key {key} is not valid at this time by trust.json: `key rotate {name}`")]
    NotListed {
        /// Its name.
        name: &'static str,
        /// Its public half.
        key: Box<PublicKey>,
    },
    /// Nobody said where it is.
    #[error("the {0} key is kept elsewhere: name it by --key")]
    Elsewhere(&'static str),
    /// Its file cannot be opened.
    #[error(transparent)]
    File(#[from] RootKeyError),
    /// The trust list cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigFileError),
}

/// Opens a key in the file that was named, or in the home of a trial.
pub(crate) fn open(
    home: &Home,
    name: SigningKey,
    path: Option<&Path>,
    passphrase: &PassphraseArgs,
    now: Timestamp,
) -> Result<Signer, OfflineKeyError> {
    let trials = home.key_path(name.name());
    let path = match path {
        Some(path) => path,
        None if trials.exists() => &trials,
        None => return Err(OfflineKeyError::Elsewhere(name.name())),
    };
    let signer = root_keys::open(path, || passphrase.existing(path))?;
    let public = signer.secret.public();
    match listed(home, name, &public, now)? {
        Some(key) => Ok(Signer { key, ..signer }),
        None => Err(OfflineKeyError::NotListed {
            name: name.name(),
            key: Box::new(public),
        }),
    }
}

/// The number of a key, where the trust list lets it sign now.
fn listed(
    home: &Home,
    name: SigningKey,
    key: &PublicKey,
    now: Timestamp,
) -> Result<Option<KeyId>, ConfigFileError> {
    let issuers = home.trust()?.issuers;
    let own = |recognition: &RecognitionConfig| matches!(recognition, RecognitionConfig::Own);
    let mut keys = issuers
        .iter()
        .filter(|issuer| own(&issuer.recognition))
        .flat_map(|issuer| &issuer.keys);
    let valid = |entry: &&KeyConfig| {
        let mut roles = name.roles().iter();
        let signs = roles.all(|kind| entry.roles.contains(&RoleName(*kind)));
        signs && entry.key == *key && (entry.from..entry.until).contains(&now)
    };
    Ok(keys.find(valid).map(|entry| entry.id))
}
