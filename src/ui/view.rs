//! What the rest of the program tells the window and hears from it, in plain types without a trace of Slint.

use gatepost_protocol::{Outcome, Reason};
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
}

impl Language {
    /// From a configuration word or a locale such as `en`, `zh`, `zh_CN.UTF-8`.
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.split(['_', '-', '.']).next()?;
        if word.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else if word.eq_ignore_ascii_case("zh") {
            Some(Self::Chinese)
        } else {
            None
        }
    }

    /// The word that `parse` reads back.
    pub fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }
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

/// One verdict as the guard sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictView {
    /// Comes back in [`UiCommand::DismissVerdict`].
    pub number: u32,
    /// Decides sign, colour and the big word.
    pub outcome: Outcome,
    /// Most important first. Each shows a sentence and a next step.
    pub reasons: Vec<Reason>,
    /// The people on the pass, up to six.
    pub people: Vec<PersonView>,
    /// What was shown to the camera.
    pub document: DocumentView,
    /// Name of the issuer; empty when there is none to name.
    pub issuer: String,
    /// Last moment of validity as the guard reads a date, such as `2022-05-14 18:00`; may be empty.
    pub valid_until: String,
    /// Where to convert or whom to call, one or more lines.
    pub help: Option<String>,
}

/// One person on a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonView {
    /// Masked name.
    pub name: String,
    /// Last four characters of the ID document.
    pub last4: String,
    /// This person's own colour.
    pub colour: ColourView,
}

/// Colour of a person; shown as sign and word too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourView {
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Red.
    Red,
}

/// Kind of the document that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentView {
    /// Could not be told.
    Unknown,
    /// A pass on paper.
    PaperPass,
    /// A pass on a phone.
    PhonePass,
    /// A pass of several people.
    FamilyPass,
    /// The code of a place.
    PlaceCode,
    /// A badge of the staff.
    StaffBadge,
    /// A code that enrols a device.
    EnrolmentCode,
}

/// How far the log of the passage on screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedState {
    /// There is no passage: a code that is no attempt to pass.
    NothingToLog,
    /// On its way to the disk.
    Saving,
    /// Committed. Only now.
    Logged,
    /// Failed: the guard must write it down. Also warns on the scan page until a later passage is `Logged`.
    NotLogged,
}

/// Everything in the bar at the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusView {
    /// Whether the hub can be reached.
    pub online: OnlineView,
    /// State of the lists and the trust.
    pub freshness: FreshnessView,
    /// Age of the oldest list in minutes, where there is one.
    pub list_age_minutes: Option<u64>,
    /// Records of all lists together.
    pub listed: u64,
    /// Passages that the hub has not confirmed yet.
    pub unsent: u64,
    /// Local time, such as `06:12`.
    pub clock: String,
    /// False shows "clock not trusted" beside the time.
    pub clock_trusted: bool,
    /// Name of the place, or empty.
    pub place: String,
}

/// Whether the hub can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnlineView {
    /// The last exchange went through.
    Online,
    /// It did not.
    Offline,
    /// There never was one.
    NeverSynced,
}

/// State of the lists: works, works with a warning, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreshnessView {
    /// Current.
    Fresh,
    /// Past the fresh time, still used.
    Stale,
    /// Past the last usable time.
    Expired,
    /// There is no bundle yet.
    NotSetUp,
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

/// From the program to the window.
#[derive(Clone, Debug, PartialEq)]
pub enum UiUpdate {
    /// A new camera picture. Dropped while the one before waits to be shown.
    Preview(Picture),
    /// A change of the camera's state. Anything but `Live` clears the preview.
    Camera(CameraView),
    /// Show this verdict, as `Saving` and without a time bar.
    Verdict(VerdictView),
    /// How far the log of the verdict on screen is.
    Saved(SavedState),
    /// How much of the verdict's time on screen is left, 1 down to 0; draws the thin bar.
    TimeLeft(f32),
    /// Back to the scan page.
    Dismiss,
    /// The bar at the top.
    Status(StatusView),
    /// Switch the language.
    Language(Language),
}

/// From the guard's finger to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UiCommand {
    /// The verdict was tapped away; the scan page is back already.
    DismissVerdict(u32),
    /// The language button was pressed; the window has switched already.
    SwitchLanguage(Language),
    /// The window was closed.
    Quit,
}
