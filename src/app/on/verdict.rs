//! A verdict: shown, logged, answered, decided once more, closed.

use std::time::{Duration, Instant};

use gatepost_checkpoint::{Judged, Observed, VerdictGroup};
use gatepost_protocol::{Seen, Temperature};

use super::face;
use crate::{
    app::{
        lane::Lane,
        present::{self, signal},
        state::{
            in_view::Company,
            verdicts::{OverrideStep, ShownVerdict, Tap, TimeLeft},
        },
        threads::log_writer::LogRequest,
    },
    devices::{Device, TemperatureError},
    store::LoggedAdmit,
    ui::{Page, SavedState, ThermometerView, UiUpdate},
};

/// A verdict that waits for an answer stands at least this long: a thermometer takes its time.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Where there are several people to compare, a verdict stands at least this long for each.
const EACH: Duration = Duration::from_secs(2);

/// Time for a tap to say all that it means.
const TAP: Duration = Duration::from_millis(200);

/// Shows a verdict, on the page of its company where there is one, and logs its passage. Where the
/// policy says stop and the log has no space, nobody gets one: the page says what to do.
pub(crate) fn show(lane: &mut Lane, judged: Judged, company: Company, at: Instant) {
    if lane.log_health().is_stopped() && judged.is_attempt() {
        signal::alarm(&lane.devices);
        return lane.window.go_to(Page::Scan);
    }
    let shared = company == Company::StillInView
        && !lane
            .verdicts
            .open()
            .is_some_and(|shown| is_on(shown, &judged));
    let joined = if shared {
        let judged = beside_the_others(lane, judged);
        lane.verdicts.join(judged).map_err(|full| full.0)
    } else {
        Err(judged)
    };
    let member = match joined {
        Ok(member) => member,
        Err(judged) => {
            close(lane, at);
            lane.verdicts.show(judged, at, Duration::ZERO);
            0
        }
    };
    restart(lane, member, at);
}

/// Somebody who is on two codes of one page passes with the first: the second is one that comes
/// again.
fn beside_the_others(lane: &Lane, judged: Judged) -> Judged {
    let open = lane.verdicts.open();
    if !open.is_some_and(|shown| shown.group().lets_through_one_of(&judged)) {
        return judged;
    }
    let observed = Observed {
        passed_before: Some(0),
        ..judged.observed()
    };
    lane.checkpoint
        .judge(lane.clock.now())
        .again(judged, observed)
}

/// Whether the same pass or person is on this page already.
fn is_on(shown: &ShownVerdict<LoggedAdmit>, judged: &Judged) -> bool {
    let mut members = shown.group().members().iter();
    judged.seen != Seen::Unverified && members.any(|member| member.seen == judged.seen)
}

/// A finger answered a question of the verdict on screen.
pub(crate) fn tapped(lane: &mut Lane, number: u32, temperature: Temperature) {
    let tap = |shown: &mut ShownVerdict<_>| shown.tap(Instant::now());
    if lane.verdicts.open_mut().map(tap) == Some(Tap::Answer) {
        answered(lane, number, temperature);
    }
}

/// A question of the verdict on screen was answered.
pub(crate) fn answered(lane: &mut Lane, number: u32, temperature: Temperature) {
    let asked = lane.verdicts.open().and_then(|shown| shown.group().asked());
    if let (true, Some((member, _))) = (lane.verdicts.shows(number), asked) {
        decide_again(lane, member, |observed| {
            observed.temperature = Some(temperature);
        });
    }
}

/// Decides once more on a code of the verdict on screen, with more known than before.
pub(super) fn decide_again(lane: &mut Lane, member: usize, more: impl FnOnce(&mut Observed)) {
    let at = Instant::now();
    let judge = lane.checkpoint.judge(lane.clock.now());
    let again = |judged: Judged| {
        let mut observed = judged.observed();
        more(&mut observed);
        judge.again(judged, observed)
    };
    if let Some(shown) = lane.verdicts.open_mut() {
        shown.set_overriding(OverrideStep::NotAsked);
        shown.decide_again(member, again, (at, Duration::ZERO));
    }
    restart(lane, member, at);
}

