//! The thread that syncs with the hub in the background: at an interval, with back-off after a
//! fault.

use std::{
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use super::{
    error::SyncError,
    exchange::{Exchanged, exchange},
    http::Contact,
    jitter::chance,
    wipe::Order,
};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
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

/// Starts the thread. Send to wake it at once; drop the sender to end it.
pub fn spawn(
    data: DataDir,
    identity: Arc<Identity>,
    clock: Arc<Clock>,
    every: Duration,
    report: impl Fn(SyncNews) + Send + 'static,
) -> Sender<()> {
    let (wake, woken) = mpsc::channel();
    thread::spawn(move || {
        let mut faults = 0;
        loop {
            let exchanged = exchange(&data, &identity, &clock);
            let rest = exchanged.as_ref().ok().and_then(|done| done.rest);
            let news = news(exchanged);
            faults = match &news {
                SyncNews::Reached { fault: None, .. } | SyncNews::Wipe => 0,
                SyncNews::Reached { .. } | SyncNews::Failed(_) => faults + 1,
            };
            report(news);
            match woken.recv_timeout(pause(every, faults, rest, chance())) {
                Ok(()) => while woken.try_recv().is_ok() {},
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
    wake
}

fn news(exchanged: Result<Exchanged, SyncError>) -> SyncNews {
    let done = match exchanged {
        Ok(done) => done,
        Err(fault) => return SyncNews::Failed(fault),
    };
    if matches!(done.order, Ok(Order::Wipe)) {
        return SyncNews::Wipe;
    }
    let fault = done.fetched.err().or(done.pushed.err());
    // With nothing to send, that part succeeds without reaching anyone.
    match (done.contact, fault.or(done.order.err())) {
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
            pushed: Ok(0),
            order: Ok(Order::None),
            rest: None,
            contact: Contact::Silent,
            backlog: Backlog::default(),
        };
        assert!(matches!(news(Ok(silent)), SyncNews::Failed(_)));
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
