//! What PINs are checked against: the sealed file as it came, and any table behind its seal.

use gatepost_pass::{Badge, BadgeRole, PassNumber, PinVerifier, SecretKey, encode, fixture};
use gatepost_protocol::{
    PinTable, SealedPins,
    fixture::{sealed_bytes_as_pins, sealed_pins},
};

use crate::{
    batch::DEVICE,
    feed::{Feed, seed},
};

fn verifier(n: u8) -> PinVerifier {
    let (salt, hash) = ([n; 16], [n; 16]);
    PinVerifier { salt, hash }
}

fn badge(n: u8) -> Badge {
    Badge {
        pin: Some(verifier(n).digest()),
        ..fixture::badge(n, BadgeRole::Supervisor)
    }
}

fn rows() -> Vec<(PassNumber, PinVerifier)> {
    (1..4).map(|n| (badge(n).number, verifier(n))).collect()
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 3 {
        // As it came.
        0 => {
            if let Ok(table) = SealedPins::open(feed.0, &DEVICE) {
                check(&table);
            }
        }
        // Any table, sealed for the device.
        1 => {
            let sealed = sealed_bytes_as_pins(feed.0, &DEVICE);
            let opened = sealed.map(|sealed| SealedPins::open(&sealed, &DEVICE));
            if let Some(Ok(table)) = opened {
                check(&table);
            }
        }
        // Any device's key but its own.
        _ => {
            let other = SecretKey::from_seed(&feed.array());
            let opened = SealedPins::open(&sealed_pins(rows(), &DEVICE), &other);
            assert!(opened.is_err() || other.public() == DEVICE.public());
        }
    }
}

/// A badge gets the verifier that its signer named, or none.
fn check(table: &PinTable) {
    for n in 0..8 {
        let found = table.verifier(&badge(n));
        assert!(found.is_none_or(|found| *found == verifier(n)), "{n}");
        assert_eq!(table.verifier(&fixture::badge(n, BadgeRole::Guard)), None);
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    vec![
        seed(0, &[&sealed_pins(rows(), &DEVICE)]),
        seed(1, &[&encode(&rows())]),
        seed(2, &[&[42; 32]]),
    ]
}
