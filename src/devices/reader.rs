//! A reader of codes or of ID cards, on a serial line or as a grabbed keyboard.

use std::time::Instant;

use super::{
    Device, DeviceError, DeviceEvent, Listener, Reporter,
    keys::Keyboard,
    line::LineAssembler,
    port::{OwnerGone, Port, Timing, keep_open},
    thread::Worker,
    tty::Tty,
    wait::{Wake, Woken},
};
use crate::config;

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
pub struct Reader {
    _worker: Worker,
}

impl Reader {
    /// Starts a reader; nothing for one that types into the window.
    pub(super) fn start(
        settings: &config::Reader,
        purpose: Purpose,
        listener: Listener,
    ) -> Option<Self> {
        let timing = Timing::default();
        match settings.clone() {
            config::Reader::Window => None,
            config::Reader::Serial { device, baud } => {
                let open = move || Tty::open(&device, baud.get());
                Some(Self::spawn(open, purpose, listener, timing))
            }
            config::Reader::Keyboard { device } => {
                let open = move || Keyboard::open(&device);
                Some(Self::spawn(open, purpose, listener, timing))
            }
        }
    }

    pub(super) fn spawn<P: Port>(
        open: impl FnMut() -> Result<P, DeviceError> + Send + 'static,
        purpose: Purpose,
        listener: Listener,
        timing: Timing,
    ) -> Self {
        let device = purpose.device();
        let told = listener.clone();
        let worker = Worker::spawn(device, &listener, move |wake| {
            let talk = |port: &mut P, wake: &Wake| {
                let lines = LineAssembler::new(timing.half_line);
                read_lines(port, wake, purpose, lines, &told)
            };
            let reporter = Reporter::new(device, told.clone());
            keep_open(open, talk, &wake, reporter, timing.retry);
        });
        Self { _worker: worker }
    }
}

/// Looks whether the device of a reader is there.
pub(super) fn probe(settings: &config::Reader) -> Result<(), DeviceError> {
    match settings {
        config::Reader::Window => Ok(()),
        config::Reader::Serial { device, baud } => Tty::open(device, baud.get()).map(drop),
        config::Reader::Keyboard { device } => Keyboard::probe(device),
    }
}

fn read_lines(
    port: &mut impl Port,
    wake: &Wake,
    purpose: Purpose,
    mut lines: LineAssembler,
    listener: &Listener,
) -> Result<OwnerGone, DeviceError> {
    let mut bytes = Vec::new();
    loop {
        match wake.wait(Some(port.fd()), None) {
            Woken::Dropped => return Ok(OwnerGone),
            Woken::Asked | Woken::Time => {}
            Woken::Device => {
                bytes.clear();
                port.read(&mut bytes)?;
                let now = Instant::now();
                for line in bytes.iter().filter_map(|byte| lines.push(*byte, now)) {
                    listener(match line.text {
                        Ok(text) => purpose.read(text),
                        Err(fault) => DeviceEvent::Garbled(purpose.device(), fault),
                    });
                }
            }
        }
    }
}
