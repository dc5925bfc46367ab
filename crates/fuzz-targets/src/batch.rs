//! Batches on their way to the hub, and what lies inside them.

use std::sync::LazyLock;

use gatepost_pass::{
    Digest, Kind, ManifestId, SecretKey, encode,
    fixture::{self, DAY, NOW, SIGNED},
};
use gatepost_protocol::{
    Body, DeviceCertificate, Epoch, Head, Outcome, Previous, Receipt, Record, Sealed,
    VerifiedBatch,
    batch::{MAX_RECORDS, sign_batch},
    device::device_id,
    sealed::CIPHERTEXT,
};

use crate::{
    document::TRUST,
    feed::{Feed, Raw, seed},
};

const EPOCH: Epoch = Epoch([4; 16]);
pub(crate) const BUNDLE: ManifestId = ManifestId {
    version: 7,
    digest: Digest([7; 32]),
};
pub(crate) static DEVICE: LazyLock<SecretKey> = LazyLock::new(|| SecretKey::from_seed(&[42; 32]));
pub(crate) static CERTIFICATE: LazyLock<Vec<u8>> =
    LazyLock::new(|| certificate(&encode(&certified())));
static SIGNED_HERE: LazyLock<Vec<u8>> = LazyLock::new(|| sign(Head::START, records()));

pub(crate) fn certified() -> DeviceCertificate {
    DeviceCertificate {
        key: DEVICE.public(),
        seal_key: gatepost_protocol::SealKey::of(&DEVICE),
        name: "gate 3".try_into().unwrap(),
        from: SIGNED,
        until: SIGNED.plus(DAY),
    }
}

pub(crate) fn certificate(claims: &[u8]) -> Vec<u8> {
    fixture::devices().sign(Kind::DeviceCertificate, &Raw(claims))
}

fn sign(before: Head, records: Vec<Vec<u8>>) -> Vec<u8> {
    sign_batch(&CERTIFICATE, &DEVICE, Some(BUNDLE), EPOCH, before, records).unwrap_or_default()
}

fn record(seq: u64, start: bool) -> Record {
    let body = if start {
        Body::EpochStart(Some(Previous {
            epoch: Epoch([3; 16]),
            next_seq: 9,
            head: Head::START,
        }))
    } else {
        Body::Passage(Sealed {
            class: Outcome::Check,
            tracing_key: 1,
            encapped: [5; 32],
            ciphertext: vec![6; CIPHERTEXT].try_into().unwrap(),
        })
    };
    Record { seq, hour: 1, body }
}

fn records() -> Vec<Vec<u8>> {
    (0..3).map(|seq| record(seq, seq == 0).to_bytes()).collect()
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 7 {
        0 => {
            let accepted = check(feed.0);
            assert!(!accepted || feed.0 == *SIGNED_HERE, "forged");
        }
        1 => {
            // Hostile records, each with its length before it.
            let mut records = Vec::new();
            while !feed.is_empty() && records.len() <= MAX_RECORDS {
                let length = usize::from(u16::from_le_bytes(feed.array()));
                records.push(feed.slice(length).to_vec());
            }
            check(&sign(Head::START, records));
        }
        2 => {
            let signature = DEVICE.sign_detached(Kind::Batch, feed.0);
            check(&[feed.0, &signature].concat());
        }
        3 => {
            let batch = sign_batch(
                &certificate(feed.0),
                &DEVICE,
                None,
                EPOCH,
                Head::START,
                records(),
            );
            check(&batch.unwrap());
        }
        4 => sequence(&mut feed),
        5 => small(feed.0),
        _ => {
            let receipt = fixture::hub().sign(Kind::Receipt, &Raw(feed.0));
            let later = Receipt::verify_at_its_time(&receipt, &TRUST);
            if let Ok(receipt) = Receipt::verify(&receipt, &TRUST, NOW) {
                assert_eq!(encode(&receipt), feed.0);
            }
            if let Ok(receipt) = later {
                assert_eq!(encode(&receipt), feed.0);
            }
        }
    }
}

/// Whatever passes is one chain, in order, of canonical records.
fn check(bytes: &[u8]) -> bool {
    let Ok(batch) = VerifiedBatch::verify(bytes, &TRUST, NOW) else {
        return false;
    };
    assert_eq!(batch.device(), device_id(&DEVICE.public()));
    assert!((1..=MAX_RECORDS).contains(&batch.records().len()));
    let mut head = batch.before();
    let first = batch.records()[0].0.seq;
    for ((record, bytes, after), seq) in batch.records().iter().zip(first..) {
        assert_eq!(record.seq, seq);
        assert_eq!(&record.to_bytes(), bytes);
        assert_eq!(seq == 0, matches!(record.body, Body::EpochStart(_)));
        head = head.after(batch.device(), batch.epoch(), bytes);
        assert_eq!(&head, after);
    }
    true
}

/// Sound records with any numbers, against the rule in words.
fn sequence(feed: &mut Feed<'_>) {
    let after_start = feed.byte() & 1 == 0;
    let before = if after_start {
        Head::START
    } else {
        Head(gatepost_pass::Digest([1; 32]))
    };
    let base = match feed.byte() % 4 {
        0 | 1 => 0,
        2 => u64::from(feed.byte()),
        _ => u64::MAX - 2,
    };
    let mut records = Vec::new();
    while records.len() < 6 && (!feed.is_empty() || records.is_empty()) {
        let steps = records.len() as u64;
        let (seq, start) = match feed.byte() {
            0 => (feed.number(), false),
            1 => (base.wrapping_add(steps), true),
            _ => {
                let seq = base.wrapping_add(steps);
                (seq, seq == 0)
            }
        };
        records.push((seq, start));
    }
    let bytes = records
        .iter()
        .map(|(seq, start)| record(*seq, *start).to_bytes())
        .collect();
    let follow = records
        .windows(2)
        .all(|two| two[0].0.checked_add(1) == Some(two[1].0));
    let counts = records
        .iter()
        .all(|(seq, start)| *start == (*seq == 0) && *seq < u64::MAX);
    let joins = (records[0].0 == 0) == after_start;
    assert_eq!(check(&sign(before, bytes)), follow && counts && joins);
}

/// The small files: a record, a receipt.
fn small(bytes: &[u8]) {
    if let Ok(record) = Record::from_bytes(bytes) {
        assert_eq!(record.to_bytes(), bytes);
    }
    assert!(Receipt::verify(bytes, &TRUST, NOW).is_err(), "forged");
    assert!(
        Receipt::verify_at_its_time(bytes, &TRUST).is_err(),
        "forged"
    );
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let records = records();
    let framed: Vec<u8> = records
        .iter()
        .flat_map(|record| {
            let length = (record.len() as u16).to_le_bytes();
            [&length[..], record].concat()
        })
        .collect();
    let receipt = Receipt {
        device: device_id(&DEVICE.public()),
        epoch: EPOCH,
        next_seq: 3,
        head: Head::START,
        batch: Digest::of(&SIGNED_HERE),
        manifest: BUNDLE,
        at: NOW,
    };
    let batch = &SIGNED_HERE;
    vec![
        seed(0, &[batch]),
        seed(1, &[&framed]),
        seed(2, &[&batch[..batch.len() - 64]]),
        seed(3, &[&encode(&certified())]),
        seed(4, &[&[0, 0, 9, 9, 9]]),
        seed(4, &[&[1, 2, 7, 9, 9]]),
        seed(4, &[&[1, 3, 9, 9, 9, 9]]),
        seed(5, &[&records[0]]),
        seed(5, &[&records[1]]),
        seed(6, &[&encode(&receipt)]),
    ]
}
