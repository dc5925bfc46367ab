//! Who a device is: its key and its certificate.

use gatepost_pass::envelope::{Envelope, MAX_CODE};
use gatepost_pass::verify::{Claims, verify_envelope};
use gatepost_pass::{
    DeviceId, Digest, DocumentError, FormatError, Kind, PublicKey, Text, Timestamp, TrustList,
};
use serde::{Deserialize, Serialize};

use crate::seal_key::SealKey;

/// Claims of a device certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCertificate {
    /// The device's key.
    pub key: PublicKey,
    /// What is for this device only is sealed to this key.
    pub seal_key: SealKey,
    /// Name for people.
    pub name: Text<60>,
    /// From when it is valid.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub until: Timestamp,
}

impl Claims for DeviceCertificate {
    const KINDS: &'static [Kind] = &[Kind::DeviceCertificate];
}

/// The name that follows from a device's key.
pub fn device_id(key: &PublicKey) -> DeviceId {
    let mut id = [0; 16];
    id.copy_from_slice(&Digest::of(key.as_bytes()).0[..16]);
    DeviceId(id)
}

/// Checks a certificate's signature and time.
pub fn verify_certificate(
    bytes: &[u8],
    trust: &TrustList,
    now: Timestamp,
) -> Result<DeviceCertificate, CertificateError> {
    let certificate = verify_envelope::<DeviceCertificate>(&envelope(bytes)?, trust, now)?;
    let certificate = certificate.claims().clone();
    if (certificate.from..certificate.until).contains(&now) {
        Ok(certificate)
    } else {
        Err(CertificateError::OutsideValidity)
    }
}

/// Reads what a certificate claims, before anyone has checked it: a new device has no trust list
/// yet.
pub fn peek_certificate(bytes: &[u8]) -> Result<DeviceCertificate, CertificateError> {
    Ok(envelope(bytes)?.peek()?)
}

fn envelope(bytes: &[u8]) -> Result<Envelope, DocumentError> {
    Ok(Envelope::parse_kind(
        Kind::DeviceCertificate,
        bytes,
        MAX_CODE,
    )?)
}

/// Why a device certificate, or a request for one, is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Its bytes break the format, or it is not validly signed.
    #[error("the device certificate is not valid")]
    Document(#[from] DocumentError),
    /// Not valid at this time.
    #[error("the device certificate is not valid at this time: enrol the device again")]
    OutsideValidity,
    /// An answer to a device's request proves no knowledge of the code by which it asked.
    #[error("the answer does not come from the authority whose code was scanned")]
    Answer,
    /// A request is not signed by the key that it names.
    #[error("the request is not signed by the key that it names")]
    Request,
    /// A request or an enrolment file breaks the format.
    #[error(transparent)]
    Format(#[from] FormatError),
}
