//! Files that several root keys sign together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    bounded::Bounded,
    codec::{self, FormatError},
    digest::Digest,
    envelope::MAX_FILE,
    key::{PublicKey, SecretKey},
    kind::{Kind, VERSION},
};

/// Why a root or a trust list is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The bytes break the format.
    #[error("the {kind} breaks its format", kind = kind.name())]
    Format {
        /// Root or trust list.
        kind: Kind,
        /// How it breaks the format.
        #[source]
        why: FormatError,
    },
    /// Too few of the root keys have signed.
    #[error("{kind} is signed by {valid} root keys, {needed} are needed", kind = kind.name())]
    Threshold {
        /// Root or trust list.
        kind: Kind,
        /// Root keys whose signature is right.
        valid: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A root's threshold is 0 or more than its keys, or a key stands in it twice.
    #[error("the root's keys and threshold do not fit together")]
    RootKeys,
    /// A root that does not follow the one before.
    #[error("root version {found} does not follow version {have}")]
    RootVersion {
        /// The version that came.
        found: u32,
        /// The version before.
        have: u32,
    },
    /// A trust list breaks one of its rules.
    #[error("trust list: {0}")]
    List(&'static str),
}

/// A file signed by several root keys.
///
/// ```text
/// kind:u8 version:u8 payload:bytes | signatures: list of (key:[u8; 8], [u8; 64])
/// ```
/// Signed is the domain of the kind and the bytes before the bar. `key` is the front of BLAKE3 of
/// the public key; the list ascends strictly, so that no key is counted twice.
#[derive(Serialize, Deserialize)]
struct RootSigned {
    kind: u8,
    version: u8,
    payload: Vec<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct RootSignature {
    pub(super) key: [u8; 8],
    r: [u8; 32],
    s: [u8; 32],
}

impl RootSignature {
    pub(super) fn bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.r);
        bytes[32..].copy_from_slice(&self.s);
        bytes
    }
}

/// The front of BLAKE3 of a key: what signatures name it by.
pub(super) fn short_id(key: &PublicKey) -> [u8; 8] {
    let mut id = [0; 8];
    id.copy_from_slice(&Digest::of(key.as_bytes()).0[..8]);
    id
}

/// Such a file, read.
pub(super) struct ThresholdSigned {
    pub(super) payload: Vec<u8>,
    pub(super) message: Vec<u8>,
    pub(super) signatures: Bounded<RootSignature, 1, 64>,
}

/// Reads a file of this kind. Its signatures are in order, and nobody has checked them yet.
pub(super) fn open(kind: Kind, bytes: &[u8]) -> Result<ThresholdSigned, TrustError> {
    let format = |why| TrustError::Format { kind, why };
    if bytes.len() > MAX_FILE {
        return Err(format(FormatError::TooLarge {
            what: kind.name(),
            limit: MAX_FILE,
        }));
    }
    let (body, rest) = codec::decode_prefix::<RootSigned>(kind.name(), bytes).map_err(format)?;
    if body.kind != kind as u8 || body.version != VERSION {
        return Err(format(FormatError::Damaged(kind.name())));
    }
    let mut message = kind.domain();
    message.extend_from_slice(&bytes[..bytes.len() - rest.len()]);
    let signatures: Bounded<RootSignature, 1, 64> =
        codec::decode(kind.name(), rest).map_err(format)?;
    if !signatures.as_slice().is_sorted_by(|a, b| a.key < b.key) {
        return Err(format(FormatError::NotCanonical(kind.name())));
    }
    Ok(ThresholdSigned {
        payload: body.payload,
        message,
        signatures,
    })
}

/// What root keys sign, behind the domain of the kind: such a file without its signatures.
pub(super) fn body<T: Serialize>(kind: Kind, claims: &T) -> Vec<u8> {
    codec::encode(&RootSigned {
        kind: kind as u8,
        version: VERSION,
        payload: codec::encode(claims),
    })
}

/// Reads what [`body`] made, and gives the claims' bytes.
pub(super) fn open_body(kind: Kind, bytes: &[u8]) -> Result<Vec<u8>, TrustError> {
    let format = |why| TrustError::Format { kind, why };
    let body: RootSigned = codec::decode_within(kind.name(), bytes, MAX_FILE).map_err(format)?;
    if body.kind != kind as u8 || body.version != VERSION {
        return Err(format(FormatError::Damaged(kind.name())));
    }
    Ok(body.payload)
}

/// Adds the signatures to what they were made over. Nobody has checked them here.
pub(super) fn assemble(
    mut body: Vec<u8>,
    signatures: impl IntoIterator<Item = (PublicKey, [u8; 64])>,
) -> Vec<u8> {
    let ordered: BTreeMap<_, _> = signatures
        .into_iter()
        .map(|(key, signature)| (short_id(&key), signature))
        .collect();
    let signatures: Vec<RootSignature> = ordered
        .into_iter()
        .map(|(key, signature)| {
            let (mut r, mut s) = ([0; 32], [0; 32]);
            r.copy_from_slice(&signature[..32]);
            s.copy_from_slice(&signature[32..]);
            RootSignature { key, r, s }
        })
        .collect();
    body.extend(codec::encode(&signatures));
    body
}

/// Signs a root or a trust list with several root keys that are all in one place.
pub fn sign_with_roots<T: Serialize>(kind: Kind, claims: &T, keys: &[&SecretKey]) -> Vec<u8> {
    let body = body(kind, claims);
    let signatures: Vec<_> = keys
        .iter()
        .map(|key| (key.public(), key.sign_detached(kind, &body)))
        .collect();
    assemble(body, signatures)
}
