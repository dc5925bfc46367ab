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
    /// thermometer answers as [`DeviceEvent::Measured`], until that is a body temperature. An
    /// answer that is none is reported too; so is silence for 15 s, once, and a line that cannot be
    /// read and has no reading behind it. Reports nothing while the thermometer is gone. What it
    /// sends unasked is dropped.
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
    let mut question: Option<Question> = None;
    loop {
        let due = question.and_then(Question::due);
        let left = due.map(|due| due.saturating_duration_since(Instant::now()));
        match wake.wait(Some(line.fd()), left) {
            Woken::Dropped => return Ok(OwnerGone),
            Woken::Asked => {
                // What came before the query is about somebody else.
                line.read(&mut bytes)?;
                lines = LineAssembler::new(timing.half_line);
                line.write(query)?;
                question = Some(Question::new(Instant::now() + timing.answer));
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
                for said in said {
                    let Some(asked) = &mut question else {
                        continue;
                    };
                    let text = said.text.map_err(|_| TemperatureError::NotUnderstood);
                    match text.and_then(|text| parse_reading(&text)) {
                        Err(TemperatureError::NotUnderstood) => {
                            asked.unreadable(now + timing.greeting);
                        }
                        Err(fault) => {
                            *asked = Question::TOLD;
                            report(Err(fault));
                        }
                        Ok(temperature) => {
                            question = None;
                            report(Ok(temperature));
                        }
                    }
                }
            }
        }
        if let Some(asked) = &mut question
            && let Some(fault) = asked.fault(Instant::now())
        {
            *asked = Question::TOLD;
            report(Err(fault));
        }
    }
}

/// Somebody waits for a temperature. Once the first fault is told, only answers are: silence and
/// lines that cannot be read say nothing new. A reading counts however late it comes.
#[derive(Clone, Copy)]
struct Question {
    /// When silence is a fault; `None` once something was told.
    silent: Option<Instant>,
    /// When a line that is no temperature is one, as no reading followed.
    unreadable: Option<Instant>,
}

impl Question {
    const TOLD: Self = Self {
        silent: None,
        unreadable: None,
    };

    fn new(silent: Instant) -> Self {
        Self {
            silent: Some(silent),
            unreadable: None,
        }
    }

    fn unreadable(&mut self, at: Instant) {
        if self.silent.is_some() {
            self.unreadable.get_or_insert(at);
        }
    }

    fn due(self) -> Option<Instant> {
        self.silent.into_iter().chain(self.unreadable).min()
    }

    /// What is to be told by now.
    fn fault(self, now: Instant) -> Option<TemperatureError> {
        self.due().filter(|due| *due <= now)?;
        Some(match self.unreadable {
            Some(_) => TemperatureError::NotUnderstood,
            None => TemperatureError::NoAnswer,
        })
    }
}
