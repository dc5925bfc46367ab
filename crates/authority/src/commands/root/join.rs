//! `root join`: parts become the next root, the next trust list or both, in the authority's home.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    Digest, Root, TrustList,
    envelope::MAX_FILE,
    trust::{JoinError, Part, PartError, Proposal},
};
use gatepost_system::{
    files::{self, Access},
    say, stick,
};

use super::sign;
use crate::{context::Context, home::Home, proposals, signed_files, waiting_keys};

/// Arguments of `root join`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// File of the proposal.
    proposal: PathBuf,
    /// Files of the parts that root keys signed.
    #[arg(required = true)]
    parts: Vec<PathBuf>,
}

/// Nothing was put into force.
#[derive(Debug, thiserror::Error)]
enum NotJoinedError {
    /// A part's file cannot be read, or does not count.
    #[error("{} does not count, nothing was put into force", path.display())]
    Part {
        /// Path of the part.
        path: PathBuf,
        /// Why not.
        source: PartError,
    },
    /// Too few parts.
    #[error("nothing was put into force: another root key has to sign")]
    Together(#[source] JoinError),
    /// Made before another root came into force, or for another authority.
    #[error("the proposal is for another root than {} of this home: propose again", .0)]
    OtherRoot(u32),
    /// Made before another trust list came into force, or for another home.
    #[error("the proposal does not follow the trust list in force, {0}: propose again")]
    OtherList(u64),
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let register = home.register()?;
    let proposal = sign::read(&args.proposal)?;
    check_root(&home, &proposal)?;
    let have = register.signed(signed_files::TRUST_LIST)?;
    if proposal.trust_file() != have.as_ref().map(|have| have.bytes.as_slice()) {
        let have = have.map_or(0, |have| have.version);
        return Err(NotJoinedError::OtherList(have).into());
    }
    let parts: Vec<_> = args.parts.iter().map(|path| read_part(path)).collect();
    let parts = parts.into_iter().collect::<Result<Vec<_>, _>>()?;
    let joined = proposal.join(&parts).map_err(|why| match why {
        JoinError::Part { index, why: source } => NotJoinedError::Part {
            path: args.parts.get(index).cloned().unwrap_or_default(),
            source,
        },
        together => NotJoinedError::Together(together),
    })?;

    // The root first: a trust list without its root is of no use, a root without it goes on with
    // the list before, and the same parts can be joined once more.
    if let Some(root) = &joined.root {
        let path = home.root_path(root.version());
        files::replace(&path, Access::Shared, root.to_bytes())?;
        let fingerprint = Digest::of(root.to_bytes());
        say!(
            "root {} is in force, fingerprint {fingerprint}",
            root.version()
        );
    }
    let root = home.roots()?.newest;
    if let (Some(bytes), Some(claims)) = (joined.trust_list, proposal.next_trust()) {
        let signed = signed_files::signed_trust(claims, &root, bytes);
        register.keep_signed(signed_files::TRUST_LIST, &signed)?;
        say!("trust list {} is in force", claims.version);
        let trust = TrustList::verify(&root, &signed.bytes)?;
        for name in waiting_keys::put_to_use(&home, &trust)? {
            say!("{name} is used from now on");
        }
    }
    proposals::done(&home, &proposal)?;
    say!("next: `publish`");
    Ok(())
}

/// The proposal must follow the root of this home: what is signed under another, or under an older
/// one, is not for it.
fn check_root(home: &Home, proposal: &Proposal) -> Result<(), Box<dyn Error>> {
    let newest = home.newest_root()?;
    let follows = newest.as_ref() == proposal.root();
    // Its root was put into force, and the power went before its trust list was.
    let half = newest.is_some() && newest.as_ref().map(Root::claims) == proposal.next_root();
    match follows || half {
        true => Ok(()),
        false => Err(NotJoinedError::OtherRoot(newest.as_ref().map_or(0, Root::version)).into()),
    }
}

fn read_part(path: &Path) -> Result<Part, Box<dyn Error>> {
    let text = stick::read_text(path, MAX_FILE)?;
    Ok(text.parse().map_err(|source| NotJoinedError::Part {
        path: path.to_owned(),
        source,
    })?)
}
