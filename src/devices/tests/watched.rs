//! Lines that tell what is done to them, in the place of GPIO lines.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use super::LONG;
use crate::devices::{DeviceError, Gate, Lamp, Level, Line, switch::Opened};

/// What was done to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Did {
    Opened,
    Set(usize, Level),
    Closed(usize),
}

pub(crate) const OFF: Level = Level::Inactive;
pub(crate) const ON: Level = Level::Active;

/// A line that tells what is done to it, and fails where the test wants it to.
struct Watched {
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

impl Line for Watched {
    fn set(&mut self, level: Level) -> Result<(), DeviceError> {
        self.to_test.send(Did::Set(self.number, level)).unwrap();
        match (level, self.at_active) {
            (OFF, _) | (ON, AtActive::Works) => Ok(()),
            (ON, AtActive::Fails) => Err(fault()),
            (ON, AtActive::Panics) => panic!("as the test wants it"),
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.to_test.send(Did::Closed(self.number));
    }
}

/// Opens `count` lines; the first of each opening behave as `openings` says, the later ones work.
pub(crate) fn lines(
    count: usize,
    openings: Vec<AtActive>,
) -> (impl FnMut() -> Opened + Send + 'static, Receiver<Did>) {
    let (to_test, did) = channel();
    let mut openings = openings.into_iter();
    let open = move || {
        to_test.send(Did::Opened).unwrap();
        let at_active = openings.next().unwrap_or(AtActive::Works);
        let line = |number| {
            Box::new(Watched {
                number,
                to_test: to_test.clone(),
                at_active,
            }) as Box<dyn Line>
        };
        Ok((0..count).map(line).collect())
    };
    (open, did)
}

/// A gate on such a line, and what is done to it.
pub(crate) fn gate(pulse: Duration) -> (Receiver<Did>, Gate) {
    let (open, did) = lines(1, Vec::new());
    let gate = Gate::spawn(open, pulse, Arc::new(|_| ()), LONG);
    (did, gate)
}

/// A lamp on such lines, and what is done to them.
pub(crate) fn lamp() -> (Receiver<Did>, Lamp) {
    let (open, did) = lines(3, Vec::new());
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
