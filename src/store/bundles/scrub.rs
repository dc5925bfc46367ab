//! The background check of the installed lists. Storage rots: what was verified when it came is
//! checked again, one chunk at a time, so that a damaged list is repaired by the next bundle before
//! a look-up needs it.
//!
//! A chunk is read as a look-up reads it, through the system's cache: one that is bad on the card
//! only is found once the cache has dropped it.

use std::{
    convert::Infallible,
    fmt,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, SystemTime},
};

use gatepost_pass::{ListError, Root};
use gatepost_system::chain;

use super::{
    cache::{BundleCache, InstalledBundle},
    error::CacheError,
    list_name::ListName,
};
use crate::{
    clock::Clock,
    store::disk::{Disk, FileSystem},
};

/// Pause between two chunks of 64 KiB: a list of 10 million records is checked in four minutes.
const PACE: Duration = Duration::from_millis(250);
/// Pause between two rounds, and after a bundle that does not load.
const REST: Duration = Duration::from_secs(600);
/// A list with so many bad chunks is skipped for the rest of the round: the repair finds them all.
const MOST_NAMED: u32 = 16;

/// A chunk of an installed list that cannot be used.
#[derive(Debug)]
pub struct ChunkDamage {
    /// Its list.
    pub list: ListName,
    /// Index of the chunk in the list.
    pub chunk: u32,
    /// What the check found.
    pub why: ListError,
}

impl fmt::Display for ChunkDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { list, chunk, why } = self;
        write!(f, "{list}, chunk {chunk}: {}", chain(why))
    }
}

/// The result of one step.
#[derive(Debug)]
pub enum Scrubbed {
    /// A chunk is as it was signed.
    Intact,
    /// A chunk is not. Its list is marked: the next bundle that has it repairs it.
    Bad(ChunkDamage),
    /// Every chunk has been checked, or there is none.
    RoundOver,
}

/// Checks the installed lists, chunk by chunk, round after round.
#[derive(Debug)]
pub struct Scrubber<D> {
    cache: BundleCache<D>,
    root: Root,
    round: Option<Round>,
}

/// One round through the lists of a bundle.
#[derive(Debug)]
struct Round {
    bundle: InstalledBundle,
    /// When its manifest was written.
    written: Option<SystemTime>,
    list: usize,
    chunk: u32,
    /// Number of bad chunks of this list.
    bad: u32,
}

impl<D: Disk> Scrubber<D> {
    /// Begins with the first chunk of the first list.
    pub fn new(cache: BundleCache<D>, root: Root) -> Self {
        Self {
            cache,
            root,
            round: None,
        }
    }

    /// Checks the next chunk of the bundle that is installed now.
    pub fn step(&mut self, clock: &Clock) -> Result<Scrubbed, CacheError> {
        let written = self.cache.written();
        // No file of a bundle that was replaced stays open, where it would take space.
        let going = self.round.take().filter(|round| round.written == written);
        let mut round = match going {
            Some(round) => round,
            None => match self.cache.load(&self.root, clock)? {
                Some(bundle) => Round::of(bundle, written),
                None => return Ok(Scrubbed::RoundOver),
            },
        };
        let Some((name, chunk)) = round.next() else {
            return Ok(Scrubbed::RoundOver);
        };
        let checked = round.bundle.list(name.kind, name.issuer);
        let checked = checked.map_or(Ok(()), |list| list.check_chunk(chunk));
        if checked.is_err() {
            round.bad += 1;
            self.cache.mark(&round.bundle, name);
        }
        self.round = Some(round);
        Ok(match checked {
            Ok(()) => Scrubbed::Intact,
            Err(why) => Scrubbed::Bad(ChunkDamage {
                list: name,
                chunk,
                why,
            }),
        })
    }
}

impl Round {
    fn of(bundle: InstalledBundle, written: Option<SystemTime>) -> Self {
        Self {
            bundle,
            written,
            list: 0,
            chunk: 0,
            bad: 0,
        }
    }

    fn next(&mut self) -> Option<(ListName, u32)> {
        loop {
            let list = self.bundle.lists().nth(self.list)?;
            if self.chunk < list.chunks() && self.bad < MOST_NAMED {
                self.chunk += 1;
                return Some((ListName::of(list), self.chunk - 1));
            }
            self.list += 1;
            (self.chunk, self.bad) = (0, 0);
        }
    }
}

/// Starts the thread that checks; drop the sender to end it. Every bad chunk is passed to `report`.
pub fn spawn(
    mut scrubber: Scrubber<FileSystem>,
    clock: Arc<Clock>,
    report: impl Fn(ChunkDamage) + Send + 'static,
) -> Sender<Infallible> {
    let (alive, ended) = mpsc::channel();
    thread::spawn(move || {
        let mut wait = PACE;
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(wait) {
            wait = match scrubber.step(&clock) {
                Ok(Scrubbed::Intact) => PACE,
                Ok(Scrubbed::Bad(damage)) => {
                    report(damage);
                    PACE
                }
                // A bundle that does not load is reported by whoever needs it.
                Ok(Scrubbed::RoundOver) | Err(_) => REST,
            };
        }
    });
    alive
}
