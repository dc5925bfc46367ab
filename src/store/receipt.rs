//! Receipts of the hub, verified.

use std::ops::Deref;

use gatepost_pass::{DocumentError, Rules, Timestamp};
use gatepost_protocol::Receipt;

/// A receipt that the hub has signed. Only [`Self::verify`] makes one. Its time moves no clock:
/// that takes an answer to a question of this device (`sync/time.rs`).
#[derive(Clone, Copy, Debug)]
pub struct VerifiedReceipt(Receipt);

impl VerifiedReceipt {
    /// Checks a receipt's signature.
    ///
    /// # Errors
    /// When it is not signed by a key that may sign receipts.
    pub fn verify(bytes: &[u8], rules: &Rules, now: Timestamp) -> Result<Self, DocumentError> {
        Receipt::verify(bytes, rules.trust(), now).map(Self)
    }

    /// What an honest hub would have signed.
    #[cfg(test)]
    pub(crate) const fn unchecked(receipt: Receipt) -> Self {
        Self(receipt)
    }
}

impl Deref for VerifiedReceipt {
    type Target = Receipt;

    fn deref(&self) -> &Receipt {
        &self.0
    }
}
