//! Rules of this house that no compiler checks, as [`tests/tidy.rs`](../tests/tidy.rs) applies
//! them.
//!
//! `source` finds the files, `krate` reads those of one crate, `uses` says which file uses which,
//! `circles` finds the files that use each other in a circle, and `reached` those that are compiled
//! at all.

pub mod circles;
pub mod krate;
pub mod reached;
pub mod source;
pub mod uses;
