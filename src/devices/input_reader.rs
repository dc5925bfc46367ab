//! A reader of codes or ID cards that sends lines of text, on a serial port or as a grabbed
//! keyboard.

use std::time::Instant;

use super::{
    Device, DeviceError, DeviceEvent,
    event::{Listener, Reporter},
    keys::Keyboard,
    line_assembler::LineAssembler,
    port::{Port, PortTiming, keep_open},
    thread::{OwnerGone, Worker},
    tty::Tty,
    wait::{Wake, Woken},
};
use crate::config::ReaderSettings;

/// What a reader reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Codes: [`DeviceEvent::Scanned`].
    Codes,
    /// Numbers of ID cards: [`DeviceEvent::IdRead`].
    Identity,
}

impl Purpose {
    pub(super) fn device(self) -> Device {
        match self {
            Self::Codes => Device::Scanner,
            Self::Identity => Device::IdReader,
        }
    }

    fn read(self, text: String) -> DeviceEvent {
        match self {
            Self::Codes => DeviceEvent::Scanned { text },
            Self::Identity => DeviceEvent::IdRead { text },
        }
    }
}

/// A running reader; dropping it closes its device.
#[derive(Debug)]
pub struct InputReader {
    _worker: Worker,
}

impl InputReader {
    /// Starts a reader; `None` for one that types into the window.
    pub(super) fn start(
        settings: &ReaderSettings,
        purpose: Purpose,
        listener: Listener,
    ) -> Option<Self> {
        let timing = PortTiming::default();
        match settings.clone() {
            ReaderSettings::Window => None,
            ReaderSettings::Serial { device, baud } => {
                let open = move || Tty::open(&device, baud.get());
                Some(Self::spawn(open, purpose, listener, timing))
            }
            ReaderSettings::Keyboard { device } => {
                let open = move || Keyboard::open(&device);
                Some(Self::spawn(open, purpose, listener, timing))
            }
        }
    }

    pub(super) fn spawn<P: Port>(
        open: impl FnMut() -> Result<P, DeviceError> + Send + 'static,
        purpose: Purpose,
        listener: Listener,
        timing: PortTiming,
    ) -> Self {
        let device = purpose.device();
        let events = listener.clone();
        let worker = Worker::spawn(device, &listener, move |wake| {
            let talk = |port: &mut P, wake: &Wake| {
                let lines = LineAssembler::new(timing.half_line);
                read_lines(port, wake, purpose, lines, &events)
            };
            let reporter = Reporter::new(device, events.clone());
            keep_open(open, talk, &wake, reporter, timing.retry);
        });
        Self { _worker: worker }
    }
}

/// Checks that the device of a reader exists and can be opened.
pub(super) fn probe(settings: &ReaderSettings) -> Result<(), DeviceError> {
    match settings {
        ReaderSettings::Window => Ok(()),
        ReaderSettings::Serial { device, baud } => Tty::open(device, baud.get()).map(drop),
        ReaderSettings::Keyboard { device } => Keyboard::probe(device),
    }
}

fn read_lines(
    port: &mut impl Port,
    wake: &Wake,
    purpose: Purpose,
    mut lines: LineAssembler,
    listener: &Listener,
) -> Result<OwnerGone, DeviceError> {
    let garbled = |fault| listener(DeviceEvent::Garbled(purpose.device(), fault));
    let mut bytes = Vec::new();
    loop {
        let left = |until: Instant| until.saturating_duration_since(Instant::now());
        bytes.clear();
        match wake.wait(Some(port.fd()), lines.deadline().map(left)) {
            Woken::Dropped => return Ok(OwnerGone),
            Woken::Asked | Woken::Time => {}
            Woken::Device => port.read(&mut bytes)?,
        }
        let now = Instant::now();
        if let Some(fault) = lines.expire(now) {
            garbled(fault);
        }
        for line in bytes.iter().filter_map(|byte| lines.push(*byte, now)) {
            match line.text {
                Ok(text) => listener(purpose.read(text)),
                Err(fault) => garbled(fault),
            }
        }
    }
}
