//! The thread that exchanges with the hub by itself: at an interval, with back-off after a fault.

use std::{
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    store::Backlog,
    sync::{self, Contact, Exchanged, SyncError},
};

/// What the exchange has to tell the app.
#[derive(Debug)]
pub enum SyncNews {
    /// The hub was reached. A newer bundle, if there was one, is installed.
    Reached {
        /// What still waits.
        backlog: Backlog,
        /// What went wrong all the same.
        fault: Option<SyncError>,
    },
    /// Nothing could be exchanged; it is tried again.
    Failed(SyncError),
}

/// Longest wait after repeated faults.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Starts the thread. Send to wake it at once; drop the sender to end it.
pub fn spawn(
    data: DataDir,
    identity: Arc<Identity>,
    clock: Arc<Clock>,
    every: Duration,
    tell: impl Fn(SyncNews) + Send + 'static,
) -> Sender<()> {
    let (wake, woken) = mpsc::channel();
    thread::spawn(move || {
        let mut faults = 0;
        loop {
            let news = news(sync::exchange(&data, &identity, &clock));
            faults = match &news {
                SyncNews::Reached { fault: None, .. } => 0,
                SyncNews::Reached { .. } | SyncNews::Failed(_) => faults + 1,
            };
            tell(news);
            match woken.recv_timeout(pause(every, faults, jitter())) {
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
    // A device with nothing to send did well in that half without having reached anyone.
    match (done.contact, done.fetched.err().or(done.pushed.err())) {
        (Contact::Silent, Some(fault)) => SyncNews::Failed(fault),
        (_, fault) => SyncNews::Reached {
            backlog: done.backlog,
            fault,
        },
    }
}

/// The interval, doubled for every fault up to [`LONGEST`], and up to a quarter longer by `jitter`, so
/// that a fleet that lost its hub does not come back all at once.
fn pause(every: Duration, faults: u32, jitter: u8) -> Duration {
    let doubled = every.saturating_mul(1_u32 << faults.min(10));
    let wait = doubled.min(LONGEST.max(every));
    wait + wait.mul_f64(f64::from(jitter) / 1024.0)
}

fn jitter() -> u8 {
    let mut byte = [0];
    // Without randomness there is no jitter; nothing else depends on it.
    let _ = getrandom::fill(&mut byte);
    byte[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_says_nothing_is_away_even_when_nothing_waits() {
        let silent = Exchanged {
            fetched: Err(SyncError::NoBundle),
            pushed: Ok(0),
            contact: Contact::Silent,
            backlog: Backlog::default(),
        };
        assert!(matches!(news(Ok(silent)), SyncNews::Failed(_)));
    }

    #[test]
    fn the_pause_doubles_with_faults_and_has_an_end() {
        let every = Duration::from_secs(30);
        assert_eq!(pause(every, 0, 0), every);
        assert_eq!(pause(every, 2, 0), Duration::from_secs(120));
        assert_eq!(pause(every, 40, 0), LONGEST);
        assert!(pause(every, 40, 255) < LONGEST.mul_f64(1.25));
    }
}
