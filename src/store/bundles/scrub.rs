//! Storage rots: what was verified when it came is checked again in the background, one chunk at a
//! time, so that a damaged list is mended by the next bundle and not met first by a look-up.
//!
//! What is read here comes the way of a look-up's pages: a chunk that is whole in the system's cache
//! and bad on the card is well, as it is for a look-up, until the cache lets go of it.

use std::{
    convert::Infallible,
    fmt,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, SystemTime},
};

use gatepost_pass::{ListError, Root, Timestamp};

use super::{BundleCache, CacheError, InstalledBundle, ListName};
use crate::store::disk::{Disk, FileSystem};

/// From one chunk of 64 KiB to the next: a list of 10 million records is gone over in four minutes.
const PACE: Duration = Duration::from_millis(250);
/// From the end of a round to the next, and after a bundle that does not load.
const REST: Duration = Duration::from_secs(600);
/// A list of which so many chunks are bad is left alone for this round: whoever mends it finds the rest.
const MOST_NAMED: u32 = 16;

/// A chunk of an installed list that can't be used.
#[derive(Debug)]
pub struct Damage {
    /// Of which list.
    pub list: ListName,
    /// Which chunk.
    pub chunk: u32,
    /// What is the matter.
    pub why: ListError,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { list, chunk, why } = self;
        write!(f, "{list}, chunk {chunk}: {why}")
    }
}

/// What a step came to.
#[derive(Debug)]
pub enum Scrubbed {
    /// A chunk is as it was signed.
    Well,
    /// A chunk is not. Its list is marked: the next bundle that has it mends it.
    Bad(Damage),
    /// Every chunk has been checked, or there is none.
    RoundOver,
}

/// Goes round the installed lists.
#[derive(Debug)]
pub struct Scrubber<D> {
    cache: BundleCache<D>,
    root: Root,
    round: Option<Round>,
}

/// One way through the lists of a bundle.
#[derive(Debug)]
struct Round {
    bundle: InstalledBundle,
    /// When it was installed.
    written: Option<SystemTime>,
    list: usize,
    chunk: u32,
    /// Chunks of this list that were bad.
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
    pub fn step(&mut self, now: Timestamp) -> Result<Scrubbed, CacheError> {
        let written = self.cache.written();
        // Of a bundle that was replaced nothing stays open: its files take room.
        let going = self.round.take().filter(|round| round.written == written);
        let mut round = match going {
            Some(round) => round,
            None => match self.cache.load(&self.root, now)? {
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
            Ok(()) => Scrubbed::Well,
            Err(why) => Scrubbed::Bad(Damage {
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

/// Starts the thread that goes round; drop the sender to end it. `now` says what time it is, `tell` hears
/// of every chunk that is bad.
pub fn spawn(
    mut scrubber: Scrubber<FileSystem>,
    now: impl Fn() -> Timestamp + Send + 'static,
    tell: impl Fn(Damage) + Send + 'static,
) -> Sender<Infallible> {
    let (alive, ended) = mpsc::channel();
    thread::spawn(move || {
        let mut wait = PACE;
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(wait) {
            wait = match scrubber.step(now()) {
                Ok(Scrubbed::Well) => PACE,
                Ok(Scrubbed::Bad(damage)) => {
                    tell(damage);
                    PACE
                }
                // A bundle that does not load is told by whoever needs it.
                Ok(Scrubbed::RoundOver) | Err(_) => REST,
            };
        }
    });
    alive
}
