//! `root rotate`: the next root. In a trial's home it is signed at once; elsewhere it is a proposal
//! for the root keys, together with the trust list under it.

use std::{error::Error, path::PathBuf};

use gatepost_pass::{
    KeyId, Kind, PublicKey, Root, SecretKey, Signer, TrustError,
    trust::{Proposal, RootClaims, sign_with_roots},
};
use gatepost_system::{
    files::{self, Access},
    random, say,
};

use crate::{
    args, context::Context, durations::ROOT_LIFE, home::Home, key_files, proposals, signed_files,
};

/// Arguments of `root rotate`. With none of them the same keys sign for some years more.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Public half of the key that goes, in hexadecimal digits.
    #[arg(long, value_name = "HEX", value_parser = args::public_key)]
    drop: Option<PublicKey>,
    /// Public half of the key that comes: the file that `root new-key` wrote.
    #[arg(long, value_name = "FILE")]
    add: Option<PathBuf>,
    /// Number of root keys that must sign from then on.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    threshold: Option<u8>,
}

/// The next root cannot be made.
#[derive(Debug, thiserror::Error)]
enum NextRootError {
    /// The key to replace is not a root key.
    #[error("root {0} has no such key: `inspect root/{0}.root` in the home names them")]
    NoSuchKey(u32),
    /// More than 16.
    #[error("a root has 1 to 16 keys")]
    Count,
    /// The keys that are in the home do not suffice.
    #[error("the root keys in keys/ cannot sign the next root, put more back")]
    NotSigned(#[from] TrustError),
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let root = home.roots()?.newest;
    let mut keys = root.keys().to_vec();
    if let Some(drop) = &args.drop {
        let place = keys.iter().position(|key| key == drop);
        keys.remove(place.ok_or_else(|| NextRootError::NoSuchKey(root.version()))?);
    }
    let issuer = home.own_issuer()?;
    if let Some(path) = &args.add {
        keys.push(key_files::read_public(path, issuer)?.key);
    }
    // A trial's root keys are made where they are kept.
    let made = (home.is_trial() && args.drop.is_some() && args.add.is_none())
        .then(|| random::bytes().map(|seed| SecretKey::from_seed(&seed)))
        .transpose()?;
    keys.extend(made.as_ref().map(SecretKey::public));
    let claims = RootClaims {
        version: root.version().saturating_add(1),
        threshold: args.threshold.unwrap_or(root.threshold()),
        keys: keys.try_into().map_err(|_| NextRootError::Count)?,
        expires: context.now.plus(ROOT_LIFE),
    };
    if home.is_trial() {
        return sign_here(&home, &root, &claims, made, issuer);
    }
    let before = home.register()?.signed(signed_files::TRUST_LIST)?;
    let list = signed_files::next_claims(&home, before.as_ref(), context.now)?;
    let in_force = before.as_ref().map(|before| before.bytes.as_slice());
    let proposal = Proposal::new(Some(&root), in_force, Some(&claims), Some(&list))?;
    say!("{}", proposals::keep(&home, &proposal)?);
    Ok(())
}

/// Signs the next root with the root keys of a trial.
fn sign_here(
    home: &Home,
    root: &Root,
    claims: &RootClaims,
    made: Option<SecretKey>,
    issuer: gatepost_pass::IssuerId,
) -> Result<(), Box<dyn Error>> {
    // The key to replace may sign too, if it is still here; otherwise the others must reach both
    // thresholds.
    let mut secrets = home.root_keys(root)?;
    secrets.extend(made.clone());
    let bytes = sign_with_roots(Kind::Root, claims, &secrets.iter().collect::<Vec<_>>());
    root.advance(&bytes).map_err(NextRootError::NotSigned)?;
    if let Some(secret) = made {
        // `init` made one key per place; every root since brought one more.
        let number = root.keys().len() as u64 + u64::from(root.version());
        let name = format!("root-{number}");
        let key = KeyId(0);
        let signer = Signer {
            issuer,
            key,
            secret,
        };
        files::create_private(&home.key_path(&name), signer.to_file().as_bytes())?;
        say!("{name} is a new root key");
    }
    files::replace(&home.root_path(claims.version), Access::Shared, &bytes)?;
    say!("root {} is in force. Next: `publish`", claims.version);
    Ok(())
}
