//! `key`: replaces the authority's own keys. Where root keys are elsewhere, the new key waits until
//! they have signed the trust list that names it; the next `publish` tells the devices, and nobody
//! has to touch them.

use std::{
    error::Error,
    path::{self, PathBuf},
};

use gatepost_pass::{IssuerId, KeyId, PublicKey, SecretKey, Signer, Timestamp, policy::TracingKey};
use gatepost_protocol::seal::tracing_key;
use gatepost_system::{
    files::{Action, FileError},
    random, say,
};

use crate::{
    commands::revoke_device,
    config::{self, ConfigFileError, IssuerConfig, KeyConfig, RecognitionConfig, RoleName},
    context::Context,
    durations::DAY,
    home::Home,
    key_files,
    online_key::{OnlineKey, TokenKey},
    signed_files,
    signing_keys::SigningKey,
    token::{PinSource, TokenPlace},
    waiting_keys,
};

/// What to do with a key.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Replace a key by a new one, or all online keys; what the old ones signed stays valid for a
    /// while. Also makes the first key `program`.
    Rotate {
        /// Key to replace.
        #[arg(required_unless_present = "all")]
        key: Option<SigningKey>,
        /// Replace every key but those that are kept offline: `wipe` and `program`.
        #[arg(long, conflicts_with = "key")]
        all: bool,
        /// Number of days for which the old key is still valid [default: 365 for documents and
        /// devices, whose codes and certificates last as long, 30 for others].
        #[arg(long, value_parser = clap::value_parser!(u64).range(0..=730))]
        overlap_days: Option<u64>,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Make a new tracing key: passages are sealed to it once the trust list allows it.
    Tracing,
    /// Replace a stolen key by a new one; nothing that the old one signed is valid any more.
    Revoke {
        /// Key to replace.
        key: SigningKey,
        #[command(flatten)]
        place: PlaceArgs,
    },
}

/// Where a new key is made and stays; in the home, if nothing is said.
#[derive(clap::Args)]
pub(crate) struct PlaceArgs {
    /// Label of the PKCS#11 token that makes the key and never gives it away.
    #[arg(long, value_name = "LABEL", requires = "module")]
    token: Option<String>,
    /// Library of the token's maker.
    #[arg(long, value_name = "FILE", requires = "token")]
    module: Option<PathBuf>,
    #[command(flatten)]
    pin: TokenPinArgs,
    /// Public half of a key `wipe` or `program` that `root new-key` made on its stick.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    public: Option<PathBuf>,
}

/// Where the PIN of the token is, each time it signs.
#[derive(clap::Args)]
#[group(requires = "token")]
struct TokenPinArgs {
    /// File whose first line is the token's PIN, each time it signs.
    #[arg(long, value_name = "FILE", conflicts_with = "pin_env")]
    pin_file: Option<PathBuf>,
    /// Environment variable that holds the token's PIN, each time it signs.
    #[arg(long, value_name = "NAME", default_value = "GATEPOST_PIN")]
    pin_env: String,
}

/// A key cannot be replaced.
#[derive(Debug, thiserror::Error)]
enum ReplaceError {
    /// The last one is not in use yet.
    #[error(
        "a new key {0} waits already: join the parts of its trust list first, or remove \
         keys/{0}.next.key if no trust list is to name it"
    )]
    Waits(&'static str),
    /// A hub reads its key from a file.
    #[error("the hub reads its key from a file: rotate it without --token")]
    HubToken,
    /// It is kept away from the others.
    #[error(
        "the {0} key is made on a stick of its own: `root new-key` there, and its FILE.pub here \
         as --public"
    )]
    OfflineHere(&'static str),
    /// Other keys have to be where they sign.
    #[error("--public is for the keys wipe and program alone")]
    PublicHalf,
}

/// For how long an old key is valid at least, in seconds, so that devices that were away follow.
const OVERLAP: u64 = 30 * DAY;

