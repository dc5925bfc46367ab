//! Records on their way to the hub, signed by the device.
//!
//! ```text
//! batch  = body ‖ signature:[u8; 64]       signed: domain(batch) ‖ body
//! body   = certificate:bytes manifest:option of (version, digest) epoch:[u8; 16] before:[u8; 32]
//!          records:list of bytes
//! ```
//! `manifest` is that of the device's bundle: who shows one device another bundle of a version than
//! everybody else is found out. `before` is the chain hash before the first record. Order, repeats
//! and gaps between batches don't matter; within a batch records follow each other.

use gatepost_pass::{
    Bounded, DeviceId, FormatError, Kind, ManifestId, SecretKey, Timestamp, TrustList,
};
use serde::{Deserialize, Serialize};

use crate::{
    bytes::Bytes,
    chain::{Epoch, Head},
    device::{CertificateError, device_id, peek_certificate, verify_certificate},
    record::{Body, Record},
    signed_body,
};

/// Most records in a batch.
pub const MAX_RECORDS: usize = 500;
/// Largest batch, in bytes.
pub const MAX_BYTES: usize = 512 * 1024;
/// Ending of a file that holds a batch, on a stick or in a hub's export.
pub const BATCH_FILE: &str = "batch";
/// Ending of a file that holds a receipt, beside the batch that it answers.
pub const RECEIPT_FILE: &str = "receipt";

/// Why a batch, or a device's status, is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes break the format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The batch is not signed by the device.
    #[error("the batch is not signed by its device")]
    BadSignature,
    /// Records do not follow each other.
    #[error("records of the batch do not follow each other")]
    Sequence,
    /// The device's certificate is refused.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

#[derive(Serialize, Deserialize)]
struct BatchBody<'a> {
    #[serde(borrow)]
    certificate: Bytes<'a>,
    manifest: Option<ManifestId>,
    epoch: Epoch,
    before: Head,
    #[serde(borrow)]
    records: Bounded<Bytes<'a>, 1, MAX_RECORDS>,
}

/// A batch whose certificate, signature, order and inner chain were checked.
#[derive(Clone, Debug)]
pub struct VerifiedBatch {
    device: DeviceId,
    name: String,
    manifest: Option<ManifestId>,
    epoch: Epoch,
    before: Head,
    records: Chained,
}

/// Signs records, given as their bytes in order, into a batch. `manifest` is that of the installed
/// bundle; a device that was wiped has none.
pub fn sign_batch(
    certificate: &[u8],
    secret: &SecretKey,
    manifest: Option<ManifestId>,
    epoch: Epoch,
    before: Head,
    records: Vec<Vec<u8>>,
) -> Result<Vec<u8>, BatchError> {
    let records: Vec<_> = records.iter().map(|record| Bytes(record)).collect();
    let records = records.try_into().map_err(|_| FormatError::TooLarge {
        what: "batch",
        limit: MAX_BYTES,
    })?;
    let body = BatchBody {
        certificate: Bytes(certificate),
        manifest,
        epoch,
        before,
        records,
    };
    let body = gatepost_pass::encode(&body);
    Ok(signed_body::sign(Kind::Batch, body, secret))
}

impl VerifiedBatch {
    /// Checks a batch.
    pub fn verify(bytes: &[u8], trust: &TrustList, now: Timestamp) -> Result<Self, BatchError> {
        let (body, signature) = signed_body::split("batch", bytes, MAX_BYTES)?;
        let batch: BatchBody<'_> = gatepost_pass::decode("batch", body)?;
        let certificate = verify_certificate(batch.certificate.0, trust, now)?;
        certificate
            .key
            .verify_detached(Kind::Batch, body, signature)
            .map_err(|_| BatchError::BadSignature)?;
        let device = device_id(&certificate.key);
        let records = chain(&batch, device)?;
        let name = certificate.name.as_str().to_owned();
        Ok(Self {
            device,
            name,
            manifest: batch.manifest,
            epoch: batch.epoch,
            before: batch.before,
            records,
        })
    }

    /// The hour (since 1970) of a batch's last record as the bytes have it, before anything is
    /// checked: who reads batches long after they were made checks the certificate at that time.
    pub fn peek_hour(bytes: &[u8]) -> Result<u32, FormatError> {
        let (body, _) = signed_body::split("batch", bytes, MAX_BYTES)?;
        let batch: BatchBody<'_> = gatepost_pass::decode("batch", body)?;
        let last = batch.records.as_slice().last();
        let last = last.ok_or(FormatError::Damaged("batch"))?;
        Ok(Record::from_bytes(last.0)?.hour)
    }

    /// The device that signed it.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The device's name for people.
    pub fn device_name(&self) -> &str {
        &self.name
    }

    /// The manifest of the bundle that the device had.
    pub fn manifest(&self) -> Option<ManifestId> {
        self.manifest
    }

    /// The process run that its records are of.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Chain hash before the first record.
    pub fn before(&self) -> Head {
        self.before
    }

    /// Records in order, each with its bytes and the chain hash after it. Never empty.
    pub fn records(&self) -> &[(Record, Vec<u8>, Head)] {
        &self.records
    }
}

/// The records of a batch, each with its bytes and the chain hash after it.
pub type Chained = Vec<(Record, Vec<u8>, Head)>;

/// Reads a batch that was verified when it came and was kept since: the chain hash before its first
/// record, and its records. Whose word it is, is not asked again: the certificate may have ended
/// meanwhile.
pub fn reread(bytes: &[u8]) -> Result<(Head, Chained), BatchError> {
    let (body, _) = signed_body::split("batch", bytes, MAX_BYTES)?;
    let batch: BatchBody<'_> = gatepost_pass::decode("batch", body)?;
    let device = device_id(&peek_certificate(batch.certificate.0)?.key);
    Ok((batch.before, chain(&batch, device)?))
}

/// Checks that records follow each other, and hashes them into the chain.
fn chain(batch: &BatchBody<'_>, device: DeviceId) -> Result<Chained, BatchError> {
    let mut head = batch.before;
    let mut next: Option<u64> = None;
    let mut records = Vec::with_capacity(batch.records.as_slice().len());
    for Bytes(bytes) in batch.records.as_slice() {
        let record = Record::from_bytes(bytes)?;
        if next.is_some_and(|next| next != record.seq)
            || (record.seq == 0) != (head == Head::START)
            || (record.seq == 0) != matches!(record.body, Body::EpochStart(_))
        {
            return Err(BatchError::Sequence);
        }
        next = Some(record.seq.checked_add(1).ok_or(BatchError::Sequence)?);
        head = head.after(device, batch.epoch, bytes);
        records.push((record, bytes.to_vec(), head));
    }
    Ok(records)
}
