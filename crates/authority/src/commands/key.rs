//! `key`: one of the authority's own keys gives way to a new one. The next `publish` takes the change to
//! the devices; nobody touches them.

use std::fs;

use clap::ValueEnum;
use gatepost_pass::{KeyId, SecretKey, Signer};

use crate::{
    Context,
    clock::DAY,
    commands::trace,
    config::{self, Issuer, Key, Role, Rule},
    error::{Error, at},
    files::{self, random},
    home::{Home, SigningKey},
};

/// The new key counts for so long, in seconds.
const KEY_LIFE: u64 = 730 * DAY;

/// What to do with a key.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Put a new key in a key's place; what the old one signed counts for a while longer.
    Rotate {
        /// Which key.
        key: Name,
        /// For so many days the old key still counts.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(0..=730))]
        overlap_days: u64,
    },
    /// Put a new tracing key in the policy: passages from then on are sealed to it.
    Tracing,
    /// Put a new key in the place of one that was stolen: nothing that the old one signed counts.
    Revoke {
        /// Which key.
        key: Name,
    },
}

/// A key by the name of its file.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Name {
    /// Signs passes, places, badges.
    Documents,
    /// Signs lists.
    Lists,
    /// Signs policies and manifests.
    Bundle,
    /// Signs receipts, at the hub.
    Hub,
    /// Signs device certificates.
    Devices,
}

impl Name {
    const fn key(self) -> SigningKey {
        match self {
            Self::Documents => SigningKey::Documents,
            Self::Lists => SigningKey::Lists,
            Self::Bundle => SigningKey::Bundle,
            Self::Hub => SigningKey::Hub,
            Self::Devices => SigningKey::Devices,
        }
    }

    /// What has to be done besides `publish`.
    const fn advice(self) -> &'static str {
        match self {
            Self::Documents => {
                "passes, places and badges that it signed end with it: issue them anew"
            }
            Self::Hub => "give the hub the new keys/hub.key",
            Self::Devices => "devices that it certified must be enrolled anew before it ends",
            Self::Lists | Self::Bundle => "nothing else is to be done",
        }
    }
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let name = match command {
        Command::Rotate { key, overlap_days } => {
            let until = context.now.plus(overlap_days * DAY);
            replace(&home, *key, context, |old| {
                old.until = old.until.min(until);
            })?;
            key
        }
        Command::Tracing => {
            let id = trace::rotate_key(&home)?;
            println!(
                "tracing key {id} is in the policy; `publish` to send it out. Keep tracing-{id}.key and those before it offline: without them their passages never open"
            );
            return Ok(());
        }
        Command::Revoke { key } => {
            replace(&home, *key, context, |_| {})?;
            // Only now that the new one is in its place, so that a crash leaves a key that counts.
            drop_others(&home, *key)?;
            key
        }
    };
    println!(
        "{} is a new key; `publish` to send it out. {}",
        name.key().name(),
        name.advice()
    );
    Ok(())
}

/// Makes a new key, lists it beside the old one, then swaps the files.
fn replace(
    home: &Home,
    name: Name,
    context: &Context,
    end: impl Fn(&mut Key),
) -> Result<(), Error> {
    let (key, mut trust) = (name.key(), home.trust()?);
    let old = home.signer(key)?;
    let own = own(home, &mut trust.issuers)?;
    let newest = own.keys.iter().map(|entry| entry.id.0).max();
    let number = newest.and_then(|newest| newest.checked_add(1));
    let id = KeyId(number.ok_or_else(|| no_number(home))?);
    let new = Signer {
        issuer: own.id,
        key: id,
        secret: SecretKey::from_seed(&random()?),
    };
    let is_old = |entry: &&mut Key| entry.key == old.secret.public();
    own.keys.iter_mut().filter(is_old).for_each(end);
    let (from, until) = (context.now.minus(DAY), context.now.plus(KEY_LIFE));
    own.keys.push(Key {
        id,
        key: new.secret.public(),
        roles: key.roles().iter().copied().map(Role).collect(),
        from,
        until,
    });
    // The issuer's entry must not end before its keys do.
    own.until = own.until.max(until);

    let new_path = home.key_path(&format!("{}-{}", key.name(), id.0));
    files::write_secret(&new_path, &new.to_file())?;
    config::save(&home.trust_path(), &trust)?;
    let path = home.key_path(key.name());
    let old_path = home.key_path(&format!("{}-{}", key.name(), old.key.0));
    if !old_path.exists() {
        fs::hard_link(&path, &old_path).map_err(at("create", &old_path))?;
    }
    fs::rename(&new_path, &path).map_err(at("write", &path))?;
    files::sync_dir(&home.keys_dir())
}

/// Takes every other key of the same roles off the trust list.
fn drop_others(home: &Home, name: Name) -> Result<(), Error> {
    let (key, mut trust) = (name.key(), home.trust()?);
    let (now, own) = (home.signer(key)?, own(home, &mut trust.issuers)?);
    let same = |entry: &Key| {
        let roles = &entry.roles;
        key.roles().iter().any(|kind| roles.contains(&Role(*kind)))
    };
    own.keys
        .retain(|entry| !same(entry) || entry.key == now.secret.public());
    config::save(&home.trust_path(), &trust)
}

fn own<'a>(home: &Home, issuers: &'a mut [Issuer]) -> Result<&'a mut Issuer, Error> {
    let mut own = issuers
        .iter_mut()
        .filter(|issuer| matches!(issuer.recognition, Rule::Own));
    own.next().ok_or_else(|| Error::Values {
        path: home.trust_path(),
        why: "it names no own authority",
    })
}

fn no_number(home: &Home) -> Error {
    Error::Values {
        path: home.trust_path(),
        why: "no key number is left",
    }
}
