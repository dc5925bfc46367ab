//! The hub's word on the time, and what a device keeps of the time on its disk.

use gatepost_pass::{
    Kind, TimeMark, Timekeeper, Timestamp, encode,
    fixture::{NOW, SIGNED, hub},
    timekeeper::{Boot, Heard, ONE_STEP, Reading},
};
use gatepost_protocol::{TimeAnswer, TimeNonce};

use crate::{
    document::TRUST,
    feed::{Feed, Raw, seed},
};

const NONCE: TimeNonce = TimeNonce([7; 32]);

fn answer() -> TimeAnswer {
    TimeAnswer {
        nonce: NONCE,
        at: NOW,
    }
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 3 {
        // As it came: nothing but what the hub has signed.
        0 => {
            if let Ok(at) = TimeAnswer::verify(feed.0, &TRUST, &NONCE) {
                assert_eq!(
                    (at, feed.0),
                    (NOW, answer().sign(&hub()).as_slice()),
                    "forged"
                );
            }
        }
        // Any claims, signed by the hub: only an answer to this very question.
        1 => {
            let signed = hub().sign(Kind::TimeAnswer, &Raw(feed.0));
            if let Ok(at) = TimeAnswer::verify(&signed, &TRUST, &NONCE) {
                assert_eq!(encode(&TimeAnswer { nonce: NONCE, at }), feed.0);
            }
        }
        _ => mark(feed.0),
    }
}

/// Whatever was on the disk, and in whichever start of the machine: the time is never before a
/// signed one, and no single answer that nobody vouches for moves it by more than a step.
fn mark(bytes: &[u8]) {
    let Ok(mark) = TimeMark::from_bytes(bytes) else {
        return;
    };
    assert_eq!(mark.to_bytes(), bytes);
    for boot in [Boot([0; 16]), Boot([1; 16])] {
        let mut keeper = Timekeeper::new(mark, boot);
        for (wall, steady) in [
            (NOW, 5),
            (Timestamp(0), 500),
            (Timestamp(u64::MAX), u64::MAX),
        ] {
            let reading = Reading { wall, steady };
            keeper.signed(SIGNED, reading);
            let before = keeper.now(reading).time;
            assert!(before >= SIGNED);
            let heard = keeper.heard(NOW, &(Timestamp(0)..Timestamp(0)), reading);
            let moved = keeper.now(reading).time.0.abs_diff(before.0);
            assert!(moved <= ONE_STEP, "{moved} s");
            assert!(heard == Heard::Agreed || moved == 0);
            let again = TimeMark::from_bytes(&keeper.mark(reading).to_bytes());
            assert_eq!(again, Ok(keeper.mark(reading)));
        }
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let reading = Reading {
        wall: NOW,
        steady: 5,
    };
    let mut keeper = Timekeeper::new(TimeMark::default(), Boot([1; 16]));
    let fresh = keeper.mark(reading).to_bytes();
    keeper.heard(NOW, &(NOW..NOW), reading);
    keeper.heard(NOW.plus(4000), &(NOW..NOW), reading);
    let full = keeper.mark(reading).to_bytes();
    vec![
        seed(0, &[&answer().sign(&hub())]),
        seed(1, &[&encode(&answer())]),
        seed(2, &[&fresh]),
        seed(2, &[&full]),
    ]
}
