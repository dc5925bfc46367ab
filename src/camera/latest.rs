//! The newest frame and nothing else: a slow reader skips frames instead of falling behind.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::frame::Frame;

/// A slot for one frame, shared between the capture and the decoder.
#[derive(Debug, Default)]
pub struct LatestFrame {
    slot: Mutex<Slot>,
    filled: Condvar,
}

#[derive(Debug, Default)]
struct Slot {
    frame: Option<Taken>,
    came: u64,
    dropped: u64,
    /// No other frame comes, and nobody has asked yet.
    finished: bool,
}

/// A frame taken from the slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The frame.
    pub frame: Arc<Frame>,
    /// When it was put there.
    pub came: Instant,
}

impl LatestFrame {
    /// An empty slot.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a frame in place of one that nobody took.
    pub fn put(&self, frame: Arc<Frame>) {
        let came = Instant::now();
        let mut slot = self.lock();
        slot.came = slot.came.saturating_add(1);
        if slot.frame.replace(Taken { frame, came }).is_some() {
            slot.dropped = slot.dropped.saturating_add(1);
        }
        drop(slot);
        self.filled.notify_one();
    }

    /// Says whether the frame in the slot is the last one: nobody waits for another.
    pub fn set_finished(&self, finished: bool) {
        self.lock().finished = finished;
        self.filled.notify_one();
    }

    /// Takes the frame, after waiting for one up to `timeout`.
    pub fn take(&self, timeout: Duration) -> Option<Taken> {
        let nothing = |slot: &mut Slot| slot.frame.is_none() && !slot.finished;
        let (mut slot, _) = self
            .filled
            .wait_timeout_while(self.lock(), timeout, nothing)
            .unwrap_or_else(PoisonError::into_inner);
        slot.frame.take()
    }

    /// Whether the last frame was put here; true once.
    pub fn take_finished(&self) -> bool {
        std::mem::take(&mut self.lock().finished)
    }

    /// How many frames were put here.
    pub fn came(&self) -> u64 {
        self.lock().came
    }

    /// How many of them nobody took.
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// The slot is consistent at every moment, so a panic elsewhere has not damaged it.
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::thread;

    use super::*;

    fn frame(grey: u8) -> Arc<Frame> {
        Arc::new(Frame::from_grey(1, 1, &[grey]).unwrap())
    }

    fn taken(latest: &LatestFrame, timeout: Duration) -> Option<Arc<Frame>> {
        latest.take(timeout).map(|taken| taken.frame)
    }

    #[test]
    fn the_newest_frame_replaces_the_ones_nobody_took() {
        let latest = LatestFrame::new();
        for grey in [1, 2, 3] {
            latest.put(frame(grey));
        }
        assert_eq!(taken(&latest, Duration::ZERO), Some(frame(3)));
        assert_eq!(taken(&latest, Duration::ZERO), None);
        assert_eq!((latest.came(), latest.dropped()), (3, 2));
    }

    #[test]
    fn taking_waits_for_a_frame() {
        let latest = Arc::new(LatestFrame::new());
        let taker = {
            let latest = Arc::clone(&latest);
            thread::spawn(move || taken(&latest, Duration::from_secs(60)))
        };
        latest.put(frame(7));
        assert_eq!(taker.join().unwrap(), Some(frame(7)));
    }

    #[test]
    fn nobody_waits_for_a_frame_after_the_last() {
        let latest = LatestFrame::new();
        let begun = Instant::now();
        latest.put(frame(7));
        latest.set_finished(true);
        let long = Duration::from_secs(60);
        assert_eq!(taken(&latest, long), Some(frame(7)));
        assert_eq!(taken(&latest, long), None);
        assert!(begun.elapsed() < long);
        assert_eq!(
            (latest.take_finished(), latest.take_finished()),
            (true, false)
        );
    }

    #[test]
    fn a_panic_in_another_thread_does_not_stop_the_stream() {
        let latest = Arc::new(LatestFrame::new());
        let holder = Arc::clone(&latest);
        let panicked = thread::spawn(move || {
            let _held = holder.slot.lock().unwrap();
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        latest.put(frame(5));
        assert_eq!(taken(&latest, Duration::ZERO), Some(frame(5)));
    }
}
