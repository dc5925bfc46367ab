//! How a device becomes one: requests, as a hub takes them from anybody, and answers, as a device
//! does.

use gatepost_pass::{HubPin, Kind, OneTimeSecret, Proof, encode, fixture};
use gatepost_protocol::{Answer, ByCode, DeviceRequest, Enrolment, SealKey};

use crate::{
    batch::{CERTIFICATE, DEVICE},
    feed::{Feed, seed},
};

const SECRET: OneTimeSecret = OneTimeSecret([7; 16]);

fn request() -> DeviceRequest {
    DeviceRequest {
        key: DEVICE.public(),
        seal_key: SealKey::of(&DEVICE),
        name: "gate 3".try_into().unwrap(),
        by: Some(ByCode {
            code: SECRET.code(),
            proof: SECRET.prove_request(&DEVICE.public()),
        }),
    }
}

fn enrolment() -> Enrolment {
    Enrolment {
        root: fixture::root_bytes(),
        certificate: CERTIFICATE.clone(),
        hub: Some("https://hub.example".parse().unwrap()),
        hub_pins: vec![HubPin([7; 32])].try_into().unwrap(),
    }
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 5 {
        // As it came: anybody may sign for a key of their own, nobody prove for one without the
        // secret.
        0 => {
            if let Some(request) = check(feed.0) {
                let proven = request.is_proven_by(&SECRET);
                assert!(!proven || request.key == DEVICE.public(), "forged proof");
            }
        }
        // Any body, signed by the device.
        1 => {
            let signature = DEVICE.sign_detached(Kind::DeviceRequest, feed.0);
            check(&[feed.0, &signature].concat());
        }
        // A proof that was made up.
        2 => {
            let right = request().by.map(|by| by.proof);
            let proof = Proof(feed.array());
            let claimed = DeviceRequest {
                by: Some(ByCode {
                    code: SECRET.code(),
                    proof,
                }),
                ..request()
            };
            assert_eq!(claimed.is_proven_by(&SECRET), right == Some(proof));
        }
        // An answer as it came.
        3 => {
            let _ = Answer::peek(feed.0);
            if let Ok(opened) = Answer::open(feed.0, &SECRET) {
                assert_eq!(opened, enrolment().to_bytes(), "forged");
            }
        }
        _ => {
            if let Ok(enrolment) = Enrolment::from_bytes(feed.0) {
                assert_eq!(enrolment.to_bytes(), feed.0);
                let sealed = Answer::seal(&enrolment, &SECRET);
                assert_eq!(Answer::open(&sealed, &SECRET).ok(), Some(feed.0));
            }
        }
    }
}

/// Whatever passes is written in the one way there is.
fn check(bytes: &[u8]) -> Option<DeviceRequest> {
    let request = DeviceRequest::verify(bytes).ok()?;
    assert!(bytes.len() <= DeviceRequest::MAX);
    assert_eq!(encode(&request), &bytes[..bytes.len() - 64]);
    Some(request)
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let vouched = DeviceRequest {
        by: None,
        ..request()
    };
    let name = || "gate 3".try_into().unwrap();
    vec![
        seed(0, &[&DeviceRequest::sign_by(name(), &DEVICE, &SECRET)]),
        seed(0, &[&DeviceRequest::sign(name(), &DEVICE)]),
        seed(1, &[&encode(&request())]),
        seed(1, &[&encode(&vouched)]),
        seed(2, &[&SECRET.prove_request(&DEVICE.public()).0]),
        seed(3, &[&Answer::seal(&enrolment(), &SECRET)]),
        seed(4, &[&enrolment().to_bytes()]),
    ]
}
