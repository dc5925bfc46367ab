//! How a device is doing, in its own word, for the people who look after it. Nothing about
//! passages.

use gatepost_pass::{
    ClockTrust, DeviceId, Freshness, Kind, ManifestId, ProgramVersion, SecretKey, Timestamp,
    TrustList,
};
use serde::{Deserialize, Serialize};

use crate::{
    batch::BatchError,
    device::{device_id, verify_certificate},
    signed_body,
};

/// Largest status, in bytes.
pub const MAX_BYTES: usize = 2048;

/// What a device reports about itself: body ‖ signature:[u8; 64] over domain(device-status) ‖ body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceStatus {
    /// The device's certificate.
    pub certificate: Vec<u8>,
    /// Its clock as it reads it, when it wrote this.
    pub at: Timestamp,
    /// Whether that clock can be trusted.
    pub clock: ClockTrust,
    /// The manifest of the installed bundle, if there is one.
    pub bundle: Option<ManifestId>,
    /// How old the installed bundle is.
    pub freshness: Freshness,
    /// Records that no receipt covers yet.
    pub backlog: u64,
    /// Batches among them that the hub refused, and that wait for a person.
    pub parked: u32,
    /// The program that sends this.
    pub program: ProgramStatus,
}

/// A device's program, and how its last update ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramStatus {
    /// The version that runs.
    pub running: ProgramVersion,
    /// The last update that was begun; none where there never was one.
    pub update: Option<ProgramUpdate>,
}

/// An update of a device's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramUpdate {
    /// To this version.
    pub version: ProgramVersion,
    /// How it ended.
    pub end: UpdateEnd,
}

/// How an update of a program ended, or how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UpdateEnd {
    /// It lies in the other slot, and runs from the next start of the device.
    Waiting,
    /// It ran and saw a first picture: it stays.
    Installed,
    /// The device has started since, and the version before runs.
    FellBack,
    /// It could not be written into the other slot.
    Failed,
}

gatepost_pass::names! {
    UpdateEnd {
        Waiting = "waiting", Installed = "installed", FellBack = "fell-back", Failed = "failed",
    }
}

impl DeviceStatus {
    /// Its bytes, signed by the device's key.
    pub fn sign(&self, secret: &SecretKey) -> Vec<u8> {
        signed_body::sign(Kind::DeviceStatus, gatepost_pass::encode(self), secret)
    }

    /// Checks a status. Gives whose it is, the device's name for people, and what it says.
    pub fn verify(
        bytes: &[u8],
        trust: &TrustList,
        now: Timestamp,
    ) -> Result<(DeviceId, String, Self), BatchError> {
        let (body, signature) = signed_body::split("device status", bytes, MAX_BYTES)?;
        let status: Self = gatepost_pass::decode("device status", body)?;
        let certificate = verify_certificate(&status.certificate, trust, now)?;
        certificate
            .key
            .verify_detached(Kind::DeviceStatus, body, signature)
            .map_err(|_| BatchError::BadSignature)?;
        let name = certificate.name.as_str().to_owned();
        Ok((device_id(&certificate.key), name, status))
    }
}
