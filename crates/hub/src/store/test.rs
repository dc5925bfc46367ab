//! Stores and batches for unit tests.

#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use gatepost_pass::{
    SecretKey,
    fixture::{NOW, devices, trust},
};
use gatepost_protocol::{Body, Record, batch::sign_batch, fixture::certificate};

use super::*;

/// What a store may say when it is not asked for more.
pub(crate) const KEPT: Kept = Kept {
    front: Front {
        next_seq: 1,
        head: Head::START,
    },
    new: 1,
    findings: 0,
};

/// A batch of an epoch's start.
pub(crate) fn batch_of(device: u8) -> Incoming {
    start(device, 7)
}

/// Another hour makes another record of the same number.
pub(crate) fn start(device: u8, hour: u32) -> Incoming {
    let secret = SecretKey::from_seed(&[device; 32]);
    let certificate = certificate(&devices(), &secret, NOW..NOW.plus(1));
    let start = Record {
        seq: 0,
        hour,
        body: Body::EpochStart(None),
    };
    let records = vec![start.to_bytes()];
    let signed = sign_batch(&certificate, &secret, Epoch([2; 16]), Head::START, records).unwrap();
    Incoming {
        batch: VerifiedBatch::verify(&signed, &trust(), NOW).unwrap(),
        signed,
        at: NOW,
    }
}

/// Only keeps, and that as it is told.
pub(crate) struct NoStore<F>(pub(crate) F);

impl<F: Fn(&[Incoming]) -> Result<Vec<Kept>, StoreError> + Send + Sync> Store for NoStore<F> {
    fn keep(&self, group: &[Incoming]) -> Result<Vec<Kept>, StoreError> {
        self.0(group)
    }
    fn knows(&self, _: DeviceId) -> Result<bool, StoreError> {
        Ok(true)
    }
    fn hear(&self, _: &Heard) -> Result<(), StoreError> {
        Ok(())
    }
    fn visit(
        &self,
        _: &Which,
        _: &mut dyn FnMut(Arrived) -> ControlFlow<()>,
    ) -> Result<Totals, StoreError> {
        Ok(Totals::default())
    }
    fn totals(&self) -> Result<Totals, StoreError> {
        Ok(Totals::default())
    }
    fn devices(&self, _: Page) -> Result<Vec<DeviceRow>, StoreError> {
        Ok(Vec::new())
    }
    fn hours(&self, _: u32) -> Result<Vec<HourRow>, StoreError> {
        Ok(Vec::new())
    }
    fn findings(&self, _: Page) -> Result<Vec<FindingRow>, StoreError> {
        Ok(Vec::new())
    }
    fn ask_revocation(&self, _: DeviceId, _: Timestamp) -> Result<Asked, StoreError> {
        Ok(Asked::Unknown)
    }
    fn forget(&self, _: Timestamp) -> Result<u64, StoreError> {
        Ok(0)
    }
}
