//! The first run: an enrolment code pins the authority's root, the request goes out over the hub
//! that the code names, or by USB stick, and the answer comes back either way.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use gatepost_checkpoint::{Basis, Judged};
use gatepost_pass::Text;
use gatepost_system::{files::Access, random, stick::StickDir};

use crate::{
    app::{
        context::DeviceContext,
        event::{EnrolStickNews, Event},
        lane::Lane,
        present::trouble,
        state::{choices::Choices, enrolment::EnrolmentState, log_link::LogLink},
        sticks,
        threads::{beside, enrolled::Enrolled},
    },
    data::DataDir,
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
    look_at_sticks(enrolment, lane, context);
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

/// Looks at the sticks while the page is open.
pub(crate) fn tick(enrolment: &mut EnrolmentState, lane: &mut Lane, context: &DeviceContext) {
    if !enrolment.is_enrolled() && lane.window.page() == Page::Enrol {
        look_at_sticks(enrolment, lane, context);
    }
}

/// Takes the authority's answer, where a stick has one; otherwise writes the request to the first
/// stick that takes it, where that was not done yet. Beside the loop, which waits for no stick; one
/// look at a time.
fn look_at_sticks(enrolment: &mut EnrolmentState, lane: &Lane, context: &DeviceContext) {
    if enrolment.first_run().is_none() || !enrolment.begin_look() {
        return;
    }
    let request = enrolment.request(device_name(lane));
    let (data, mounts) = (context.data.clone(), context.sticks.clone());
    let events = context.events.clone();
    beside::run(move || {
        let news = match answered_by_stick(&data, &mounts) {
            Some(answered) => EnrolStickNews::Answered(answered),
            None => match request {
                Some(request) => offer_to_stick(&mounts, request),
                None => EnrolStickNews::Nothing,
            },
        };
        let _ = events.send(Event::EnrolStick(news));
    });
}

fn offer_to_stick(mounts: &[PathBuf], (file, request): (String, Vec<u8>)) -> EnrolStickNews {
    let takes = |stick: &StickDir| stick.replace(&file, Access::Shared, &request).is_ok();
    match sticks::sticks(mounts).any(|stick| takes(&stick)) {
        true => EnrolStickNews::Written(file),
        false => EnrolStickNews::NoStick,
    }
}

/// Whether the answers on sticks were accepted; nothing where there is none.
fn answered_by_stick(data: &DataDir, mounts: &[PathBuf]) -> Option<Result<(), EnrolError>> {
    let mut fault = None;
    for (stick, name) in sticks::files_named(mounts, ANSWER) {
        let Ok(bytes) = stick.read(name, FirstRun::MAX_ANSWER) else {
            continue;
        };
        match FirstRun::resume(data)?.accept(data, &bytes) {
            Ok(_) => return Some(Ok(())),
            Err(why) => fault = Some(Err(why)),
        }
    }
    fault
}

/// The sticks were looked at.
pub(crate) fn at_sticks(
    enrolment: &mut EnrolmentState,
    lane: &mut Lane,
    context: &DeviceContext,
    news: EnrolStickNews,
) {
    enrolment.end_look();
    if enrolment.is_enrolled() {
        return;
    }
    let before = enrolment.step();
    match news {
        EnrolStickNews::Answered(answered) => {
            let accepted = answered.map_err(|why| trouble::of_enrol(&why));
            if let Err(why) = accepted.and_then(|()| start(enrolment, lane, context)) {
                enrolment.set_step(EnrolStep::Failed(why));
            }
        }
        EnrolStickNews::Written(file) => {
            enrolment.set_step(EnrolStep::RequestWritten { file });
        }
        EnrolStickNews::NoStick => enrolment.wait_for_stick(),
        EnrolStickNews::Nothing => {}
    }
    if enrolment.step() != before {
        present(enrolment, lane, context);
    }
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
    start(enrolment, lane, context)
}

/// What an enrolled device has starts.
fn start(
    enrolment: &mut EnrolmentState,
    lane: &mut Lane,
    context: &DeviceContext,
) -> Result<(), TroubleView> {
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
    let next = match Choices::load(data).guided {
        true => Page::Scan,
        false => Page::Guide,
    };
    lane.window.go_at(next, Instant::now() + SHOW_DONE);
    Ok(())
}
