//! The lane: all that a person passes through, from the code to the open gate.

use std::sync::Arc;

use gatepost_checkpoint::{BadgeFault, CheckedBadge, PinOf, SupervisorCandidate};
use gatepost_pass::{Badge, Now, Timestamp};
use gatepost_protocol::{Reason, Seen};

use super::{
    present::window::Window,
    state::{
        aiming::Aiming,
        checkpoint::Checkpoint,
        device_trials::DeviceTrials,
        face::FaceState,
        inside::InsideCount,
        log_link::{LogHealth, LogLink},
        menu_lock::MenuLock,
        notices::Notices,
        place_moves::PlaceMoves,
        recent_outcomes::RecentOutcomes,
        staff::Staff,
        supplies::Supplies,
        torch_light::TorchLight,
        verdicts::ShownVerdicts,
    },
    threads::log_writer::{LogRequest, NotTaken},
};
use crate::{
    clock::Clock,
    devices::Devices,
    store::LoggedAdmit,
    ui::{Page, PinPurpose},
};

/// What people are judged with, the verdict on screen, and where it goes: log, window, devices,
/// the second display that faces them.
pub(super) struct Lane {
    pub(super) checkpoint: Checkpoint,
    pub(super) staff: Staff,
    pub(super) menu_lock: MenuLock,
    pub(super) moves: PlaceMoves,
    pub(super) aiming: Aiming,
    pub(super) face: FaceState,
    pub(super) verdicts: ShownVerdicts<LoggedAdmit>,
    pub(super) recent: RecentOutcomes,
    pub(super) log: LogLink,
    pub(super) inside: InsideCount,
    pub(super) notices: Notices,
    pub(super) devices: Devices,
    pub(super) supplies: Supplies,
    pub(super) trials: DeviceTrials,
    /// Where there is one.
    pub(super) torch: Option<TorchLight>,
    pub(super) window: Window,
    pub(super) clock: Arc<Clock>,
}

impl Lane {
    pub(super) fn now(&self) -> Now {
        self.clock.now()
    }

    /// Whether nobody stands here: the camera's page is open, without a verdict.
    pub(super) fn is_idle(&self) -> bool {
        self.window.page() == Page::Scan && self.verdicts.open().is_none()
    }

    /// Counts who is inside by this place and day.
    pub(super) fn count_inside(&mut self) {
        let place = &self.checkpoint.station.place().id;
        let offset = self.checkpoint.installed.utc_offset();
        self.inside.at(place, self.clock.now().time, offset);
    }

    /// What is to be expected of the log, by the policy that is in force.
    pub(super) fn log_health(&self) -> LogHealth {
        self.log.health(self.checkpoint.installed.when_log_full())
    }

    /// Hands the log what somebody did beside a verdict: moved the device, set its clock, allowed
    /// a program. What is not taken must not happen.
    ///
    /// # Errors
    /// [`NotTaken`] also while the log stops the checkpoint, and without a key to seal it to.
    pub(super) fn record(&mut self, done: Seen, reason: Reason, now: Now) -> Result<(), NotTaken> {
        if self.log_health().is_stopped() {
            return Err(NotTaken);
        }
        let guard = self.staff.guard_id();
        let act = self.checkpoint.act(done, reason, guard, now);
        let (passage, key) = act.ok_or(NotTaken)?;
        let number = self.verdicts.sent_beside();
        self.log.append(LogRequest {
            number,
            passage,
            key,
        })
    }

    /// Shows what the guard should know on every page.
    pub(super) fn show_notices(&mut self) {
        let notices = self.notices.list(self.log_health());
        self.window.show_notices(notices);
    }

    /// Takes a badge where a supervisor's is awaited, and asks for its PIN, which `awaiting` keeps.
    ///
    /// # Errors
    /// Why that badge is no supervisor's here, and at that time.
    pub(super) fn ask_for_pin(
        &mut self,
        badge: CheckedBadge,
        time: Timestamp,
        awaiting: impl FnOnce(&mut Self, SupervisorCandidate),
    ) -> Result<(), BadgeFault> {
        let place = self.checkpoint.station.place().id.clone();
        let pins = self.checkpoint.installed.pins();
        let candidate = SupervisorCandidate::new(badge, pins, place.as_str(), time)?;
        awaiting(self, candidate);
        self.window.go_to(Page::Duty);
        self.show_duty();
        Ok(())
    }

    /// The badge whose PIN is awaited, beside that of the next guard: for a verdict, for the clock,
    /// for a program, to move the device, or to open the menu.
    pub(super) fn awaits_pin(&self) -> Option<(&Badge, PinOf)> {
        let verdict = self.verdicts.awaits_pin().map(|(_, candidate)| candidate);
        let clock = self.staff.clock.awaits_pin();
        let clock = clock.map(|(_, candidate)| candidate);
        let leave = self.staff.leave.awaits_pin();
        let leave = leave.map(|(_, candidate)| candidate);
        let supervisor = verdict.or(clock).or(leave).or(self.moves.awaits_pin());
        let supervisor = supervisor.map(|candidate| (candidate.badge(), candidate.pin()));
        let menu = self.menu_lock.awaits_pin();
        supervisor.or(menu.map(|candidate| (candidate.badge(), candidate.pin())))
    }

    /// What that PIN does.
    fn pin_purpose(&self) -> PinPurpose {
        if self.verdicts.awaits_pin().is_some() {
            PinPurpose::Verdict
        } else if self.staff.clock.awaits_pin().is_some() {
            PinPurpose::Clock
        } else if self.staff.leave.awaits_pin().is_some() {
            PinPurpose::Program
        } else if self.moves.awaits_pin().is_some() {
            PinPurpose::Move
        } else if self.menu_lock.awaits_pin().is_some() {
            PinPurpose::Menu
        } else {
            PinPurpose::Duty
        }
    }

    /// Fills the duty page: the pad for a badge whose PIN is awaited, or who is on duty.
    pub(super) fn show_duty(&self) {
        let pin_for = self.pin_purpose();
        self.window
            .show_duty(&self.staff, self.awaits_pin(), pin_for);
    }
}
