//! A thermometer on a serial line: asked after a pass was found green, it answers with a body temperature.

mod reading;

use std::time::Instant;

pub use reading::{Temperature, TemperatureError, parse_reading};

use super::{
    Device, DeviceError, DeviceEvent, Listener, Reporter,
    line::LineAssembler,
    port::{OwnerGone, Port, Timing, keep_open},
    thread::Worker,
    tty::Tty,
    wait::{Wake, Woken},
};
use crate::config;

/// A running thermometer; dropping it closes its line.
#[derive(Debug)]
pub struct Thermometer {
    worker: Worker,
}

impl Thermometer {
    pub(super) fn start(settings: config::Thermometer, listener: Listener) -> Self {
        Self::spawn(settings, listener, Timing::default())
    }

    pub(super) fn spawn(settings: config::Thermometer, listener: Listener, timing: Timing) -> Self {
        let told = listener.clone();
        let worker = Worker::spawn(Device::Thermometer, &listener, move |wake| {
            let reporter = Reporter::new(Device::Thermometer, told.clone());
            let open = || Tty::open(&settings.device, settings.baud.get());
            let talk = |line: &mut Tty, wake: &Wake| {
                measure(line, wake, settings.query.as_bytes(), timing, &told)
            };
            keep_open(open, talk, &wake, reporter, timing.retry);
        });
        Self { worker }
    }

    /// Asks for a temperature: sends the query, if the settings have one, and tells what the thermometer
    /// says from now on as [`DeviceEvent::Measured`], until that is a body temperature or 15 s are over.
    /// While the thermometer is gone, nothing is told. What it says unasked is thrown away.
    pub fn measure(&self) {
        self.worker.ask();
    }
}

/// Looks whether the line is there.
pub(super) fn probe(settings: &config::Thermometer) -> Result<(), DeviceError> {
    Tty::open(&settings.device, settings.baud.get()).map(drop)
}

fn measure(
    line: &mut Tty,
    wake: &Wake,
    query: &[u8],
    timing: Timing,
    listener: &Listener,
) -> Result<OwnerGone, DeviceError> {
    let tell = |answer| listener(DeviceEvent::Measured(answer));
    let mut lines = LineAssembler::new(timing.half_line);
    let mut bytes = Vec::new();
    // While somebody waits for an answer.
    let mut until: Option<Instant> = None;
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        match wake.wait(Some(line.fd()), left) {
            Woken::Dropped => return Ok(OwnerGone),
            Woken::Asked => {
                // What came before the question is about somebody else.
                line.read(&mut bytes)?;
                lines = LineAssembler::new(timing.half_line);
                line.write(query)?;
                until = Some(Instant::now() + timing.answer);
            }
            Woken::Time => {}
            Woken::Device => {
                bytes.clear();
                line.read(&mut bytes)?;
                let now = Instant::now();
                let said: Vec<_> = bytes
                    .iter()
                    .filter_map(|byte| lines.push(*byte, now))
                    .collect();
                for text in said.into_iter().filter_map(|line| line.text.ok()) {
                    let answer = parse_reading(&text);
                    // Greetings and the like.
                    if until.is_none() || answer == Err(TemperatureError::NotUnderstood) {
                        continue;
                    }
                    if answer.is_ok() {
                        until = None;
                    }
                    tell(answer);
                }
            }
        }
        if until.is_some_and(|until| until <= Instant::now()) {
            until = None;
            tell(Err(TemperatureError::NoAnswer));
        }
    }
}
