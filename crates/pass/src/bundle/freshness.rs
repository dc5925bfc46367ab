//! How old a bundle, or a list in it, is.

use serde::{Deserialize, Serialize};

/// How old the installed bundle is, by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Freshness {
    /// Within its fresh time.
    Fresh,
    /// Past its fresh time: works, warns, marks each passage.
    Stale,
    /// Past its last usable time.
    Expired,
}

crate::names! { Freshness { Fresh = "fresh", Stale = "stale", Expired = "expired" } }
