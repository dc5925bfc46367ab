//! The name of a list in a bundle.

use std::fmt;

use gatepost_pass::{IssuerId, List, ReadAt, list::ListKind};

/// Names one list of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListName {
    /// The issuer that signs it.
    pub issuer: IssuerId,
    /// What it lists.
    pub kind: ListKind,
}

impl ListName {
    /// The name of a list.
    pub fn of<R: ReadAt>(list: &List<R>) -> Self {
        Self {
            issuer: list.issuer(),
            kind: list.head().kind,
        }
    }
}

impl fmt::Display for ListName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} list of {}", self.kind, self.issuer)
    }
}
