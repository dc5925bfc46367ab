//! Who a device is: its key, its certificate, and that it is one no longer.

use gatepost_pass::{
    DeviceId, Digest, DocumentError, FormatError, Kind, PublicKey, Signer, Text, Timestamp,
    TrustList,
    envelope::{Envelope, EnvelopeError, MAX_CODE, MAX_FILE},
    verify::{Claims, verify_envelope},
};
use serde::{Deserialize, Serialize};

/// Claims of a device certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCertificate {
    /// The device's key.
    pub key: PublicKey,
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

impl DeviceCertificate {
    /// The authority's word that a device is one no longer: its certificate for no time at all. The
    /// device that reads it wipes itself.
    pub fn revoke(&self, signer: &Signer, at: Timestamp) -> Vec<u8> {
        let (key, name) = (self.key, self.name.clone());
        signer.sign(
            Kind::DeviceCertificate,
            &Self {
                key,
                name,
                from: at,
                until: at,
            },
        )
    }
}

/// The devices that the authority has given up: one signed revocation each
/// ([`DeviceCertificate::revoke`]). The file `revoked` beside a bundle's manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revoked(Vec<Vec<u8>>);

impl Revoked {
    /// Largest file, in bytes.
    pub const MAX: usize = MAX_FILE;

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        gatepost_pass::encode(self)
    }

    /// Reads [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        gatepost_pass::decode_within("list of revoked devices", bytes, Self::MAX)
    }

    /// Adds a revocation, in place of an earlier one of the same device.
    pub fn add(&mut self, revocation: Vec<u8>) -> Result<(), CertificateError> {
        let key = peek_certificate(&revocation)?.key;
        self.0
            .retain(|held| peek_certificate(held).is_ok_and(|held| held.key != key));
        self.0.push(revocation);
        Ok(())
    }

    /// Since when a device is revoked; nothing when it is not. Entries of other devices are not
    /// looked at.
    ///
    /// # Errors
    /// An entry of this device that its authority has not signed, or that is no revocation.
    pub fn since(
        &self,
        device: DeviceId,
        trust: &TrustList,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, CertificateError> {
        let own = |entry: &&Vec<u8>| {
            peek_certificate(entry).is_ok_and(|claimed| device_id(&claimed.key) == device)
        };
        let Some(entry) = self.0.iter().find(own) else {
            return Ok(None);
        };
        let envelope = Envelope::parse_kind(Kind::DeviceCertificate, entry, MAX_CODE)?;
        let verified = verify_envelope::<DeviceCertificate>(&envelope, trust, now)?;
        let certificate = verified.claims();
        if certificate.from == certificate.until {
            Ok(Some(certificate.from))
        } else {
            Err(CertificateError::NoRevocation)
        }
    }
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
    let envelope = Envelope::parse_kind(Kind::DeviceCertificate, bytes, MAX_CODE)?;
    let certificate: DeviceCertificate =
        verify_envelope::<DeviceCertificate>(&envelope, trust, now)?
            .claims()
            .clone();
    if (certificate.from..certificate.until).contains(&now) {
        Ok(certificate)
    } else {
        Err(CertificateError::OutsideValidity)
    }
}

/// Reads what a certificate claims, before anyone has checked it: a new device has no trust list
/// yet.
pub fn peek_certificate(bytes: &[u8]) -> Result<DeviceCertificate, CertificateError> {
    let envelope = Envelope::parse_kind(Kind::DeviceCertificate, bytes, MAX_CODE)?;
    Ok(envelope.peek()?)
}

/// Why a device certificate, or a request for one, is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The bytes break the format.
    #[error("the device certificate breaks its format")]
    Envelope(#[from] EnvelopeError),
    /// It is not validly signed.
    #[error("the device certificate is not valid")]
    Document(#[from] DocumentError),
    /// Not valid at this time.
    #[error("the device certificate is not valid at this time: enrol the device again")]
    OutsideValidity,
    /// A valid certificate, where a revocation was expected.
    #[error("this is a certificate, not the revocation of one")]
    NoRevocation,
    /// A request or an enrolment file breaks the format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// An answer to a device's request proves no knowledge of the code by which it asked.
    #[error("the answer does not come from the authority whose code was scanned")]
    Answer,
    /// A request is not signed by the key that it names.
    #[error("the request is not signed by the key that it names")]
    Request,
}
