//! Status, revocation and identity lists: who is yellow or red, which passes no longer count.
//!
//! One file format for all, byte by byte in `docs/list-format.md`: sorted keys in quotiented
//! Elias-Fano code, in pages of 4 KiB that can each be read alone. A look-up finds its page in an
//! index in memory (1 MB for 100 million records) and reads it, once, at its place. The same
//! records give the same bytes, so that a list made by [`merge`] from a [`Delta`] is the issuer's
//! to the last bit.
//!
//! Every byte is checked against the signed root when a list is opened. A page is checked against
//! its checksum when a look-up reads it, and [`List::check_chunk`] goes over the whole again in the
//! background: storage that rots is an error, never "not listed".

mod bits;
mod delta;
mod delta_error;
mod error;
mod exact;
mod file;
mod head;
mod identity;
mod keys;
mod kind;
mod lookup;
mod merge;
mod page;
mod rice;
mod scan;
mod shape;
mod source;
mod write;

#[cfg(test)]
mod tests;

pub use delta::{Delta, write_delta};
pub use delta_error::DeltaError;
pub use error::ListError;
pub use exact::{Exactness, test_status};
pub use head::{ListHead, MAX_RECORDS};
pub use identity::{IdentityHasher, IdentityKey};
pub use keys::{TagKey, number_key};
pub use kind::{HASH, ListKind};
pub use lookup::{List, Listing, Revocation};
pub use merge::merge;
pub use page::ListEntry;
pub use source::ReadAt;
pub use write::{
    ListPlan, WriteError, sorted, write_identity, write_list, write_revocation, write_status,
};
