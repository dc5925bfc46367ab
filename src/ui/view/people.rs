//! The ways for people without a code, and for the staff.

use gatepost_protocol::WhyNoCode;

/// What the guard saw on the forehead thermometer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemperatureAnswer {
    /// Below 37.3 °C.
    Normal,
    /// 37.3 °C or above.
    Fever,
}

/// The page for an ID number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdEntryView {
    /// What is wrong with the number that was entered.
    pub fault: Option<IdFault>,
    /// The number is being looked up: half a second on a small board.
    pub looking: bool,
}

/// What is wrong with an ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdFault {
    /// Too short or too long.
    Length,
    /// A character that no ID number has.
    Character,
    /// The check digit does not fit: mistyped.
    CheckDigit,
    /// A date of birth that does not exist.
    BirthDate,
}

/// The page for registering by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHandView {
    /// The policy's health questions, in its own words; at most six. Each is answered with yes or no.
    pub questions: Vec<String>,
    /// The policy allows registering by hand here.
    pub allowed: bool,
}

/// What was filled in. Only ever stored sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHandForm {
    /// Why without a code.
    pub why: WhyNoCode,
    /// Name as given, at most 40 bytes; may be empty.
    pub name: String,
    /// ID number or telephone number as given, at most 24 bytes; may be empty.
    pub contact: String,
    /// Answers to the questions, in their order: true is yes.
    pub answers: Vec<bool>,
}

/// The duty page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyView {
    /// Name of the guard on duty; empty when nobody is.
    pub guard: String,
    /// How far signing on is.
    pub state: DutyState,
}

/// How far signing on is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DutyState {
    /// Hold a badge before the camera.
    ShowBadge,
    /// The badge is good: its PIN, please.
    EnterPin {
        /// Name on the badge.
        name: String,
        /// Tries that are left; nothing while all are.
        tries_left: Option<u8>,
    },
    /// A PIN was entered and is being checked.
    Checking {
        /// Name on the badge.
        name: String,
    },
    /// Too many wrong PINs: wait so many seconds.
    Locked {
        /// Seconds.
        seconds: u32,
    },
    /// On duty until the badge ends or is signed off.
    OnDuty,
    /// The badge is out of date.
    Expired,
    /// The badge was withdrawn.
    Revoked,
    /// The badge is for other places.
    OtherPlace,
}

/// The place page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceView {
    /// Name of the place; empty when the device does not know where it stands.
    pub name: String,
    /// Its short name.
    pub id: String,
    /// The text of its code, to be shown as a QR code; nothing when the place came from the settings.
    pub code: Option<String>,
}
