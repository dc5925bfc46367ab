//! Waiting for a device and for its owner at once, and the thread that does it.
//!
//! Owner and thread share a pipe: a byte is a request, the closed end is the end of the thread. So a
//! thread that waits for a device wakes at once, without a time-out to look around.

use std::{
    io::{self, PipeReader, PipeWriter, Read, Write},
    os::fd::BorrowedFd,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Device, DeviceError, DeviceEvent, Listener};

/// A thread that ends when this is dropped, which waits for it.
#[derive(Debug)]
pub(super) struct Worker {
    owner: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a thread for a device. If the system has none left, the listener is told, and the device
    /// stays gone.
    pub(super) fn spawn(
        device: Device,
        listener: &Listener,
        work: impl FnOnce(Wake) + Send + 'static,
    ) -> Self {
        let (wake, owner) = match io::pipe() {
            Ok((reader, writer)) => (Wake(reader), writer),
            Err(error) => {
                no_thread(device, listener, &error);
                return Self {
                    owner: None,
                    thread: None,
                };
            }
        };
        Self {
            owner: Some(owner),
            thread: spawn(device, listener, move || work(wake)),
        }
    }

    /// Wakes the thread with [`Woken::Asked`].
    pub(super) fn ask(&self) {
        // A thread that has ended has said why.
        let _ = self.owner.as_ref().map(|mut owner| owner.write_all(&[1]));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.owner.take());
        if let Some(thread) = self.thread.take() {
            // A panic was printed when it happened.
            let _ = thread.join();
        }
    }
}

/// Starts a thread for a device, or tells the listener that the system has none left.
pub(super) fn spawn(
    device: Device,
    listener: &Listener,
    work: impl FnOnce() + Send + 'static,
) -> Option<JoinHandle<()>> {
    thread::Builder::new()
        .name(device.to_string())
        .spawn(work)
        .map_err(|error| no_thread(device, listener, &error))
        .ok()
}

fn no_thread(device: Device, listener: &Listener, error: &io::Error) {
    let fault = DeviceError::unusable(&device.to_string(), format!("no thread for it: {error}"));
    listener(DeviceEvent::Gone(device, fault));
}

/// The thread's end of the pipe.
#[derive(Debug)]
pub(super) struct Wake(PipeReader);

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// The device has something, or is gone.
    Device,
    /// The owner asked for something.
    Asked,
    /// The time is over.
    Time,
    /// The owner is gone.
    Dropped,
}

impl Wake {
    /// Waits for the device (if there is one), for the owner, or until `patience` is over (if it ever is).
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

    /// Waits that long; requests are lost.
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
