//! What device and hub rely on, seen from outside.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::error::Error as _;

use gatepost_pass::{
    ClockTrust, DeviceId, Digest, Freshness, OneTimeSecret, PassNumber, ProgramVersion, SecretKey,
    SubjectTag, Timestamp,
    fixture::{self as region, DAY, NOW, SIGNED, trust},
};
use hpke::HpkeError;

use crate::{
    Allowed, Answer, Body, ByHand, DeviceRequest, Direction, Enrolment, Epoch, Head, MoveEnd,
    OpenError, Outcome, OverrideWhy, Passage, Personal, PlaceMove, Previous, Reason, Receipt,
    Record, Seen, Temperature, TimeAnswer, TimeAnswerError, TimeNonce, VerifiedBatch, WhyNoCode,
    batch::{BatchError, sign_batch},
    device::device_id,
    fixture::{self, TRACING_SEED, manifest_id, random, tracing},
    open, seal,
    seal::tracing_key,
    sealed::Clear,
};

mod wipe_orders;

const EPOCH: Epoch = Epoch([4; 16]);

fn device() -> SecretKey {
    SecretKey::from_seed(&[42; 32])
}

fn id() -> DeviceId {
    device_id(&device().public())
}

fn largest_passage() -> Passage {
    largest_of(largest_seen()[0].clone())
}

/// Each way to be seen, at its largest.
fn largest_seen() -> [Seen; 5] {
    let personal = |length: usize| "x".repeat(length);
    [
        Seen::Pass {
            issuer: "CN-SD-QD".parse().unwrap(),
            number: PassNumber([255; 5]),
            subjects: vec![SubjectTag([255; 16]); 6].try_into().unwrap(),
        },
        Seen::IdNumber(Personal(personal(32).try_into().unwrap())),
        Seen::ByHand(ByHand {
            why: WhyNoCode::Visitor,
            name: Personal(personal(40).try_into().unwrap()),
            contact: Personal(personal(24).try_into().unwrap()),
            answers: vec![true; 6].try_into().unwrap(),
        }),
        Seen::Unverified,
        Seen::ProgramAllowed {
            by: personal(24).try_into().unwrap(),
            running: ProgramVersion::new(u16::MAX, u16::MAX, u16::MAX),
            version: ProgramVersion::new(u16::MAX, u16::MAX, u16::MAX),
        },
    ]
}

fn largest_of(seen: Seen) -> Passage {
    Passage {
        at: gatepost_pass::Timestamp(u64::MAX),
        clock: ClockTrust::Ahead,
        freshness: Freshness::Expired,
        place: "a place of 24 characters".try_into().unwrap(),
        direction: Direction::Out,
        outcome: Outcome::Refuse,
        reasons: vec![Reason::SupervisorAllowed; 8].try_into().unwrap(),
        seen,
        guard: Some("a guard of 24 characters".try_into().unwrap()),
        temperature: Some(Temperature::Reading(u16::MAX)),
        allowed: Some(Allowed {
            by: "supervisor with 24 chars".try_into().unwrap(),
            why: OverrideWhy::DeskConfirmed,
            rules: Outcome::Refuse,
        }),
    }
}

fn sealed(seq: u64) -> (Record, Clear, [u8; 32]) {
    let secret = tracing_key(&TRACING_SEED).0;
    let hour = (NOW.0 / 3600) as u32;
    let clear = Clear {
        device: id(),
        epoch: EPOCH,
        seq,
        hour,
        class: Outcome::Refuse,
    };
    let body = seal(&largest_passage(), &clear, &tracing(), &mut random()).unwrap();
    (
        Record {
            seq,
            hour,
            body: Body::Passage(body),
        },
        clear,
        secret,
    )
}

fn certificate() -> Vec<u8> {
    fixture::certificate(&region::devices(), &device(), SIGNED..SIGNED.plus(DAY))
}

/// [`records`], signed by the device.
fn batch() -> Vec<u8> {
    sign_batch(
        &certificate(),
        &device(),
        None,
        EPOCH,
        Head::START,
        records(),
    )
    .unwrap()
}

