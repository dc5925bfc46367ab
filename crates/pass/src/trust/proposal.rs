//! A root or a trust list that nobody has signed yet, and the parts in which root keys sign it.
//!
//! Each root key is on a machine of its own, so a proposal travels to the keys and a [`Part`]
//! travels back from each. A proposal holds what is new and what is in force, so that whoever signs
//! can compare them. Nothing in it is proof of anything: parts are checked when they are joined,
//! and what comes out is judged as a device judges it.

use serde::{Deserialize, Serialize};

use super::{
    part::{Part, PartError},
    root::{Root, RootClaims},
    threshold::{TrustError, assemble, body, open_body},
    trust_list::{TrustList, TrustListClaims},
};
use crate::{
    codec::{self, FormatError},
    digest::Digest,
    envelope::MAX_FILE,
    key::{PublicKey, SecretKey},
    kind::Kind,
};

/// Largest file of a proposal, in bytes: two roots and two trust lists.
pub const MAX_PROPOSAL: usize = 2 * MAX_FILE;

const TITLE: &str = "gatepost proposal 1\n";

/// Why something is not a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProposalError {
    /// The bytes break the format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It proposes nothing.
    #[error("it proposes neither a root nor a trust list")]
    Empty,
    /// The root or trust list in force is not valid.
    #[error("what it says to be in force is not valid")]
    InForce(#[source] TrustError),
    /// The root or trust list that it proposes is not valid.
    #[error("what it proposes is not valid")]
    Proposed(#[source] TrustError),
    /// No root, neither in force nor proposed, whose keys could sign.
    #[error("it proposes a trust list under no root")]
    NoRoot,
    /// The proposed trust list is not newer than the one in force.
    #[error("it proposes trust list {found}, but {have} is in force")]
    TrustVersion {
        /// The version that is proposed.
        found: u64,
        /// The version that is in force.
        have: u64,
    },
}

/// Why parts do not make a signed file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// One of the parts does not count.
    #[error("part {} does not count", index + 1)]
    Part {
        /// Which one, from 0.
        index: usize,
        /// Why not.
        #[source]
        why: PartError,
    },
    /// All parts together do not suffice.
    #[error("the parts do not suffice")]
    Together(#[from] TrustError),
}

/// The next root, the next trust list, or both, with what is in force now.
#[derive(Clone, Debug)]
pub struct Proposal {
    bytes: Vec<u8>,
    root: Option<Root>,
    trust: Option<TrustListClaims>,
    trust_file: Option<Vec<u8>>,
    next_root: Option<Unsigned<RootClaims>>,
    next_trust: Option<Unsigned<TrustListClaims>>,
}

/// Claims, and the bytes that are signed for them.
#[derive(Clone, Debug)]
struct Unsigned<T> {
    claims: T,
    body: Vec<u8>,
}

/// What parts make together: files that were judged as a device judges them.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The next root, if one was proposed.
    pub root: Option<Root>,
    /// The file of the next trust list, if one was proposed.
    pub trust_list: Option<Vec<u8>>,
}

/// A proposal on the wire; empty bytes stand for what is not there.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    title: &'a str,
    root: &'a [u8],
    trust: &'a [u8],
    next_root: &'a [u8],
    next_trust: &'a [u8],
}

impl Proposal {
    /// Proposes a root, a trust list or both, after those that are in force.
    pub fn new(
        root: Option<&Root>,
        trust: Option<&[u8]>,
        next_root: Option<&RootClaims>,
        next_trust: Option<&TrustListClaims>,
    ) -> Result<Self, ProposalError> {
        let next_root = next_root.map(|claims| body(Kind::Root, claims));
        let next_trust = next_trust.map(|claims| body(Kind::TrustList, claims));
        Self::parse(&codec::encode(&Wire {
            title: TITLE,
            root: root.map_or(&[], Root::to_bytes),
            trust: trust.unwrap_or_default(),
            next_root: next_root.as_deref().unwrap_or_default(),
            next_trust: next_trust.as_deref().unwrap_or_default(),
        }))
    }

