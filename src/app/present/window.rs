//! The window as the loop knows it: which page is open, when it returns to the camera, and what is
//! sent only when it has changed.

use std::time::{Duration, Instant};

use gatepost_checkpoint::{PinOf, Verdict};
use gatepost_pass::Badge;
use gatepost_protocol::Outcome;
use gatepost_system::chain;

use super::{people, record::Recorder};
use crate::{
    app::{
        event::Sighting,
        state::{screen::ScreenState, staff::Staff},
        vitals::Vitals,
    },
    config::ScreenMode,
    ui::{
        AimHint, Notice, Page, PinPurpose, RecentVerdict, SavedState, StatusView, UiHandle,
        UiUpdate, VerdictView,
    },
};

/// Time between two looks at what changes slowly.
const SLOW_TICK: Duration = Duration::from_secs(1);

/// The window, and what was sent to it last.
pub(crate) struct Window {
    ui: UiHandle,
    /// The page under the verdict.
    page: Page,
    /// When another page opens without a tap, and which.
    next: Option<(Page, Instant)>,
    /// When the bar at the top was sent last.
    bar_at: Option<Instant>,
    notices: Vec<Notice>,
    aim: Option<AimHint>,
    recent: Vec<RecentVerdict>,
    /// What the screen follows, and how it was shown last: by which choice, and whether bright.
    pub(crate) screen: ScreenState,
    screen_shown: Option<(ScreenMode, bool)>,
    recorder: Option<Recorder>,
    /// A picture for the recorder is due, now that its verdict shows whether it was logged.
    picture_due: bool,
    pub(crate) vitals: Vitals,
}

impl Window {
    pub(crate) fn new(ui: UiHandle, recorder: Option<Recorder>, vitals: Vitals) -> Self {
        Self {
            ui,
            page: Page::Scan,
            next: None,
            bar_at: None,
            notices: Vec::new(),
            aim: None,
            recent: Vec::new(),
            screen: ScreenState::default(),
            screen_shown: None,
            recorder,
            picture_due: false,
            vitals,
        }
    }

    pub(crate) fn send(&self, update: UiUpdate) {
        self.ui.send(update);
    }

    /// Closes it.
    pub(crate) fn quit(&self) {
        self.ui.quit();
    }

    /// The page under the verdict.
    pub(crate) fn page(&self) -> Page {
        self.page
    }

    /// A finger opened this page, and it shows already. Gives the one before.
    pub(crate) fn opened(&mut self, page: Page) -> Page {
        self.next = None;
        std::mem::replace(&mut self.page, page)
    }

    /// Opens a page; whoever does sends what is on it.
    pub(crate) fn go_to(&mut self, page: Page) {
        self.opened(page);
        self.send(UiUpdate::Page(page));
    }

    /// Goes back to the camera at this time, unless a finger opens another page before.
    pub(crate) fn go_back_at(&mut self, at: Instant) {
        self.go_at(Page::Scan, at);
    }

    /// Opens a page at this time, unless a finger opens another one before.
    pub(crate) fn go_at(&mut self, page: Page, at: Instant) {
        self.next = Some((page, at));
    }

    /// Opens a page as soon as the loop has time to fill it.
    pub(crate) fn lead_to(&mut self, page: Page) {
        self.go_at(page, Instant::now());
    }

    /// Opens the page whose time has come, which is to be filled.
    pub(crate) fn tick(&mut self, at: Instant) -> Option<Page> {
        let (page, _) = self.next.take_if(|(_, next)| *next <= at)?;
        self.go_to(page);
        Some(page)
    }

    /// Shows the bar at the top at the next look at the clock.
    pub(crate) fn bar_soon(&mut self) {
        self.bar_at = None;
    }

    /// Whether it is time to show what changes slowly.
    pub(crate) fn bar_is_due(&self, at: Instant) -> bool {
        let old = |shown: Instant| at.saturating_duration_since(shown) >= SLOW_TICK;
        self.bar_at.is_none_or(old)
    }

    pub(crate) fn show_bar(&mut self, view: StatusView) {
        self.bar_at = Some(Instant::now());
        self.send(UiUpdate::Status(view));
    }

    /// Shows the notices where they have changed.
    pub(crate) fn show_notices(&mut self, notices: Vec<Notice>) {
        if notices != self.notices {
            self.notices.clone_from(&notices);
            self.send(UiUpdate::Notices(notices));
        }
    }

    /// Shows a hint to whoever aims, or none.
    pub(crate) fn show_aim(&mut self, hint: Option<AimHint>) {
        if hint != self.aim {
            self.aim = hint;
            self.send(UiUpdate::Aim(hint));
        }
    }

    /// Shows how the last verdicts went.
    pub(crate) fn show_recent(&mut self, recent: Vec<RecentVerdict>) {
        if recent != self.recent {
            self.recent.clone_from(&recent);
            self.send(UiUpdate::Recent(recent));
        }
    }

    /// Shows day or night where that has changed.
    pub(crate) fn show_screen(&mut self, bright: bool) {
        let mode = self.screen.mode;
        if self.screen_shown != Some((mode, bright)) {
            self.screen_shown = Some((mode, bright));
            self.send(UiUpdate::Screen { mode, bright });
        }
    }

    /// The window shows the screen otherwise than it is.
    pub(crate) fn screen_is_stale(&mut self) {
        self.screen_shown = None;
    }

    /// Fills the duty page; with another badge that waits for its PIN, the pad is for that.
    pub(crate) fn show_duty(
        &self,
        staff: &Staff,
        asked: Option<(&Badge, PinOf)>,
        pin_for: PinPurpose,
    ) {
        let view = people::duty(staff, asked, pin_for, Instant::now());
        self.send(UiUpdate::Duty(view));
    }

    /// A verdict on a code of this frame is about to be shown.
    pub(crate) fn verdict_begins(&mut self, sighting: &Sighting, verdict: &Verdict) {
        if let Some(recorder) = &mut self.recorder {
            let took = sighting.stamps.taken.elapsed();
            recorder.begin(sighting.name.as_deref(), verdict, took);
        }
        self.vitals.sighted(sighting.stamps);
    }

    pub(crate) fn show_verdict(&mut self, view: VerdictView, outcome: Outcome) {
        self.send(UiUpdate::Verdict(view));
        self.vitals.presented(outcome, &self.ui);
    }

    /// Shows how far the passages of the verdict are, once there is something to say.
    pub(crate) fn show_saved(&mut self, saved: SavedState) {
        if saved != SavedState::Saving {
            self.send(UiUpdate::Saved(saved));
        }
    }

    /// Such a verdict can be recorded.
    pub(crate) fn picture_is_due(&self) -> bool {
        self.picture_due
    }

    pub(crate) fn picture_soon(&mut self) {
        self.picture_due = self.recorder.is_some();
    }

    /// Takes the picture of the verdict that shows.
    pub(crate) fn take_picture(&mut self) {
        self.picture_due = false;
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.finish(&self.ui)
        {
            log::warn!("a verdict could not be recorded: {}", chain(&error));
        }
    }

    pub(crate) fn camera_live(&mut self) {
        self.vitals.camera_live(&self.ui);
    }

    /// Sends the figures of the run to whoever listens.
    pub(crate) fn report_vitals(&self, frames: u64, dropped: u64) {
        self.vitals.report(frames, dropped, &self.ui);
    }
}
