//! The readers that are compared, behind one small trait, a file for each library.

mod ours;
mod reader;
mod rqrr;
mod rxing;
#[cfg(feature = "zxing")]
mod zxing;

use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use image::GrayImage;
use rustix::time::{ClockId, clock_gettime};

pub(crate) use reader::{Claim, CodeReader};

/// A reader by name. Each stream of pictures gets a fresh one.
#[derive(Clone, Copy)]
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) fresh: fn() -> Box<dyn CodeReader>,
}

/// rqrr as it is: what ours replaced.
pub(crate) const RQRR: &str = "rqrr";
/// rxing's port of zxing-cpp, one pass.
pub(crate) const RXING: &str = "rxing";
/// zxing-cpp without its options: one pass.
pub(crate) const ZXING_FAST: &str = "zxing-cpp fast";
/// zxing-cpp with all its options: what ours is to beat.
pub(crate) const ZXING: &str = "zxing-cpp";
/// Ours, the quick look that every frame gets first.
pub(crate) const OURS_FIRST: &str = "ours, first look";
/// Ours, what one frame of a stream gets.
pub(crate) const OURS_STREAM: &str = "ours, stream";
/// Ours, all passes.
pub(crate) const OURS: &str = "ours";

/// All readers.
pub(crate) const CONTESTANTS: &[Contestant] = &[
    Contestant {
        name: RQRR,
        fresh: || Box::new(rqrr::Plain),
    },
    Contestant {
        name: RXING,
        fresh: || Box::new(rxing::one_pass()),
    },
    Contestant {
        name: "rxing filtered",
        fresh: || Box::new(rxing::filtered()),
    },
    #[cfg(feature = "zxing")]
    Contestant {
        name: ZXING_FAST,
        fresh: || Box::new(zxing::ZxingCpp::fast()),
    },
    #[cfg(feature = "zxing")]
    Contestant {
        name: ZXING,
        fresh: || Box::new(zxing::ZxingCpp::all_options()),
    },
    Contestant {
        name: OURS_FIRST,
        fresh: || Box::new(ours::FirstLook),
    },
    Contestant {
        name: OURS_STREAM,
        fresh: || Box::<ours::FramesInTurn>::default(),
    },
    Contestant {
        name: OURS,
        fresh: || Box::new(ours::Still),
    },
];

/// The readers of these names, all without any.
pub(crate) fn named(names: &[String]) -> Vec<Contestant> {
    let wanted =
        |contestant: &&Contestant| names.is_empty() || names.iter().any(|n| n == contestant.name);
    CONTESTANTS.iter().filter(wanted).copied().collect()
}

/// What a reader made of one picture.
pub(crate) struct TimedRead {
    /// `None`: it panicked.
    pub(crate) reads: Option<Vec<Claim>>,
    /// CPU time of this thread.
    pub(crate) time: Duration,
}

/// Lets a reader try one picture.
///
/// Some of the compared libraries panic on real photographs. Here, and only here, a panic is
/// caught: it is a result that goes into the table. What ships must not be able to panic in the
/// first place.
pub(crate) fn attempt(reader: &mut dyn CodeReader, picture: &GrayImage) -> TimedRead {
    let start = cpu_time();
    let reads = panic::catch_unwind(AssertUnwindSafe(|| reader.read(picture))).ok();
    TimedRead {
        reads,
        time: cpu_time().saturating_sub(start),
    }
}

/// Panics are counted, not printed.
pub(crate) fn hush_panics() {
    panic::set_hook(Box::new(|_| ()));
}

/// CPU time of this thread so far.
pub(crate) fn cpu_time() -> Duration {
    // A clock that only goes up from 0 always converts.
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}
