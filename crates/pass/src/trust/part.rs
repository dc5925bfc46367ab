//! One root key's signatures on a proposal, as the file that travels back from its machine.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER;

use crate::{
    digest::Digest,
    hex::parse_hex,
    key::{BadSignature, PublicKey},
    kind::Kind,
};

/// First line of a part's file, with the version of its format.
const TITLE: &str = "gatepost part 1";

/// Why a part of a signed file does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// A file that can't be read.
    #[error("line {line} should be `{expected}`")]
    File {
        /// Line, from 1.
        line: usize,
        /// The text that belongs there.
        expected: &'static str,
    },
    /// It was made for another proposal, or for this one before it was changed.
    #[error("it was made for another proposal, with digest {0}")]
    OtherProposal(Digest),
    /// Its key is none of the root's.
    #[error("its key {0} is not a root key")]
    NotARootKey(Box<PublicKey>),
    /// Another part is by the same key.
    #[error("there are two parts by the key {0}, which counts once")]
    Twice(Box<PublicKey>),
    /// A signature is missing, or one too many is there.
    #[error("it must have a signature on each {} that its key signs, and no other", .0.name())]
    Incomplete(Kind),
    /// A signature is not its key's.
    #[error("its signature is not by the key that it names")]
    Signature(#[source] BadSignature),
}

/// A root key's signatures on a proposal. Nobody has checked them: see
/// [`check`](super::Proposal::check).
///
/// ```text
/// gatepost part 1
/// proposal DIGEST            of the proposal's file (BLAKE3)
/// key PUBLIC                 the root key
/// root SIGNATURE             where the proposal has a root
/// trust-list SIGNATURE       where it has a trust list that stands under this key
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub(super) proposal: Digest,
    pub(super) key: PublicKey,
    pub(super) root: Option<[u8; 64]>,
    pub(super) trust_list: Option<[u8; 64]>,
}

impl Part {
    /// The key that it says it is by.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
}

impl fmt::Display for Part {
    /// The text of its file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proposal, key, .. } = self;
        writeln!(f, "{TITLE}\nproposal {proposal}\nkey {key}")?;
        if let Some(signature) = &self.root {
            writeln!(f, "root {}", HEXLOWER.encode(signature))?;
        }
        if let Some(signature) = &self.trust_list {
            writeln!(f, "trust-list {}", HEXLOWER.encode(signature))?;
        }
        Ok(())
    }
}

impl FromStr for Part {
    type Err = PartError;

    /// Reads a part's file.
    fn from_str(text: &str) -> Result<Self, PartError> {
        let mut lines = text.lines().zip(1..).peekable();
        let mut field = |line, name: &str, expected| {
            let found = lines.next_if(|(text, _)| text.starts_with(name));
            let value = found.and_then(|(text, _)| text.strip_prefix(name));
            value.ok_or(PartError::File { line, expected })
        };
        if !field(1, TITLE, TITLE)?.is_empty() {
            let (line, expected) = (1, TITLE);
            return Err(PartError::File { line, expected });
        }
        let bad = |line, expected| PartError::File { line, expected };
        let digest = field(2, "proposal ", "proposal DIGEST")?;
        let key = field(3, "key ", "key PUBLIC")?;
        let key: [u8; 32] = parse_hex(key).map_err(|_| bad(3, "key PUBLIC"))?;
        let mut signature = |name| match field(0, name, "") {
            Ok(digits) => parse_hex(digits).map(Some),
            Err(_) => Ok(None),
        };
        let root = signature("root ").map_err(|_| bad(4, "root SIGNATURE"))?;
        let line = 4 + usize::from(root.is_some());
        let trust_list = signature("trust-list ").map_err(|_| bad(line, "trust-list SIGNATURE"))?;
        let part = Self {
            proposal: digest.parse().map_err(|_| bad(2, "proposal DIGEST"))?,
            key: PublicKey::from_bytes(&key).map_err(|_| bad(3, "key PUBLIC"))?,
            root,
            trust_list,
        };
        match lines.next() {
            Some((_, line)) => Err(bad(line, "the end of the file")),
            None => Ok(part),
        }
    }
}
