//! Receipts of the hub, verified, with their time noted.

use std::ops::Deref;

use gatepost_pass::{DeviceId, DocumentError, Rules};
use gatepost_protocol::Receipt;

use crate::clock::Clock;

/// A receipt that the hub has signed. Only [`Self::verify`] makes one, and it also raises the
/// clock's floor: no receipt is used whose time was not noted, by whichever way it came.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedReceipt(Receipt);

impl VerifiedReceipt {
    /// Checks a receipt's signature and takes its time, if it is this device's: a stick also brings
    /// those of others.
    ///
    /// # Errors
    /// When it is not signed by a key that may sign receipts.
    pub fn verify(
        bytes: &[u8],
        rules: &Rules,
        device: DeviceId,
        clock: &Clock,
    ) -> Result<Self, DocumentError> {
        let receipt = Receipt::verify(bytes, rules.trust(), clock.now().time)?;
        // A hub whose clock is far ahead must not take the floor with it.
        if receipt.device == device && receipt.at < rules.manifest().hard_expiry {
            clock.raise(receipt.at);
        }
        Ok(Self(receipt))
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
