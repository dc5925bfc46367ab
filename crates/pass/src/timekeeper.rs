//! What a device knows of the time, and what "now" is by it: see [`Timekeeper`].

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    codec::{self, FormatError},
    time::{ClockTrust, Now, Timestamp},
};

/// A clock that differs by no more than this is not marked: two minutes, in seconds.
pub const TOLERANCE: u64 = 120;

/// One signed time moves the time in use by no more than this: five minutes, in seconds.
pub const ONE_STEP: u64 = 300;

/// A trusted time is moved no more often than once in this: a day, in seconds.
const BETWEEN_STEPS: u64 = 24 * 3600;

/// A clock this much later than the newest signed time is ahead: 400 days, in seconds.
pub const FAR_AHEAD: u64 = 400 * 24 * 3600;

/// How old the mark on the disk may become, in seconds.
const KEPT_EVERY: u64 = 300;

/// One start of the machine, by the number that its system drew for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Boot(pub [u8; 16]);

/// The wall clock and the steady clock, read together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What the wall clock says.
    pub wall: Timestamp,
    /// Seconds since the machine started, also while it slept. Nobody can set it.
    pub steady: u64,
}

/// A time, and when it was that time on the steady clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    at: Timestamp,
    steady: u64,
}

impl Known {
    /// What it has become since.
    const fn by(self, steady: u64) -> Timestamp {
        self.at.plus(steady.saturating_sub(self.steady))
    }
}

/// The time on which a signed time or a supervisor agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Agreed {
    time: Known,
    /// What the wall clock said then.
    wall: Timestamp,
    /// The steady clock when the time in use was moved last.
    moved: u64,
}

/// What a device keeps of the time on its disk: its high-water mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeMark {
    boot: Boot,
    /// Starts of the machine that the device has seen.
    boots: u32,
    /// The steady clock when it was written.
    steady: u64,
    /// Seconds that the device had run by then, in all.
    ran: u64,
    /// The time that was trusted last, and what has passed since, as far as that was counted.
    trusted: Timestamp,
    /// The newest hour that was logged while nothing contradicted the clock.
    logged: Timestamp,
    agreed: Option<Agreed>,
    contradicted: Option<Known>,
}

impl TimeMark {
    /// Largest file, in bytes.
    pub const MAX: usize = 256;

    /// Whether it says enough more than the one that was written last: it is written every few
    /// minutes, with each new hour in the log, and once the clock is trusted or no longer.
    pub fn is_due_after(&self, written: &Self) -> bool {
        let hour = |mark: &Self| mark.logged.0 / 3600;
        self.boot != written.boot
            || self.steady.saturating_sub(written.steady) >= KEPT_EVERY
            || self.agreed.is_some() != written.agreed.is_some()
            || hour(self) != hour(written)
    }

    /// Bytes for the disk.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        codec::decode_within("time mark", bytes, Self::MAX)
    }
}

/// What became of a signed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The clock is trusted now.
    Agreed,
    /// It differs by more than one signed time may move the clock, which is marked from now on.
    Contradicted,
}

/// A time that cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that time is before one that the authority has signed")]
pub struct BeforeSigned;

/// What a device knows of the time.
///
/// Five things, of different weight:
///
/// - A **manifest's** time is past: the time in use is never before it.
/// - The time that was **trusted** last, and what has passed since: a signed time does not bring it
///   back by more than [`ONE_STEP`]; a supervisor does.
/// - The hour that was **logged** last, where nothing contradicted the clock then: it holds the
///   time up until something is trusted.
/// - What has **agreed** since the machine started: a signed time that is near, one that the
///   manifest vouches for, or a supervisor. From then on the steady clock counts, not the wall
///   clock.
/// - What **contradicts** it: a signed time that is far off.
#[derive(Clone, Debug)]
pub struct Timekeeper {
    boot: Boot,
    boots: u32,
    /// Seconds that the device had run, at that reading of the steady clock.
    ran: (u64, u64),
    signed: Known,
    trusted: Known,
    logged: Known,
    agreed: Option<Agreed>,
    contradicted: Option<Known>,
    /// End of the device's own papers: a clock past it is ahead, or the device out of service.
    papers_end: Option<Timestamp>,
}