/// The time of the verdict begins anew with this code on it, which is logged where it waits for
/// nothing.
fn restart(lane: &mut Lane, member: usize, at: Instant) {
    let lasts = show_time(lane);
    if let Some(shown) = lane.verdicts.open_mut() {
        shown.restart(at, lasts);
    }
    present(lane);
    let judged = lane.verdicts.member(member);
    if judged.is_some_and(|judged| judged.verdict.question().is_none()) {
        log_passage(lane, member, at);
    }
    ask_thermometer(lane);
}

/// The time that the verdict on screen is given.
fn show_time(lane: &Lane) -> Duration {
    let Some(shown) = lane.verdicts.open() else {
        return Duration::ZERO;
    };
    let time = lane.checkpoint.installed.show_time(shown.group().outcome());
    if shown.group().asked().is_some() {
        return time.max(ANSWER_TIME);
    }
    let members = shown.group().members().iter();
    match members.map(|member| member.verdict.people.len()).sum() {
        0 | 1 => time,
        several => time.max(EACH * u32::try_from(several).unwrap_or(u32::MAX)),
    }
}

/// Sends the page to the window, and the outcome to the lamp and the loudspeaker.
pub(super) fn present(lane: &mut Lane) {
    let lasts = show_time(lane);
    let Some(shown) = lane.verdicts.open() else {
        return;
    };
    let thermometer = thermometer(lane, shown);
    let offset = lane.checkpoint.installed.utc_offset();
    let number = lane.verdicts.number();
    let Some(view) = present::verdict::view(number, shown, thermometer, offset) else {
        return;
    };
    let (outcome, saved) = (shown.group().outcome(), saved(lane, shown));
    let words = signal::words(shown.group());
    lane.window.show_verdict(view, outcome);
    lane.window.show_saved(saved);
    signal::verdict(&lane.devices, outcome, &words, lasts);
    face::judged(lane, saved);
}

/// Asks the thermometer, where there is one, once the verdict waits for it.
fn ask_thermometer(lane: &Lane) {
    if let (true, Some(thermometer)) = (asks(lane), &lane.devices.thermometer) {
        thermometer.measure();
    }
}

/// Whether the verdict on screen waits for a temperature.
pub(super) fn asks(lane: &Lane) -> bool {
    let shown = lane.verdicts.open();
    shown.is_some_and(|shown| shown.group().asked().is_some())
}

/// The thermometer gave no temperature. The question stays on screen: the guard answers, or
/// measures once more.
pub(super) fn not_measured(lane: &mut Lane, why: TemperatureError) {
    if !asks(lane) {
        return;
    }
    if let Some(shown) = lane.verdicts.open_mut() {
        shown.set_unmeasured(Some(why));
    }
    signal::alarm(&lane.devices);
    show_thermometer(lane);
}

/// The thermometer is back: whatever verdict waits for it asks it once more.
pub(super) fn measure_again(lane: &mut Lane) {
    if let Some(shown) = lane.verdicts.open_mut() {
        shown.set_unmeasured(None);
    }
    show_thermometer(lane);
    ask_thermometer(lane);
}

/// Shows what the thermometer does about the question on screen, where there is one.
pub(super) fn show_thermometer(lane: &Lane) {
    if let (true, Some(shown)) = (asks(lane), lane.verdicts.open()) {
        let view = thermometer(lane, shown);
        lane.window.send(UiUpdate::Thermometer(view));
    }
}

fn thermometer(lane: &Lane, shown: &ShownVerdict<LoggedAdmit>) -> ThermometerView {
    if lane.devices.thermometer.is_none() {
        ThermometerView::Absent
    } else if lane.notices.is_gone(Device::Thermometer) {
        ThermometerView::Silent
    } else {
        present::verdict::thermometer(shown.unmeasured())
    }
}

