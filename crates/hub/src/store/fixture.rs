//! Stores and batches for unit tests.

#![allow(clippy::unwrap_used)]

use std::{ops::ControlFlow, sync::Arc};

use gatepost_pass::{
    DeviceId, SecretKey, Timestamp,
    fixture::{NOW, devices, hub, trust},
};
use gatepost_protocol::{
    Body, Epoch, Head, Record, VerifiedBatch,
    batch::sign_batch,
    fixture::{certificate, manifest_id},
};

use super::*;

/// What becomes of a batch in a store that looks at none.
pub(crate) const KEPT: KeptBatch = KeptBatch {
    front: ChainFront {
        next_seq: 1,
        head: Head::START,
    },
    receipt: Vec::new(),
    new: 1,
    findings: 0,
};

/// A batch of one record, the epoch's start.
pub(crate) fn batch_of(device: u8) -> Incoming {
    start(device, 7)
}

/// The same with an hour: another hour makes another record of the same number.
pub(crate) fn start(device: u8, hour: u32) -> Incoming {
    let secret = SecretKey::from_seed(&[device; 32]);
    let certificate = certificate(&devices(), &secret, NOW..NOW.plus(1));
    let start = Record {
        seq: 0,
        hour,
        body: Body::EpochStart(None),
    };
    let records = vec![start.to_bytes()];
    let signed = sign_batch(
        &certificate,
        &secret,
        None,
        Epoch([2; 16]),
        Head::START,
        records,
    );
    let signed = signed.unwrap();
    Incoming {
        batch: VerifiedBatch::verify(&signed, &trust(), NOW).unwrap(),
        signed,
        at: NOW,
        serves: manifest_id(1),
        signer: Arc::new(hub()),
    }
}

/// A store that keeps batches by calling a function, and holds nothing.
pub(crate) struct NoStore<F>(pub(crate) F);

impl<F: Fn(&[Incoming]) -> Result<Vec<KeptBatch>, HubStoreError> + Send + Sync> HubStore
    for NoStore<F>
{
    fn keep(&self, group: &[Incoming]) -> Result<Vec<KeptBatch>, HubStoreError> {
        self.0(group)
    }
    fn knows(&self, _: DeviceId) -> Result<bool, HubStoreError> {
        Ok(true)
    }
    fn knows_run(&self, _: DeviceId, _: Epoch) -> Result<bool, HubStoreError> {
        Ok(true)
    }
    fn note_runs(&self, _: DeviceId, _: Timestamp) -> Result<(), HubStoreError> {
        Ok(())
    }
    fn serve(&self, _: ManifestId) -> Result<(), HubStoreError> {
        Ok(())
    }
    fn compare(&self, _: ManifestId) -> Result<ManifestMatch, HubStoreError> {
        Ok(ManifestMatch::Served)
    }
    fn note_bundle(&self, _: &OtherBundle) -> Result<(), HubStoreError> {
        Ok(())
    }
    fn record_status(&self, _: &ReceivedStatus) -> Result<(), HubStoreError> {
        Ok(())
    }
    fn visit(
        &self,
        _: &ArrivalFilter,
        _: &mut dyn FnMut(ArrivedItem) -> ControlFlow<()>,
    ) -> Result<Totals, HubStoreError> {
        Ok(Totals::default())
    }
    fn totals(&self) -> Result<Totals, HubStoreError> {
        Ok(Totals::default())
    }
    fn devices(&self, _: Paging) -> Result<Vec<DeviceRow>, HubStoreError> {
        Ok(Vec::new())
    }
    fn hours(&self, _: u32) -> Result<Vec<HourRow>, HubStoreError> {
        Ok(Vec::new())
    }
    fn findings(&self, _: Paging) -> Result<Vec<FindingRow>, HubStoreError> {
        Ok(Vec::new())
    }
    fn request_revocation(
        &self,
        _: DeviceId,
        _: Timestamp,
    ) -> Result<RevocationRequest, HubStoreError> {
        Ok(RevocationRequest::UnknownDevice)
    }
    fn forget(&self, _: Timestamp) -> Result<u64, HubStoreError> {
        Ok(0)
    }
}
