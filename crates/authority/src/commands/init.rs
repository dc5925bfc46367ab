//! `init`: a new authority, made beside its place and then moved there, so that it is whole or absent.

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{self, Path},
};

use gatepost_pass::{
    Digest, IssuerId, KeyId, Kind, SecretKey, Signer, Text, Timestamp,
    trust::{RootClaims, sign_with_roots},
};
use gatepost_protocol::seal::tracing_key;

use crate::{
    Context, args,
    clock::DAY,
    config::{self, Issuer, Key, PolicyConfig, Role, Rule, TrustConfig},
    error::{Error, at},
    files::{self, hex, random},
    home::{Home, SigningKey},
    store::Store,
};

/// Keys and the own entry on the trust list count for so long, in seconds.
const KEY_LIFE: u64 = 730 * DAY;

/// What `init` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Code of the region, such as CN-SD (ISO 3166-2).
    #[arg(long)]
    issuer: IssuerId,
    /// Name in English.
    #[arg(long, value_parser = args::text::<60>)]
    name: Text<60>,
    /// Name in its own language.
    #[arg(long, value_parser = args::text::<60>)]
    local_name: Text<60>,
    /// Root keys to make.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=16))]
    root_keys: u8,
    /// Root keys that must sign.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    threshold: u8,
    /// Hours for which a bundle counts as fresh.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8760))]
    fresh_hours: u32,
    /// Days after which a bundle is not used at all.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
    hard_days: u32,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let dir = context.home.as_deref().ok_or(Error::NoHome)?;
    let dir = &path::absolute(dir).map_err(at("create", dir))?;
    if args.threshold > args.root_keys {
        return Err(Error::Threshold {
            threshold: args.threshold,
            keys: args.root_keys,
        });
    }
    let taken = || Error::HomeTaken(dir.to_owned());
    match dir.read_dir() {
        Ok(entries) => {
            if entries.count() > 0 {
                return Err(taken());
            }
        }
        Err(_) if dir.exists() => return Err(taken()),
        Err(_) => fs::create_dir_all(files::parent(dir)).map_err(at("create", dir))?,
    }
    let mut building = dir.file_name().ok_or_else(taken)?.to_owned();
    building.push(format!(".{}", hex(&random::<4>()?)));
    let building = &files::parent(dir).join(building);
    let made = build(args, &Home::at(building), building, context.now).and_then(|root| {
        // Takes the place of an empty directory, never of one that holds something.
        fs::rename(building, dir).map_err(at("create", dir))?;
        files::sync_dir(files::parent(dir))?;
        Ok(root)
    });
    let root = made.inspect_err(|_| {
        // What is left of a failed attempt is of no use; the error says what happened.
        let _ = fs::remove_dir_all(building);
    })?;
    println!("{} is now the home of {}", dir.display(), args.issuer);
    println!(
        "root 1: {} of {} keys, fingerprint {root}",
        args.threshold, args.root_keys
    );
    println!("copy keys/ to a safe place; keep root keys and tracing-1.key offline when you can");
    Ok(())
}

fn build(args: &Args, home: &Home, dir: &Path, now: Timestamp) -> Result<Digest, Error> {
    for dir in [dir, &home.keys_dir(), &home.root_dir(), &home.lists_dir()] {
        fs::DirBuilder::new()
            .mode(0o700)
            .create(dir)
            .map_err(at("create", dir))?;
    }
    let root = make_root(args, home)?;
    config::save(&home.trust_path(), &own_trust(args, home, now)?)?;
    let (secret, public) = tracing_key(&random()?);
    write_hex(home, "tracing-1", &secret)?;
    write_hex(home, "tag-secret", &random()?)?;
    let policy = PolicyConfig::standard(public, args.fresh_hours, args.hard_days);
    policy.lifetime(now, &home.policy_path())?;
    config::save(&home.policy_path(), &policy)?;
    Store::create(&home.store_path())?;
    files::sync_dir(dir)?;
    Ok(root)
}

fn make_root(args: &Args, home: &Home) -> Result<Digest, Error> {
    let mut secrets = Vec::new();
    for number in 1..=args.root_keys {
        secrets.push(make_key(args, home, &format!("root-{number}"), 0)?);
    }
    let keys: Vec<_> = secrets.iter().map(SecretKey::public).collect();
    let claims = RootClaims {
        version: 1,
        threshold: args.threshold,
        // 1 to 16 of them, by the command line.
        keys: keys.try_into().map_err(|_| Error::Threshold {
            threshold: args.threshold,
            keys: args.root_keys,
        })?,
    };
    let bytes = sign_with_roots(Kind::Root, &claims, &secrets.iter().collect::<Vec<_>>());
    files::write(&home.root_path(1), &bytes)?;
    Ok(Digest::of(&bytes))
}

fn own_trust(args: &Args, home: &Home, now: Timestamp) -> Result<TrustConfig, Error> {
    let (from, until) = (now.minus(DAY), now.plus(KEY_LIFE));
    let mut keys = Vec::new();
    for key in SigningKey::ALL {
        let secret = make_key(args, home, key.name(), key.id())?;
        keys.push(Key {
            id: KeyId(key.id()),
            key: secret.public(),
            roles: key.roles().iter().copied().map(Role).collect(),
            from,
            until,
        });
    }
    Ok(TrustConfig {
        issuers: vec![Issuer {
            id: args.issuer,
            name: args.name.clone(),
            local_name: args.local_name.clone(),
            recognition: Rule::Own,
            from,
            until,
            keys,
        }],
    })
}

fn make_key(args: &Args, home: &Home, name: &str, id: u16) -> Result<SecretKey, Error> {
    let signer = Signer {
        issuer: args.issuer,
        key: KeyId(id),
        secret: SecretKey::from_seed(&random()?),
    };
    files::write_secret(&home.key_path(name), &signer.to_file())?;
    Ok(signer.secret)
}

fn write_hex(home: &Home, name: &str, secret: &[u8; 32]) -> Result<(), Error> {
    files::write_secret(&home.key_path(name), &format!("{}\n", hex(secret)))
}
