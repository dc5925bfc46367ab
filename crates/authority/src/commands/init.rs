//! `init`: a new authority whose root keys are elsewhere, or a trial that has all keys together. It
//! is made beside its place and then moved there, so that it is whole or absent.

use std::{
    error::Error,
    fs, iter,
    path::{self, Path, PathBuf},
};

use data_encoding::HEXLOWER;
use gatepost_pass::{
    Digest, KeyId, Kind, PublicKey, SecretKey, Signer, Timestamp,
    trust::{Proposal, RootClaims, sign_with_roots},
};
use gatepost_protocol::seal::tracing_key;
use gatepost_system::files::{self, Access, Action, FileError, directory_of};
use gatepost_system::random;
use gatepost_system::say;

use crate::{
    args::RegionArgs,
    config::{
        self, FloorsConfig, IssuerConfig, KeyConfig, PolicyConfig, RecognitionConfig, RoleName,
        TrustConfig,
    },
    context::Context,
    durations::{DAY, ROOT_LIFE, TRUST_LIFE},
    home::Home,
    key_files, proposals,
    register::Register,
    signed_files,
    signing_keys::SigningKey,
};

/// Arguments of `init`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    region: RegionArgs,
    /// Public half of a root key: the file that `root new-key` wrote on its stick. One for each.
    #[arg(long, value_name = "FILE", required_unless_present = "trial")]
    root_key: Vec<PathBuf>,
    /// Public half of the key that orders devices to wipe themselves, made like a root key.
    #[arg(long, value_name = "FILE", required_unless_present = "trial")]
    wipe_key: Option<PathBuf>,
    /// Make the root keys too, and keep all keys together, unsealed: for tests and demonstrations.
    #[arg(long, conflicts_with_all = ["root_key", "wipe_key"])]
    trial: bool,
    /// Number of root keys that a trial makes.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=16))]
    root_keys: u8,
    /// Number of root keys that must sign.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    threshold: u8,
    /// Hours for which a bundle is fresh.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8760))]
    fresh_hours: u32,
    /// Days after which a bundle is not used at all.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
    hard_days: u32,
}

/// No authority was made, and nothing was changed.
#[derive(Debug, thiserror::Error)]
enum InitError {
    /// The directory holds something, or is something else.
    #[error(
        "{} exists and is not empty: nothing was changed. Choose another directory",
        .0.display()
    )]
    Taken(PathBuf),
    /// More signatures would be required than there are keys.
    #[error("a threshold of {threshold} needs at least as many root keys, not {keys}")]
    Threshold { threshold: u8, keys: usize },
    /// A key that would count twice, or be root key and wipe key at once.
    #[error("{} holds a key that another --root-key or --wipe-key names too", .0.display())]
    Twice(PathBuf),
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let dir = path::absolute(&context.home_dir);
    let dir = &dir.map_err(FileError::at(Action::Create, &context.home_dir))?;
    let count = root_key_count(args);
    if usize::from(args.threshold) > count {
        return Err(too_high(args).into());
    }
    let taken = || InitError::Taken(dir.to_owned());
    let parent = directory_of(dir);
    match dir.read_dir() {
        Ok(entries) => {
            if entries.count() > 0 {
                return Err(taken().into());
            }
        }
        Err(_) if dir.exists() => return Err(taken().into()),
        Err(_) => fs::create_dir_all(parent).map_err(FileError::at(Action::Create, parent))?,
    }
    let mut building = dir.file_name().ok_or_else(taken)?.to_owned();
    building.push(format!(".{}", HEXLOWER.encode(&random::bytes::<4>()?)));
    let building = &parent.join(building);
    let made = build(args, building, context.now).and_then(|made| {
        // Replaces an empty directory, never one that holds something.
        fs::rename(building, dir).map_err(FileError::at(Action::Create, dir))?;
        files::sync_directory(parent)?;
        Ok(made)
    });
    let made = made.inspect_err(|_| {
        // The error says what happened; half an authority is of no use.
        let _ = fs::remove_dir_all(building);
    })?;
    say!(
        "{} is now the home of {}",
        dir.display(),
        args.region.issuer
    );
    match made {
        Made::Trial(root) => say!(
            "root 1: {} of {} keys, fingerprint {root}. They are all in keys/: for trials only",
            args.threshold,
            args.root_keys
        ),
        Made::Proposed => {
            let home = Home::at(dir);
            say!("{}", signed_files::next_step(&home, context.now)?);
            WHERE_KEYS_BELONG.iter().for_each(|line| say!("{line}"));
        }
    }
    Ok(())
}

/// Told once, when the keys are made; `check` tells it again of each that lies elsewhere.
const WHERE_KEYS_BELONG: [&str; 6] = [
    "root keys and the wipe key: each on a stick of its own, in a place of its own, never here",
    "keys/documents, lists, policy, freshness, devices: here, or in a token (`key rotate --all \
     --token`)",
    "keys/hub.key: at the hub; keys/tracing-1.key: on a stick, until someone traces",
    "keys/tag-secret.key: here, and a copy in a safe: without it every tag changes",
    "`key rotate --all` makes new keys before these end; `check` says when, and what lies too near",
    "docs/ceremony.md has all of it in order",
];

fn too_high(args: &Args) -> InitError {
    InitError::Threshold {
        threshold: args.threshold,
        keys: root_key_count(args),
    }
}