fn records() -> Vec<Vec<u8>> {
    let previous = Previous {
        epoch: Epoch([3; 16]),
        next_seq: 9,
        head: Head::START,
    };
    let start = Record {
        seq: 0,
        hour: 1,
        body: Body::EpochStart(Some(previous)),
    };
    vec![
        start.to_bytes(),
        sealed(1).0.to_bytes(),
        sealed(2).0.to_bytes(),
    ]
}

#[test]
fn the_largest_passage_fits_and_only_the_tracing_key_opens_it() {
    let (record, clear, secret) = sealed(1);
    let Body::Passage(sealed) = &record.body else {
        panic!("not sealed")
    };
    assert_eq!(open(sealed, &clear, 1, &secret), Ok(largest_passage()));
    let refused = open(sealed, &clear, 1, &[5; 32]).unwrap_err();
    assert_eq!(refused, OpenError::Refused(HpkeError::OpenError));
    assert!(refused.source().is_some(), "the cause is lost");
    assert_eq!(
        open(sealed, &clear, 2, &secret),
        Err(OpenError::OtherKey(1))
    );
}

#[test]
fn every_kind_of_passage_fits_at_its_largest() {
    let clear = sealed(1).1;
    let secret = tracing_key(&TRACING_SEED).0;
    for seen in largest_seen() {
        let passage = largest_of(seen);
        let sealed = seal(&passage, &clear, &tracing(), &mut random()).unwrap();
        assert_eq!(open(&sealed, &clear, 1, &secret), Ok(passage));
    }
}

#[test]
fn what_a_person_said_of_themselves_is_not_in_any_debug_text() {
    let secret = "11010519491231002X";
    let seen = Seen::IdNumber(Personal(secret.try_into().unwrap()));
    assert!(!format!("{seen:?}").contains("1231"));
}

/// Logs are kept for months, and an authority opens those of older devices.
#[test]
fn a_new_kind_of_passage_comes_after_those_that_are_in_logs_already() {
    let by: gatepost_pass::Text<24> = "staff-3".try_into().unwrap();
    let version = ProgramVersion::new(1, 2, 300);
    let [pass, number, by_hand, ..] = largest_seen();
    let kinds = [
        Seen::Unverified,
        pass,
        number,
        by_hand,
        Seen::ClockSet {
            by: by.clone(),
            before: NOW,
        },
        Seen::PlaceMove(PlaceMove {
            to: by.clone(),
            end: MoveEnd::Moved,
            supervisor: None,
        }),
        Seen::ProgramAllowed {
            by,
            running: version,
            version,
        },
    ];
    let first = kinds.each_ref().map(|kind| gatepost_pass::encode(kind)[0]);
    assert_eq!(first, [0, 1, 2, 3, 4, 5, 6]);
    let [.., allowed] = kinds;
    let bytes = b"\x06\x07staff-3\x01\x02\xac\x02\x01\x02\xac\x02";
    assert_eq!(gatepost_pass::encode(&allowed), bytes);
}

#[test]
fn fever_begins_at_37_3_degrees() {
    assert!(!Temperature::Reading(372).is_fever() && Temperature::Reading(373).is_fever());
    assert!(!Temperature::Normal.is_fever() && Temperature::Fever.is_fever());
}

#[test]
fn a_record_can_not_be_moved_or_relabelled() {
    let (record, clear, secret) = sealed(1);
    let Body::Passage(sealed) = &record.body else {
        panic!("not sealed")
    };
    for other in [
        Clear { seq: 2, ..clear },
        Clear { hour: 3, ..clear },
        Clear {
            class: Outcome::Admit,
            ..clear
        },
        Clear {
            epoch: Epoch([0; 16]),
            ..clear
        },
        Clear {
            device: DeviceId([0; 16]),
            ..clear
        },
    ] {
        let moved = open(sealed, &other, 1, &secret);
        assert_eq!(moved, Err(OpenError::Refused(HpkeError::OpenError)));
    }
}

#[test]
fn all_records_of_passages_have_the_same_length() {
    assert_eq!(sealed(1).0.to_bytes().len(), sealed(2).0.to_bytes().len());
}

