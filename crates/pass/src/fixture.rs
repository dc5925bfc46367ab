//! A small region for tests and benchmarks, signed with the published keys of `keys/test`.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "test support: a panic here fails a test"
)]

mod dice;
mod documents;
mod keys;
mod region;
mod rules;
mod trust;

pub use dice::Dice;
pub use documents::*;
pub use keys::*;
pub use region::*;
pub use rules::*;
pub use trust::*;

/// The names of all values of an enum whose codes on the wire are 0, 1, 2 in this order.
pub fn names_by_code<T: Copy + serde::Serialize>(
    all: &[T],
    name: fn(T) -> &'static str,
) -> Vec<&'static str> {
    let coded = (0..).zip(all).map(|(code, value)| {
        assert_eq!(crate::encode(value), [code], "the code of {}", name(*value));
        name(*value)
    });
    coded.collect()
}
