//! When batches arrived: by the hub's receipts beside them, not by what devices claim.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use gatepost_pass::{Digest, ManifestId, Timestamp, TrustList, envelope::MAX_CODE};
use gatepost_protocol::Receipt;
use gatepost_system::{files::FileError, stick};

use super::discrepancy::{Discrepancy, ReceiptFault};

/// Seconds of an hour: a receipt names the hour in which a batch arrived.
pub(super) const HOUR: u64 = 3600;

/// The hub's word on when each batch arrived.
#[derive(Default)]
pub(super) struct Arrivals {
    /// The beginning of the hour, by the batch's digest; the earliest where there are several.
    hours: BTreeMap<Digest, Timestamp>,
    /// The manifests that the hub served.
    pub(super) served: BTreeSet<ManifestId>,
    /// Receipts that are not valid.
    pub(super) refused: Vec<Discrepancy>,
}

impl Arrivals {
    /// Reads receipts. A key that has run out since, or was replaced, still counts for its time as
    /// long as the trust list names it.
    pub(super) fn read(
        receipts: Vec<PathBuf>,
        trust: &TrustList,
        now: Timestamp,
    ) -> Result<Self, FileError> {
        let mut arrivals = Self::default();
        for file in receipts {
            match verify(&stick::read(&file, MAX_CODE)?, trust, now) {
                Ok(receipt) => arrivals.add(&receipt),
                Err(why) => {
                    let refused = Discrepancy::RefusedReceipt { file, why };
                    arrivals.refused.push(refused);
                }
            }
        }
        Ok(arrivals)
    }

    fn add(&mut self, receipt: &Receipt) {
        let hour = self.hours.entry(receipt.batch).or_insert(receipt.at);
        *hour = receipt.at.min(*hour);
        self.served.insert(receipt.manifest);
    }

    /// The hour in which a batch arrived; none without a receipt.
    pub(super) fn of(&self, batch: &[u8]) -> Option<Timestamp> {
        self.hours.get(&Digest::of(batch)).copied()
    }
}

fn verify(bytes: &[u8], trust: &TrustList, now: Timestamp) -> Result<Receipt, ReceiptFault> {
    let receipt = Receipt::verify_at_its_time(bytes, trust)?;
    // Clocks differ.
    if receipt.at > now.plus(HOUR) {
        return Err(ReceiptFault::Ahead(receipt.at));
    }
    Ok(receipt)
}
