//! A thermometer on a serial port: it is asked once a pass was found green, and answers with a body
//! temperature.

mod reading;

use std::time::Instant;

pub use reading::{BodyTemperature, TemperatureError, parse_reading};

use super::{
    Device, DeviceError, DeviceEvent,
    event::{Listener, Reporter},
    line_assembler::LineAssembler,
    port::{Port, PortTiming, keep_open},
    thread::{OwnerGone, Worker},
    tty::Tty,
    wait::{Wake, Woken},
};
use crate::config::ThermometerSettings;

/// A running thermometer; dropping it closes its port.
#[derive(Debug)]
pub struct Thermometer {
    worker: Worker,
}

impl Thermometer {
    pub(super) fn start(settings: ThermometerSettings, listener: Listener) -> Self {
        Self::spawn(settings, listener, PortTiming::default())
    }

    pub(super) fn spawn(
        settings: ThermometerSettings,
        listener: Listener,
        timing: PortTiming,
    ) -> Self {
        let events = listener.clone();
        let worker = Worker::spawn(Device::Thermometer, &listener, move |wake| {
            let reporter = Reporter::new(Device::Thermometer, events.clone());
            let open = || Tty::open(&settings.device, settings.baud.get());
            let talk = |line: &mut Tty, wake: &Wake| {
                measure(line, wake, settings.query.as_bytes(), timing, &events)
            };
            keep_open(open, talk, &wake, reporter, timing.retry);
        });
        Self { worker }
    }

    /// Asks for a temperature: sends the query, if the settings have one, and reports what the
    /// thermometer answers as [`DeviceEvent::Measured`], until that is a body temperature or 15 s
    /// have passed. Reports nothing while the thermometer is gone. What it sends unasked is
    /// dropped.
    pub fn measure(&self) {
        self.worker.ask();
    }
}

/// Checks that the port exists and can be opened.
pub(super) fn probe(settings: &ThermometerSettings) -> Result<(), DeviceError> {
    Tty::open(&settings.device, settings.baud.get()).map(drop)
}

fn measure(
    line: &mut Tty,
    wake: &Wake,
    query: &[u8],
    timing: PortTiming,
    listener: &Listener,
) -> Result<OwnerGone, DeviceError> {
    let report = |answer| listener(DeviceEvent::Measured(answer));
    let mut lines = LineAssembler::new(timing.half_line);
    let mut bytes = Vec::new();
    // Set while somebody waits for an answer.
    let mut until: Option<Instant> = None;
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        match wake.wait(Some(line.fd()), left) {
            Woken::Dropped => return Ok(OwnerGone),
            Woken::Asked => {
                // What came before the query is about somebody else.
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
                    report(answer);
                }
            }
        }
        if until.is_some_and(|until| until <= Instant::now()) {
            until = None;
            report(Err(TemperatureError::NoAnswer));
        }
    }
}
