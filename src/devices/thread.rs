//! The devices' threads. Dropping a handle ends its thread and waits for that.

use std::{
    io::{self, PipeWriter, Write},
    sync::mpsc::{self, Receiver, Sender},
    thread::{Builder, JoinHandle},
};

use super::{Device, DeviceError, DeviceEvent, event::Listener, wait::Wake};

/// What a thread returns when its handle was dropped: it ends.
#[derive(Debug)]
pub(super) struct OwnerGone;

/// A thread that waits for a device and for its owner.
#[derive(Debug)]
pub(super) struct Worker {
    owner: Option<PipeWriter>,
    thread: Thread,
}

impl Worker {
    /// Starts the thread.
    pub(super) fn spawn(
        device: Device,
        listener: &Listener,
        work: impl FnOnce(Wake) + Send + 'static,
    ) -> Self {
        let (owner, thread) = match io::pipe() {
            Ok((wake, owner)) => {
                let thread = Thread::spawn(device, listener, move || work(Wake(wake)));
                (Some(owner), thread)
            }
            Err(error) => (None, Thread::none(device, listener, error)),
        };
        Self { owner, thread }
    }

    /// Wakes the thread with [`Woken::Asked`](super::wait::Woken::Asked).
    pub(super) fn ask(&self) {
        // A thread that has ended has reported why.
        let _ = self.owner.as_ref().map(|mut owner| owner.write_all(&[1]));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.owner.take());
        self.thread.join();
    }
}

/// A thread that takes orders.
#[derive(Debug)]
pub(super) struct Orders<O> {
    sender: Option<Sender<O>>,
    thread: Thread,
}

impl<O: Send + 'static> Orders<O> {
    /// Starts the thread.
    pub(super) fn spawn(
        device: Device,
        listener: &Listener,
        work: impl FnOnce(&Receiver<O>) + Send + 'static,
    ) -> Self {
        let (sender, orders) = mpsc::channel();
        Self {
            sender: Some(sender),
            thread: Thread::spawn(device, listener, move || work(&orders)),
        }
    }

    /// Starts a thread without which the device does all the same: where the system has none left,
    /// nobody is told.
    pub(super) fn unmissed(name: &str, work: impl FnOnce(&Receiver<O>) + Send + 'static) -> Self {
        let (sender, orders) = mpsc::channel();
        let thread = Builder::new().name(name.to_owned());
        Self {
            sender: Some(sender),
            thread: Thread(thread.spawn(move || work(&orders)).ok()),
        }
    }

    /// Gives an order; returns at once.
    pub(super) fn give(&self, order: O) {
        // A thread that has ended has reported why.
        let _ = self.sender.as_ref().map(|sender| sender.send(order));
    }
}

impl<O> Orders<O> {
    /// Says that no more orders will come.
    pub(super) fn close(&mut self) {
        drop(self.sender.take());
    }
}

impl<O> Drop for Orders<O> {
    fn drop(&mut self) {
        self.close();
        self.thread.join();
    }
}

/// A thread, unless the system had none left: that was reported then, and the device stays gone.
#[derive(Debug)]
struct Thread(Option<JoinHandle<()>>);

impl Thread {
    fn spawn(device: Device, listener: &Listener, work: impl FnOnce() + Send + 'static) -> Self {
        match Builder::new().name(device.to_string()).spawn(work) {
            Ok(thread) => Self(Some(thread)),
            Err(error) => Self::none(device, listener, error),
        }
    }

    fn none(device: Device, listener: &Listener, error: io::Error) -> Self {
        let fault = DeviceError::unusable(&device.to_string(), error);
        listener(DeviceEvent::Gone(device, fault));
        Self(None)
    }

    fn join(&mut self) {
        if let Some(thread) = self.0.take() {
            // A panic was printed when it happened.
            let _ = thread.join();
        }
    }
}
