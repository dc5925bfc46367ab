//! Passages, a tracing key, certificates and random numbers for the tests, benchmarks and examples
//! of every crate. They go with the region of [`gatepost_pass::fixture`].

#![allow(
    clippy::unwrap_used,
    reason = "test support: a panic here fails a test"
)]

use std::{
    convert::Infallible,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

use gatepost_pass::{
    ClockTrust, DeviceId, Digest, Freshness, ManifestId, PassNumber, PinVerifier, SecretKey,
    Signer, Timestamp,
    fixture::{self, DAY, NOW, SIGNED},
    policy::TracingKey,
};
use hpke::rand_core::{TryCryptoRng, TryRng};

use crate::{
    DeviceRequest, Direction, Enrolment, Epoch, Head, Outcome, Passage, Reason, Receipt, Record,
    SealKey, SealedPins, Seen, device::device_id, seal,
};

/// Seed of the tracing key pair: [`seal::tracing_key`] makes both halves of it.
pub const TRACING_SEED: [u8; 32] = [1; 32];

/// The key to which a policy has passages sealed.
pub fn tracing() -> TracingKey {
    TracingKey {
        id: 1,
        key: seal::tracing_key(&TRACING_SEED).1,
    }
}

/// An admission at `gate-3`, of somebody whose code names nobody.
pub fn passage(at: Timestamp) -> Passage {
    Passage {
        at,
        clock: ClockTrust::Trusted,
        freshness: Freshness::Fresh,
        place: "gate-3".try_into().unwrap(),
        direction: Direction::In,
        outcome: Outcome::Admit,
        reasons: vec![Reason::Green].try_into().unwrap(),
        seen: Seen::Unverified,
        guard: None,
        temperature: None,
        allowed: None,
    }
}

/// The certificate of a device named `gate 3`.
pub fn certificate(authority: &Signer, device: &SecretKey, valid: Range<Timestamp>) -> Vec<u8> {
    let request = DeviceRequest::sign("gate 3".try_into().unwrap(), device);
    let request = DeviceRequest::verify(&request).unwrap();
    request.certify(authority, valid.start, valid.end)
}

/// The file of PINs for one device, in which these badges have these verifiers.
pub fn sealed_pins(
    pins: impl IntoIterator<Item = (PassNumber, PinVerifier)>,
    device: &SecretKey,
) -> Vec<u8> {
    let devices = [(device_id(&device.public()), SealKey::of(device))].into();
    let sealed = SealedPins::seal(&pins.into_iter().collect(), &devices, &mut random());
    sealed.unwrap().to_bytes()
}

/// A file of PINs for one device, with any bytes where the table should be; nothing where they are
/// too many.
pub fn sealed_bytes_as_pins(bytes: &[u8], device: &SecretKey) -> Option<Vec<u8>> {
    let devices = [(device_id(&device.public()), SealKey::of(device))].into();
    let sealed = SealedPins::seal_rows(bytes, &devices, &mut random());
    Some(sealed.ok()?.to_bytes())
}

/// What a device of the region is given for a hundred days, without a hub.
pub fn enrolment(device: &SecretKey) -> Enrolment {
    Enrolment {
        root: fixture::root_bytes(),
        certificate: certificate(&fixture::devices(), device, SIGNED..NOW.plus(100 * DAY)),
        hub: None,
        hub_pins: Default::default(),
    }
}

/// A manifest of that version that nobody has signed.
pub const fn manifest_id(version: u64) -> ManifestId {
    ManifestId {
        version,
        digest: Digest([version as u8; 32]),
    }
}

/// What an honest hub answers to records of an epoch, given with the chain hash before them.
pub fn receipt(device: DeviceId, epoch: Epoch, before: Head, records: &[Vec<u8>]) -> Receipt {
    let after = |head: Head, record: &Vec<u8>| head.after(device, epoch, record);
    let last = records.last();
    Receipt {
        device,
        epoch,
        next_seq: last.map_or(0, |last| Record::from_bytes(last).unwrap().seq + 1),
        head: records.iter().fold(before, after),
        batch: Digest([0; 32]),
        manifest: manifest_id(1),
        at: NOW,
    }
}

/// Random numbers that no other call of this process gets: what is sealed twice differs, as on a
/// device. They can be guessed, so they are for tests alone.
pub fn random() -> TestRandom {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    TestRandom(
        blake3::Hasher::new()
            .update(&call.to_le_bytes())
            .finalize_xof(),
    )
}

/// BLAKE3's output without end, see [`random`].
#[derive(Debug)]
pub struct TestRandom(blake3::OutputReader);

impl TryRng for TestRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for TestRandom {}
