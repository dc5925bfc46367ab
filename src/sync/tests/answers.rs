//! Answers to an enrolment code that somebody on the way has changed.

use gatepost_pass::{
    Digest, Kind, OneTimeSecret, claims::EnrolmentCode, document::to_text, time::Minute,
};
use gatepost_protocol::Answer;

use super::*;
use crate::sync::enrol::{CodePart, EnrolError, FirstRun};

/// What a device makes of an answer that says what the code says, but for one change.
fn made_of(
    secret: Option<OneTimeSecret>,
    hub: &str,
    change: impl FnOnce(&mut Enrolment),
) -> EnrolError {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::open(folder.path()).unwrap();
    let key = data.device_key(&[5; 32]).unwrap();
    let hub = Some(hub.parse().unwrap());
    let pins = Bounded::try_from(vec![HubPin([7; 32]), HubPin([8; 32])]).unwrap();
    let mut answer = Enrolment {
        hub: hub.clone(),
        hub_pins: pins.clone(),
        ..enrolment(&key)
    };
    let code = EnrolmentCode {
        root: Digest::of(&answer.root),
        hub,
        not_after: Minute::of(NOW.plus(DAY)),
        hub_pins: pins,
        secret: secret.clone(),
    };
    let code = to_text(&fixture::documents().sign(Kind::Enrolment, &code));
    let first_run = FirstRun::begin(&data, &code, &[5; 32], NOW).unwrap();
    change(&mut answer);
    let bytes = match &secret {
        Some(secret) => Answer::seal(&answer, secret),
        None => answer.to_bytes(),
    };
    let refused = first_run.accept(&data, &bytes).unwrap_err();
    assert!(!data.enrolment_path().exists(), "{refused}");
    refused
}

#[test]
fn an_answer_must_say_what_the_code_says_and_what_differs_is_named() {
    type Change = fn(&mut Enrolment);
    let hub = "https://hub.example:8470";
    let changes: [(CodePart, Change); 8] = [
        (CodePart::Root, |answer| answer.root.push(0)),
        (CodePart::Hub, |answer| answer.hub = None),
        (CodePart::Hub, |answer| {
            answer.hub = Some("https://evil.example:8470".parse().unwrap());
        }),
        // The same machine, without TLS.
        (CodePart::Hub, |answer| {
            answer.hub = Some("http://hub.example:8470".parse().unwrap());
        }),
        (CodePart::Hub, |answer| {
            answer.hub = Some("https://hub.example".parse().unwrap());
        }),
        (CodePart::HubPins, |answer| {
            answer.hub_pins = Bounded::default()
        }),
        (CodePart::HubPins, |answer| {
            answer.hub_pins = vec![HubPin([7; 32])].try_into().unwrap();
        }),
        (CodePart::HubPins, |answer| {
            answer.hub_pins = vec![HubPin([7; 32]), HubPin([9; 32])].try_into().unwrap();
        }),
    ];
    for (part, change) in changes {
        // By stick, and over the hub: somebody who has seen the code knows its secret too.
        for secret in [None, Some(OneTimeSecret([3; 16]))] {
            let refused = made_of(secret, hub, change);
            assert!(
                matches!(refused, EnrolError::NotTheCodes(found) if found == part),
                "{part}: {refused}"
            );
            assert!(refused.to_string().contains(&part.to_string()), "{refused}");
        }
    }
    // The unchanged one goes on to the next check: this root's keys are published.
    let same = made_of(None, hub, |_| {});
    assert!(matches!(same, EnrolError::PublishedKey), "{same}");
}

#[test]
fn an_answer_with_a_hub_that_no_device_could_ask_is_damaged() {
    let key = gatepost_pass::SecretKey::from_seed(&[5; 32]);
    let good = Enrolment {
        hub: Some("https://hub.example".parse().unwrap()),
        ..enrolment(&key)
    };
    let bytes = good.to_bytes();
    let at = bytes.windows(8).position(|window| window == b"https://");
    for bad in [b"HTTPS://", b"httpS://", b"https:/ ", b"httpx://"] {
        let mut bytes = bytes.clone();
        bytes[at.unwrap()..][..8].copy_from_slice(bad);
        assert!(Enrolment::from_bytes(&bytes).is_err(), "{bad:?}");
    }
}
