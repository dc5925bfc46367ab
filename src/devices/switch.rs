//! Actuators that are active for a limited time. Their thread keeps the deadline, so that they go
//! off even while the rest of the program hangs.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use super::{
    Device, DeviceError,
    event::{Listener, Reporter},
    thread::{Orders, OwnerGone},
};

/// Whether an actuator is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchState {
    /// The relay is energised, the light is on.
    Active,
    /// At rest.
    Inactive,
}

/// Something to switch: a relay or a light.
pub trait Actuator {
    /// Switches it.
    ///
    /// # Errors
    /// When it may not have been switched. The caller then drops the actuator, which must leave it
    /// at rest.
    fn set(&mut self, state: SwitchState) -> Result<(), DeviceError>;
}

/// What opening the actuators of a device gives.
pub(super) type OpenedActuators = Result<Vec<Box<dyn Actuator>>, DeviceError>;

/// The actuators of one device, of which at most one is active, and only for a limited time.
#[derive(Debug)]
pub(super) struct Switch(Orders<SwitchOrder>);

/// What the thread is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SwitchOrder {
    /// Switch on this actuator alone, for this long.
    On(usize, Duration),
    /// Switch all of them off.
    Off,
}

impl Switch {
    /// Starts the thread, which opens the actuators and puts them at rest.
    pub(super) fn spawn(
        device: Device,
        open: impl FnMut() -> OpenedActuators + Send + 'static,
        listener: Listener,
        retry: Duration,
    ) -> Self {
        let events = listener.clone();
        Self(Orders::spawn(device, &listener, move |orders| {
            run(open, orders, Reporter::new(device, events), retry);
        }))
    }

    /// Switches on one actuator for a time and the others off. While the device is gone, nothing
    /// happens, neither now nor later.
    pub(super) fn on(&self, index: usize, lasts: Duration) {
        self.0.give(SwitchOrder::On(index, lasts));
    }

    pub(super) fn off(&self) {
        self.0.give(SwitchOrder::Off);
    }
}

fn run(
    mut open: impl FnMut() -> OpenedActuators,
    orders: &Receiver<SwitchOrder>,
    mut reporter: Reporter,
    retry: Duration,
) {
    loop {
        let failed = match open().and_then(Actuators::at_rest) {
            Err(error) => error,
            Ok(mut actuators) => {
                reporter.report(Ok(()));
                match actuators.serve(orders) {
                    Ok(OwnerGone) => return,
                    Err(error) => error,
                }
            }
        };
        reporter.report(Err(failed));
        // Orders from now on are for people who will have left when the device is back.
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

/// Open actuators; put at rest when dropped, whatever the reason.
struct Actuators(Vec<Box<dyn Actuator>>);

impl Actuators {
    fn at_rest(actuators: Vec<Box<dyn Actuator>>) -> Result<Self, DeviceError> {
        let mut actuators = Self(actuators);
        actuators.only(None)?;
        Ok(actuators)
    }

    fn serve(&mut self, orders: &Receiver<SwitchOrder>) -> Result<OwnerGone, DeviceError> {
        let mut until: Option<Instant> = None;
        loop {
            let order = match until {
                None => orders.recv().map_err(RecvTimeoutError::from),
                Some(until) => orders.recv_timeout(until.saturating_duration_since(Instant::now())),
            };
            match order {
                Ok(SwitchOrder::On(index, lasts)) => {
                    let now = Instant::now();
                    self.only(Some(index))?;
                    until = Some(now + lasts);
                }
                Ok(SwitchOrder::Off) | Err(RecvTimeoutError::Timeout) => {
                    self.only(None)?;
                    until = None;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(OwnerGone),
            }
        }
    }

    /// Leaves at most this one active. The others go off first: two lights would be no answer.
    fn only(&mut self, active: Option<usize>) -> Result<(), DeviceError> {
        for (index, actuator) in self.0.iter_mut().enumerate() {
            if Some(index) != active {
                actuator.set(SwitchState::Inactive)?;
            }
        }
        match active.and_then(|index| self.0.get_mut(index)) {
            Some(actuator) => actuator.set(SwitchState::Active),
            None => Ok(()),
        }
    }
}

impl Drop for Actuators {
    fn drop(&mut self) {
        for actuator in &mut self.0 {
            // It is dropped next, which is all that is left to do.
            let _ = actuator.set(SwitchState::Inactive);
        }
    }
}
