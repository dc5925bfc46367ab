//! The devices beside the camera: readers, the thermometer, and a scanner that types into the
//! window.

use std::time::Instant;

use gatepost_decode::CodeContent;
use gatepost_protocol::Temperature;
use gatepost_system::chain;

use super::{code, person, setting, verdict};
use crate::{
    app::{
        context::DeviceContext,
        event::{Sighting, Stamps},
        lane::Lane,
        present::signal,
        state::{enrolment::EnrolmentState, id_lookup::IdLookup},
    },
    config::ReaderSettings,
    devices::{DeviceEvent, KeyAssembler},
    ui::Page,
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
            lane.show_notices();
        }
        DeviceEvent::Gone(device, why) => {
            log::warn!("{device}: {}", chain(&why));
            lane.notices.device_gone(device, why);
            lane.show_notices();
        }
        DeviceEvent::Scanned { text } => scanned(lane, enrolment, context, text),
        DeviceEvent::IdRead { text } => person::id_number(lane, lookup, &context.events, &text),
        DeviceEvent::Daylight(day) => setting::daylight(lane, day),
        DeviceEvent::Garbled(device, why) => {
            log::warn!("{device}: {why}");
            signal::alarm(&lane.devices);
        }
        DeviceEvent::Measured(Ok(reading)) => {
            let number = lane.verdicts.number();
            verdict::answered(lane, number, Temperature::Reading(reading.tenths()));
        }
        // The question stays on screen: the guard answers, or measures once more.
        DeviceEvent::Measured(Err(why)) => log::warn!("thermometer: {why}"),
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
    let types = |reader: &Option<ReaderSettings>| *reader == Some(ReaderSettings::Window);
    let config = &context.config;
    let (codes, numbers) = (types(&config.scanner), types(&config.id_reader));
    let Some(text) = keys.push(key, Instant::now()) else {
        return;
    };
    let is_number = numbers && (!codes || lane.window.page() == Page::IdEntry);
    if is_number {
        person::id_number(lane, lookup, &context.events, &text);
    } else if codes {
        scanned(lane, enrolment, context, text);
    }
}

/// A code that came from a scanner.
fn scanned(lane: &mut Lane, enrolment: &mut EnrolmentState, context: &DeviceContext, text: String) {
    let sighting = Sighting {
        codes: vec![CodeContent::Text(text)],
        name: None,
        stamps: Stamps::now(),
    };
    code::sighted(lane, enrolment, context, &sighting);
}
