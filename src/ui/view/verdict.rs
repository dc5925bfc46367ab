//! What a guard is told about the people in front of the checkpoint.

use gatepost_protocol::{Outcome, Reason};

use crate::clock::Date;

/// One verdict as the guard sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictView {
    /// Comes back in [`UiCommand::DismissVerdict`](super::UiCommand::DismissVerdict).
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
    /// Last moment of validity, where there is one.
    pub valid_until: Option<MomentView>,
    /// Where to convert or whom to call, one or more lines.
    pub help: Option<String>,
    /// An address for the holder's phone, shown as a QR code: where to convert or to declare. At most 300 bytes.
    pub link: Option<String>,
    /// Published help desks to call: area and telephone number.
    pub desks: Vec<DeskView>,
    /// The same pass went the same way so many minutes ago.
    pub passed_minutes_ago: Option<u16>,
    /// What is asked of the guard with one tap, on this very page.
    pub question: Option<Question>,
    /// What a supervisor could do about it.
    pub overriding: OverrideView,
    /// Codes of the same frame: each was judged by itself. Empty when there was one code; `outcome` is the worst.
    pub members: Vec<MemberView>,
}

/// A moment on the wall clock and calendar of the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MomentView {
    /// The day.
    pub date: Date,
    /// The time of day, such as `18:00`.
    pub time: String,
}

/// One tap that the verdict waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// "Normal" or "37.3 °C or above": answered by [`super::UiCommand::Temperature`].
    Temperature {
        /// A thermometer is connected: its reading answers too.
        reader: bool,
    },
}

/// Whether the rules leave a way to a supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideView {
    /// No: nothing to allow, or the policy lists none of the reasons.
    Impossible,
    /// A button; then three reasons to choose from, then the supervisor's badge.
    Possible,
    /// The reason is chosen: waiting for the supervisor's badge before the camera or the scanner.
    ShowBadge,
    /// The badge that was shown may not do this, or not here.
    BadgeRefused,
}

/// A help desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskView {
    /// County or district.
    pub area: String,
    /// Telephone number, as published.
    pub phone: String,
}

/// One of several codes in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// This code's own outcome.
    pub outcome: Outcome,
    /// Its weightiest reason.
    pub reason: Reason,
    /// Masked name of its first person, and the last four characters; empty when nobody is named.
    pub name: String,
    /// Last four characters of the ID document.
    pub last4: String,
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
    /// Not on the disk, since the log has no room, and the policy lets verdicts go on: the gate stays closed, and
    /// the guard lets through by hand.
    WithoutLog,
}
