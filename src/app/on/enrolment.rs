//! The first run: an enrolment code pins the authority's root, the request goes out over the hub
//! that the code names, or by USB stick, and the answer comes back either way.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use gatepost_pass::Text;
use gatepost_system::{
    files::{self, Access},
    random,
};

use crate::{
    app::{
        context::DeviceContext,
        event::Event,
        lane::Lane,
        present::trouble,
        state::{enrolment::EnrolmentState, log_link::LogLink},
        sticks,
        threads::enrolled::Enrolled,
    },
    checkpoint::{Basis, Judged},
    sync::enrol::{self, Asked, EnrolError, FirstRun},
    ui::{EnrolStep, EnrolView, Page, Trouble, TroubleView, UiUpdate},
};

/// The authority's answer has a name on a stick that begins so.
const ANSWER: &str = "enrolment";
/// How long the page says that it is done.
const SHOW_DONE: Duration = Duration::from_secs(5);
/// The name under which a device asks when nobody gave it one.
const NAMELESS: &str = "new device";

/// The scanner starts: a device that nobody knows yet begins here.
pub(crate) fn begin(enrolment: &mut EnrolmentState, lane: &mut Lane, context: &DeviceContext) {
    if enrolment.is_enrolled() {
        return;
    }
    if let Some(first_run) = FirstRun::resume(&context.data) {
        ask(enrolment, lane, context, first_run);
    }
    lane.window.go_to(Page::Enrol);
    present(enrolment, lane, context);
}

/// Fills the enrolment page.
pub(crate) fn present(enrolment: &EnrolmentState, lane: &Lane, context: &DeviceContext) {
    lane.window.send(UiUpdate::Enrol(EnrolView {
        device: enrolment.device(&context.data),
        step: enrolment.step(),
    }));
}

/// A code was shown: takes the enrolment code of a first run. A device that is enrolled has no use
/// for one.
pub(super) fn code_shown(
    enrolment: &mut EnrolmentState,
    lane: &mut Lane,
    context: &DeviceContext,
    judged: &Judged,
    text: Option<&str>,
) -> bool {
    let (false, Basis::NotSetUp(Some(_)), Some(text)) =
        (enrolment.is_enrolled(), &judged.basis, text)
    else {
        return false;
    };
    match begin_first_run(lane, context, text) {
        Ok(first_run) => ask(enrolment, lane, context, first_run),
        Err(why) => enrolment.set_step(EnrolStep::Failed(why)),
    }
    lane.window.go_to(Page::Enrol);
    present(enrolment, lane, context);
    true
}

fn begin_first_run(
    lane: &Lane,
    context: &DeviceContext,
    text: &str,
) -> Result<FirstRun, TroubleView> {
    let seed = random::bytes().map_err(|why| trouble::because(Trouble::ProgramFails, &why))?;
    let now = lane.now().time;
    FirstRun::begin(&context.data, text, &seed, now).map_err(|why| trouble::of_enrol(&why))
}

/// Asks over the hub where the code names one; a stick that is put in takes the request all the
/// same.
fn ask(enrolment: &mut EnrolmentState, lane: &Lane, context: &DeviceContext, first_run: FirstRun) {
    let (events, clock) = (context.events.clone(), context.clock.clone());
    let asking = first_run.ask(device_name(lane)).map(|asking| {
        enrol::spawn(asking, clock, move |news| {
            let _ = events.send(Event::Enrolment(news));
        })
    });
    enrolment.set_step(match (&asking, first_run.hub()) {
        (Ok(_), Some(hub)) => EnrolStep::Asking {
            hub: hub.to_string(),
        },
        (Err(EnrolError::ByStick), _) | (Ok(_), None) => EnrolStep::InsertStick,
        (Err(why), _) => EnrolStep::Failed(trouble::of_enrol(why)),
    });
    enrolment.asks(first_run, asking.ok());
    offer_to_stick(enrolment, lane, context);
}

