//! Who comes to the gate: eight kinds of people, what they show, and what is right for them.

use gatepost_pass::{
    Kind, Pass, SecretKey, Signer,
    document::{live_code, to_text},
    fixture::{DAY, NOW, documents, holder, paper_pass, phone_pass, subject},
    time::Minute,
};
use gatepost_protocol::{Outcome, Reason};
use gatepost_scene::Carrier;

/// Number that the region lists as revoked, and tags that it lists as yellow and red.
const REVOKED: u8 = 103;
const YELLOW: u8 = 101;
const RED: u8 = 102;

/// A kind of people.
pub(super) struct PeopleKind {
    pub(super) name: &'static str,
    pub(super) carrier: Carrier,
    /// What is right for each code that they show.
    pub(super) right: (Outcome, Reason),
    texts: fn(u8) -> Vec<String>,
}

impl PeopleKind {
    /// The texts of the codes that one of them shows at once; `n` tells them apart.
    pub(super) fn texts(&self, n: u8) -> Vec<String> {
        (self.texts)(n)
    }
}

pub(super) const CROWD: [PeopleKind; 8] = [
    PeopleKind {
        name: "green, paper",
        carrier: Carrier::Paper,
        right: (Outcome::Admit, Reason::Green),
        texts: |n| vec![paper(&documents(), &paper_pass(n))],
    },
    PeopleKind {
        name: "green, phone",
        carrier: Carrier::Phone,
        right: (Outcome::Admit, Reason::Green),
        texts: |n| vec![live(&documents(), &phone_pass(n))],
    },
    PeopleKind {
        name: "yellow, phone",
        carrier: Carrier::Phone,
        right: (Outcome::Check, Reason::Yellow),
        texts: |n| vec![live(&documents(), &of(YELLOW, phone_pass(n)))],
    },
    PeopleKind {
        name: "red, paper",
        carrier: Carrier::Paper,
        right: (Outcome::Refuse, Reason::Red),
        texts: |n| vec![paper(&documents(), &of(RED, paper_pass(n)))],
    },
    PeopleKind {
        name: "revoked, phone",
        carrier: Carrier::Phone,
        right: (Outcome::Refuse, Reason::Revoked),
        texts: |_| vec![live(&documents(), &phone_pass(REVOKED))],
    },
    PeopleKind {
        name: "expired, paper",
        carrier: Carrier::Paper,
        right: (Outcome::Refuse, Reason::Expired),
        texts: |n| vec![paper(&documents(), &expired(paper_pass(n)))],
    },
    PeopleKind {
        name: "forged, phone",
        carrier: Carrier::Phone,
        right: (Outcome::Refuse, Reason::BadSignature),
        texts: |n| vec![live(&forger(), &phone_pass(n))],
    },
    PeopleKind {
        name: "two at once, paper",
        carrier: Carrier::Paper,
        right: (Outcome::Admit, Reason::Green),
        texts: |n| {
            let one = |n| paper(&documents(), &paper_pass(n));
            vec![one(n), one(n.wrapping_add(1))]
        },
    },
];

fn paper(signer: &Signer, pass: &Pass) -> String {
    to_text(&signer.sign(Kind::Pass, pass))
}

fn live(signer: &Signer, pass: &Pass) -> String {
    to_text(&live_code(&signer.sign(Kind::Pass, pass), NOW, &holder()))
}

fn of(listed: u8, pass: Pass) -> Pass {
    Pass {
        subjects: [subject(listed)]
            .to_vec()
            .try_into()
            .unwrap_or(pass.subjects),
        ..pass
    }
}

fn expired(pass: Pass) -> Pass {
    Pass {
        not_before: Minute::of(NOW.minus(14 * DAY)),
        not_after: Minute::of(NOW.minus(DAY)),
        ..pass
    }
}

/// Signs in the authority's name with a key of its own.
fn forger() -> Signer {
    Signer {
        secret: SecretKey::from_seed(&[66; 32]),
        ..documents()
    }
}
