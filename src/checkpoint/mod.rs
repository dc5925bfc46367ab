//! From what was seen to what the guard is told.

/// The words of a verdict.
pub mod verdict {
    pub use gatepost_protocol::verdict::{Outcome, Reason};
}
