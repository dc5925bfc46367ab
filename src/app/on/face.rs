//! The second display: told of each change, and once a second that the scanner is there.

use std::time::{Duration, Instant};

use gatepost_protocol::Outcome;

use super::setting;
use crate::{
    app::{
        context::DeviceContext,
        lane::Lane,
        present::face,
        state::{enrolment::EnrolmentState, id_lookup::IdLookup},
    },
    devices::Device,
    face::{FaceMessage, FaceSign},
    ui::SavedState,
};

/// Something is to be said of the verdict on screen, whose passages are so far.
pub(super) fn judged(lane: &mut Lane, saved: SavedState) {
    let Some(shown) = lane.verdicts.open() else {
        return;
    };
    let members = shown.group().members().iter();
    let sign = face::of_verdicts(members.map(|member| &member.verdict), saved);
    say(lane, sign, Instant::now());
}

/// All of a verdict is on the disk, and admits. Where its page is closed by now the person may go
/// on all the same, unless somebody else stands there.
pub(super) fn let_in(lane: &mut Lane, at: Instant) {
    if lane.verdicts.open().is_none() {
        say(lane, FaceSign::GoOn, at);
    }
}

fn say(lane: &mut Lane, sign: FaceSign, at: Instant) {
    let times = [Outcome::Check, Outcome::Refuse].map(|it| lane.checkpoint.installed.show_time(it));
    let longest = times.into_iter().max().unwrap_or(Duration::ZERO);
    lane.face.judged(sign, at, longest);
}

/// Time passes. Without a verdict people are asked for what can be read here.
pub(crate) fn tick(
    lane: &mut Lane,
    enrolment: &EnrolmentState,
    lookup: &IdLookup,
    context: &DeviceContext,
    at: Instant,
) {
    let there = |reader: &Option<_>, device| reader.is_some() && !lane.notices.is_gone(device);
    let scans = lane.face.sees || there(&context.config.scanner, Device::Scanner);
    let ready = enrolment.is_enrolled() && lane.checkpoint.installed.bundle().is_some();
    let sign = if !(ready && scans) || lane.log_health().is_stopped() {
        FaceSign::NotInUse
    } else if let Some(of_verdict) = lane.face.of_verdict(at) {
        of_verdict
    } else if lookup.is_running() {
        FaceSign::Wait
    } else if stops_nobody(lane) {
        FaceSign::GoOn
    } else if there(&context.config.id_reader, Device::IdReader) {
        FaceSign::ShowCodeOrCard
    } else {
        FaceSign::ShowCode
    };
    tell(lane, context, sign, at);
}

/// Whether nobody need be stopped here, and no gate is in the way.
fn stops_nobody(lane: &Lane) -> bool {
    let here = lane.checkpoint.rules_here(lane.now());
    lane.devices.gate.is_none() && here.is_some_and(|here| here.stops_nobody())
}

/// The scanner ends in good order: nobody is checked here any more.
pub(crate) fn end(lane: &mut Lane, context: &DeviceContext) {
    tell(lane, context, FaceSign::NotInUse, Instant::now());
}

fn tell(lane: &mut Lane, context: &DeviceContext, sign: FaceSign, at: Instant) {
    let settings = context.config.face.as_ref();
    let message = FaceMessage {
        sign,
        direction: lane.checkpoint.station.direction(),
        // No pass names a language, so it is the place's.
        language: settings.and_then(|settings| settings.language),
        bright: setting::is_bright(lane),
    };
    lane.face.tell(message, at);
}
