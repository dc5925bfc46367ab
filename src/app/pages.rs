//! The pages that explain the device: each is filled when it is opened, and kept current while it is.

use std::{
    fs,
    time::{Duration, Instant},
};

use gatepost_pass::policy::WithoutCode;
use gatepost_protocol::device::device_id;
use gatepost_system::files;

use super::{Event, hardware::LogHealth, scanner::App, view, workers};
use crate::{
    clock::local_date,
    store::{HourCount, LogError, counts_by_hour},
    ui::{
        ByHandView, IdEntryView, Page, PlaceView, StatusPageView, StorageView, TodayView, UiUpdate,
    },
};

/// The passages of the day, as they were counted last.
#[derive(Debug)]
pub(super) struct Counting {
    counts: Vec<HourCount>,
    began: Option<Instant>,
    /// How long after it began it may begin again; nothing while it counts.
    wait: Option<Duration>,
}

impl Default for Counting {
    fn default() -> Self {
        Self {
            counts: Vec::new(),
            began: None,
            wait: Some(Duration::ZERO),
        }
    }
}

impl App {
    /// The window opened a page.
    pub(super) fn opened(&mut self, page: Page) {
        self.back_at = None;
        let before = std::mem::replace(&mut self.page, page);
        if before == Page::Duty && page != Page::Duty {
            self.pad_left();
        }
        self.fill(page, Instant::now());
    }

    /// Opens a page.
    pub(super) fn go_to(&mut self, page: Page) {
        self.page = page;
        self.back_at = None;
        self.ui.send(UiUpdate::Page(page));
        self.fill(page, Instant::now());
    }

    /// Fills the page that is open once more.
    pub(super) fn refresh_page(&mut self, at: Instant) {
        if matches!(self.page, Page::Status | Page::Today | Page::Place) {
            self.fill(self.page, at);
        }
        // Always at hand: a quick finger must not get past the questions.
        self.fill(Page::ByHand, at);
        self.look_for_stick();
    }

    fn fill(&mut self, page: Page, at: Instant) {
        match page {
            Page::Scan | Page::Menu | Page::NoCode => {}
            Page::IdEntry => self.ui.send(UiUpdate::IdEntry(IdEntryView {
                fault: None,
                looking: self.looking.is_some(),
            })),
            Page::ByHand => self.ui.send(UiUpdate::ByHand(self.by_hand_view())),
            Page::Duty => self.show_duty(),
            Page::Place => self.ui.send(UiUpdate::Place(self.place_view())),
            Page::Status => self.ui.send(UiUpdate::StatusPage(self.status_view(at))),
            Page::Today => {
                self.count_again(at);
                self.ui.send(UiUpdate::Today(self.today_view()));
            }
            Page::Update => self.show_update(),
            Page::Enrol => self.show_enrolment(),
        }
    }

    fn by_hand_view(&self) -> ByHandView {
        let Some(bundle) = self.checkpoint.bundle() else {
            return ByHandView {
                questions: Vec::new(),
                allowed: false,
            };
        };
        let policy = bundle.policy();
        let questions = policy.questions.as_slice().iter();
        ByHandView {
            questions: questions.map(ToString::to_string).collect(),
            allowed: policy.without_code != WithoutCode::Never,
        }
    }

    fn place_view(&self) -> PlaceView {
        let place = self.checkpoint.place();
        PlaceView {
            name: place.name.clone(),
            id: place.id.to_string(),
            code: place.code.clone(),
        }
    }

    fn status_view(&self, at: Instant) -> StatusPageView {
        let now = self.clock.now();
        let identity = self.enrolled.as_ref().map(|known| &*known.identity);
        let bundle = self.checkpoint.bundle();
        let hub = identity.map_or("", |identity| identity.hub.as_str());
        let log = self.data.passages();
        let journal = log.with_extension("sqlite-wal");
        let length = |path| fs::metadata(path).map_or(0, |file| file.len());
        StatusPageView {
            issuers: bundle.map_or_else(Vec::new, |bundle| view::issuers(bundle, now.time)),
            clock: view::clock(now.clock),
            storage: StorageView {
                free: files::free_space(self.data.path()).ok(),
                log: length(&log) + length(&journal),
                writable: self.notices.log() == LogHealth::Works,
            },
            unsent: self.hub.backlog.unsent,
            oldest_unsent_minutes: self.hub.oldest_minutes(now),
            sync: self.hub.view(hub, at),
            device: identity
                .map(|identity| device_id(&identity.key.public()).to_string())
                .unwrap_or_default(),
            hub: hub.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            bundle: bundle.map(|bundle| bundle.manifest().version),
        }
    }

    fn today_view(&self) -> TodayView {
        let (now, offset) = (self.clock.now().time, self.checkpoint.utc_offset());
        TodayView {
            day: local_date(now, offset),
            hours: view::hours(&self.counting.counts, now, offset),
        }
    }

    /// Counts the day's passages beside the loop: a log may hold half a million.
    fn count_again(&mut self, at: Instant) {
        let Some(wait) = self.counting.wait else {
            return;
        };
        if self.counting.began.is_some_and(|began| at < began + wait) {
            return;
        }
        (self.counting.began, self.counting.wait) = (Some(at), None);
        let (path, events) = (self.data.passages(), self.events.clone());
        // Whatever the offset, the local day began less than two days ago.
        let from = (self.clock.now().time.0 / 3600).saturating_sub(48);
        let from = u32::try_from(from).unwrap_or(u32::MAX);
        workers::beside(move || {
            // A loop that has ended needs no answer.
            let _ = events.send(Event::Counted(counts_by_hour(&path, from)));
        });
    }

    /// The day's passages were counted.
    pub(super) fn counted(&mut self, counts: Result<Vec<HourCount>, LogError>) {
        // A tenth of the time for counting at most.
        let took = self.counting.began.map(|began| began.elapsed());
        self.counting.wait = Some(took.unwrap_or_default() * 10);
        self.counting.counts = counts.unwrap_or_else(|why| {
            eprintln!("gatepost: {why}");
            Vec::new()
        });
        if self.page == Page::Today {
            self.ui.send(UiUpdate::Today(self.today_view()));
        }
    }
}
