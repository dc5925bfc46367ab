//! What a guard reads about the people in front of the checkpoint.

use gatepost_protocol::{Outcome, Reason};

use crate::readable_time::Date;

/// One verdict as the guard sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictView {
    /// Comes back in [`UiCommand::DismissVerdict`](super::UiCommand::DismissVerdict).
    pub number: u32,
    /// Determines sign, colour and the big word.
    pub outcome: Outcome,
    /// Most important first. Each shows a sentence and a next step.
    pub reasons: Vec<Reason>,
    /// The people on the pass, up to six.
    pub people: Vec<PersonView>,
    /// What was shown to the camera.
    pub document: DocumentView,
    /// Name of the issuer; empty when there is none to name.
    pub issuer: String,
    /// Last moment of validity; `None` when there is none.
    pub valid_until: Option<MomentView>,
    /// Where to convert or whom to call, in one or more lines.
    pub help: Option<String>,
    /// An address for the holder's phone, shown as a QR code: where to convert or to declare. At
    /// most 300 bytes.
    pub link: Option<String>,
    /// Published help desks to call: area and telephone number.
    pub desks: Vec<DeskView>,
    /// Minutes since somebody on it went in the same direction.
    pub passed_minutes_ago: Option<u16>,
    /// What the guard answers with one tap on this page.
    pub question: Option<QuestionView>,
    /// Whether a supervisor may allow it.
    pub overriding: OverrideView,
    /// The codes of the frame, each judged by itself; `outcome` is the worst. Empty for one code.
    pub members: Vec<MemberView>,
}

/// A verdict that was closed a moment ago; it does not say on whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecentVerdict {
    /// Determines the sign.
    pub outcome: Outcome,
    /// How long ago, in seconds.
    pub seconds: u8,
}

/// A moment in local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MomentView {
    /// The day.
    pub date: Date,
    /// The time of day, such as `18:00`.
    pub time: String,
}

/// A question that the guard answers with one tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionView {
    /// "Normal" or "37.3 °C or above": answered by [`super::UiCommand::Temperature`].
    Temperature {
        /// Its reading answers too.
        thermometer: ThermometerView,
    },
}

/// What a thermometer does about the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThermometerView {
    /// There is none.
    Absent,
    /// It was asked, and may still answer.
    Measuring,
    /// It answered with what no person has.
    OutOfRange,
    /// It measures in Fahrenheit.
    WrongUnit,
    /// Its answer cannot be read.
    Unreadable,
    /// It does not answer.
    Silent,
}

/// Whether a supervisor may allow what was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideView {
    /// No: there is nothing to allow, or the policy lists none of the reasons.
    Impossible,
    /// Yes: a button, then three reasons to choose from, and the supervisor's badge.
    Possible,
    /// Its reason is being chosen.
    ChooseReason,
    /// The reason is chosen; waiting for the supervisor's badge.
    ShowBadge,
    /// The badge that was shown does not allow this, or not here.
    BadgeRefused,
    /// The PIN of the badge that was shown can't be checked on this device yet.
    PinNotHere,
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
    /// Outcome of this code alone.
    pub outcome: Outcome,
    /// Its most important reason.
    pub reason: Reason,
    /// Masked name of its first person; empty when nobody is named.
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
    /// Colour of this person.
    pub colour: ColourView,
}

/// Colour of a person, also shown as a sign and a word.
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
    /// It could not be read.
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
    /// Nothing to log: the code is not an attempt to pass.
    NothingToLog,
    /// It is being written to the disk.
    Saving,
    /// It is on the disk: set only after the commit.
    Logged,
    /// It could not be logged: the guard must write it down. The scan page warns as well, until a
    /// later passage is `Logged`.
    NotLogged,
    /// It is not logged because the log is full, and the policy allows that: the gate stays closed
    /// and the guard lets people through by hand.
    WithoutLog,
}
