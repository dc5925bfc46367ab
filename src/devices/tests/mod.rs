//! Devices from the outside: serial ports are pseudo-terminals, everything else is behind its
//! trait.

#![allow(clippy::unwrap_used, clippy::panic)]

mod line_assembler;
pub(crate) mod pty;
mod readers;
mod switches;
mod thermometer;
pub(crate) mod watched;

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use super::{DeviceEvent, Listener, port::PortTiming};

/// Nothing here takes longer, however busy the machine is.
const LONG: Duration = Duration::from_secs(60);
/// Between two attempts to open a device.
const SOON: Duration = Duration::from_millis(5);

/// As patient as a test should be.
const TIMING: PortTiming = PortTiming {
    retry: SOON,
    half_line: LONG,
    answer: LONG,
};

/// A listener, and what it was told.
fn listener() -> (Listener, Events) {
    let (to_test, events) = channel();
    let listener = move |event| {
        // A test that is over hears nothing any more.
        let _ = to_test.send(event);
    };
    (Arc::new(listener), Events(events))
}

struct Events(Receiver<DeviceEvent>);

impl Events {
    fn next(&self) -> DeviceEvent {
        self.0.recv_timeout(LONG).unwrap()
    }

    /// All that was told until nobody can tell any more.
    fn rest(self) -> Vec<DeviceEvent> {
        self.0.iter().collect()
    }
}
