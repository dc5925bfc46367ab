//! Devices from the outside: serial ports are pseudo-terminals, everything else is behind its
//! trait.

#![allow(clippy::unwrap_used, clippy::panic)]

mod line_assembler;
pub(crate) mod pty;
mod readers;
mod scanner_prefix;
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

use super::{DeviceEvent, event::Listener, port::PortTiming};

/// Nothing here takes longer, however busy the machine is.
const LONG: Duration = Duration::from_secs(60);
/// Between two attempts to open a device.
const SOON: Duration = Duration::from_millis(5);

/// Waiting times for tests.
const TIMING: PortTiming = PortTiming {
    retry: SOON,
    half_line: LONG,
    answer: LONG,
    greeting: LONG,
};

/// A listener, and the events it gets.
fn listener() -> (Listener, Events) {
    let (to_test, events) = channel();
    let listener = move |event| {
        // Events after the end of the test are dropped.
        let _ = to_test.send(event);
    };
    (Arc::new(listener), Events(events))
}

struct Events(Receiver<DeviceEvent>);

impl Events {
    fn next(&self) -> DeviceEvent {
        self.0.recv_timeout(LONG).unwrap()
    }

    /// All events until the last listener is dropped.
    fn rest(self) -> Vec<DeviceEvent> {
        self.0.iter().collect()
    }
}
