//! Passes field by field, valid or not, against a second statement of the rules.

use gatepost_pass::{
    Kind, PublicKey, VerifiedDocument,
    document::live_code,
    envelope::MAX_CODE,
    fixture::{self, NOW, documents},
};
use serde::Serialize;

use crate::{document, feed::Feed};

/// A pass without the limits of its types; the same on the wire.
#[derive(Serialize)]
struct Loose {
    number: [u8; 5],
    subjects: Vec<SubjectFields>,
    not_before: u32,
    not_after: u32,
    medium: u8,
    holder: Option<[u8; 32]>,
}

#[derive(Clone, Serialize)]
struct SubjectFields {
    tag: [u8; 16],
    name: Vec<u8>,
    last4: [u8; 4],
    colour: u8,
    class: ClassField,
}

#[derive(Clone, Copy, Serialize)]
enum ClassField {
    Ordinary,
    Special(u8),
    Unknown,
}

impl Loose {
    fn read(feed: &mut Feed<'_>) -> Self {
        let number = feed.array();
        let (medium, holder) = (feed.byte() & 0x7f, feed.byte());
        let holder = match holder % 4 {
            0 => Some(*fixture::holder().public().as_bytes()),
            1 => Some(feed.array()),
            _ => None,
        };
        let (not_before, not_after) = (feed.number() as u32, feed.number() as u32);
        let mut subjects = Vec::new();
        while !feed.is_empty() && subjects.len() < 8 {
            subjects.push(SubjectFields::read(feed));
        }
        Self {
            number,
            subjects,
            not_before,
            not_after,
            medium,
            holder,
        }
    }

    fn counts(&self, kind: Kind) -> bool {
        let mut tags: Vec<_> = self.subjects.iter().map(|person| person.tag).collect();
        tags.sort_unstable();
        tags.dedup();
        let persons = match kind {
            Kind::Pass => self.subjects.len() == 1,
            _ => (2..=6).contains(&self.subjects.len()) && tags.len() == self.subjects.len(),
        };
        let usable = |key: &[u8; 32]| PublicKey::from_bytes(key).is_ok();
        persons
            && self.medium < 2
            && self.holder.as_ref().is_none_or(usable)
            && self.subjects.iter().all(SubjectFields::counts)
    }
}

impl SubjectFields {
    fn read(feed: &mut Feed<'_>) -> Self {
        let class = match feed.byte() % 8 {
            0 => ClassField::Unknown,
            1 => ClassField::Special(feed.byte()),
            _ => ClassField::Ordinary,
        };
        let length = usize::from(feed.byte() % 26);
        Self {
            tag: [feed.byte(); 16],
            name: feed.slice(length).to_vec(),
            last4: feed.array(),
            colour: feed.byte() & 0x7f,
            class,
        }
    }

    fn counts(&self) -> bool {
        let name = std::str::from_utf8(&self.name);
        name.is_ok_and(|name| name.len() <= 22 && !name.chars().any(char::is_control))
            && self
                .last4
                .iter()
                .all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'Z'))
            && self.colour < 3
            && !matches!(self.class, ClassField::Unknown)
    }
}

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    let mode = feed.byte();
    let kind = [Kind::Pass, Kind::FamilyPass][usize::from(mode & 1)];
    let pass = Loose::read(&mut feed);
    let bytes = documents().sign(kind, &pass);
    let verified = document::check(&bytes);
    let fits = bytes.len() <= MAX_CODE;
    assert_eq!(verified.is_some(), fits && pass.counts(kind), "{bytes:?}");
    if let Some(VerifiedDocument::Pass(verified)) = &verified {
        assert_eq!(
            verified.claims().subjects.as_slice().len(),
            pass.subjects.len()
        );
        assert_eq!(verified.live(), None);
    }
    if mode & 2 != 0 {
        let live = document::check(&live_code(&bytes, NOW, &fixture::holder()));
        let own = pass.holder == Some(*fixture::holder().public().as_bytes());
        assert_eq!(
            live.is_some(),
            verified.is_some() && own && kind == Kind::Pass
        );
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let person = |n: u8| {
        let mut bytes = vec![2, 5, n];
        bytes.extend_from_slice("王**".as_bytes());
        bytes.extend_from_slice(b"123X\0");
        bytes
    };
    (0..8)
        .map(|count: u8| {
            let mut bytes = vec![u8::from(count > 1) | 2, 0, 0, 0, 0, 1, 0, count % 3];
            if count % 3 == 1 {
                bytes.extend_from_slice(fixture::holder().public().as_bytes());
            }
            bytes.extend_from_slice(&29_891_520_u64.to_le_bytes());
            bytes.extend_from_slice(&29_911_680_u64.to_le_bytes());
            bytes.extend((0..count).flat_map(person));
            bytes
        })
        .collect()
}