/// What becomes of the keys before.
#[derive(Clone, Copy)]
enum Before {
    /// They stay valid until then.
    Until(Timestamp),
    /// They end now.
    Gone,
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    match command {
        Command::Rotate {
            key,
            all,
            overlap_days,
            place,
        } => {
            let online = SigningKey::ALL.into_iter();
            let online = online.filter(|key| *all && !key.is_offline());
            for key in key.iter().copied().chain(online) {
                // `--all` gives the hub, too, a key that it can read.
                let here = PlaceArgs::HERE;
                let place = if *all && key == SigningKey::Hub {
                    &here
                } else {
                    place
                };
                let overlap = overlap_days.map(|days| days * DAY);
                let overlap = overlap.unwrap_or(key.outlived().max(OVERLAP));
                let before = Before::Until(context.now.plus(overlap));
                replace(&home, key, place, before, context.now)?;
            }
        }
        Command::Tracing => tracing(&home)?,
        Command::Revoke { key, place } => {
            replace(&home, *key, place, Before::Gone, context.now)?;
            if *key == SigningKey::Wipe && home.is_trial() {
                let again = revoke_device::sign_again(&home, context.now)?;
                say!("{again} orders to wipe are signed by the new key");
            }
        }
    }
    say!("{}", signed_files::next_step(&home, context.now)?);
    Ok(())
}

/// What has to be done besides when a key is replaced.
const fn advice(key: SigningKey) -> &'static str {
    match key {
        SigningKey::Documents => {
            "Places and badges that the old key signed end with it: issue them again before"
        }
        SigningKey::Hub => "Give the hub the new keys/hub.key",
        SigningKey::Devices => {
            "Devices that the old key certified must be enrolled again before it ends"
        }
        SigningKey::Lists | SigningKey::Policy | SigningKey::Freshness => {
            "Nothing else needs to be done"
        }
        SigningKey::Wipe => "Orders of a key that is revoked end with it: `revoke-device --again`",
        SigningKey::Program => "Sign what is to be installed from now on again: `program sign`",
    }
}

/// Makes a new key and lists it beside the ones before. It signs from now on, or once the trust
/// list that names it is in force.
fn replace(
    home: &Home,
    name: SigningKey,
    place: &PlaceArgs,
    before: Before,
    now: Timestamp,
) -> Result<(), Box<dyn Error>> {
    if waiting_keys::waits(home, name) {
        return Err(ReplaceError::Waits(name.name()).into());
    }
    let mut trust = home.trust()?;
    let own = own(home, &mut trust.issuers)?;
    let newest = own.keys.iter().map(|entry| entry.id.0).max();
    let number = newest.and_then(|newest| newest.checked_add(1));
    let no_number = || ConfigFileError::values(&home.trust_path(), "no key number is left");
    let id = KeyId(number.ok_or_else(no_number)?);
    let public = match make(home, name, place, own.id, id)? {
        NewKey::Elsewhere(public) => public,
        NewKey::Here(key) => {
            waiting_keys::keep(home, name, &key)?;
            key.public()
        }
    };
    let signs_itself = home.signs_itself()?;
    let same = |entry: &KeyConfig| {
        let mut kinds = name.roles().iter();
        kinds.any(|kind| entry.roles.contains(&RoleName(*kind)))
    };
    if let Before::Until(until) = before {
        for entry in own.keys.iter_mut().filter(|entry| same(entry)) {
            entry.until = entry.until.min(until);
        }
    } else if !signs_itself {
        own.keys.retain(|entry| !same(entry));
    }
    let (from, until) = (now.minus(DAY), now.plus(name.life()));
    own.keys.push(KeyConfig {
        id,
        key: public,
        roles: name.roles().iter().copied().map(RoleName).collect(),
        from,
        until,
    });
    // The issuer's entry must not end before its keys do.
    own.until = own.until.max(until);
    config::save(&home.trust_path(), &trust)?;
    if signs_itself {
        waiting_keys::swap(home, name)?;
        if let Before::Gone = before {
            // Only now that the new key is in place, so that a crash leaves a key that is valid.
            drop_others(home, name, &public)?;
        }
    }
    say!(
        "{} has a new key, number {}. {}",
        name.name(),
        id.0,
        advice(name)
    );
    Ok(())
}

