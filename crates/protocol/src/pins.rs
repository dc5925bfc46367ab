//! What the PINs of badges are checked against, sealed for the devices: the file
//! [`gatepost_pass::FileRole::Pins`] of a bundle.
//!
//! A bundle is public: a hub serves it, sticks carry it. So the verifiers are sealed, with the HPKE
//! of [`mod@crate::seal`]: a content key, made anew for each file, is wrapped for each device by
//! itself, and the table is sealed to the key pair that has the content key for its seed. The
//! manifest says that the file is the authority's; each badge names its own verifier by digest, so
//! that not even whoever signs manifests sets a PIN.

use std::collections::BTreeMap;

use gatepost_pass::{Badge, Bounded, DeviceId, FormatError, PassNumber, PinVerifier, SecretKey};
use hpke::rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    device::device_id,
    seal::{self, KEY, TAG},
    seal_key::{SealKey, pair},
};

/// Most devices that one file is sealed for.
pub const MAX_DEVICES: usize = 8192;
/// Most badges with a PIN.
pub const MAX_BADGES: usize = 4096;
/// Largest table, sealed: a count, a number and a verifier for each badge, and a tag.
const MAX_TABLE: usize = 8 + MAX_BADGES * (5 + 32) + TAG;

const WRAP_INFO: &[u8] = b"gatepost/pins/wrap/v1";
const TABLE_INFO: &[u8] = b"gatepost/pins/table/v1";

/// The table of all verifiers, sealed for devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPins {
    /// The content key for each device, ascending by device.
    keys: Bounded<WrappedKey, 0, MAX_DEVICES>,
    /// HPKE's encapsulated key.
    encapped: [u8; KEY],
    /// The table, encrypted.
    #[serde(with = "crate::bytes::bounded")]
    table: Bounded<u8, TAG, MAX_TABLE>,
}

/// The content key for one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WrappedKey {
    device: DeviceId,
    encapped: [u8; KEY],
    #[serde(with = "crate::bytes::bounded")]
    ciphertext: Bounded<u8, { KEY + TAG }, { KEY + TAG }>,
}

/// What the PINs of badges are checked against. Only [`SealedPins::open`] reads one from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinTable(BTreeMap<PassNumber, PinVerifier>);

impl PinTable {
    /// A table of these verifiers.
    pub fn new(entries: impl IntoIterator<Item = (PassNumber, PinVerifier)>) -> Self {
        Self(entries.into_iter().collect())
    }

    /// What the PIN of a badge is checked against; nothing for a badge without one, and for one
    /// whose verifier is not here, or not the one that the badge names.
    pub fn verifier(&self, badge: &Badge) -> Option<&PinVerifier> {
        let digest = badge.pin?;
        let verifier = self.0.get(&badge.number)?;
        (verifier.digest() == digest).then_some(verifier)
    }

    /// Whether there is a verifier for a badge of this number.
    pub fn has(&self, number: PassNumber) -> bool {
        self.0.contains_key(&number)
    }
}

/// Why verifiers cannot be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinsSealError {
    /// More devices than one file can be sealed for.
    #[error("a bundle's PINs can be sealed for {MAX_DEVICES} devices at most")]
    Devices,
    /// More badges than one file can hold.
    #[error("a bundle can hold the PINs of {MAX_BADGES} badges at most")]
    Badges,
    /// The key of a device is not usable.
    #[error("the key of device {0} can't be sealed to: enrol it again")]
    Key(DeviceId),
}

/// Why a device cannot read the verifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinsError {
    /// The file breaks the format.
    #[error("the file of PINs breaks its format")]
    Format(#[from] FormatError),
    /// The file was made before this device was enrolled, or without it.
    #[error("the file of PINs is not sealed for this device: publish a new bundle")]
    OtherDevices,
    /// What is sealed for this device does not open: altered, or made with another key.
    #[error("the file of PINs does not open with this device's key")]
    Refused,
}

impl SealedPins {
    /// Largest file, in bytes.
    pub const MAX: usize = gatepost_pass::envelope::MAX_FILE;

