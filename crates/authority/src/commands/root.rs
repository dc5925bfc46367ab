//! `root`: the next root, signed by the thresholds of the one before and of itself.

use std::error::Error;

use gatepost_pass::{
    KeyId, Kind, PublicKey, SecretKey, Signer, TrustError,
    trust::{RootClaims, sign_with_roots},
};
use gatepost_system::files::{self, Access};
use gatepost_system::random;
use gatepost_system::say;

use crate::{args, context::Context, durations::ROOT_LIFE, signing_keys::SigningKey};

/// What to do with the roots.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Replace a root key that was lost or stolen by a new one.
    Rotate {
        /// Public half of the key to replace, in hexadecimal digits (`inspect keys/root-1.key`).
        #[arg(long, value_name = "HEX", value_parser = args::public_key)]
        drop: PublicKey,
    },
}

/// The next root cannot be made.
#[derive(Debug, thiserror::Error)]
enum NextRootError {
    /// The key to replace is not a root key.
    #[error("root {0} has no such key: `inspect` the files in keys/ to see them")]
    NoSuchKey(u32),
    /// The keys that are in the home do not suffice.
    #[error("the keys in keys/ cannot sign the next root, put more back")]
    NotSigned(#[from] TrustError),
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    let Command::Rotate { drop } = command;
    let home = context.home()?;
    let _lock = home.lock()?;
    let root = home.roots()?.newest;
    let no_such_key = || NextRootError::NoSuchKey(root.version());
    let mut keys = root.keys().to_vec();
    let dropped = keys.iter_mut().find(|key| *key == drop);
    let dropped = dropped.ok_or_else(no_such_key)?;
    let new = SecretKey::from_seed(&random::bytes()?);
    *dropped = new.public();
    let claims = RootClaims {
        version: root.version().saturating_add(1),
        threshold: root.threshold(),
        keys: keys.try_into().map_err(|_| no_such_key())?,
        expires: context.now.plus(ROOT_LIFE),
    };
    // The key to replace may sign too, if it is still here; otherwise the others must reach both
    // thresholds.
    let mut secrets = home.root_keys(&root)?;
    secrets.push(new.clone());
    let bytes = sign_with_roots(Kind::Root, &claims, &secrets.iter().collect::<Vec<_>>());
    root.advance(&bytes).map_err(NextRootError::NotSigned)?;

    // `init` made one key per place; every root since brought one more.
    let name = format!(
        "root-{}",
        root.keys().len() as u64 + u64::from(root.version())
    );
    let signer = Signer {
        issuer: home.signer(SigningKey::Freshness)?.issuer,
        key: KeyId(0),
        secret: new,
    };
    files::create_private(&home.key_path(&name), signer.to_file().as_bytes())?;
    files::replace(&home.root_path(claims.version), Access::Shared, &bytes)?;
    say!(
        "root {} has the new key {name}; `publish` to send it out",
        claims.version
    );
    Ok(())
}
