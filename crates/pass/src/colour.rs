//! The colours of health and access codes.

use serde::{Deserialize, Serialize};

/// What a health or access code says about a person. Ordered: the worse one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Colour {
    /// Nothing against passing.
    Green,
    /// Passing is limited.
    Yellow,
    /// Must not pass.
    Red,
}

crate::names! { Colour { Green = "green", Yellow = "yellow", Red = "red" } }
