//! The thread that syncs with the hub in the background.
//!
//! Bundle and orders are fetched at an interval, with back-off after a fault. Passages are sent at
//! coarse boundaries of the wall clock, whether any wait or not: no passage brings a request about,
//! and none is seen to be missing. Only a guard who asks has them sent at once.

use std::{
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::Timestamp;

use super::{
    bundle::rules,
    error::SyncError,
    exchange::{Errand, Exchanged, exchange},
    http::Contact,
    jitter::chance,
    wipe::Order,
};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    program::Updater,
    store::Backlog,
};

/// The result of a sync, for the scanner's loop.
#[derive(Debug)]
pub enum SyncNews {
    /// The hub answered. A newer bundle, if there was one, is installed.
    Reached {
        /// The passages that still wait.
        backlog: Backlog,
        /// The first part that failed nevertheless.
        fault: Option<SyncError>,
    },
    /// Nothing could be exchanged; the device keeps trying.
    Failed(SyncError),
    /// The authority wants this device wiped; the scanner does so when it ends.
    Wipe,
}

/// Longest wait after repeated faults.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Shortest wait after a fault.
const SHORTEST: Duration = Duration::from_secs(1);

/// Time between two uploads while no policy says.
const UPLOAD_MINUTES: u16 = 15;

/// Starts the thread. Send to have everything exchanged at once; drop the sender to end it.
pub fn spawn(
    data: DataDir,
    identity: Arc<Identity>,
    clock: Arc<Clock>,
    every: Duration,
    mut updater: Option<Updater>,
    report: impl Fn(SyncNews) + Send + 'static,
) -> Sender<()> {
    let (wake, woken) = mpsc::channel();
    thread::spawn(move || {
        let mut faults = 0;
        // What the last run left is sent at the start.
        let mut upload_at = Instant::now();
        loop {
            let errand = match Instant::now() >= upload_at {
                true => Errand::Upload,
                false => Errand::Fetch,
            };
            let exchanged = exchange(&data, &identity, &clock, errand, updater.as_mut());
            if exchanged.as_ref().is_ok_and(has_uploaded) {
                let minutes = upload_minutes(&data, &identity, &clock);
                upload_at = Instant::now() + until_upload(clock.now().time, minutes, chance());
            }
            let rest = exchanged.as_ref().ok().and_then(|done| done.rest);
            let news = news(exchanged);
            faults = match &news {
                SyncNews::Reached { fault: None, .. } | SyncNews::Wipe => 0,
                SyncNews::Reached { .. } | SyncNews::Failed(_) => faults + 1,
            };
            report(news);
            let upload = match faults {
                0 => upload_at.saturating_duration_since(Instant::now()),
                _ => Duration::MAX,
            };
            let pause = pause(every, faults, rest, chance()).min(upload);
            match woken.recv_timeout(pause) {
                Ok(()) => {
                    while woken.try_recv().is_ok() {}
                    upload_at = Instant::now();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
    wake
}

/// Whether an upload went through, or what the hub refused of it waits for a person: then the next
/// is due at the next boundary. One that failed otherwise is tried again as soon as the hub is.
fn has_uploaded(done: &Exchanged) -> bool {
    match &done.pushed {
        Some(Ok(_)) => true,
        Some(Err(fault)) => fault.is_about_the_batch(),
        None => false,
    }
}

/// The policy's time between two uploads.
fn upload_minutes(data: &DataDir, identity: &Identity, clock: &Clock) -> u16 {
    let rules = rules(data, identity, clock);
    rules.map_or(UPLOAD_MINUTES, |rules| rules.policy().upload_minutes)
}

/// How long until the next upload, where `chance` is from 0 to 1: until the next whole multiple of
/// so many minutes, and up to a quarter of them more, so that a fleet does not come at once.
fn until_upload(now: Timestamp, minutes: u16, chance: f64) -> Duration {
    let period = u64::from(minutes.max(1)) * 60;
    let boundary = Duration::from_secs(period - now.0 % period);
    boundary + Duration::from_secs(period).mul_f64(chance / 4.0)
}

fn news(exchanged: Result<Exchanged, SyncError>) -> SyncNews {
    let done = match exchanged {
        Ok(done) => done,
        Err(fault) => return SyncNews::Failed(fault),
    };
    if matches!(done.order, Ok(Order::Wipe)) {
        return SyncNews::Wipe;
    }
    let pushed = done.pushed.and_then(Result::err);
    let program = done.program.and_then(Result::err);
    let fault = done
        .fetched
        .err()
        .or(pushed)
        .or(done.order.err())
        .or(program);
    // With nothing to fetch, that part succeeds without reaching anyone.
    match (done.contact, fault) {
        (Contact::Silent, Some(fault)) => SyncNews::Failed(fault),
        (_, fault) => SyncNews::Reached {
            backlog: done.backlog,
            fault,
        },
    }
}

/// How long to wait, where `chance` is from 0 to 1.
///
/// Without a fault, the interval and up to a quarter of it more. After faults anything from a
/// second up to the interval doubled for each of them, at most [`LONGEST`] ("full jitter": Brooker,
/// Exponential Backoff And Jitter, AWS 2015), so that a fleet that lost its hub comes back spread
/// over all of that time. A hub that asked for rest gets it whole, and the same spread after it.
fn pause(every: Duration, faults: u32, rest: Option<Duration>, chance: f64) -> Duration {
    let wait = match faults {
        0 => every + every.mul_f64(chance / 4.0),
        _ => {
            let doubled = every.saturating_mul(1_u32 << faults.min(10));
            let most = doubled.min(LONGEST.max(every));
            most.mul_f64(chance).max(SHORTEST)
        }
    };
    rest.unwrap_or_default() + wait
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_says_nothing_is_away_even_when_nothing_waits() {
        let silent = Exchanged {
            fetched: Err(SyncError::NoBundle),
            pushed: Some(Ok(0)),
            order: Ok(Order::None),
            program: None,
            rest: None,
            contact: Contact::Silent,
            backlog: Backlog::default(),
        };
        assert!(matches!(news(Ok(silent)), SyncNews::Failed(_)));
    }

    #[test]
    fn uploads_are_due_at_boundaries_of_the_wall_clock_whatever_happened_before() {
        let hour = Timestamp(1_800_000_000);
        assert_eq!(hour.0 % 3600, 0);
        let due = |late: u64, chance| {
            let wait = until_upload(hour.plus(late), 15, chance);
            late + wait.as_secs()
        };
        for late in [0, 1, 450, 899] {
            assert_eq!((due(late, 0.0), due(late, 1.0)), (900, 900 + 225));
        }
        assert_eq!(due(900, 0.0), 1800);
    }

    #[test]
    fn after_faults_the_pause_is_spread_over_a_time_that_doubles_and_has_an_end() {
        let every = Duration::from_secs(30);
        assert_eq!(pause(every, 0, None, 0.0), every);
        assert_eq!(pause(every, 0, None, 1.0), every.mul_f64(1.25));
        assert_eq!(pause(every, 2, None, 1.0), Duration::from_secs(120));
        assert_eq!(pause(every, 2, None, 0.5), Duration::from_secs(60));
        assert_eq!(pause(every, 2, None, 0.0), SHORTEST);
        assert_eq!(pause(every, 40, None, 1.0), LONGEST);
    }

    #[test]
    fn a_hub_that_asks_for_rest_gets_all_of_it() {
        let (every, rest) = (Duration::from_secs(30), Duration::from_secs(600));
        for chance in [0.0, 0.3, 1.0] {
            assert!(pause(every, 1, Some(rest), chance) > rest);
        }
        assert_ne!(
            pause(every, 1, Some(rest), 0.3),
            pause(every, 1, Some(rest), 0.6)
        );
    }
}
