//! The devices beside the camera: readers, the thermometer, and a scanner that types into the
//! window.

use std::time::Instant;

use gatepost_decode::CodeContent;
use gatepost_protocol::Temperature;
use gatepost_system::chain;

use super::{code, person, setting, trial, verdict};
use crate::{
    app::{
        context::DeviceContext,
        event::{Sighting, Stamps},
        lane::Lane,
        present::signal,
        state::{enrolment::EnrolmentState, id_lookup::IdLookup},
    },
    config::ReaderSettings,
    devices::{
        self, BodyTemperature, Device, DeviceEvent, KeyAssembler, LineFault, TemperatureError,
    },
    ui::{DeviceTrial, Page, UiUpdate},
};

/// A device came, went, or brought something.
pub(crate) fn event(
    lane: &mut Lane,
    enrolment: &mut EnrolmentState,
    lookup: &mut IdLookup,
    context: &DeviceContext,
    event: DeviceEvent,
) {
    match event {
        DeviceEvent::Ready(device) => {
            lane.notices.device_ready(device);
            lane.trials.works(device);
            changed(lane, context, device);
            if device == Device::Thermometer {
                verdict::measure_again(lane);
            }
        }
        DeviceEvent::Gone(device, why) => {
            log::warn!("{device}: {}", chain(&why));
            lane.notices.device_gone(device, why);
            lane.trials.gone(device);
            changed(lane, context, device);
        }
        DeviceEvent::Scanned { text } => scanned(lane, enrolment, context, text),
        DeviceEvent::IdRead { text } => id_read(lane, lookup, context, &text),
        DeviceEvent::Daylight(day) => setting::daylight(lane, day),
        DeviceEvent::Battery(battery) => {
            lane.supplies.battery = battery;
            lane.window.bar_soon();
        }
        DeviceEvent::Network(link) => {
            lane.supplies.network = link;
            lane.window.bar_soon();
        }
        DeviceEvent::Garbled(device, why) => garbled(lane, context, device, why),
        DeviceEvent::Measured(answer) if tried(lane, context, answer) => {}
        DeviceEvent::Measured(Ok(reading)) => {
            let number = lane.verdicts.number();
            verdict::answered(lane, number, Temperature::Reading(reading.tenths()));
        }
        DeviceEvent::Measured(Err(why)) => {
            log::warn!("thermometer: {why}");
            verdict::not_measured(lane, why);
        }
    }
}

/// Whether the thermometer's answer is for somebody who tries it.
fn tried(
    lane: &mut Lane,
    context: &DeviceContext,
    answer: Result<BodyTemperature, TemperatureError>,
) -> bool {
    let device = Device::Thermometer;
    trial::takes(lane, &context.config, device, || {
        DeviceTrial::Measured(answer)
    })
}

/// Shows at the start whether a scanner reads codes.
pub(crate) fn begin(lane: &Lane, context: &DeviceContext) {
    let there = context.config.scanner.is_some() && !lane.notices.is_gone(Device::Scanner);
    lane.window.send(UiUpdate::Scanner(there));
}

/// A device came or went: shows it wherever it matters.
fn changed(lane: &mut Lane, context: &DeviceContext, device: Device) {
    lane.show_notices();
    match device {
        Device::Scanner => begin(lane, context),
        Device::Thermometer => verdict::show_thermometer(lane),
        Device::IdReader | Device::Sound | Device::Gate | Device::Lamp | Device::Torch => {}
    }
}

/// A reader sent what can't be used.
fn garbled(lane: &mut Lane, context: &DeviceContext, device: Device, why: LineFault) {
    log::warn!("{device}: {why}");
    trial::garbled(lane, &context.config, device, why);
    signal::alarm(&lane.devices);
    if (device, why) == (Device::Scanner, LineFault::NoEnd) {
        lane.notices.set_code_without_end(true);
        lane.show_notices();
    }
}

/// Time passes: a code that a scanner typed into the window without an end is none.
pub(crate) fn tick(
    lane: &mut Lane,
    keys: &mut KeyAssembler,
    context: &DeviceContext,
    now: Instant,
) {
    let types = context.config.scanner == Some(ReaderSettings::Window);
    if let (Some(fault), true) = (keys.expire(now), types) {
        garbled(lane, context, Device::Scanner, fault);
    }
}

/// A key that no field took: of a reader that types into the window, where the settings name one.
pub(crate) fn key(
    lane: &mut Lane,
    enrolment: &mut EnrolmentState,
    lookup: &mut IdLookup,
    keys: &mut KeyAssembler,
    context: &DeviceContext,
    key: char,
) {
    let now = Instant::now();
    tick(lane, keys, context, now);
    let types = |reader: &Option<ReaderSettings>| *reader == Some(ReaderSettings::Window);
    let config = &context.config;
    let (codes, numbers) = (types(&config.scanner), types(&config.id_reader));
    let Some(text) = keys.push(key, now) else {
        return;
    };
    let tried = lane.trials.awaits(Device::IdReader);
    let is_number = numbers && (!codes || tried || lane.window.page() == Page::IdEntry);
    if is_number {
        id_read(lane, lookup, context, &text);
    } else if codes {
        scanned(lane, enrolment, context, text);
    }
}

/// The number of an ID card came from a reader.
fn id_read(lane: &mut Lane, lookup: &mut IdLookup, context: &DeviceContext, text: &str) {
    lane.trials.works(Device::IdReader);
    let length = || DeviceTrial::Card(text.chars().count());
    if !trial::takes(lane, &context.config, Device::IdReader, length) {
        person::id_number(lane, lookup, &context.events, text);
    }
}

/// A code that came from a scanner.
fn scanned(lane: &mut Lane, enrolment: &mut EnrolmentState, context: &DeviceContext, text: String) {
    lane.notices.set_code_without_end(false);
    lane.show_notices();
    lane.trials.works(Device::Scanner);
    let beginning = || trial::beginning(&text);
    if trial::takes(lane, &context.config, Device::Scanner, beginning) {
        return;
    }
    let code = devices::without_prefix(&text).to_owned();
    let sighting = Sighting {
        codes: vec![CodeContent::Text(code)],
        name: None,
        stamps: Stamps::now(),
    };
    code::sighted(lane, enrolment, context, &sighting);
}
