//! The scanner's time: what the wall clock, signed times and the device's own past say together,
//! kept over a restart.

use std::{
    fmt,
    ops::Range,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use gatepost_pass::{
    Now, TimeMark, Timekeeper, Timestamp,
    timekeeper::{BeforeSigned, Boot, Heard, Reading},
};
use gatepost_system::{
    chain, clock,
    files::{self, Access},
};

/// The device's clock: see [`Timekeeper`] for what it believes.
#[derive(Debug)]
pub struct Clock {
    instrument: Instrument,
    keeper: Mutex<Timekeeper>,
    last: Mutex<Option<Reading>>,
    mark: Option<MarkFile>,
}

/// Where wall clock and steady clock are read.
enum Instrument {
    System,
    /// Both stand still.
    Still(Timestamp),
    #[cfg(test)]
    Test(Box<dyn Fn() -> Reading + Send + Sync>),
}

/// The high-water mark on the disk, and what was written there last.
#[derive(Debug)]
struct MarkFile {
    path: PathBuf,
    written: Mutex<Option<TimeMark>>,
}

/// Somebody or something has set the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// Seconds forward; negative for back.
    pub seconds: i64,
}

/// A wall clock that differs by more than this from the steady clock has jumped, in seconds.
const JUMP: u64 = 5;

impl Clock {
    /// The system's clock, with what was kept of the time in that file. One that is missing or
    /// damaged says nothing.
    pub fn open(mark: PathBuf) -> Self {
        Self::on(Instrument::System, clock::boot(), mark)
    }

    /// The same clock, which writes nothing down.
    pub fn without_notes(mut self) -> Self {
        self.mark = None;
        self
    }

    /// A clock that stands still at a time (`--now`), which is trusted.
    pub fn still(at: Timestamp) -> Self {
        let clock = Self {
            instrument: Instrument::Still(at),
            keeper: Mutex::new(Timekeeper::new(TimeMark::default(), Boot::default())),
            last: Mutex::default(),
            mark: None,
        };
        // Nothing was signed before that could forbid it.
        let _ = clock.set(at);
        clock
    }

    /// A clock that a test winds up, in that start of the machine.
    #[cfg(test)]
    pub(crate) fn test(
        read: impl Fn() -> Reading + Send + Sync + 'static,
        boot: u8,
        mark: PathBuf,
    ) -> Self {
        Self::on(Instrument::Test(Box::new(read)), Boot([boot; 16]), mark)
    }

    fn on(instrument: Instrument, boot: Boot, path: PathBuf) -> Self {
        let kept = match files::read(&path, TimeMark::MAX) {
            Ok(bytes) => TimeMark::from_bytes(&bytes)
                .inspect_err(|why| log::warn!("{}: {why}", path.display()))
                .ok(),
            Err(why) => {
                if !why.is_not_found() {
                    log::warn!("{}", chain(&why));
                }
                None
            }
        };
        Self {
            instrument,
            keeper: Mutex::new(Timekeeper::new(kept.unwrap_or_default(), boot)),
            last: Mutex::default(),
            mark: Some(MarkFile {
                path,
                written: Mutex::new(kept),
            }),
        }
    }

    /// A bundle's own time was verified: it is past. Only `BundleCache`, which hands out bundles,
    /// calls it, so that no caller can forget a time.
    pub(crate) fn signed(&self, at: Timestamp) {
        let reading = self.read();
        self.keeper().signed(at, reading);
    }

    /// Until when the device's own certificate is valid.
    pub fn papers_end(&self, until: Timestamp) {
        self.keeper().papers_end(until);
    }

    /// Something was logged at that time, while its bundle was not over.
    pub fn logged(&self, at: Timestamp) {
        let reading = self.read();
        self.keeper().logged(at, reading);
    }

    /// The hub's word on what time it is has come; `fresh` is the fresh time of a bundle.
    pub fn heard(&self, at: Timestamp, fresh: &Range<Timestamp>) -> Heard {
        let reading = self.read();
        let heard = self.keeper().heard(at, fresh, reading);
        self.keep();
        heard
    }

    /// Whether a signed time is later: nobody may set it to this.
    pub fn is_before_signed(&self, at: Timestamp) -> bool {
        let reading = self.read();
        self.keeper().is_before_signed(at, reading)
    }

    /// A supervisor sets the time, which is on the disk when this returns, unless that is full.
    ///
    /// # Errors
    /// A time before the installed bundle's.
    pub fn set(&self, at: Timestamp) -> Result<(), BeforeSigned> {
        let reading = self.read();
        self.keeper().set(at, reading)?;
        self.keep_now();
        Ok(())
    }

    /// Writes down what is known of the time, where that is due ([`TimeMark::is_due_after`]).
    pub fn keep(&self) {
        let mark = self.keeper().mark(self.read());
        let due = |file: &MarkFile| {
            let written = locked(&file.written);
            written.is_none_or(|written| mark.is_due_after(&written))
        };
        if self.mark.as_ref().is_some_and(due) {
            self.keep_now();
        }
    }

    /// Writes it down at once.
    pub fn keep_now(&self) {
        let Some(MarkFile { path, written }) = &self.mark else {
            return;
        };
        let mark = self.keeper().mark(self.read());
        // A full disk costs what is known of the last minutes; it is tried again in a few.
        if let Err(why) = files::replace(path, Access::Private, &mark.to_bytes()) {
            log::warn!("{}", chain(&why));
        }
        locked(written).replace(mark);
    }

    /// Whether the wall clock has jumped since the last call.
    pub fn jump(&self) -> Option<Jump> {
        let reading = self.read();
        let before = locked(&self.last).replace(reading);
        before.and_then(|before| jump(before, reading))
    }

