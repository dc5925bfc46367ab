//! The manifest: what a bundle consists of, by digest; and what a device remembers of the last one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    bundle::BundleError,
    codec,
    envelope::{Envelope, EnvelopeError, Kind, MAX_FILE},
    key::PublicKey,
    list::ListKind,
    time::Timestamp,
    verify::Claims,
    words::{Bounded, Digest, IssuerId},
};

/// Claims of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Goes up with every bundle.
    pub version: u64,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// Until when it counts as fresh.
    pub fresh_until: Timestamp,
    /// Until when it is usable at all.
    pub hard_expiry: Timestamp,
    /// The files, sorted by role, no role twice.
    pub files: Bounded<FileEntry, 1, 2048>,
}

impl Claims for Manifest {
    const KINDS: &'static [Kind] = &[Kind::Manifest];
}

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// What it is for.
    pub role: FileRole,
    /// BLAKE3 of its bytes: its name.
    pub digest: Digest,
    /// Its length in bytes.
    pub length: u64,
    /// Records in it (lists), else 0.
    pub records: u64,
}

/// What a file of a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FileRole {
    /// The root of this version.
    Root(u32),
    /// The trust list.
    TrustList,
    /// The policy.
    Policy,
    /// A list of an issuer.
    List(ListKind, IssuerId),
}

/// What a device already holds, so that nothing goes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Of the manifest.
    pub manifest: u64,
    /// Of the trust list.
    pub trust_list: u64,
    /// Of the policy.
    pub policy: u64,
    /// Of each list.
    pub lists: BTreeMap<(ListKind, IssuerId), u64>,
    /// The key that signed the manifest: with it a device gets over a stolen key (see `Rules::have`).
    pub signed_by: Option<PublicKey>,
}

/// Encodes versions for a device's own store.
impl Versions {
    /// Bytes for the store.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, codec::FormatError> {
        codec::decode("versions", bytes)
    }
}

/// Reads what a manifest says it names, before anyone has checked it: a downloader uses this to know
/// what to fetch, and believes nothing of it.
pub fn files_named(manifest: &[u8]) -> Result<Vec<FileEntry>, BundleError> {
    let envelope = Envelope::parse_kind(Kind::Manifest, manifest, MAX_FILE)?;
    let claimed: Manifest = envelope.peek().map_err(EnvelopeError::from)?;
    Ok(claimed.files.as_slice().to_vec())
}
