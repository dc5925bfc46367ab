//! Proposals of this home that wait for root keys: kept in `proposals/` until their parts are
//! joined.

use std::{error::Error, fmt, path::PathBuf};

use gatepost_pass::{
    Digest, Timestamp,
    trust::{MAX_PROPOSAL, Proposal, RootClaims, TrustListClaims},
};
use gatepost_system::files::{self, Access, FileError};

use crate::home::Home;

/// A proposal that waits; as a sentence it says what has to be done.
pub(crate) struct Waiting {
    pub(crate) path: PathBuf,
    digest: Digest,
    /// How many root keys must sign, at least.
    needed: u8,
}

/// Keeps a proposal. One that proposes the same already is kept instead, whatever its date, so that
/// the parts that were made for it still count.
pub(crate) fn keep(home: &Home, proposal: &Proposal) -> Result<Waiting, FileError> {
    let path = path_of(home, proposal);
    let there = files::read(&path, MAX_PROPOSAL).ok();
    let there = there.and_then(|bytes| Proposal::parse(&bytes).ok());
    let proposal = match &there {
        Some(there) if same(there, proposal) => there,
        _ => {
            files::make_private_directory(&home.proposals_dir())?;
            files::replace(&path, Access::Shared, proposal.to_bytes())?;
            proposal
        }
    };
    let next = proposal.next_root().map(|root| root.threshold);
    let now = proposal.root().map(|root| root.threshold());
    Ok(Waiting {
        path,
        digest: proposal.digest(),
        needed: next.max(now).unwrap_or(1),
    })
}

/// Forgets a proposal that is in force.
pub(crate) fn done(home: &Home, proposal: &Proposal) -> Result<(), FileError> {
    files::remove_if_there(&path_of(home, proposal))
}

/// The proposal of the first root, which nobody has signed yet.
pub(crate) fn first(home: &Home) -> Result<Proposal, Box<dyn Error>> {
    let path = home.proposals_dir().join("root-1.proposal");
    Ok(Proposal::parse(&files::read(&path, MAX_PROPOSAL)?)?)
}

fn path_of(home: &Home, proposal: &Proposal) -> PathBuf {
    let name = match (proposal.next_root(), proposal.next_trust()) {
        (Some(root), _) => format!("root-{}", root.version),
        (None, Some(list)) => format!("trust-list-{}", list.version),
        (None, None) => "nothing".to_owned(),
    };
    home.proposals_dir().join(format!("{name}.proposal"))
}

fn same(one: &Proposal, other: &Proposal) -> bool {
    let before = |proposal: &Proposal| (proposal.root().cloned(), proposal.trust().cloned());
    undated(one) == undated(other) && before(one) == before(other)
}

/// What is proposed, without the dates that follow from when it was proposed.
fn undated(proposal: &Proposal) -> (Option<RootClaims>, Option<TrustListClaims>) {
    let root = proposal.next_root().map(|claims| RootClaims {
        expires: Timestamp(0),
        ..claims.clone()
    });
    let list = proposal.next_trust().map(|claims| TrustListClaims {
        issued_at: Timestamp(0),
        ..claims.clone()
    });
    (root, list)
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            digest,
            needed,
        } = self;
        let (path, digest) = (path.display(), &digest.to_string()[..16]);
        write!(
            f,
            "{path} (digest {digest}…) waits for {needed} root keys. Next: take it to each of \
             them, `root sign` it there, bring the parts back, `root join` them"
        )
    }
}
