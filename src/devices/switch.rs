//! Lines that are on for a time: a thread of its own with a deadline, so that they go off even while the
//! rest of the program hangs.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use super::{Device, DeviceError, Listener, Reporter, thread::Orders};

/// Whether a line does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The relay is pulled, the lamp is lit.
    Active,
    /// At rest.
    Inactive,
}

/// Something to switch: a GPIO line, a light.
pub trait Line {
    /// Switches it.
    ///
    /// # Errors
    /// When it is not known to be switched; whoever calls drops the line, which must put it at rest.
    fn set(&mut self, level: Level) -> Result<(), DeviceError>;
}

/// What opening the lines of a device gives.
pub(super) type Opened = Result<Vec<Box<dyn Line>>, DeviceError>;

/// Lines of one device, of which at most one is active, and only for a time.
#[derive(Debug)]
pub(super) struct Switch(Orders<Order>);

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// This line alone, for so long from now.
    On(usize, Duration),
    Off,
}

impl Switch {
    /// Starts the thread, which opens the lines and puts them at rest.
    pub(super) fn spawn(
        device: Device,
        open: impl FnMut() -> Opened + Send + 'static,
        listener: Listener,
        retry: Duration,
    ) -> Self {
        let told = listener.clone();
        Self(Orders::spawn(device, &listener, move |orders| {
            run(open, orders, Reporter::new(device, told), retry);
        }))
    }

    /// Lights one line for a time; the others go off. While the device is gone, nothing happens, then or
    /// later.
    pub(super) fn on(&self, line: usize, lasts: Duration) {
        self.0.give(Order::On(line, lasts));
    }

    pub(super) fn off(&self) {
        self.0.give(Order::Off);
    }
}

fn run(
    mut open: impl FnMut() -> Opened,
    orders: &Receiver<Order>,
    mut reporter: Reporter,
    retry: Duration,
) {
    loop {
        let failed = match open().and_then(Lines::at_rest) {
            Err(error) => error,
            Ok(mut lines) => {
                reporter.is(Ok(()));
                match lines.serve(orders) {
                    Ok(OwnerGone) => return,
                    Err(error) => error,
                }
            }
        };
        reporter.is(Err(failed));
        // Orders from now on are for people who will have gone.
        let until = Instant::now() + retry;
        loop {
            match orders.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

/// Nobody gives orders any more.
struct OwnerGone;

/// Open lines; put at rest when dropped, however that comes.
struct Lines(Vec<Box<dyn Line>>);

impl Lines {
    fn at_rest(lines: Vec<Box<dyn Line>>) -> Result<Self, DeviceError> {
        let mut lines = Self(lines);
        lines.only(None)?;
        Ok(lines)
    }

    fn serve(&mut self, orders: &Receiver<Order>) -> Result<OwnerGone, DeviceError> {
        let mut until: Option<Instant> = None;
        loop {
            let order = match until {
                None => orders.recv().map_err(RecvTimeoutError::from),
                Some(until) => orders.recv_timeout(until.saturating_duration_since(Instant::now())),
            };
            match order {
                Ok(Order::On(line, lasts)) => {
                    let now = Instant::now();
                    self.only(Some(line))?;
                    until = Some(now + lasts);
                }
                Ok(Order::Off) | Err(RecvTimeoutError::Timeout) => {
                    self.only(None)?;
                    until = None;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(OwnerGone),
            }
        }
    }

    /// At most this one is active. The others go off first: two lights are no answer.
    fn only(&mut self, active: Option<usize>) -> Result<(), DeviceError> {
        for (place, line) in self.0.iter_mut().enumerate() {
            if Some(place) != active {
                line.set(Level::Inactive)?;
            }
        }
        match active.and_then(|place| self.0.get_mut(place)) {
            Some(line) => line.set(Level::Active),
            None => Ok(()),
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        for line in &mut self.0 {
            // It is dropped next, which is all that is left to do.
            let _ = line.set(Level::Inactive);
        }
    }
}
