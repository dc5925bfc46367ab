//! What devices say of themselves to the hub.

use gatepost_pass::{
    ClockTrust, Freshness, Kind, ProgramVersion, encode,
    fixture::{NOW, devices},
};
use gatepost_protocol::{
    DeviceStatus, ProgramStatus, ProgramUpdate, UpdateEnd, device::device_id, status::MAX_BYTES,
};

use crate::{
    batch::{BUNDLE, CERTIFICATE, DEVICE, certificate, certified},
    document::TRUST,
    feed::{Feed, seed},
};

fn status() -> DeviceStatus {
    DeviceStatus {
        certificate: CERTIFICATE.clone(),
        at: NOW,
        clock: ClockTrust::Ahead,
        bundle: Some(BUNDLE),
        freshness: Freshness::Stale,
        backlog: 300,
        parked: 2,
        program: ProgramStatus {
            running: ProgramVersion::new(1, 2, 3),
            update: Some(ProgramUpdate {
                version: ProgramVersion::new(1, 3, 0),
                end: UpdateEnd::FellBack,
            }),
        },
    }
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 4 {
        // As it came: nothing but what the device has signed.
        0 => assert!(!check(feed.0) || feed.0 == status().sign(&DEVICE), "forged"),
        // Any body, signed by the device.
        1 => {
            let signature = DEVICE.sign_detached(Kind::DeviceStatus, feed.0);
            check(&[feed.0, &signature].concat());
        }
        // A sound status around any certificate that the authority has signed, or around any bytes.
        2 => {
            let status = DeviceStatus {
                certificate: certificate(feed.0),
                ..status()
            };
            check(&status.sign(&DEVICE));
        }
        _ => {
            let status = DeviceStatus {
                certificate: feed.0.to_vec(),
                ..status()
            };
            let told = check(&status.sign(&DEVICE));
            assert!(!told || feed.0 == *CERTIFICATE, "forged certificate");
        }
    }
}

/// Whatever passes is of a device that the authority certified, and written in the one way there
/// is.
fn check(bytes: &[u8]) -> bool {
    let Ok((device, name, told)) = DeviceStatus::verify(bytes, &TRUST, NOW) else {
        return false;
    };
    assert!(bytes.len() <= MAX_BYTES);
    assert_eq!(device, device_id(&DEVICE.public()));
    assert!(name.len() <= 60);
    assert_eq!(encode(&told), &bytes[..bytes.len() - 64]);
    true
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let signed = status().sign(&DEVICE);
    let other = gatepost_protocol::DeviceCertificate {
        key: devices().secret.public(),
        ..certified()
    };
    vec![
        seed(0, &[&signed]),
        seed(1, &[&encode(&status())]),
        seed(2, &[&encode(&certified())]),
        seed(2, &[&encode(&other)]),
        seed(3, &[&CERTIFICATE]),
    ]
}