#[test]
fn a_batch_verifies_and_its_chain_is_the_devices() {
    let records = records();
    let batch = sign_batch(
        &certificate(),
        &device(),
        None,
        EPOCH,
        Head::START,
        records.clone(),
    );
    let batch = VerifiedBatch::verify(&batch.unwrap(), &trust(), NOW).unwrap();
    assert_eq!(
        (batch.device(), batch.epoch(), batch.device_name()),
        (id(), EPOCH, "gate 3")
    );
    let head = records
        .iter()
        .fold(Head::START, |head, record| head.after(id(), EPOCH, record));
    assert_eq!(batch.records().last().unwrap().2, head);
}

#[test]
fn any_altered_bit_of_a_batch_is_refused() {
    let batch = batch();
    for at in (0..batch.len()).step_by(7) {
        let mut altered = batch.clone();
        altered[at] ^= 1 << (at % 8);
        assert!(
            VerifiedBatch::verify(&altered, &trust(), NOW).is_err(),
            "byte {at}"
        );
    }
}

#[test]
fn records_out_of_order_are_refused() {
    let mut swapped = records();
    swapped.swap(1, 2);
    let batch = sign_batch(&certificate(), &device(), None, EPOCH, Head::START, swapped).unwrap();
    let error = VerifiedBatch::verify(&batch, &trust(), NOW).unwrap_err();
    assert_eq!(error, BatchError::Sequence);
}

#[test]
fn a_batch_of_another_device_key_is_refused() {
    let thief = SecretKey::from_seed(&[43; 32]);
    let batch = sign_batch(&certificate(), &thief, None, EPOCH, Head::START, records()).unwrap();
    let error = VerifiedBatch::verify(&batch, &trust(), NOW).unwrap_err();
    assert_eq!(error, BatchError::BadSignature);
}

fn receipt(at: Timestamp) -> Receipt {
    Receipt {
        device: id(),
        epoch: EPOCH,
        next_seq: 3,
        head: Head::START,
        batch: Digest([1; 32]),
        manifest: manifest_id(1),
        at,
    }
}

#[test]
fn only_the_hubs_key_signs_receipts() {
    let receipt = receipt(NOW);
    let signed = receipt.sign(&region::hub());
    assert_eq!(Receipt::verify(&signed, &trust(), NOW), Ok(receipt));
    assert!(Receipt::verify(&receipt.sign(&region::documents()), &trust(), NOW).is_err());
}

#[test]
fn the_time_is_the_hubs_word_for_one_question_under_a_key_that_is_valid_then() {
    let nonce = TimeNonce([7; 32]);
    let answer = TimeAnswer { nonce, at: NOW };
    let signed = answer.sign(&region::hub());
    assert_eq!(TimeAnswer::verify(&signed, &trust(), &nonce), Ok(NOW));
    // An answer that was kept and is played again.
    let other = TimeAnswer::verify(&signed, &trust(), &TimeNonce([8; 32]));
    assert_eq!(other, Err(TimeAnswerError::OtherQuestion));
    for stranger in [
        region::documents(),
        region::devices(),
        region::foreign("CN-JS"),
    ] {
        assert!(TimeAnswer::verify(&answer.sign(&stranger), &trust(), &nonce).is_err());
    }
    // A time at which the hub's key is not valid is no time.
    for at in [Timestamp(0), Timestamp(u64::MAX)] {
        let signed = TimeAnswer { nonce, at }.sign(&region::hub());
        assert!(TimeAnswer::verify(&signed, &trust(), &nonce).is_err());
    }
    for at in 0..signed.len() {
        assert!(TimeAnswer::verify(&signed[..at], &trust(), &nonce).is_err());
        let mut altered = signed.clone();
        altered[at] ^= 1;
        assert!(
            TimeAnswer::verify(&altered, &trust(), &nonce).is_err(),
            "byte {at}"
        );
    }
}

