//! An update from a USB stick: found, installed beside the loop, its outcome shown; and a
//! supervisor's leave for a program that is refused without.

use std::{sync::Arc, time::Instant};

use gatepost_checkpoint::{CheckedBadge, CheckedPin, Supervisor, SupervisorCandidate};
use gatepost_protocol::{Reason, Seen};
use gatepost_system::chain;

use crate::{
    app::{
        context::DeviceContext,
        event::{Event, FoundUpdate, StickOutcome, UpdateNews},
        lane::Lane,
        present::{signal, trouble},
        state::{
            enrolment::EnrolmentState,
            program_leave::{LeaveAsked, RefusedProgram},
            stick_update::StickUpdate,
        },
        threads::{
            beside,
            log_writer::NotTaken,
            stick_install::{self, Taker},
        },
    },
    data::{DataDir, Identity},
    program::{ProgramLeave, RUNNING},
    ui::{ListsEnd, Page, Trouble, UiUpdate, UpdateStep, UpdateView},
};

/// The update page was opened.
pub(crate) fn opened(lane: &Lane, update: &mut StickUpdate, context: &DeviceContext) {
    if !update.is_working() {
        *update = StickUpdate::default();
        look_for_stick(update, context);
    }
    present(lane, update, context);
}

/// Looks whether a stick came or went, while the update page waits for one; and whether a
/// supervisor comes.
pub(crate) fn tick(lane: &mut Lane, update: &mut StickUpdate, context: &DeviceContext) {
    if lane.staff.leave.tick(Instant::now()) {
        if lane.window.page() == Page::Duty {
            lane.window.go_to(Page::Update);
        }
        present(lane, update, context);
    }
    if lane.window.page() == Page::Update && update.waits_for_stick() {
        look_for_stick(update, context);
    }
}

/// Looks beside the loop, which waits for no stick; one look at a time.
fn look_for_stick(update: &mut StickUpdate, context: &DeviceContext) {
    if !update.begin_look() {
        return;
    }
    let (mounts, events) = (context.sticks.clone(), context.events.clone());
    let program = context.config.program.as_ref();
    let target = program.map(|program| program.target.clone());
    beside::run(move || {
        let found = stick_install::look(&mounts, target.as_ref());
        let _ = events.send(Event::Update(UpdateNews::Looked(found)));
    });
}

/// The guard wants the update that was found.
pub(crate) fn asked(
    lane: &Lane,
    update: &mut StickUpdate,
    enrolment: &EnrolmentState,
    context: &DeviceContext,
) {
    let Some(identity) = enrolment.identity().cloned() else {
        update.lists_refused(ListsEnd::Refused(Trouble::NotEnrolled.into()));
        update.ended(None);
        return present(lane, update, context);
    };
    if let Some(found) = update.found().cloned() {
        install(lane, update, context, identity, found, None);
    }
}

/// A supervisor is to allow the program that was refused.
pub(crate) fn leave_asked(lane: &mut Lane, update: &StickUpdate, context: &DeviceContext) {
    if let Some(version) = update.allowable() {
        lane.staff.leave.ask(version, Instant::now());
        present(lane, update, context);
    }
}

/// A badge was shown where a supervisor's is awaited for this version. Without a PIN it is not
/// enough.
pub(super) fn badge_shown(lane: &mut Lane, badge: CheckedBadge, refused: RefusedProgram) {
    let now = lane.now().time;
    let asked = lane.ask_for_pin(badge, now, |lane, candidate| {
        lane.staff.leave = LeaveAsked::EnterPin(refused, candidate);
    });
    if let Err(fault) = asked {
        log::warn!("a badge may not allow a program: {fault:?}");
        lane.staff.leave = LeaveAsked::BadgeRefused(refused);
        show(lane, true, UpdateStep::BadgeRefused(refused.version));
    }
}

/// A PIN was checked, for the badge whose PIN is awaited. What can't be logged is not allowed:
/// every page says why.
pub(super) fn pin_checked(
    lane: &mut Lane,
    (refused, candidate): (RefusedProgram, SupervisorCandidate),
    pin: &CheckedPin,
) {
    let Ok(supervisor) = candidate.with_pin(pin) else {
        return lane.show_duty();
    };
    let version = refused.version;
    lane.staff.leave = match record(lane, &supervisor, refused) {
        Ok(()) => {
            log::warn!("a supervisor allows program {version} on a device with {RUNNING}");
            LeaveAsked::Given(ProgramLeave::new(&supervisor, version))
        }
        Err(NotTaken) => {
            signal::alarm(&lane.devices);
            LeaveAsked::No
        }
    };
    lane.window.go_to(Page::Update);
}