    /// Seals verifiers for devices. `random` must be a cryptographic source.
    ///
    /// # Errors
    /// There are too many of either, or the key of a device is not usable.
    pub fn seal(
        pins: &BTreeMap<PassNumber, PinVerifier>,
        devices: &BTreeMap<DeviceId, SealKey>,
        random: &mut impl CryptoRng,
    ) -> Result<Self, PinsSealError> {
        let rows: Vec<_> = pins.iter().collect();
        Self::seal_rows(&gatepost_pass::encode(&rows), devices, random)
    }

    /// Seals rows that are encoded already.
    pub(crate) fn seal_rows(
        rows: &[u8],
        devices: &BTreeMap<DeviceId, SealKey>,
        random: &mut impl CryptoRng,
    ) -> Result<Self, PinsSealError> {
        let mut content_key = [0; KEY];
        random.fill_bytes(&mut content_key);
        let wrap = |(device, key): (&DeviceId, &SealKey)| {
            let sealed = seal::seal_bytes(&key.0, WRAP_INFO, &content_key, &device.0, random);
            let (encapped, ciphertext) = sealed.map_err(|_| PinsSealError::Key(*device))?;
            // The length of a key and a tag.
            let ciphertext = ciphertext.try_into();
            Ok(WrappedKey {
                device: *device,
                encapped,
                ciphertext: ciphertext.map_err(|_| PinsSealError::Key(*device))?,
            })
        };
        if devices.len() > MAX_DEVICES {
            return Err(PinsSealError::Devices);
        }
        let keys: Vec<_> = devices.iter().map(wrap).collect::<Result<_, _>>()?;
        let (_, to) = seal::key_pair(&content_key);
        // A key pair's own public half is usable, so what can't be sealed is too much.
        let (encapped, table) = seal::seal_bytes(&to, TABLE_INFO, rows, &[], random)
            .map_err(|_| PinsSealError::Badges)?;
        Ok(Self {
            keys: keys.try_into().map_err(|_| PinsSealError::Devices)?,
            encapped,
            table: table.try_into().map_err(|_| PinsSealError::Badges)?,
        })
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        gatepost_pass::encode(self)
    }

    /// The verifiers, for the device of this key.
    pub fn open(bytes: &[u8], device: &SecretKey) -> Result<PinTable, PinsError> {
        let sealed: Self = gatepost_pass::decode_within("file of PINs", bytes, Self::MAX)?;
        let id = device_id(&device.public());
        let mut keys = sealed.keys.as_slice().iter();
        let own = keys.find(|key| key.device == id);
        let own = own.ok_or(PinsError::OtherDevices)?;
        let (secret, _) = pair(device);
        let ciphertext = own.ciphertext.as_slice();
        let content_key = seal::open_bytes(&secret, WRAP_INFO, &own.encapped, ciphertext, &id.0)
            .map_err(|_| PinsError::Refused)?;
        let content_key = content_key.try_into().map_err(|_| PinsError::Refused)?;
        let (secret, _) = seal::key_pair(&content_key);
        let table = sealed.table.as_slice();
        let rows = seal::open_bytes(&secret, TABLE_INFO, &sealed.encapped, table, &[])
            .map_err(|_| PinsError::Refused)?;
        let rows: Bounded<(PassNumber, PinVerifier), 0, MAX_BADGES> =
            gatepost_pass::decode("table of PINs", &rows)?;
        Ok(PinTable::new(rows.as_slice().iter().copied()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use gatepost_pass::{BadgeRole, Pin, PinCheck, fixture as region};

    use super::*;
    use crate::fixture;

    fn device(n: u8) -> SecretKey {
        SecretKey::from_seed(&[n; 32])
    }

    fn verifier(pin: &str, salt: u8) -> PinVerifier {
        PinVerifier::new(&Pin::try_from(pin.to_owned()).unwrap(), [salt; 16])
    }

    fn badge(n: u8, verifier: &PinVerifier) -> Badge {
        Badge {
            pin: Some(verifier.digest()),
            ..region::badge(n, BadgeRole::Supervisor)
        }
    }

    fn sealed(pins: &[(PassNumber, PinVerifier)], devices: &[u8]) -> Vec<u8> {
        let devices = devices.iter().map(|n| device(*n));
        let devices = devices.map(|key| (device_id(&key.public()), SealKey::of(&key)));
        let pins = pins.iter().copied().collect();
        let sealed = SealedPins::seal(&pins, &devices.collect(), &mut fixture::random());
        sealed.unwrap().to_bytes()
    }

    #[test]
    fn each_device_that_it_is_sealed_for_checks_pins_and_no_other_reads_it() {
        let own = verifier("4711", 1);
        let badge = badge(1, &own);
        let bytes = sealed(&[(badge.number, own)], &[1, 2, 3]);
        for n in [1, 2, 3] {
            let table = SealedPins::open(&bytes, &device(n)).unwrap();
            let pin = |text: &str| Pin::try_from(text.to_owned()).unwrap();
            let check = |text| table.verifier(&badge).unwrap().check(&pin(text));
            assert_eq!(check("4711"), PinCheck::Right);
            assert_eq!(check("4712"), PinCheck::Wrong);
        }
        let late = SealedPins::open(&bytes, &device(4));
        assert_eq!(late, Err(PinsError::OtherDevices));
    }

    #[test]
    fn neither_a_verifier_nor_a_badge_number_stands_in_the_file_in_clear() {
        let own = verifier("4711", 9);
        let number = PassNumber([0xb, 0xa, 0xd, 0x6, 0xe]);
        let bytes = sealed(&[(number, own)], &[1]);
        for secret in [&own.hash[..], &own.salt, &number.0] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret));
        }
    }