impl Timekeeper {
    /// Goes on from what was kept. After another start of the machine nothing has agreed yet.
    pub fn new(mark: TimeMark, boot: Boot) -> Self {
        let same = mark.boot == boot;
        // In another start of the machine, what was known is past since its first second.
        let steady = if same { mark.steady } else { 0 };
        let since = |at| Known { at, steady };
        Self {
            boot,
            boots: mark.boots.saturating_add(u32::from(!same)),
            ran: (mark.ran, steady),
            signed: Known::default(),
            trusted: since(mark.trusted),
            logged: since(mark.logged),
            agreed: mark.agreed.filter(|_| same),
            contradicted: mark.contradicted.filter(|_| same),
            papers_end: None,
        }
    }

    /// What is to be kept.
    pub fn mark(&self, reading: Reading) -> TimeMark {
        let steady = reading.steady;
        let now = self.now(reading);
        TimeMark {
            boot: self.boot,
            boots: self.boots,
            steady,
            ran: self.ran(steady),
            trusted: match now.clock {
                ClockTrust::Trusted => now.time,
                _ => self.trusted.by(steady),
            },
            logged: self.logged.by(steady),
            agreed: self.agreed,
            contradicted: self.contradicted,
        }
    }

    /// Seconds that the device has run in all. No clock that is set changes it.
    pub fn ran(&self, steady: u64) -> u64 {
        let (ran, since) = self.ran;
        ran.saturating_add(steady.saturating_sub(since))
    }

    /// Starts of the machine that the device has seen.
    pub fn boots(&self) -> u32 {
        self.boots
    }

    /// A manifest was verified: it was signed at that time, which is past.
    pub fn signed(&mut self, at: Timestamp, reading: Reading) {
        let steady = reading.steady;
        if at > self.signed.by(steady) {
            self.signed = Known { at, steady };
        }
    }

    /// Until when the device's own certificate is valid.
    pub fn papers_end(&mut self, until: Timestamp) {
        self.papers_end = Some(until);
    }

    /// Something was logged at that time by the clock. It counts where nothing contradicts the
    /// clock: one that was once at 2099 bricks nothing.
    pub fn logged(&mut self, at: Timestamp, reading: Reading) {
        let believed = matches!(
            self.now(reading).clock,
            ClockTrust::Trusted | ClockTrust::Unconfirmed
        );
        let steady = reading.steady;
        if believed && at > self.logged.by(steady) && at <= self.now(reading).time {
            self.logged = Known { at, steady };
        }
    }

    /// A signed time has come, of this moment. It is taken where it is near; and where nothing has
    /// agreed yet, also where a second key vouches for it: it lies within the fresh time of a
    /// manifest. Neither brings back what was trusted by more than [`ONE_STEP`].
    pub fn heard(&mut self, at: Timestamp, fresh: &Range<Timestamp>, reading: Reading) -> Heard {
        let steady = reading.steady;
        let time = self.now(reading).time;
        let past = self.signed.by(steady).max(self.trusted.by(steady));
        let near = at.0.abs_diff(time.0) <= ONE_STEP;
        let vouched = self.agreed.is_none() && fresh.contains(&at) && at.plus(ONE_STEP) >= past;
        if !near && !vouched {
            self.contradicted = Some(Known { at, steady });
            return Heard::Contradicted;
        }
        // Step by step, one key could lead a trusted time anywhere.
        let moved = self.agreed.map(|agreed| agreed.moved);
        match moved.filter(|moved| steady.saturating_sub(*moved) < BETWEEN_STEPS) {
            Some(moved) => self.agree(time, moved, reading),
            None => self.agree(at, steady, reading),
        }
        Heard::Agreed
    }

    /// Whether a time is before the newest manifest's.
    pub fn is_before_signed(&self, at: Timestamp, reading: Reading) -> bool {
        at < self.signed.by(reading.steady)
    }

