//! The people of the last minutes, in memory only: for pass-back.
//!
//! People are compared, not passes: somebody who has a paper pass, one on a phone and a place on a
//! family pass is the same person on all of them. Tags are an issuer's own, so the passes of two
//! issuers can't be compared, nor a pass with an ID number: what ties them stays with the
//! authorities.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use gatepost_pass::{IdNumber, IssuerId, SubjectTag, Text};
use gatepost_protocol::{Direction, Personal, Seen};

/// Most people who are remembered.
const MOST: usize = 4096;
/// Longest time that somebody is remembered: the longest window that a policy can ask for.
const LONGEST: Duration = Duration::from_secs(u8::MAX as u64 * 60);

/// Who was admitted a short while ago, and which way. On the steady clock, so that a wrong wall
/// clock makes nobody come back.
#[derive(Debug, Default)]
pub struct RecentPassages {
    passed: VecDeque<(WhoPassed, Direction, Instant)>,
    at: Option<Instant>,
}

/// What makes two passages those of the same person.
#[derive(Clone, Debug, PartialEq, Eq)]
enum WhoPassed {
    Subject(IssuerId, SubjectTag),
    IdNumber(Personal<32>),
}

impl WhoPassed {
    /// Everyone of a passage who can be told again.
    fn of(seen: &Seen) -> Vec<Self> {
        match seen {
            Seen::Pass {
                issuer, subjects, ..
            } => {
                let subjects = subjects.as_slice().iter();
                subjects.map(|tag| Self::Subject(*issuer, *tag)).collect()
            }
            Seen::IdNumber(number) => vec![Self::IdNumber(number.clone())],
            Seen::ByHand(form) => {
                let number = id_number(form.contact.0.as_str());
                number.map(Self::IdNumber).into_iter().collect()
            }
            Seen::Unverified
            | Seen::PlaceMove(_)
            | Seen::ClockSet { .. }
            | Seen::ProgramAllowed { .. } => Vec::new(),
        }
    }
}

/// The ID number that was written down by hand, in the form in which one is looked up. A telephone
/// number, which a family shares, names nobody.
fn id_number(contact: &str) -> Option<Personal<32>> {
    let number = IdNumber::parse(contact).ok()?;
    let digits = number.as_bytes();
    let names_one = digits.len() >= 18 || !digits.iter().all(u8::is_ascii_digit);
    let text: Text<32> = String::from_utf8_lossy(digits)
        .into_owned()
        .try_into()
        .ok()?;
    names_one.then_some(Personal(text))
}

/// Whether somebody is on both.
pub(super) fn share_a_person(one: &Seen, other: &Seen) -> bool {
    let people = WhoPassed::of(other);
    WhoPassed::of(one).iter().any(|who| people.contains(who))
}

impl RecentPassages {
    /// Moves on in time, and forgets what is too old.
    pub fn tick(&mut self, at: Instant) {
        self.at = Some(at);
        self.passed
            .retain(|passed| at.saturating_duration_since(passed.2) < LONGEST);
    }

    /// Remembers everyone who was admitted that way at that time.
    pub fn add(&mut self, seen: &Seen, direction: Direction, at: Instant) {
        for who in WhoPassed::of(seen) {
            if self.passed.len() == MOST {
                self.passed.pop_front();
            }
            self.passed.push_back((who, direction, at));
        }
    }

    /// Takes back that they were admitted that way: the verdict was withdrawn.
    pub fn forget(&mut self, seen: &Seen, direction: Direction) {
        for who in WhoPassed::of(seen) {
            if let Some(last) = self.last(&who, direction) {
                self.passed.remove(last);
            }
        }
    }

    /// How many seconds before the last tick one of them went the same way, if anyone did: the
    /// shortest time of all.
    pub fn find(&self, seen: &Seen, direction: Direction) -> Option<u64> {
        let people = WhoPassed::of(seen);
        let last = people.iter().filter_map(|who| self.last(who, direction));
        let passed = self.passed.get(last.max()?)?;
        Some(self.at?.saturating_duration_since(passed.2).as_secs())
    }

    /// Where the newest passage of this person that way stands.
    fn last(&self, who: &WhoPassed, direction: Direction) -> Option<usize> {
        let mut passed = self.passed.iter();
        passed.rposition(|passed| (&passed.0, passed.1) == (who, direction))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::time::Duration;

    #[test]
    fn whose_admission_was_withdrawn_has_passed_no_more_than_before() {
        let someone = Seen::IdNumber(Personal("11010519491231002X".try_into().unwrap()));
        let mut recent = RecentPassages::default();
        let first = Instant::now();
        let second = first + Duration::from_secs(60);
        recent.add(&someone, Direction::In, first);
        recent.add(&someone, Direction::In, second);
        recent.tick(second);
        recent.forget(&someone, Direction::Out);
        assert_eq!(recent.find(&someone, Direction::In), Some(0));
        recent.forget(&someone, Direction::In);
        assert_eq!(recent.find(&someone, Direction::In), Some(60));
        recent.forget(&someone, Direction::In);
        assert_eq!(recent.find(&someone, Direction::In), None);
    }

    #[test]
    fn no_more_people_are_remembered_than_fit_and_the_oldest_go_first() {
        let family = |n: u16| {
            let tag = |i: u8| [n.to_be_bytes().to_vec(), vec![i; 14]].concat();
            let tags = (0..6).map(|i| SubjectTag(tag(i).try_into().unwrap()));
            Seen::Pass {
                issuer: "CN-SD".parse().unwrap(),
                number: gatepost_pass::PassNumber([0; 5]),
                subjects: tags.collect::<Vec<_>>().try_into().unwrap(),
            }
        };
        let (mut recent, at) = (RecentPassages::default(), Instant::now());
        for n in 0..2000 {
            recent.add(&family(n), Direction::In, at);
        }
        recent.tick(at);
        assert_eq!(recent.passed.len(), MOST);
        assert_eq!(recent.find(&family(0), Direction::In), None);
        assert_eq!(recent.find(&family(1999), Direction::In), Some(0));
    }
}