    #[test]
    fn a_pin_that_was_put_under_a_badge_by_others_than_its_signer_opens_nothing() {
        // Whoever takes the key of manifests can seal any table: it is sealed to public keys.
        let (honest, thiefs) = (verifier("471147", 1), verifier("0000", 2));
        let badge = badge(1, &honest);
        let bytes = sealed(&[(badge.number, thiefs)], &[1]);
        let table = SealedPins::open(&bytes, &device(1)).unwrap();
        assert_eq!(table.verifier(&badge), None);
        let without = region::badge(1, BadgeRole::Supervisor);
        assert_eq!(table.verifier(&without), None);
    }

    #[test]
    fn altered_cut_and_overlong_files_are_refused_without_a_panic() {
        let own = verifier("4711", 1);
        let bytes = sealed(&[(PassNumber([1; 5]), own)], &[1]);
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert!(SealedPins::open(&altered, &device(1)).is_err(), "byte {at}");
            assert!(SealedPins::open(&bytes[..at], &device(1)).is_err());
        }
        let long = vec![0; SealedPins::MAX + 1];
        assert!(SealedPins::open(&long, &device(1)).is_err());
    }

    #[test]
    fn the_largest_file_fits_a_bundle_and_one_device_or_badge_more_is_refused() {
        let key = SealKey::of(&device(1));
        let many = |count: usize| {
            let id = |n: usize| DeviceId([n as u8, (n >> 8) as u8].repeat(8).try_into().unwrap());
            (0..count).map(|n| (id(n), key)).collect::<BTreeMap<_, _>>()
        };
        let own = verifier("4711", 1);
        let pins = |count: usize| {
            let number = |n: usize| PassNumber([0, 0, 0, n as u8, (n >> 8) as u8]);
            let rows = (0..count).map(|n| (number(n), own));
            rows.collect::<BTreeMap<_, _>>()
        };
        let random = &mut fixture::random();
        let few = SealedPins::seal(&pins(MAX_BADGES), &many(3), random).unwrap();
        // Each device adds its name, a key and a sealed key.
        let largest = few.to_bytes().len() + (MAX_DEVICES - 3) * (16 + 32 + 1 + 48) + 1;
        println!("PINs of {MAX_BADGES} badges for {MAX_DEVICES} devices: {largest} bytes");
        assert!(largest <= SealedPins::MAX);
        let badges = SealedPins::seal(&pins(MAX_BADGES + 1), &many(1), random);
        assert_eq!(badges, Err(PinsSealError::Badges));
        let devices = SealedPins::seal(&pins(1), &many(MAX_DEVICES + 1), random);
        assert_eq!(devices, Err(PinsSealError::Devices));
    }
}
