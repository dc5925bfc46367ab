//! What the rest of the program tells the window and hears from it, in plain types without a trace of Slint.
//!
//! `verdict` is what a guard is told about people, `people` the ways for those without a code and the staff's own,
//! `info` the pages that explain the device, `trouble` what can go wrong with it, `command` what a finger can ask for.

mod command;
mod info;
mod people;
mod trouble;
mod verdict;

pub use command::UiCommand;
pub use info::{
    ClockView, EnrolStep, EnrolView, FreshnessView, HourView, IssuerView, Notice, OnlineView,
    StatusPageView, StatusView, StorageView, SyncView, TodayView, UpdateStep, UpdateView,
};
pub use people::{
    ByHandForm, ByHandView, DutyState, DutyView, IdEntryView, IdFault, PlaceView, TemperatureAnswer,
};
pub use trouble::{Trouble, TroubleView};
pub use verdict::{
    ColourView, DeskView, DocumentView, MemberView, MomentView, OverrideView, PersonView, Question,
    SavedState, VerdictView,
};

use serde::{Deserialize, Serialize};

/// Language of everything on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English, the source text.
    #[serde(rename = "en")]
    English,
    /// Chinese, simplified.
    #[serde(rename = "zh")]
    Chinese,
    /// Uyghur, from right to left: scan and verdict pages; the others are English.
    #[serde(rename = "ug")]
    Uyghur,
}

impl Language {
    /// From a configuration word or a locale such as `en`, `zh`, `ug`, `zh_CN.UTF-8`.
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.split(['_', '-', '.']).next()?;
        if word.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else if word.eq_ignore_ascii_case("zh") {
            Some(Self::Chinese)
        } else if word.eq_ignore_ascii_case("ug") {
            Some(Self::Uyghur)
        } else {
            None
        }
    }

    /// The word that `parse` reads back.
    pub fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
            Self::Uyghur => "ug",
        }
    }
}

/// Size of all text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextSize {
    /// As drawn.
    #[default]
    Normal,
    /// A quarter larger.
    Large,
    /// Half as large again.
    VeryLarge,
}

/// The pages. A verdict lies over whichever page is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Home: the camera's picture, the direction, "No phone or code", the menu.
    Scan,
    /// What else the device does, and its settings: language, text size, volume, torch.
    Menu,
    /// The ways for people without a phone or a code.
    NoCode,
    /// An ID number on a large keypad.
    IdEntry,
    /// Registration by hand: why, who, the health questionnaire.
    ByHand,
    /// Sign on and off: badge and PIN.
    Duty,
    /// Where the device stands, and its place code for people to scan.
    Place,
    /// Lists, clock, storage, unsent passages, sync, identity.
    Status,
    /// Counts by hour and verdict.
    Today,
    /// Bundle from a USB stick.
    Update,
    /// First run: enrolment.
    Enrol,
}

/// A picture of `width * height` pixels, three bytes each (red, green, blue), rows from the top without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 3` bytes; a preview of another length is not shown.
    pub rgb: Vec<u8>,
}

/// What the camera is doing. `device` is its path or name, shown in small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraView {
    /// Being opened.
    Starting,
    /// Pictures come: the preview shows.
    Live,
    /// No such camera.
    NotFound {
        /// The camera that was looked for.
        device: String,
    },
    /// Another program holds it.
    Busy {
        /// The camera that was asked.
        device: String,
    },
    /// It was there and went away.
    Unplugged {
        /// The camera that went.
        device: String,
    },
    /// Open, but no picture came for too long.
    Stalled,
    /// It has no picture format that this program reads.
    Unsupported,
    /// A source of recorded pictures came to its end.
    Finished,
}

/// Where a code was found, in pixels of the preview picture: its own top left corner, then clockwise.
pub type Outline = [(f32, f32); 4];

/// From the program to the window.
#[derive(Clone, Debug, PartialEq)]
pub enum UiUpdate {
    /// A new camera picture. Dropped while the one before waits to be shown.
    Preview(Picture),
    /// The codes in the newest decoded picture, and the size (width, height) of the picture that they are measured
    /// in; drawn over the preview until the next, or for half a second.
    Found {
        /// Corners of each code, at most eight.
        codes: Vec<Outline>,
        /// Width and height of the decoded picture.
        size: (u32, u32),
    },
    /// A change of the camera's state. Anything but `Live` clears the preview.
    Camera(CameraView),
    /// Show this verdict, as `Saving` and without a time bar.
    Verdict(VerdictView),
    /// How far the log of the verdict on screen is.
    Saved(SavedState),
    /// How much of the verdict's time on screen is left, 1 down to 0; draws the thin bar. 1 without an end while held.
    TimeLeft(f32),
    /// Back to the page under the verdict.
    Dismiss,
    /// The bar at the top.
    Status(StatusView),
    /// Open this page.
    Page(Page),
    /// Answers to what was typed on the ID page.
    IdEntry(IdEntryView),
    /// What the page for registering by hand asks.
    ByHand(ByHandView),
    /// The duty page.
    Duty(DutyView),
    /// The place page.
    Place(PlaceView),
    /// The status page.
    StatusPage(StatusPageView),
    /// The page of the day.
    Today(TodayView),
    /// The update page.
    Update(UpdateView),
    /// The enrolment page.
    Enrol(EnrolView),
    /// What the guard should know on every page: bad settings, a scanner unplugged. Replaces the ones before.
    Notices(Vec<Notice>),
    /// Change the size of all text.
    TextSize(TextSize),
    /// The volume of the sounds, 0 to 100, as the menu shows it; `None` for a device without sounds.
    Volume(Option<u8>),
    /// Whether the camera's lamp is on; `None` for a camera without one, which is also what the window starts with.
    Torch(Option<bool>),
}
