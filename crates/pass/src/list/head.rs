//! The head of a list: what its issuer signs.

use serde::{Deserialize, Serialize};

use super::kind::ListKind;
use crate::{digest::Digest, kind::Kind, time::Timestamp, verify::Claims};

/// Opens every file with a list.
pub(super) const MAGIC: &[u8; 4] = b"GPL1";
/// Largest head envelope, in bytes.
pub(super) const MAX_HEAD: usize = 512;
/// Most records in one list.
pub const MAX_RECORDS: u64 = 1 << 31;

/// Claims of a list's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListHead {
    /// Whether it lists statuses, revocations or identities.
    pub kind: ListKind,
    /// Bits of a key: 64 for status and identity, 40 for revocation.
    pub key_bits: u8,
    /// Never goes down.
    pub version: u64,
    /// The time whose state it shows.
    pub as_of: Timestamp,
    /// Salt of the hash (status and identity lists), else zeros. Identity lists of one programme
    /// share theirs.
    pub salt: [u8; 16],
    /// Version of the hash and its parameters (identity lists: [`super::HASH`]), else 0.
    pub hash: u8,
    /// The number of records.
    pub count: u64,
    /// The number of pages that they fill.
    pub pages: u32,
    /// Root over the body's chunks.
    pub root: Digest,
}

impl Claims for ListHead {
    const KINDS: &'static [Kind] = &[Kind::List];
}
