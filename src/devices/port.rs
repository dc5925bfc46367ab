//! A device that sends bytes, and the loop that keeps it open.

use std::{os::fd::BorrowedFd, time::Duration};

use super::{
    DeviceError,
    event::Reporter,
    thread::OwnerGone,
    wait::{Wake, Woken},
};

/// An open device that sends bytes. Closed when dropped.
pub(super) trait Port {
    /// The file descriptor to wait for.
    fn fd(&self) -> BorrowedFd<'_>;

    /// Appends the bytes that have come, at most a few thousand; never blocks.
    fn read(&mut self, into: &mut Vec<u8>) -> Result<(), DeviceError>;
}

/// How long a device's thread waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct PortTiming {
    /// Between two attempts to open the device.
    pub(super) retry: Duration,
    /// A line that is interrupted for this long is dropped.
    pub(super) half_line: Duration,
    /// From the query to the answer: the guard has to aim and press a button.
    pub(super) answer: Duration,
    /// From a line that is no temperature to the reading behind it: it may be a greeting.
    pub(super) greeting: Duration,
}

impl Default for PortTiming {
    fn default() -> Self {
        Self {
            retry: RETRY,
            half_line: Duration::from_secs(1),
            answer: Duration::from_secs(15),
            greeting: Duration::from_secs(2),
        }
    }
}

/// Between two attempts to open a device.
pub(super) const RETRY: Duration = Duration::from_secs(1);

/// Opens a port and lets `talk` use it; opens it again whenever it fails, until the handle is
/// dropped.
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
                reporter.report(Ok(()));
                match talk(&mut port, wake) {
                    Ok(OwnerGone) => return,
                    Err(error) => error,
                }
            }
        };
        reporter.report(Err(failed));
        if wake.pause(retry) == Woken::Dropped {
            return;
        }
    }
}
