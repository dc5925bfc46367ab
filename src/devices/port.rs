//! A device that sends bytes, and what keeps it open.

use std::{os::fd::BorrowedFd, time::Duration};

use super::{
    DeviceError, Reporter,
    wait::{Wake, Woken},
};

/// An open device that sends bytes. Closed when dropped.
pub(super) trait Port {
    /// What to wait for.
    fn fd(&self) -> BorrowedFd<'_>;

    /// Appends what has come, at most a few thousand bytes; never blocks.
    fn read(&mut self, into: &mut Vec<u8>) -> Result<(), DeviceError>;
}

/// How patient a device's thread is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// Between two attempts to open the device.
    pub(super) retry: Duration,
    /// A line that stops for this long half-way was broken off.
    pub(super) half_line: Duration,
    /// From the question to the answer; the guard has to aim and press.
    pub(super) answer: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            retry: RETRY,
            half_line: Duration::from_secs(1),
            answer: Duration::from_secs(15),
        }
    }
}

/// Between two attempts to open a device.
pub(super) const RETRY: Duration = Duration::from_secs(1);

/// Opens a port, lets `talk` use it until it fails or the owner is gone, and opens it again.
pub(super) fn keep_open<P>(
    mut open: impl FnMut() -> Result<P, DeviceError>,
    mut talk: impl FnMut(&mut P, &Wake) -> Result<OwnerGone, DeviceError>,
    wake: &Wake,
    mut reporter: Reporter,
    retry: Duration,
) {
    loop {
        let failed = match open() {
            Err(error) => error,
            Ok(mut port) => {
                reporter.is(Ok(()));
                match talk(&mut port, wake) {
                    Ok(OwnerGone) => return,
                    Err(error) => error,
                }
            }
        };
        reporter.is(Err(failed));
        if wake.pause(retry) == Woken::Dropped {
            return;
        }
    }
}

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct OwnerGone;
