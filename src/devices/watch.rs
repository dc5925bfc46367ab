//! Looks at something of the kernel at times, in a thread of its own.

use std::{convert::Infallible, sync::mpsc::RecvTimeoutError, time::Duration};

use super::thread::Orders;

/// A thread that looks at once, and again after each pause. Dropping it ends the thread.
#[derive(Debug)]
pub struct Watch {
    _thread: Orders<Infallible>,
}

impl Watch {
    /// Starts it.
    pub(super) fn start(
        name: &str,
        pause: Duration,
        mut look: impl FnMut() + Send + 'static,
    ) -> Self {
        let _thread = Orders::unmissed(name, move |owner| {
            loop {
                look();
                let Err(RecvTimeoutError::Timeout) = owner.recv_timeout(pause) else {
                    break;
                };
            }
        });
        Self { _thread }
    }

    /// Starts one that tells each value that is not the one before.
    pub(super) fn changes<T: PartialEq + Clone + Send + 'static>(
        name: &str,
        pause: Duration,
        first: T,
        read: impl Fn() -> T + Send + 'static,
        tell: impl Fn(T) + Send + 'static,
    ) -> Self {
        let mut told = first;
        Self::start(name, pause, move || {
            let now = read();
            if now != told {
                told = now.clone();
                tell(now);
            }
        })
    }
}
