//! `key`: replaces one of the authority's own keys. The next `publish` tells the devices; nobody
//! has to touch them.

use std::{error::Error, fs};

use gatepost_pass::{KeyId, SecretKey, Signer, policy::TracingKey};
use gatepost_protocol::seal::tracing_key;
use gatepost_system::files::{self, Action, FileError};
use gatepost_system::random;
use gatepost_system::say;

use crate::{
    commands::revoke_device,
    config::{self, ConfigFileError, IssuerConfig, KeyConfig, RecognitionConfig, RoleName},
    context::Context,
    durations::DAY,
    home::Home,
    key_files,
    signing_keys::SigningKey,
};

/// What to do with a key.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Replace a key by a new one; what the old one signed stays valid for a while.
    Rotate {
        /// Key to replace.
        key: SigningKey,
        /// Number of days for which the old key is still valid; otherwise 30, or as long as the
        /// codes and certificates that it signed may last.
        #[arg(long, value_parser = clap::value_parser!(u64).range(0..=730))]
        overlap_days: Option<u64>,
    },
    /// Put a new tracing key in the policy: passages from then on are sealed to it.
    Tracing,
    /// Replace a stolen key by a new one; nothing that the old one signed is valid any more.
    Revoke {
        /// Key to replace.
        key: SigningKey,
    },
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let key = match command {
        Command::Rotate { key, overlap_days } => {
            let overlap = overlap_days.map_or(key.overlap(), |days| days * DAY);
            let until = context.now.plus(overlap);
            replace(&home, *key, context, |old| {
                old.until = old.until.min(until);
            })?;
            *key
        }
        Command::Tracing => {
            let id = replace_tracing_key(&home)?;
            say!(
                "tracing key {id} is in policy and floors; `publish` with the root keys to send it out. \
                 Keep tracing-{id}.key and those before it offline: their passages can never be \
                 opened without them"
            );
            return Ok(());
        }
        Command::Revoke { key } => {
            replace(&home, *key, context, |_| {})?;
            // Only now that the new key is in place, so that a crash leaves a key that is valid.
            drop_others(&home, *key)?;
            if *key == SigningKey::Wipe {
                let again = revoke_device::sign_again(&home, context.now)?;
                say!("{again} orders to wipe are signed by the new key");
            }
            *key
        }
    };
    say!(
        "{} is a new key; `publish` to send it out. {}",
        key.name(),
        advice(key)
    );
    Ok(())
}

/// What has to be done besides `publish` when a key is replaced.
const fn advice(key: SigningKey) -> &'static str {
    match key {
        SigningKey::Documents => {
            "Passes, places and badges that the old key signed end with it: issue them again"
        }
        SigningKey::Hub => "Give the hub the new keys/hub.key",
        SigningKey::Devices => {
            "Devices that the old key certified must be enrolled again before it ends"
        }
        SigningKey::Lists | SigningKey::Policy | SigningKey::Freshness => {
            "Nothing else needs to be done"
        }
        SigningKey::Wipe => "`publish` brings the orders that were given before, too",
    }
}

/// Makes a new key, lists it beside the old one, then swaps the files.
fn replace(
    home: &Home,
    key: SigningKey,
    context: &Context,
    end: impl Fn(&mut KeyConfig),
) -> Result<(), Box<dyn Error>> {
    let mut trust = home.trust()?;
    let old = home.signer(key)?;
    let own = own(home, &mut trust.issuers)?;
    let newest = own.keys.iter().map(|entry| entry.id.0).max();
    let number = newest.and_then(|newest| newest.checked_add(1));
    let no_number = || ConfigFileError::values(&home.trust_path(), "no key number is left");
    let id = KeyId(number.ok_or_else(no_number)?);
    let new = Signer {
        issuer: own.id,
        key: id,
        secret: SecretKey::from_seed(&random::bytes()?),
    };
    let is_old = |entry: &&mut KeyConfig| entry.key == old.secret.public();
    own.keys.iter_mut().filter(is_old).for_each(end);
    let (from, until) = (context.now.minus(DAY), key.until(context.now));
    own.keys.push(KeyConfig {
        id,
        key: new.secret.public(),
        roles: key.roles().iter().copied().map(RoleName).collect(),
        from,
        until,
    });
    // The issuer's entry must not end before its keys do.
    own.until = own.until.max(until);

    let new_path = home.key_path(&format!("{}-{}", key.name(), id.0));
    files::create_private(&new_path, new.to_file().as_bytes())?;
    config::save(&home.trust_path(), &trust)?;
    let path = home.key_path(key.name());
    let old_path = home.key_path(&format!("{}-{}", key.name(), old.key.0));
    if !old_path.exists() {
        let linked = fs::hard_link(&path, &old_path);
        linked.map_err(FileError::at(Action::Create, &old_path))?;
    }
    files::publish(&new_path, &path)?;
    Ok(())
}

/// Takes every other key with the same roles off the trust list.
fn drop_others(home: &Home, key: SigningKey) -> Result<(), Box<dyn Error>> {
    let mut trust = home.trust()?;
    let (now, own) = (home.signer(key)?, own(home, &mut trust.issuers)?);
    let same = |entry: &KeyConfig| {
        let roles = &entry.roles;
        key.roles()
            .iter()
            .any(|kind| roles.contains(&RoleName(*kind)))
    };
    own.keys
        .retain(|entry| !same(entry) || entry.key == now.secret.public());
    config::save(&home.trust_path(), &trust)?;
    Ok(())
}

/// This authority's entry on the trust list.
fn own<'a>(
    home: &Home,
    issuers: &'a mut [IssuerConfig],
) -> Result<&'a mut IssuerConfig, ConfigFileError> {
    let mut own = issuers
        .iter_mut()
        .filter(|issuer| matches!(issuer.recognition, RecognitionConfig::Own));
    own.next().ok_or_else(|| {
        ConfigFileError::values(&home.trust_path(), "no issuer is the own authority")
    })
}

/// Makes a new tracing key and puts it in the policy. The old one stays, for what was sealed to it.
fn replace_tracing_key(home: &Home) -> Result<u16, Box<dyn Error>> {
    let mut policy = home.policy()?;
    let path = home.policy_path();
    let id = policy.tracing_key.id.checked_add(1);
    let id = id.ok_or_else(|| ConfigFileError::values(&path, "no tracing key number is left"))?;
    let (secret, public) = tracing_key(&random::bytes()?);
    key_files::create_secret(&home.key_path(&format!("tracing-{id}")), &secret)?;
    policy.tracing_key = TracingKey { id, key: public };
    let mut trust = home.trust()?;
    trust.floors.add_tracing_key(policy.tracing_key);
    config::save(&home.trust_path(), &trust)?;
    config::save(&path, &policy)?;
    Ok(id)
}
