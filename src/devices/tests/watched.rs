//! Actuators that record what is done to them, in place of GPIO lines.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use super::LONG;
use crate::devices::{Actuator, DeviceError, Gate, Lamp, SwitchState, switch::OpenedActuators};

/// What was done to an actuator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Did {
    Opened,
    Set(usize, SwitchState),
    Closed(usize),
}

pub(crate) const OFF: SwitchState = SwitchState::Inactive;
pub(crate) const ON: SwitchState = SwitchState::Active;

/// An actuator that records what is done to it, and fails where the test wants it to.
struct WatchedActuator {
    number: usize,
    to_test: Sender<Did>,
    at_active: AtActive,
}

#[derive(Clone, Copy)]
pub(crate) enum AtActive {
    Works,
    Fails,
    Panics,
}

pub(crate) fn fault() -> DeviceError {
    DeviceError::Unplugged {
        name: "GPIO line 17 of usb".to_owned(),
    }
}

impl Actuator for WatchedActuator {
    fn set(&mut self, state: SwitchState) -> Result<(), DeviceError> {
        self.to_test.send(Did::Set(self.number, state)).unwrap();
        match (state, self.at_active) {
            (OFF, _) | (ON, AtActive::Works) => Ok(()),
            (ON, AtActive::Fails) => Err(fault()),
            (ON, AtActive::Panics) => panic!("as the test wants it"),
        }
    }
}

impl Drop for WatchedActuator {
    fn drop(&mut self) {
        let _ = self.to_test.send(Did::Closed(self.number));
    }
}

/// Opens `count` actuators; they behave as `openings` says at each opening, and work after that.
pub(crate) fn actuators(
    count: usize,
    openings: Vec<AtActive>,
) -> (
    impl FnMut() -> OpenedActuators + Send + 'static,
    Receiver<Did>,
) {
    let (to_test, did) = channel();
    let mut openings = openings.into_iter();
    let open = move || {
        to_test.send(Did::Opened).unwrap();
        let at_active = openings.next().unwrap_or(AtActive::Works);
        let actuator = |number| {
            Box::new(WatchedActuator {
                number,
                to_test: to_test.clone(),
                at_active,
            }) as Box<dyn Actuator>
        };
        Ok((0..count).map(actuator).collect())
    };
    (open, did)
}

/// A gate on such an actuator, and what is done to it.
pub(crate) fn gate(pulse: Duration) -> (Receiver<Did>, Gate) {
    let (open, did) = actuators(1, Vec::new());
    let gate = Gate::spawn(open, pulse, Arc::new(|_| ()), LONG);
    (did, gate)
}

/// A lamp on such actuators, and what is done to them.
pub(crate) fn lamp() -> (Receiver<Did>, Lamp) {
    let (open, did) = actuators(3, Vec::new());
    let lamp = Lamp::spawn(open, Arc::new(|_| ()), LONG);
    (did, lamp)
}

/// This must be done next, and nothing between.
#[track_caller]
pub(crate) fn expect(did: &Receiver<Did>, expected: &[Did]) {
    for expected in expected {
        assert_eq!(did.recv_timeout(LONG).as_ref(), Ok(expected));
    }
}
