//! `init`: a new authority, made beside its place and then moved there, so that it is whole or
//! absent.

use std::{
    error::Error,
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{self, Path, PathBuf},
};

use data_encoding::HEXLOWER;
use gatepost_pass::{
    Digest, KeyId, Kind, SecretKey, Signer, Timestamp,
    trust::{RootClaims, sign_with_roots},
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
    key_files,
    register::Register,
    signing_keys::SigningKey,
};

/// Arguments of `init`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    region: RegionArgs,
    /// Number of root keys to make.
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
    Threshold { threshold: u8, keys: u8 },
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let dir = path::absolute(&context.home_dir);
    let dir = &dir.map_err(FileError::at(Action::Create, &context.home_dir))?;
    if args.threshold > args.root_keys {
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
    let made = build(args, building, context.now).and_then(|root| {
        // Replaces an empty directory, never one that holds something.
        fs::rename(building, dir).map_err(FileError::at(Action::Create, dir))?;
        files::sync_directory(parent)?;
        Ok(root)
    });
    let root = made.inspect_err(|_| {
        // The error says what happened; half an authority is of no use.
        let _ = fs::remove_dir_all(building);
    })?;
    say!(
        "{} is now the home of {}",
        dir.display(),
        args.region.issuer
    );
    say!(
        "root 1: {} of {} keys, fingerprint {root}",
        args.threshold,
        args.root_keys
    );
    say!("copy keys/ to a safe place; keep root keys and tracing-1.key offline if you can");
    Ok(())
}

fn too_high(args: &Args) -> InitError {
    InitError::Threshold {
        threshold: args.threshold,
        keys: args.root_keys,
    }
}

/// Makes everything in a directory; returns the fingerprint of the root.
fn build(args: &Args, dir: &Path, now: Timestamp) -> Result<Digest, Box<dyn Error>> {
    let home = &Home::at(dir);
    for dir in [dir, &home.keys_dir(), &home.root_dir(), &home.lists_dir()] {
        let created = fs::DirBuilder::new().mode(0o700).create(dir);
        created.map_err(FileError::at(Action::Create, dir))?;
    }
    let root = make_root(args, home, now)?;
    let (secret, public) = tracing_key(&random::bytes()?);
    key_files::create_secret(&home.key_path("tracing-1"), &secret)?;
    key_files::create_secret(&home.key_path("tag-secret"), &random::bytes()?)?;
    let policy = PolicyConfig::standard(public, args.fresh_hours, args.hard_days);
    policy.lifetime(now, &home.policy_path())?;
    let floors = FloorsConfig::of(&policy);
    let trust = own_trust(args, home, now, floors)?;
    config::save(&home.trust_path(), &trust)?;
    config::save(&home.policy_path(), &policy)?;
    Register::create(&home.register_path())?;
    files::sync_directory(dir)?;
    Ok(root)
}

fn make_root(args: &Args, home: &Home, now: Timestamp) -> Result<Digest, Box<dyn Error>> {
    let mut secrets = Vec::new();
    for number in 1..=args.root_keys {
        secrets.push(make_key(args, home, &format!("root-{number}"), 0)?);
    }
    let keys: Vec<_> = secrets.iter().map(SecretKey::public).collect();
    let claims = RootClaims {
        version: 1,
        threshold: args.threshold,
        // The command line allows 1 to 16 of them.
        keys: keys.try_into().map_err(|_| too_high(args))?,
        expires: now.plus(ROOT_LIFE),
    };
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
) -> Result<TrustConfig, Box<dyn Error>> {
    let from = now.minus(DAY);
    let mut keys = Vec::new();
    for key in SigningKey::ALL {
        let secret = make_key(args, home, key.name(), key.first_id())?;
        keys.push(KeyConfig {
            id: KeyId(key.first_id()),
            key: secret.public(),
            roles: key.roles().iter().copied().map(RoleName).collect(),
            from,
            until: key.until(now),
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