#[test]
fn a_receipt_is_read_long_after_the_hubs_key_has_ended_by_the_time_that_it_names() {
    let later = NOW.plus(10_000 * DAY);
    let signed = receipt(NOW).sign(&region::hub());
    assert!(Receipt::verify(&signed, &trust(), later).is_err());
    let read = Receipt::verify_at_its_time(&signed, &trust());
    assert_eq!(read, Ok(receipt(NOW)));
    // A key that has ended signs nothing that is dated after its end.
    let signed = receipt(later).sign(&region::hub());
    assert!(Receipt::verify_at_its_time(&signed, &trust()).is_err());
}

#[test]
fn cut_doubled_and_overwritten_batches_and_records_are_refused_without_a_panic() {
    let batch = batch();
    let record = &records()[1];
    for at in 0..batch.len() {
        assert!(VerifiedBatch::verify(&batch[..at], &trust(), NOW).is_err());
        assert!(VerifiedBatch::verify(&batch[at + 1..], &trust(), NOW).is_err());
        for value in [0, 0x7f, 0x80, 0xff] {
            let mut altered = batch.clone();
            altered[at] = value;
            if altered != batch {
                assert!(
                    VerifiedBatch::verify(&altered, &trust(), NOW).is_err(),
                    "byte {at}"
                );
            }
        }
    }
    for at in 0..record.len() {
        assert!(Record::from_bytes(&record[..at]).is_err());
    }
}

#[test]
fn a_request_by_a_code_is_proven_for_its_own_key_and_by_its_own_code_only() {
    let (secret, other) = (OneTimeSecret([1; 16]), OneTimeSecret([2; 16]));
    let name: gatepost_pass::Text<60> = "gate 3".try_into().unwrap();
    let bytes = DeviceRequest::sign_by(name.clone(), &device(), &secret);
    assert!(bytes.len() <= DeviceRequest::MAX);
    let request = DeviceRequest::verify(&bytes).unwrap();
    assert_eq!(request.by.as_ref().unwrap().code, secret.code());
    assert!(request.is_proven_by(&secret) && !request.is_proven_by(&other));

    // Whoever carries it can't take the proof for a key of their own.
    let thief = SecretKey::from_seed(&[66; 32]);
    let stolen = DeviceRequest {
        key: thief.public(),
        ..request.clone()
    };
    let mut body = gatepost_pass::encode(&stolen);
    let signature = thief.sign_detached(gatepost_pass::Kind::DeviceRequest, &body);
    body.extend_from_slice(&signature);
    assert!(!DeviceRequest::verify(&body).unwrap().is_proven_by(&secret));

    let vouched = DeviceRequest::verify(&DeviceRequest::sign(name, &device())).unwrap();
    assert!(!vouched.is_proven_by(&secret));
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        assert!(DeviceRequest::verify(&altered).is_err(), "byte {at}");
    }
}

#[test]
fn an_answer_opens_only_whole_and_with_the_secret_of_its_code() {
    let secret = OneTimeSecret([1; 16]);
    let enrolment = Enrolment {
        root: region::root_bytes(),
        certificate: vec![7; 100],
        hub: Some("https://hub.example".parse().unwrap()),
        hub_pins: vec![gatepost_pass::HubPin([3; 32])].try_into().unwrap(),
    };
    let answer = Answer::seal(&enrolment, &secret);
    assert_eq!(
        Answer::open(&answer, &secret).unwrap(),
        enrolment.to_bytes()
    );
    assert_eq!(Answer::peek(&answer).unwrap(), enrolment);
    let refused = |bytes: &[u8], secret: &OneTimeSecret| Answer::open(bytes, secret).is_err();
    assert!(refused(&answer, &OneTimeSecret([2; 16])));
    assert!(
        refused(&enrolment.to_bytes(), &secret),
        "nobody has sealed it"
    );
    for end in 0..answer.len() {
        assert!(refused(&answer[..end], &secret), "{end} bytes");
    }
    for at in 0..answer.len() {
        let mut altered = answer.clone();
        altered[at] ^= 1;
        assert!(refused(&altered, &secret), "byte {at}");
    }
    assert!(refused(&vec![0; Answer::MAX + 1], &secret));
}
