//! How many people are inside, as far as this device saw them come and go since it was started, or
//! since midnight.
//!
//! Kept in memory only, and as two counts: which way somebody goes is sealed in the log. Pure: time
//! comes in as an argument.

use std::collections::HashMap;

use gatepost_pass::{Text, Timestamp};
use gatepost_protocol::{Direction, Outcome, Passage, Reason, Seen};

use crate::{
    readable_time::{format_hour, local_date},
    ui::InsideView,
};

/// Who came and went at one place on one day.
#[derive(Debug, Default)]
pub(crate) struct InsideCount {
    /// Since when, and where.
    since: Option<(Timestamp, Text<24>)>,
    came: u64,
    went: u64,
    /// Admitted, and not on the disk yet, by the number of their passage.
    on_their_way: HashMap<u32, (Direction, u64)>,
}

impl InsideCount {
    /// Begins anew on another day, and at another place. `offset` is in minutes east of UTC.
    pub(crate) fn at(&mut self, place: &Text<24>, now: Timestamp, offset: i16) {
        let day = |time| local_date(time, offset);
        let same = |(since, there): &(Timestamp, Text<24>)| {
            there == place && day(*since) == day(now) && *since <= now
        };
        if self.since.as_ref().is_some_and(same) {
            return;
        }
        let seen_since = |(since, there): &(Timestamp, Text<24>)| there == place && *since <= now;
        let since = match self.since.as_ref().is_some_and(seen_since) {
            true => first_of_day(now, offset),
            false => now,
        };
        *self = Self {
            since: Some((since, place.clone())),
            on_their_way: std::mem::take(&mut self.on_their_way),
            ..Self::default()
        };
    }

    /// A passage goes to the log under this number. Only who is admitted goes through, and who is
    /// shown again has gone already.
    pub(crate) fn sent(&mut self, number: u32, passage: &Passage) {
        let again = passage.reasons.as_slice().contains(&Reason::AlreadyPassed);
        if passage.outcome != Outcome::Admit || again {
            return;
        }
        let people = match &passage.seen {
            Seen::Pass { subjects, .. } => subjects.as_slice().len() as u64,
            Seen::Unverified | Seen::IdNumber(_) | Seen::ByHand(_) => 1,
            Seen::ClockSet { .. } | Seen::PlaceMove(_) | Seen::ProgramAllowed { .. } => return,
        };
        self.on_their_way
            .insert(number, (passage.direction, people));
    }

    /// It is on the disk.
    pub(crate) fn logged(&mut self, number: u32) {
        match self.on_their_way.remove(&number) {
            Some((Direction::In, people)) => self.came += people,
            Some((Direction::Out, people)) => self.went += people,
            None => {}
        }
    }

    /// It never will be.
    pub(crate) fn not_logged(&mut self, number: u32) {
        self.on_their_way.remove(&number);
    }

    /// The verdicts of what is on its way were taken back: whoever it is comes again.
    pub(crate) fn withdrawn(&mut self) {
        self.on_their_way.clear();
    }

    /// What there is to say; nothing before people were seen to go both ways.
    pub(crate) fn view(&self, offset: i16) -> Option<InsideView> {
        let (since, _) = self.since.as_ref()?;
        (self.came > 0 && self.went > 0).then(|| InsideView {
            came: self.came,
            went: self.went,
            since: format_hour(*since, offset),
        })
    }
}

/// The first second of the local day.
fn first_of_day(now: Timestamp, offset: i16) -> Timestamp {
    let local = (now.0 / 60).saturating_add_signed(offset.into());
    now.minus(60 * (local % 1440) + now.0 % 60)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use gatepost_pass::{ClockTrust, Freshness, fixture::NOW};

    const HOUR: u64 = 3600;

    fn passage(outcome: Outcome, direction: Direction, reasons: &[Reason], people: u8) -> Passage {
        let subjects: Vec<_> = (0..people)
            .map(|n| gatepost_pass::SubjectTag([n; 16]))
            .collect();
        Passage {
            at: NOW,
            clock: ClockTrust::Trusted,
            freshness: Freshness::Fresh,
            place: Text::default(),
            direction,
            outcome,
            reasons: reasons.to_vec().try_into().unwrap(),
            seen: Seen::Pass {
                issuer: "CN-SD".parse().unwrap(),
                number: gatepost_pass::fixture::paper_pass(1).number,
                subjects: subjects.try_into().unwrap(),
            },
            guard: None,
            temperature: None,
            allowed: None,
        }
    }

    fn green(direction: Direction, people: u8) -> Passage {
        passage(Outcome::Admit, direction, &[Reason::Green], people)
    }

    fn view(came: u64, went: u64, since: &str) -> Option<InsideView> {
        let since = since.to_owned();
        Some(InsideView { came, went, since })
    }

    /// Midnight of some day.
    fn midnight() -> Timestamp {
        NOW.minus(NOW.0 % (24 * HOUR))
    }

    #[test]
    fn people_count_once_they_are_on_the_disk_and_have_gone_both_ways() {
        let (mut inside, place) = (InsideCount::default(), Text::default());
        inside.at(&place, midnight().plus(6 * HOUR), 0);
        inside.sent(1, &green(Direction::In, 3));
        assert_eq!(inside.view(0), None);
        inside.logged(1);
        inside.logged(1);
        assert_eq!(inside.view(0), None, "nobody was seen to leave");
        inside.sent(2, &green(Direction::Out, 1));
        assert_eq!(inside.view(0), None, "not on the disk yet");
        inside.logged(2);
        assert_eq!(inside.view(0), view(3, 1, "06:00"));
        assert_eq!(inside.view(480), view(3, 1, "14:00"));
    }

    #[test]
    fn who_is_not_admitted_comes_again_or_is_taken_back_does_not_count() {
        let (mut inside, place) = (InsideCount::default(), Text::default());
        inside.at(&place, midnight(), 0);
        let again = [Reason::Green, Reason::AlreadyPassed];
        let ways = [Direction::In, Direction::Out];
        for (number, way) in (0..).zip(ways) {
            for (outcome, reasons) in [
                (Outcome::Check, &[Reason::Yellow][..]),
                (Outcome::Refuse, &[Reason::Red]),
                (Outcome::Admit, &again),
            ] {
                inside.sent(number, &passage(outcome, way, reasons, 1));
                inside.logged(number);
            }
            inside.sent(number, &green(way, 1));
            inside.withdrawn();
            inside.logged(number);
        }
        assert_eq!(inside.view(0), None);
    }

    #[test]
    fn the_count_begins_anew_at_midnight_and_at_another_place() {
        let (mut inside, here) = (InsideCount::default(), Text::default());
        let there: Text<24> = "gate-4".try_into().unwrap();
        let both = |inside: &mut InsideCount| {
            for (number, way) in [(1, Direction::In), (2, Direction::Out)] {
                inside.sent(number, &green(way, 1));
                inside.logged(number);
            }
        };
        inside.at(&here, midnight().plus(23 * HOUR), 0);
        both(&mut inside);
        inside.at(&here, midnight().plus(24 * HOUR - 1), 0);
        assert_eq!(inside.view(0), view(1, 1, "23:00"));
        inside.at(&here, midnight().plus(24 * HOUR + 90), 0);
        assert_eq!(inside.view(0), None);
        both(&mut inside);
        assert_eq!(inside.view(0), view(1, 1, "00:00"));
        inside.at(&there, midnight().plus(25 * HOUR), 0);
        assert_eq!(inside.view(0), None);
        both(&mut inside);
        assert_eq!(inside.view(0), view(1, 1, "01:00"));
    }
}
