//! What lists and deltas promise: the answers of a map, the same bytes, and a named error for the
//! rest.

#![allow(clippy::unwrap_used, clippy::panic)]

mod damage;
mod deltas;
mod format;
mod hostile;
mod identity;
mod model;

use std::{io::Cursor, sync::LazyLock};

use super::{shape::Shape, *};
use crate::{
    Colour, Digest, KeyId, Kind, Signer, SubjectTag,
    fixture::{self, NOW, SIGNED},
    trust::TrustList,
};

const SALT: [u8; 16] = [8; 16];

/// The region of the fixture, in which CN-JS signs lists too.
static TRUST: LazyLock<TrustList> = LazyLock::new(|| {
    fixture::trust_with(|issuers| {
        let key = fixture::key_entry(&neighbour(), &[Kind::List]);
        fixture::change_keys(&mut issuers[1], |keys| *keys = vec![key]);
    })
});

fn neighbour() -> Signer {
    Signer {
        key: KeyId(2),
        ..fixture::foreign("CN-JS")
    }
}

fn plan(version: u64) -> ListPlan {
    ListPlan {
        version,
        as_of: SIGNED,
        salt: SALT,
    }
}

fn write(kind: ListKind, version: u64, entries: impl IntoIterator<Item = ListEntry>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let entries = sorted(entries.into_iter().collect());
    write_list(&fixture::lists(), kind, plan(version), entries, &mut file).unwrap();
    file.into_inner()
}

fn open<R: ReadAt>(file: R) -> Result<List<R>, ListError> {
    List::open(file, &TRUST, NOW)
}

fn list(
    kind: ListKind,
    version: u64,
    entries: impl IntoIterator<Item = ListEntry>,
) -> List<Vec<u8>> {
    open(write(kind, version, entries)).unwrap()
}

/// Evenly spread keys, all different, about every third red where there are colours.
fn spread(kind: ListKind, numbers: std::ops::Range<u64>) -> impl Iterator<Item = ListEntry> {
    numbers.map(move |number| ListEntry {
        key: number.wrapping_mul(0x9e37_79b9_7f4a_7c15).reverse_bits() >> (64 - kind.key_bits()),
        red: kind.colour_bits() == 1 && number.is_multiple_of(3),
    })
}
