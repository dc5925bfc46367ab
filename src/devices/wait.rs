//! Waiting for a device and for its owner at once. The only file that names poll.
//!
//! Owner and thread share a pipe: a byte is a request, and closing it ends the thread. So a thread
//! that waits for a device wakes at once, without polling.

use std::{
    io::{PipeReader, Read},
    os::fd::BorrowedFd,
    thread,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The thread's end of the pipe.
#[derive(Debug)]
pub(super) struct Wake(pub(super) PipeReader);

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// The device has sent something, or is gone.
    Device,
    /// The owner asked for something.
    Asked,
    /// The time has passed.
    Time,
    /// The owner is gone.
    Dropped,
}

impl Wake {
    /// Waits for the device (if there is one), for the owner, or until `patience` has passed (if it
    /// is given).
    pub(super) fn wait(&self, device: Option<BorrowedFd<'_>>, patience: Option<Duration>) -> Woken {
        let owner = PollFd::new(&self.0, PollFlags::IN);
        let mut watched = vec![owner];
        watched.extend(device.map(|device| PollFd::from_borrowed_fd(device, PollFlags::IN)));
        let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
        match poll(&mut watched, patience.as_ref()) {
            Ok(0) => Woken::Time,
            Ok(_) if !watched[0].revents().is_empty() => self.owner(),
            Ok(_) => Woken::Device,
            Err(rustix::io::Errno::INTR) => Woken::Time,
            // The system is out of memory: don't spin.
            Err(_) => {
                thread::sleep(Duration::from_millis(100));
                Woken::Time
            }
        }
    }

    fn owner(&self) -> Woken {
        match (&self.0).read(&mut [0]) {
            Ok(0) | Err(_) => Woken::Dropped,
            Ok(_) => Woken::Asked,
        }
    }

    /// Waits that long; requests meanwhile are dropped.
    pub(super) fn pause(&self, long: Duration) -> Woken {
        let until = Instant::now() + long;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.wait(None, Some(left)) {
                Woken::Dropped => return Woken::Dropped,
                _ if left.is_zero() => return Woken::Time,
                _ => {}
            }
        }
    }
}