fn device_name(lane: &Lane) -> Text<60> {
    let place = lane.checkpoint.station.place().name.as_str();
    let name = if place.is_empty() { NAMELESS } else { place };
    name.try_into().unwrap_or_default()
}

/// What a round of questions to the hub brought. The device keeps asking until there is a valid
/// answer.
pub(crate) fn news(
    enrolment: &mut EnrolmentState,
    lane: &mut Lane,
    context: &DeviceContext,
    news: Result<Asked, EnrolError>,
) {
    if enrolment.is_enrolled() {
        return;
    }
    let on_stick = enrolment.is_on_stick();
    match (news, enrolment.hub()) {
        (Ok(Asked::Answer(bytes)), _) => {
            if let Err(why) = accept(enrolment, lane, context, &bytes) {
                enrolment.set_step(EnrolStep::Failed(why));
            }
        }
        (Ok(Asked::Waiting), Some(hub)) if !on_stick => {
            enrolment.set_step(EnrolStep::AtHub { hub });
        }
        (Err(why), _) if !on_stick => {
            enrolment.set_step(EnrolStep::Failed(trouble::of_enrol(&why)));
        }
        _ => return,
    }
    present(enrolment, lane, context);
}

/// Looks for a stick that takes the request, and for the authority's answer.
pub(crate) fn tick(enrolment: &mut EnrolmentState, lane: &mut Lane, context: &DeviceContext) {
    if enrolment.is_enrolled() || lane.window.page() != Page::Enrol {
        return;
    }
    let before = enrolment.step();
    if !answered_by_stick(enrolment, lane, context) {
        offer_to_stick(enrolment, lane, context);
    }
    if enrolment.step() != before {
        present(enrolment, lane, context);
    }
}

/// Writes the request to the first stick that takes it, where that was not done yet.
fn offer_to_stick(enrolment: &mut EnrolmentState, lane: &Lane, context: &DeviceContext) {
    let Some((file, request)) = enrolment.request(device_name(lane)) else {
        return;
    };
    let takes =
        |stick: &PathBuf| files::replace(&stick.join(&file), Access::Shared, &request).is_ok();
    if sticks::sticks(&context.sticks).iter().any(takes) {
        enrolment.set_step(EnrolStep::RequestWritten { file });
    } else {
        enrolment.wait_for_stick();
    }
}

/// Takes the authority's answer, where a stick has one. Gives whether one was there, good or bad.
fn answered_by_stick(
    enrolment: &mut EnrolmentState,
    lane: &mut Lane,
    context: &DeviceContext,
) -> bool {
    if enrolment.first_run().is_none() {
        return false;
    }
    let mut fault = None;
    for path in sticks::files_named(&context.sticks, ANSWER) {
        let Ok(bytes) = files::read(&path, FirstRun::MAX_ANSWER) else {
            continue;
        };
        match accept(enrolment, lane, context, &bytes) {
            Ok(()) => return true,
            Err(why) => fault = Some(why),
        }
    }
    let answered = fault.is_some();
    if let Some(why) = fault {
        enrolment.set_step(EnrolStep::Failed(why));
    }
    answered
}

/// Takes an answer that is for this device and from its authority: from then on it is enrolled.
fn accept(
    enrolment: &mut EnrolmentState,
    lane: &mut Lane,
    context: &DeviceContext,
    bytes: &[u8],
) -> Result<(), TroubleView> {
    let accepted = match enrolment.first_run() {
        Some(first_run) => first_run.accept(&context.data, bytes),
        None => Err(EnrolError::NotACode),
    };
    accepted.map_err(|why| trouble::of_enrol(&why))?;
    let DeviceContext {
        data,
        config,
        clock,
        events,
        ..
    } = context;
    let started = Enrolled::start(data, clock, config, events);
    let started = started.map_err(|why| trouble::of_start(&why))?;
    let (enrolled, writer) = started.unzip();
    lane.log = LogLink::new(writer);
    enrolment.accepted(enrolled);
    lane.window.go_back_at(Instant::now() + SHOW_DONE);
    Ok(())
}