fn record(
    lane: &mut Lane,
    supervisor: &Supervisor,
    refused: RefusedProgram,
) -> Result<(), NotTaken> {
    let allowed = Seen::ProgramAllowed {
        by: supervisor.id(),
        running: RUNNING,
        version: refused.version,
    };
    let now = lane.now();
    lane.record(allowed, Reason::SupervisorAllowed, now)
}

/// Installs what a supervisor has allowed, where one has; whatever lies on the stick by now is
/// verified once more.
pub(crate) fn leave_given(
    lane: &mut Lane,
    update: &mut StickUpdate,
    enrolment: &EnrolmentState,
    context: &DeviceContext,
) {
    let leave = lane.staff.leave.take_given();
    let found = update.found_program();
    if let (Some(leave), Some(found), Some(identity)) = (leave, found, enrolment.identity()) {
        install(lane, update, context, identity.clone(), found, Some(leave));
    } else if lane.window.page() == Page::Update {
        present(lane, update, context);
    }
}

fn install(
    lane: &Lane,
    update: &mut StickUpdate,
    context: &DeviceContext,
    identity: Arc<Identity>,
    found: FoundUpdate,
    leave: Option<ProgramLeave>,
) {
    update.begin(lane.checkpoint.installed.version());
    let (data, clock) = (context.data.clone(), context.clock.clone());
    let (events, mounts) = (context.events.clone(), context.sticks.clone());
    let program = context.config.program.clone();
    beside::run(move || {
        let mut last = 0;
        let report = |percent: u8| {
            if percent != last {
                last = percent;
                let _ = events.send(Event::Update(UpdateNews::Percent(percent)));
            }
        };
        let taker = Taker {
            data: &data,
            identity: &identity,
            clock: &clock,
            program: program.as_ref(),
        };
        let outcome = taker.install(&mounts, &found, leave.as_ref(), report);
        let _ = events.send(Event::Update(UpdateNews::Ended(outcome)));
    });
    present(lane, update, context);
}

/// The update makes progress, or has ended.
pub(crate) fn news(
    lane: &mut Lane,
    update: &mut StickUpdate,
    enrolment: &EnrolmentState,
    context: &DeviceContext,
    news: UpdateNews,
) {
    match news {
        UpdateNews::Looked(found) => {
            if update.looked(found) {
                present(lane, update, context);
            }
            return;
        }
        UpdateNews::Percent(percent) => update.set_percent(percent),
        UpdateNews::Ended(outcome) => ended(update, outcome),
    }
    reload(lane, enrolment, &context.data);
    present(lane, update, context);
    lane.window.bar_soon();
}

fn ended(update: &mut StickUpdate, outcome: StickOutcome) {
    match outcome.lists {
        None => {}
        Some(Ok(after)) => update.lists_installed(after),
        Some(Err(why)) => {
            log::warn!("update: {}", chain(&why));
            update.lists_refused(ListsEnd::Refused(trouble::of_update(&why)));
        }
    }
    if let Some(Err(why)) = &outcome.program {
        log::warn!("update of the program: {}", chain(why));
    }
    update.ended(outcome.program.map(trouble::program_end));
}

fn reload(lane: &mut Lane, enrolment: &EnrolmentState, data: &DataDir) {
    let identity = enrolment.identity().map(|identity| &**identity);
    let installed = &mut lane.checkpoint.installed;
    installed.reload_if_changed(data, identity, &lane.clock);
}

/// Fills the page: with a supervisor's leave while one is asked for.
fn present(lane: &Lane, update: &StickUpdate, context: &DeviceContext) {
    let step = match &lane.staff.leave {
        LeaveAsked::ShowBadge(it) | LeaveAsked::EnterPin(it, _) => {
            UpdateStep::ShowBadge(it.version)
        }
        LeaveAsked::BadgeRefused(it) => UpdateStep::BadgeRefused(it.version),
        LeaveAsked::No | LeaveAsked::Given(_) => update.step().clone(),
    };
    show(lane, context.config.program.is_some(), step);
}

fn show(lane: &Lane, updates_program: bool, step: UpdateStep) {
    lane.window.send(UiUpdate::Update(UpdateView {
        installed: lane.checkpoint.installed.version(),
        program: updates_program.then_some(RUNNING),
        step,
    }));
}