/// A new key, and where it is.
enum NewKey {
    Here(OnlineKey),
    Elsewhere(PublicKey),
}

fn make(
    home: &Home,
    name: SigningKey,
    place: &PlaceArgs,
    issuer: IssuerId,
    id: KeyId,
) -> Result<NewKey, Box<dyn Error>> {
    if let Some(path) = &place.public {
        return match name.is_offline() {
            true => Ok(NewKey::Elsewhere(key_files::read_public(path, issuer)?.key)),
            false => Err(ReplaceError::PublicHalf.into()),
        };
    }
    if name.is_offline() && !home.is_trial() {
        return Err(ReplaceError::OfflineHere(name.name()).into());
    }
    let label = format!("gatepost-{}-{}", name.name(), id.0);
    let key = match place.token(label)? {
        Some(_) if name == SigningKey::Hub => return Err(ReplaceError::HubToken.into()),
        Some(place) => OnlineKey::Token(TokenKey {
            issuer,
            id,
            public: place.generate()?,
            place,
        }),
        None => OnlineKey::File(Signer {
            issuer,
            key: id,
            secret: SecretKey::from_seed(&random::bytes()?),
        }),
    };
    Ok(NewKey::Here(key))
}

impl PlaceArgs {
    const HERE: Self = Self {
        token: None,
        module: None,
        pin: TokenPinArgs {
            pin_file: None,
            pin_env: String::new(),
        },
        public: None,
    };

    /// The token in which a key with this label is made, if there is one. Its file names paths from
    /// the root: a later command may run elsewhere.
    fn token(&self, label: String) -> Result<Option<TokenPlace>, FileError> {
        let (Some(token), Some(module)) = (&self.token, &self.module) else {
            return Ok(None);
        };
        let absolute =
            |path: &PathBuf| path::absolute(path).map_err(FileError::at(Action::Read, path));
        Ok(Some(TokenPlace {
            token: token.clone(),
            module: absolute(module)?,
            label,
            pin: match &self.pin.pin_file {
                Some(path) => PinSource::File(absolute(path)?),
                None => PinSource::Environment(self.pin.pin_env.clone()),
            },
        }))
    }
}

/// Takes every other key with the same roles off the trust list.
fn drop_others(home: &Home, name: SigningKey, kept: &PublicKey) -> Result<(), Box<dyn Error>> {
    let mut trust = home.trust()?;
    let own = own(home, &mut trust.issuers)?;
    let same = |entry: &KeyConfig| {
        let mut kinds = name.roles().iter();
        kinds.any(|kind| entry.roles.contains(&RoleName(*kind)))
    };
    own.keys.retain(|entry| !same(entry) || entry.key == *kept);
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

/// Makes a new tracing key. The policy takes it at once where the home signs its own trust list,
/// and otherwise when the floors that allow it are in force. The old one stays, for what was sealed
/// to it.
fn tracing(home: &Home) -> Result<(), Box<dyn Error>> {
    let (mut policy, mut trust) = (home.policy()?, home.trust()?);
    let path = home.policy_path();
    let listed = trust.floors.tracing_keys().map(|key| key.id);
    let newest = listed.chain([policy.tracing_key.id]).max();
    let id = newest.and_then(|newest| newest.checked_add(1));
    let id = id.ok_or_else(|| ConfigFileError::values(&path, "no tracing key number is left"))?;
    let (secret, public) = tracing_key(&random::bytes()?);
    key_files::create_secret(&home.key_path(&format!("tracing-{id}")), &secret)?;
    let key = TracingKey { id, key: public };
    trust.floors.add_tracing_key(key);
    config::save(&home.trust_path(), &trust)?;
    if home.signs_itself()? {
        policy.tracing_key = key;
        config::save(&path, &policy)?;
    }
    say!(
        "tracing key {id} is made. Keep tracing-{id}.key and those before it offline: their \
         passages can never be opened without them"
    );
    Ok(())
}