    /// The time, and how far to trust it.
    pub fn now(&self) -> Now {
        let reading = self.read();
        self.keeper().now(reading)
    }

    /// Seconds by which the device's own clock is ahead of what is known; negative for behind.
    pub fn off(&self) -> i64 {
        let reading = self.read();
        self.keeper().off(reading)
    }

    /// Hours that the device has run in all, whatever anybody did to its clock.
    pub fn hours_run(&self) -> u32 {
        let seconds = self.keeper().ran(self.read().steady);
        u32::try_from(seconds / 3600).unwrap_or(u32::MAX)
    }

    fn read(&self) -> Reading {
        match &self.instrument {
            Instrument::System => clock::read(),
            Instrument::Still(at) => Reading {
                wall: *at,
                steady: 0,
            },
            #[cfg(test)]
            Instrument::Test(read) => read(),
        }
    }

    fn keeper(&self) -> MutexGuard<'_, Timekeeper> {
        locked(&self.keeper)
    }
}

impl fmt::Debug for Instrument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::Still(at) => f.debug_tuple("Still").field(at).finish(),
            #[cfg(test)]
            Self::Test(_) => f.write_str("Test"),
        }
    }
}

/// What these locks hold are plain numbers: whole even if a thread died holding them.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn jump(before: Reading, now: Reading) -> Option<Jump> {
    let expected = before.wall.plus(now.steady.saturating_sub(before.steady));
    let ahead = i128::from(now.wall.0) - i128::from(expected.0);
    let seconds = i64::try_from(ahead).unwrap_or(if ahead < 0 { i64::MIN } else { i64::MAX });
    (seconds.unsigned_abs() > JUMP).then_some(Jump { seconds })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{
        fs,
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering::Relaxed},
        },
    };

    use gatepost_pass::ClockTrust;
    use tempfile::TempDir;

    use super::*;
    use crate::readable_time::off_in_words;

    const NOON: u64 = 1_790_000_000;

    /// A machine whose wall clock and steady clock a test winds up.
    struct Machine {
        folder: TempDir,
        hands: Arc<(AtomicU64, AtomicU64)>,
    }

    impl Machine {
        fn at(wall: u64) -> Self {
            let hands = Arc::new((wall.into(), 0.into()));
            let folder = tempfile::tempdir().unwrap();
            Self { folder, hands }
        }

        fn mark(&self) -> PathBuf {
            self.folder.path().join("time")
        }

        fn wind(&self, wall: u64, steady: u64) {
            self.hands.0.store(wall, Relaxed);
            self.hands.1.store(steady, Relaxed);
        }

        /// The program's clock after the machine has started so often.
        fn clock(&self, boot: u8) -> Clock {
            let hands = self.hands.clone();
            let read = move || Reading {
                wall: Timestamp(hands.0.load(Relaxed)),
                steady: hands.1.load(Relaxed),
            };
            Clock::test(read, boot, self.mark())
        }
    }

    #[test]
    fn what_was_trusted_is_on_the_disk_and_a_restart_does_not_lose_it() {
        let machine = Machine::at(NOON);
        let clock = machine.clock(1);
        let none = Timestamp(0)..Timestamp(0);
        assert_eq!(clock.heard(Timestamp(NOON), &none), Heard::Agreed);
        drop(clock);
        // The program starts again in the same start of the machine.
        let clock = machine.clock(1);
        assert_eq!(clock.now().clock, ClockTrust::Trusted);
        drop(clock);
        // Then the machine does, three days earlier.
        machine.wind(NOON - 3 * 86_400, 0);
        let clock = machine.clock(2);
        let now = clock.now();
        assert_eq!((now.time.0, now.clock), (NOON, ClockTrust::Behind));
        assert_eq!(off_in_words(clock.off()), "3 days behind");
    }

    #[test]
    fn the_mark_is_written_every_few_minutes_and_with_each_hour_in_the_log() {
        let hour = 1_790_002_800;
        let machine = Machine::at(hour);
        let clock = machine.clock(1);
        let written = || fs::read(machine.mark()).unwrap();
        clock.keep();
        let first = written();
        let (mut writes, mut last) = (0, first);
        for second in 1..=3600 {
            machine.wind(hour + second, second);
            clock.logged(Timestamp(hour + second));
            clock.keep();
            if written() != last {
                (writes, last) = (writes + 1, written());
            }
        }
        assert_eq!(writes, 13, "twelve times five minutes, and the first hour");
    }

    #[test]
    fn a_damaged_mark_says_nothing_and_stops_nothing() {
        let machine = Machine::at(NOON);
        fs::write(machine.mark(), [0xff; 40]).unwrap();
        let clock = machine.clock(1);
        assert_eq!(clock.now().clock, ClockTrust::Unconfirmed);
        clock.set(Timestamp(NOON + 60)).unwrap();
        assert!(TimeMark::from_bytes(&fs::read(machine.mark()).unwrap()).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_forward_or_back_is_noticed_and_one_that_runs_is_not() {
        let at = |wall, steady| Reading {
            wall: Timestamp(wall),
            steady,
        };
        assert_eq!(jump(at(1000, 10), at(1060, 70)), None);
        assert_eq!(jump(at(1000, 10), at(1064, 70)), None);
        assert_eq!(
            jump(at(1000, 10), at(4660, 70)),
            Some(Jump { seconds: 3600 })
        );
        assert_eq!(jump(at(1000, 10), at(0, 11)), Some(Jump { seconds: -1001 }));
        assert_eq!(
            jump(at(0, 0), at(u64::MAX, 1)),
            Some(Jump { seconds: i64::MAX })
        );
    }
}
