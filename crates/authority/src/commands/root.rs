//! `root`: the next root, signed by the thresholds of the one before and of itself.

use gatepost_pass::{
    KeyId, Kind, SecretKey, Signer,
    trust::{RootClaims, sign_with_roots},
};

use crate::{
    Context,
    error::Error,
    files::{self, random},
};

/// What to do with the roots.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Put a new root key in the place of one that was lost or stolen.
    Rotate {
        /// Public half of the key that goes, in hexadecimal digits (`inspect keys/root-1.key`).
        #[arg(long, value_name = "HEX", value_parser = crate::args::public_key)]
        drop: gatepost_pass::PublicKey,
    },
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Error> {
    let Command::Rotate { drop } = command;
    let home = context.home()?;
    let _lock = home.lock()?;
    let root = home.roots()?.newest;
    let mut keys = root.keys().to_vec();
    let place = keys.iter_mut().find(|key| *key == drop);
    let place = place.ok_or(Error::NoRootKey(root.version()))?;
    let new = SecretKey::from_seed(&random()?);
    *place = new.public();
    let claims = RootClaims {
        version: root.version().saturating_add(1),
        threshold: root.threshold(),
        keys: keys
            .try_into()
            .map_err(|_| Error::NoRootKey(root.version()))?,
    };
    // The key that goes may sign its own farewell; the rest alone are enough where they reach both
    // thresholds.
    let mut secrets = home.root_keys(&root)?;
    secrets.push(new.clone());
    let bytes = sign_with_roots(Kind::Root, &claims, &secrets.iter().collect::<Vec<_>>());
    root.advance(&bytes)?;

    // `init` made one key for each place; every root since brought one more.
    let name = format!(
        "root-{}",
        root.keys().len() as u64 + u64::from(root.version())
    );
    let signer = Signer {
        issuer: home.signer(crate::home::SigningKey::Bundle)?.issuer,
        key: KeyId(0),
        secret: new,
    };
    files::write_secret(&home.key_path(&name), &signer.to_file())?;
    files::write(&home.root_path(claims.version), &bytes)?;
    println!(
        "root {} with the new key {name}; `publish` to send it out",
        claims.version
    );
    Ok(())
}
