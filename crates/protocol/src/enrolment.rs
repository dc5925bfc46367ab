//! How a device becomes one: it asks with its own key, and the authority answers with a
//! certificate.
//!
//! The two go by hand, by USB stick or over the hub. With the [`OneTimeSecret`] of a scanned code
//! neither way has to be believed: the request proves that its key is that of a device which saw
//! the code, and the answer that it comes from whoever made the code.

use gatepost_pass::{
    Bounded, CodeId, FormatError, HubAddress, HubPin, Kind, OneTimeSecret, Proof, PublicKey,
    SecretKey, Signer, Text, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    device::{CertificateError, DeviceCertificate},
    seal_key::SealKey,
    signed_body,
};

/// A device asks for its certificate; signed by its key, to show that it has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRequest {
    /// The device's key.
    pub key: PublicKey,
    /// To what the authority seals what is for this device only.
    pub seal_key: SealKey,
    /// Name for people.
    pub name: Text<60>,
    /// By which code it asks; without one, somebody vouches for it by bringing the request.
    pub by: Option<ByCode>,
}

/// That a device has seen an enrolment code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByCode {
    /// Name of the code.
    pub code: CodeId,
    /// [`OneTimeSecret::prove_request`] for the device's key.
    pub proof: Proof,
}

impl DeviceRequest {
    /// Largest request, in bytes.
    pub const MAX: usize = 512;

    /// The bytes of a request for which somebody vouches: claims, then a signature.
    pub fn sign(name: Text<60>, device: &SecretKey) -> Vec<u8> {
        let key = device.public();
        Self {
            key,
            seal_key: SealKey::of(device),
            name,
            by: None,
        }
        .signed(device)
    }

    /// The bytes of a request that proves by the secret of a code where it comes from.
    pub fn sign_by(name: Text<60>, device: &SecretKey, secret: &OneTimeSecret) -> Vec<u8> {
        let key = device.public();
        let by = ByCode {
            code: secret.code(),
            proof: secret.prove_request(&key),
        };
        Self {
            key,
            seal_key: SealKey::of(device),
            name,
            by: Some(by),
        }
        .signed(device)
    }

    fn signed(&self, device: &SecretKey) -> Vec<u8> {
        signed_body::sign(Kind::DeviceRequest, gatepost_pass::encode(self), device)
    }

    /// Reads and checks a request. Its proof can be checked only by who has the secret
    /// ([`Self::is_proven_by`]).
    pub fn verify(bytes: &[u8]) -> Result<Self, CertificateError> {
        let (body, signature) = signed_body::split("device request", bytes, Self::MAX)?;
        let request: Self = gatepost_pass::decode("device request", body)?;
        request
            .key
            .verify_detached(Kind::DeviceRequest, body, signature)
            .map_err(|_| CertificateError::Request)?;
        Ok(request)
    }

    /// Whether the device of this request has seen the code with this secret.
    pub fn is_proven_by(&self, secret: &OneTimeSecret) -> bool {
        let right = secret.prove_request(&self.key);
        self.by.as_ref().is_some_and(|by| by.proof == right)
    }

    /// What the certificate says that the authority answers with.
    pub fn certificate(&self, from: Timestamp, until: Timestamp) -> DeviceCertificate {
        DeviceCertificate {
            key: self.key,
            seal_key: self.seal_key,
            name: self.name.clone(),
            from,
            until,
        }
    }

    /// That certificate, signed.
    pub fn certify(&self, signer: &Signer, from: Timestamp, until: Timestamp) -> Vec<u8> {
        let claims = self.certificate(from, until);
        signer.sign(Kind::DeviceCertificate, &claims)
    }
}

/// What a device is given when it is enrolled: the root to pin, its certificate, its hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The root file.
    pub root: Vec<u8>,
    /// The certificate.
    pub certificate: Vec<u8>,
    /// The hub's address; none for a device that is served by USB stick only.
    pub hub: Option<HubAddress>,
    /// The keys that the hub's certificate may have: the one in use, and those in reserve.
    pub hub_pins: Bounded<HubPin, 0, 4>,
}

impl Enrolment {
    /// Largest enrolment file, in bytes.
    pub const MAX: usize = 16 * 1024;

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        gatepost_pass::encode(self)
    }

    /// Reads [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        gatepost_pass::decode_within("enrolment file", bytes, Self::MAX)
    }
}

/// An enrolment for a device that asked by a code: the enrolment's bytes, then
/// [`OneTimeSecret::prove_answer`] for them.
#[derive(Debug)]
pub struct Answer;

impl Answer {
    /// Largest answer, in bytes.
    pub const MAX: usize = Enrolment::MAX + 32;

    /// The answer to who knows this secret.
    pub fn seal(enrolment: &Enrolment, secret: &OneTimeSecret) -> Vec<u8> {
        let mut bytes = enrolment.to_bytes();
        let proof = secret.prove_answer(&bytes);
        bytes.extend_from_slice(&proof.0);
        bytes
    }

    /// What an answer holds, before anyone has checked where it comes from.
    pub fn peek(bytes: &[u8]) -> Result<Enrolment, FormatError> {
        let (enrolment, _) = bytes
            .split_last_chunk::<32>()
            .ok_or(FormatError::Damaged("enrolment file"))?;
        Enrolment::from_bytes(enrolment)
    }

    /// The enrolment's bytes in an answer of whoever made the code with this secret.
    ///
    /// # Errors
    /// [`CertificateError::Answer`] for everything else.
    pub fn open<'a>(bytes: &'a [u8], secret: &OneTimeSecret) -> Result<&'a [u8], CertificateError> {
        let (enrolment, proof) = bytes
            .split_last_chunk::<32>()
            .filter(|_| bytes.len() <= Self::MAX)
            .ok_or(CertificateError::Answer)?;
        if secret.prove_answer(enrolment) == Proof(*proof) {
            Ok(enrolment)
        } else {
            Err(CertificateError::Answer)
        }
    }
}