    /// Reads the file of a proposal.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProposalError> {
        let wire: Wire<'_> = codec::decode_within("proposal", bytes, MAX_PROPOSAL)?;
        if wire.title != TITLE {
            return Err(FormatError::Damaged("proposal").into());
        }
        let root = there(wire.root).map(Root::pin).transpose();
        let root = root.map_err(ProposalError::InForce)?;
        let trust = match (&root, there(wire.trust)) {
            (Some(root), Some(bytes)) => TrustListClaims::signed(root, bytes).map(Some),
            (None, Some(_)) => return Err(ProposalError::NoRoot),
            (_, None) => Ok(None),
        };
        let next_root = there(wire.next_root).map(|body| -> Result<_, TrustError> {
            let claims = RootClaims::read(&open_body(Kind::Root, body)?)?;
            let have = root.as_ref().map_or(0, Root::version);
            if have.checked_add(1) != Some(claims.version) {
                let found = claims.version;
                return Err(TrustError::RootVersion { found, have });
            }
            let body = body.to_vec();
            Ok(Unsigned { claims, body })
        });
        let next_trust = there(wire.next_trust).map(|body| -> Result<_, TrustError> {
            let claims = TrustListClaims::read(&open_body(Kind::TrustList, body)?)?;
            let body = body.to_vec();
            Ok(Unsigned { claims, body })
        });
        let proposal = Self {
            bytes: bytes.to_vec(),
            root,
            trust: trust.map_err(ProposalError::InForce)?,
            trust_file: there(wire.trust).map(<[u8]>::to_vec),
            next_root: next_root.transpose().map_err(ProposalError::Proposed)?,
            next_trust: next_trust.transpose().map_err(ProposalError::Proposed)?,
        };
        proposal.check_order()?;
        Ok(proposal)
    }

    fn check_order(&self) -> Result<(), ProposalError> {
        if self.next_root.is_none() && self.next_trust.is_none() {
            return Err(ProposalError::Empty);
        }
        if self.root.is_none() && self.next_root.is_none() {
            return Err(ProposalError::NoRoot);
        }
        let have = self.trust().map_or(0, |claims| claims.version);
        match self.next_trust() {
            Some(TrustListClaims { version, .. }) if *version <= have => {
                let found = *version;
                Err(ProposalError::TrustVersion { found, have })
            }
            _ => Ok(()),
        }
    }

    /// Its file.
    pub fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What those who sign compare: the digest of its file.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// The root that it says to be in force; none before the first.
    pub fn root(&self) -> Option<&Root> {
        self.root.as_ref()
    }

    /// The trust list that it says to be in force; none before the first.
    pub fn trust(&self) -> Option<&TrustListClaims> {
        self.trust.as_ref()
    }

    /// The file of that trust list.
    pub fn trust_file(&self) -> Option<&[u8]> {
        self.trust_file.as_deref()
    }

    /// The root that it proposes.
    pub fn next_root(&self) -> Option<&RootClaims> {
        self.next_root.as_ref().map(|next| &next.claims)
    }

    /// The trust list that it proposes.
    pub fn next_trust(&self) -> Option<&TrustListClaims> {
        self.next_trust.as_ref().map(|next| &next.claims)
    }

    /// Every key whose part counts: those of the root in force and of the next one.
    pub fn signers(&self) -> impl Iterator<Item = &PublicKey> {
        let old = self.root.iter().flat_map(Root::keys);
        let new = self.next_root().into_iter();
        old.chain(new.flat_map(|next| next.keys.as_slice()))
    }

    /// The keys under which the proposed trust list will stand.
    fn trust_signers(&self) -> &[PublicKey] {
        match (&self.next_root, &self.root) {
            (Some(next), _) => next.claims.keys.as_slice(),
            (None, Some(root)) => root.keys(),
            (None, None) => &[],
        }
    }

    /// What this key has to sign here.
    fn bodies(&self, key: &PublicKey) -> Result<Bodies<'_>, PartError> {
        if !self.signers().any(|signer| signer == key) {
            return Err(PartError::NotARootKey(Box::new(*key)));
        }
        let next_trust = self.next_trust.as_ref().map(|next| &next.body[..]);
        Ok(Bodies {
            root: self.next_root.as_ref().map(|next| &next.body[..]),
            trust_list: next_trust.filter(|_| self.trust_signers().contains(key)),
        })
    }

    /// Signs all of it that is this root key's to sign.
    pub fn sign(&self, secret: &SecretKey) -> Result<Part, PartError> {
        let key = secret.public();
        let bodies = self.bodies(&key)?;
        Ok(Part {
            proposal: self.digest(),
            key,
            root: bodies
                .root
                .map(|body| secret.sign_detached(Kind::Root, body)),
            trust_list: bodies
                .trust_list
                .map(|body| secret.sign_detached(Kind::TrustList, body)),
        })
    }

    /// Checks a part by itself: made for this proposal, by one of its keys, and right.
    pub fn check(&self, part: &Part) -> Result<(), PartError> {
        if part.proposal != self.digest() {
            return Err(PartError::OtherProposal(part.proposal));
        }
        let bodies = self.bodies(&part.key)?;
        let check =
            |kind: Kind, body: Option<&[u8]>, signature: Option<&[u8; 64]>| match (body, signature)
            {
                (Some(body), Some(signature)) => part
                    .key
                    .verify_detached(kind, body, signature)
                    .map_err(PartError::Signature),
                (None, None) => Ok(()),
                _ => Err(PartError::Incomplete(kind)),
            };
        check(Kind::Root, bodies.root, part.root.as_ref())?;
        let trust_list = part.trust_list.as_ref();
        check(Kind::TrustList, bodies.trust_list, trust_list)
    }

    /// Joins parts: every one must count, each key once, and together they must reach the
    /// threshold of the root in force, and of the next one where one is proposed.
    pub fn join(&self, parts: &[Part]) -> Result<Joined, JoinError> {
        for (index, part) in parts.iter().enumerate() {
            let twice = parts[..index].iter().any(|other| other.key == part.key);
            let checked = match twice {
                true => Err(PartError::Twice(Box::new(part.key))),
                false => self.check(part),
            };
            checked.map_err(|why| JoinError::Part { index, why })?;
        }
        let signed = |body: &[u8], of: fn(&Part) -> Option<[u8; 64]>| {
            let by_key = |part| of(part).map(|signature| (part.key, signature));
            assemble(body.to_vec(), parts.iter().filter_map(by_key))
        };
        let next_root = self.next_root.as_ref().map(|next| {
            let bytes = signed(&next.body, |part| part.root);
            match &self.root {
                Some(root) => root.advance(&bytes),
                None => Root::pin(&bytes),
            }
        });
        let next_root = next_root.transpose()?;
        let trust_list = self.next_trust.as_ref().map(|next| {
            let bytes = signed(&next.body, |part| part.trust_list);
            if let Some(root) = next_root.as_ref().or(self.root.as_ref()) {
                TrustList::verify(root, &bytes)?;
            }
            Ok::<_, TrustError>(bytes)
        });
        let trust_list = trust_list.transpose()?;
        Ok(Joined {
            root: next_root,
            trust_list,
        })
    }
}

/// What one key signs of a proposal.
struct Bodies<'a> {
    root: Option<&'a [u8]>,
    trust_list: Option<&'a [u8]>,
}

/// Bytes that are there.
fn there(bytes: &[u8]) -> Option<&[u8]> {
    Some(bytes).filter(|bytes| !bytes.is_empty())
}
