//! The issuer's side of a list: sorted records, a root over them, a signed head.

use super::{CHUNK, ListHead, ListKind, MAGIC, hash_tag};
use crate::{
    envelope::Kind,
    key::Signer,
    time::Timestamp,
    words::{Colour, Digest, PassNumber, SubjectTag},
};

/// Root over a body's chunks.
fn body_root(body: &[u8]) -> Digest {
    let mut root = blake3::Hasher::new();
    for chunk in body.chunks(CHUNK) {
        root.update(blake3::hash(chunk).as_bytes());
    }
    Digest(*root.finalize().as_bytes())
}

/// Why a list can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Two persons share a hash under this salt: take another salt.
    #[error("two persons share a hash under this salt: take another")]
    Collision,
}

/// What a list is written from besides its records.
#[derive(Clone, Copy, Debug)]
pub struct ListPlan {
    /// Its version.
    pub version: u64,
    /// The time whose state it shows.
    pub as_of: Timestamp,
    /// Fresh random bytes (status lists).
    pub salt: [u8; 16],
}

/// Writes a status list. `enrolled` are the issuer's persons who are not listed: none of them may
/// share a hash with a listed one.
pub fn write_status(
    signer: &Signer,
    plan: ListPlan,
    listed: impl IntoIterator<Item = (SubjectTag, Colour)>,
    enrolled: impl IntoIterator<Item = SubjectTag>,
) -> Result<Vec<u8>, WriteError> {
    let mut records: Vec<([u8; 8], u8)> = listed
        .into_iter()
        .filter_map(|(tag, colour)| match colour {
            Colour::Green => None,
            Colour::Yellow => Some((hash_tag(&plan.salt, &tag), 1)),
            Colour::Red => Some((hash_tag(&plan.salt, &tag), 2)),
        })
        .collect();
    records.sort_unstable();
    if records.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(WriteError::Collision);
    }
    for tag in enrolled {
        let hash = hash_tag(&plan.salt, &tag);
        if records
            .binary_search_by_key(&hash, |record| record.0)
            .is_ok()
        {
            return Err(WriteError::Collision);
        }
    }
    let body = records
        .iter()
        .flat_map(|(hash, colour)| hash.iter().chain([colour]))
        .copied();
    Ok(write(signer, ListKind::Status, plan, body.collect()))
}

/// Writes a revocation list.
pub fn write_revocation(
    signer: &Signer,
    plan: ListPlan,
    numbers: impl IntoIterator<Item = PassNumber>,
) -> Vec<u8> {
    let mut numbers: Vec<PassNumber> = numbers.into_iter().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let body = numbers.iter().flat_map(|number| number.0).collect();
    write(
        signer,
        ListKind::Revocation,
        ListPlan {
            salt: [0; 16],
            ..plan
        },
        body,
    )
}

fn write(signer: &Signer, kind: ListKind, plan: ListPlan, body: Vec<u8>) -> Vec<u8> {
    let head = ListHead {
        kind,
        version: plan.version,
        as_of: plan.as_of,
        salt: plan.salt,
        count: (body.len() / kind.record()) as u64,
        root: body_root(&body),
    };
    let head = signer.sign(Kind::List, &head);
    let mut file = MAGIC.to_vec();
    // A head is a few hundred bytes.
    file.extend_from_slice(&(head.len() as u32).to_le_bytes());
    file.extend(head);
    file.extend(body);
    file
}