    /// A supervisor sets the clock.
    ///
    /// # Errors
    /// A time before the newest manifest's.
    pub fn set(&mut self, at: Timestamp, reading: Reading) -> Result<(), BeforeSigned> {
        if self.is_before_signed(at, reading) {
            return Err(BeforeSigned);
        }
        self.agree(at, reading.steady, reading);
        Ok(())
    }

    fn agree(&mut self, at: Timestamp, moved: u64, reading: Reading) {
        let Reading { wall, steady } = reading;
        let at = at.max(self.signed.by(steady));
        let time = Known { at, steady };
        self.agreed = Some(Agreed { time, wall, moved });
        self.trusted = time;
        if self.logged.by(steady) > at {
            self.logged = time;
        }
        self.contradicted = None;
    }

    /// What time it is.
    pub fn now(&self, reading: Reading) -> Now {
        self.judge(reading).0
    }

    /// Seconds by which the device's own clock is ahead of what is known; negative for behind, 0
    /// where it agrees or nothing is known.
    pub fn off(&self, reading: Reading) -> i64 {
        self.judge(reading).1
    }

    fn judge(&self, reading: Reading) -> (Now, i64) {
        match self.agreed {
            Some(agreed) => self.judge_agreed(agreed, reading),
            None => self.judge_wall(reading),
        }
    }

    /// The steady clock counts. The wall clock ends the trust by a jump, unless it jumped to where
    /// it should be.
    fn judge_agreed(&self, agreed: Agreed, reading: Reading) -> (Now, i64) {
        let Reading { wall, steady } = reading;
        let counted = agreed.time.by(steady);
        let time = counted.max(self.signed.by(steady));
        let own = difference(wall, time);
        let ran_on = agreed.wall.plus(steady.saturating_sub(agreed.time.steady));
        let jumped = is_off(difference(wall, ran_on)) && is_off(own);
        let (clock, off) = match self.contradicted {
            Some(said) => direction(difference(time, said.by(steady))),
            // A manifest is later than what was agreed on.
            None if time.since(counted) > TOLERANCE => direction(difference(counted, time)),
            None if jumped => direction(own),
            None if is_off(own) => (ClockTrust::Trusted, own),
            None => (ClockTrust::Trusted, 0),
        };
        (Now { time, clock }, off)
    }

    /// Nothing has agreed yet: the wall clock, held up by what is past.
    fn judge_wall(&self, reading: Reading) -> (Now, i64) {
        let Reading { wall, steady } = reading;
        let signed = self.signed.by(steady);
        let past = signed
            .max(self.trusted.by(steady))
            .max(self.logged.by(steady));
        let time = wall.max(past);
        let behind = difference(wall, past);
        let said = self
            .contradicted
            .map(|said| difference(time, said.by(steady)));
        let papers = self.papers_end.map(|end| difference(wall, end));
        let (clock, off) = if past.since(wall) > TOLERANCE {
            direction(behind)
        } else if let Some(off) = said.filter(|off| off.unsigned_abs() > ONE_STEP) {
            direction(off)
        } else if self.signed.at.0 > 0 && wall.since(signed) > FAR_AHEAD {
            direction(difference(wall, signed))
        } else if let Some(off) = papers.filter(|off| *off >= 0) {
            (ClockTrust::Ahead, off)
        } else {
            (ClockTrust::Unconfirmed, 0)
        };
        (Now { time, clock }, off)
    }
}

fn difference(a: Timestamp, b: Timestamp) -> i64 {
    let seconds = i128::from(a.0) - i128::from(b.0);
    i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
}

fn is_off(seconds: i64) -> bool {
    seconds.unsigned_abs() > TOLERANCE
}

fn direction(off: i64) -> (ClockTrust, i64) {
    let clock = if off < 0 {
        ClockTrust::Behind
    } else {
        ClockTrust::Ahead
    };
    (clock, off)
}

#[cfg(test)]
mod tests;
