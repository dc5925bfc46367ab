//! The manifest: what a bundle consists of, by digest; and what a device remembers of the last one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::{BundleError, MAX_DELTAS};
use crate::{
    bounded::Bounded,
    codec,
    digest::Digest,
    envelope::{Envelope, EnvelopeError, MAX_FILE},
    ids::IssuerId,
    key::PublicKey,
    kind::Kind,
    list::ListKind,
    time::Timestamp,
    trust::TrustList,
    verify::Claims,
};

/// Claims of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Goes up with every bundle.
    pub version: u64,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// Until when it is fresh.
    pub fresh_until: Timestamp,
    /// Until when it is usable at all.
    pub hard_expiry: Timestamp,
    /// The log of who traced whom, as far as it had come.
    pub audit: AuditHead,
    /// The files, sorted by role, no role twice.
    pub files: Bounded<FileEntry, 1, 8192>,
}

impl Manifest {
    /// The deltas that lead from that version of a list to the list that is named here, in the
    /// order in which they are to be applied. None when no delta begins at that version: take the
    /// list.
    pub fn deltas_from(
        &self,
        kind: ListKind,
        issuer: IssuerId,
        from_version: u64,
    ) -> Option<&[FileEntry]> {
        let delta = |from_version| FileRole::Delta {
            kind,
            issuer,
            from_version,
        };
        let entries = self.files.as_slice();
        let from = entries.partition_point(|entry| entry.role < delta(from_version));
        let to = entries.partition_point(|entry| entry.role <= delta(u64::MAX));
        let deltas = entries.get(from..to)?;
        let first = deltas.first()?;
        (first.role == delta(from_version)).then_some(deltas)
    }
}

/// Which manifest: two of one version tell a split view, whoever shows it to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ManifestId {
    /// Its version.
    pub version: u64,
    /// BLAKE3 of its signed bytes.
    pub digest: Digest,
}

impl Claims for Manifest {
    const KINDS: &'static [Kind] = &[Kind::Manifest];
}

/// How far the authority's log of who traced whom had come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// Its entries.
    pub entries: u64,
    /// The hash that they chain up to; zeros before the first.
    pub head: [u8; 32],
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
    /// What PINs of badges are checked against, sealed for the devices. A bundle can do without it.
    Pins,
    /// A list of an issuer.
    List(ListKind, IssuerId),
    /// What leads from one version of a list to the next that has a delta here, and from the last
    /// of those to the list itself. Nothing needs it: it spares a device that holds `from_version`
    /// the list, whose bytes it must make. So a bundle is whole without it, and with one that is
    /// damaged.
    Delta {
        /// Status, revocation or identity.
        kind: ListKind,
        /// Whose list it is.
        issuer: IssuerId,
        /// The version that it begins at.
        from_version: u64,
    },
}

/// What a device has installed so far, so that nothing goes back.
///
/// Of everything that a key of the authority numbers, the key is kept too. A number binds as long
/// as its key is on the trust list: whoever stole that key could have signed the highest number
/// there is, and nothing honest could ever follow once the roots have dropped it (TUF, section
/// 5.3.11). Each key's numbers are let go by themselves, so the change of one key lets nothing that
/// another one has signed go back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Of the trust list, which the roots number.
    pub trust_list: u64,
    /// Of the manifest.
    pub manifest: Option<SignedVersion>,
    /// Of the policy.
    pub policy: Option<SignedVersion>,
    /// Of each list that was ever installed, also of one that bundles have left out since.
    pub lists: BTreeMap<(ListKind, IssuerId), SignedVersion>,
}

/// A version, and the key that signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedVersion {
    /// The version.
    pub number: u64,
    /// The key.
    pub key: PublicKey,
}

impl SignedVersion {
    /// The number below which the issuer may not go back; none once the trust list has dropped the
    /// key that gave it. A thief gains nothing by that: only the roots sign trust lists, and those
    /// go back in nothing.
    pub fn binding(&self, trust: &TrustList, issuer: IssuerId) -> Option<u64> {
        let keys = trust.issuer(issuer)?.keys.as_slice();
        let held = keys.iter().any(|entry| entry.key == self.key);
        held.then_some(self.number)
    }
}

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

/// Reads what a manifest says it names, before anyone has checked it: a downloader uses this to
/// know what to fetch, and believes nothing of it.
pub fn files_named(manifest: &[u8]) -> Result<Vec<FileEntry>, BundleError> {
    let envelope = Envelope::parse_kind(Kind::Manifest, manifest, MAX_FILE)?;
    let claimed: Manifest = envelope.peek().map_err(EnvelopeError::from)?;
    Ok(claimed.files.as_slice().to_vec())
}

/// Files stand in order, no role twice, and no list has more deltas than [`MAX_DELTAS`].
pub(super) fn check_roles(entries: &[FileEntry]) -> Result<(), BundleError> {
    if !entries.is_sorted_by(|a, b| a.role < b.role) {
        return Err(BundleError::Order);
    }
    let list = |entry: &FileEntry| match entry.role {
        FileRole::Delta { kind, issuer, .. } => Some((kind, issuer)),
        FileRole::Root(_)
        | FileRole::TrustList
        | FileRole::Policy
        | FileRole::Pins
        | FileRole::List(..) => None,
    };
    // In order, the deltas of one list stand side by side.
    let deltas = entries.iter().filter_map(list).collect::<Vec<_>>();
    let mut lists = deltas.chunk_by(|a, b| a == b);
    if lists.any(|of_one| of_one.len() > MAX_DELTAS) {
        return Err(BundleError::ManyDeltas);
    }
    Ok(())
}