fn root_key_count(args: &Args) -> usize {
    match args.trial {
        true => usize::from(args.root_keys),
        false => args.root_key.len(),
    }
}

/// How far the first root has come.
enum Made {
    /// Signed by the keys beside it; its fingerprint.
    Trial(Digest),
    /// Its root keys are elsewhere, and have to sign it.
    Proposed,
}

/// Makes everything in a directory.
fn build(args: &Args, dir: &Path, now: Timestamp) -> Result<Made, Box<dyn Error>> {
    let home = &Home::at(dir);
    let dirs = [home.keys_dir(), home.root_dir(), home.lists_dir()];
    for dir in iter::once(dir.to_owned()).chain(dirs) {
        files::make_private_directory(&dir)?;
    }
    let (secret, public) = tracing_key(&random::bytes()?);
    key_files::create_secret(&home.key_path("tracing-1"), &secret)?;
    key_files::create_secret(&home.key_path("tag-secret"), &random::bytes()?)?;
    let policy = PolicyConfig::standard(public, args.fresh_hours, args.hard_days);
    policy.lifetime(now, &home.policy_path())?;
    let floors = FloorsConfig::of(&policy);
    let elsewhere = public_halves(args)?;
    let trust = own_trust(args, home, now, floors, elsewhere.wipe)?;
    config::save(&home.trust_path(), &trust)?;
    config::save(&home.policy_path(), &policy)?;
    Register::create(&home.register_path())?;
    let made = match args.trial {
        true => Made::Trial(make_root(args, home, now)?),
        false => {
            let root = root_claims(args, elsewhere.roots, now)?;
            let list = signed_files::next_claims(home, None, now)?;
            let proposal = Proposal::new(None, None, Some(&root), Some(&list))?;
            proposals::keep(home, &proposal)?;
            Made::Proposed
        }
    };
    files::sync_directory(dir)?;
    Ok(made)
}

/// Public halves of keys that were made elsewhere.
struct Elsewhere {
    roots: Vec<PublicKey>,
    wipe: Option<PublicKey>,
}

fn public_halves(args: &Args) -> Result<Elsewhere, Box<dyn Error>> {
    let mut keys: Vec<PublicKey> = Vec::new();
    let wipe = args.wipe_key.iter();
    for path in args.root_key.iter().chain(wipe) {
        let key = key_files::read_public(path, args.region.issuer)?.key;
        if keys.contains(&key) {
            return Err(InitError::Twice(path.clone()).into());
        }
        keys.push(key);
    }
    let wipe = args.wipe_key.as_ref().and_then(|_| keys.pop());
    Ok(Elsewhere { roots: keys, wipe })
}

fn root_claims(args: &Args, keys: Vec<PublicKey>, now: Timestamp) -> Result<RootClaims, InitError> {
    Ok(RootClaims {
        version: 1,
        threshold: args.threshold,
        keys: keys.try_into().map_err(|_| too_high(args))?,
        expires: now.plus(ROOT_LIFE),
    })
}

/// The first root of a trial, with keys beside it.
fn make_root(args: &Args, home: &Home, now: Timestamp) -> Result<Digest, Box<dyn Error>> {
    let marker = "All keys of this authority are together here: it is for trials only.\n";
    files::replace(&home.trial_path(), Access::Shared, marker.as_bytes())?;
    let mut secrets = Vec::new();
    for number in 1..=args.root_keys {
        secrets.push(make_key(args, home, &format!("root-{number}"), 0)?);
    }
    let keys: Vec<_> = secrets.iter().map(SecretKey::public).collect();
    let claims = root_claims(args, keys, now)?;
    let bytes = sign_with_roots(Kind::Root, &claims, &secrets.iter().collect::<Vec<_>>());
    files::replace(&home.root_path(1), Access::Shared, &bytes)?;
    Ok(Digest::of(&bytes))
}

/// The trust list of a new authority: itself alone.
fn own_trust(
    args: &Args,
    home: &Home,
    now: Timestamp,
    floors: FloorsConfig,
    wipe: Option<PublicKey>,
) -> Result<TrustConfig, Box<dyn Error>> {
    let from = now.minus(DAY);
    let mut keys = Vec::new();
    for key in SigningKey::ALL.into_iter().filter(|key| key.is_first()) {
        let public = match wipe.filter(|_| key == SigningKey::Wipe) {
            Some(public) => public,
            None => make_key(args, home, key.name(), key.first_id())?.public(),
        };
        keys.push(KeyConfig {
            id: KeyId(key.first_id()),
            key: public,
            roles: key.roles().iter().copied().map(RoleName).collect(),
            from,
            until: now.plus(key.life()),
        });
    }
    let until = keys.iter().map(|key| key.until).max().unwrap_or(now);
    Ok(TrustConfig {
        until: now.plus(TRUST_LIFE),
        floors,
        issuers: vec![IssuerConfig {
            id: args.region.issuer,
            name: args.region.name.clone(),
            local_name: args.region.local_name.clone(),
            recognition: RecognitionConfig::Own,
            from,
            until,
            keys,
        }],
    })
}

fn make_key(args: &Args, home: &Home, name: &str, id: u16) -> Result<SecretKey, Box<dyn Error>> {
    let signer = Signer {
        issuer: args.region.issuer,
        key: KeyId(id),
        secret: SecretKey::from_seed(&random::bytes()?),
    };
    files::create_private(&home.key_path(name), signer.to_file().as_bytes())?;
    Ok(signer.secret)
}