/// Sends the passage of a code to the log, where it has one, and remembers who was admitted.
fn log_passage(lane: &mut Lane, member: usize, at: Instant) {
    let Some(judged) = lane.verdicts.member(member).cloned() else {
        return;
    };
    let guard = lane.staff.guard_id();
    let passage = lane.checkpoint.passage(&judged, guard, lane.clock.now());
    lane.checkpoint.passed(&judged, at);
    match passage {
        Some((passage, key)) => {
            let number = lane.verdicts.sent(member);
            lane.count_inside();
            lane.inside.sent(number, &passage);
            let request = LogRequest {
                number,
                passage,
                key,
            };
            if lane.log.append(request).is_err() {
                lane.inside.not_logged(number);
                lane.verdicts.not_logged(member);
            }
        }
        None if judged.is_attempt() => lane.verdicts.not_logged(member),
        None => lane.verdicts.nothing_to_log(member),
    }
    show_saved(lane);
}

/// Shows how far the passages of the verdict on screen are.
pub(super) fn show_saved(lane: &mut Lane) {
    let Some(saved) = lane.verdicts.open().map(|shown| saved(lane, shown)) else {
        return;
    };
    face::judged(lane, saved);
    if saved != SavedState::Saving {
        lane.window.show_saved(saved);
        lane.window.picture_soon();
    }
}

/// How far the passages of a verdict are.
fn saved(lane: &Lane, shown: &ShownVerdict<LoggedAdmit>) -> SavedState {
    match shown.saved() {
        SavedState::NotLogged => lane.log_health().not_logged(),
        saved => saved,
    }
}

/// The verdict was tapped to stay.
pub(crate) fn held(lane: &mut Lane, number: u32) {
    if lane.verdicts.shows(number)
        && let Some(shown) = lane.verdicts.open_mut()
    {
        shown.hold();
        lane.window.send(UiUpdate::TimeLeft(1.0));
    }
}

/// The verdict was closed in the window.
pub(crate) fn dismissed(lane: &mut Lane, number: u32) {
    if lane.verdicts.shows(number) {
        close(lane, Instant::now());
    }
}

/// Time passes: the verdict goes when its own is over, and those before it grow old.
pub(crate) fn tick(lane: &mut Lane, at: Instant) {
    let recent = lane.recent.view(at);
    lane.window.show_recent(recent);
    match lane.verdicts.tick(at) {
        Some(TimeLeft::Part(left)) => lane.window.send(UiUpdate::TimeLeft(left)),
        Some(TimeLeft::Over) => {
            lane.window.send(UiUpdate::Dismiss);
            close(lane, at);
        }
        None => {}
    }
}

/// Remembers how a verdict on somebody who tried to pass went, and nothing else of it.
fn remember(lane: &mut Lane, at: Instant) {
    let group = lane.verdicts.open().map(ShownVerdict::group);
    let attempt = |group: &&VerdictGroup| group.members().iter().any(Judged::is_attempt);
    if let Some(group) = group.filter(attempt) {
        lane.recent.add(group.outcome(), at);
    }
}

/// The verdict goes: what waits for an answer is logged as it stands, and a page that was only the
/// way to it goes too, with what was typed there.
pub(crate) fn close(lane: &mut Lane, at: Instant) {
    if lane.verdicts.open().is_none() {
        return;
    }
    remember(lane, at);
    for member in lane.verdicts.close(at) {
        log_passage(lane, member, at);
    }
    signal::dark(&lane.devices);
    lane.face.closed();
    if matches!(
        lane.window.page(),
        Page::IdEntry | Page::ByHand | Page::NoCode
    ) {
        // Not at once: the tap that closed the verdict may lead on to another page.
        lane.window.go_back_at(at + TAP);
    }
}
