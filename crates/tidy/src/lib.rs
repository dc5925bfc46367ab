//! Rules of this house that no compiler checks, as [`tests/tidy.rs`](../tests/tidy.rs) applies
//! them.
//!
//! `source` finds the files, `krate` reads those of one crate, `uses` says which file uses which,
//! and `circles` finds the files that use each other in a circle.

pub mod circles;
pub mod krate;
pub mod source;
pub mod uses;
