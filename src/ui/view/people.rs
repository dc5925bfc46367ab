//! The pages for people without a code, and for staff.

use gatepost_protocol::WhyNoCode;

use super::info::PlaceRulesView;

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
    /// The number is being looked up, which takes half a second on a small board.
    pub looking: bool,
}

/// What is wrong with an ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdFault {
    /// Too short or too long.
    Length,
    /// A character that no ID number has.
    Character,
    /// The check digit does not match: a typing error.
    CheckDigit,
    /// A date of birth that does not exist.
    BirthDate,
}

/// The page for registering by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHandView {
    /// The policy's health questions, in its own words; at most six. Each is answered yes or no.
    pub questions: Vec<String>,
    /// Whether the policy allows registering by hand here.
    pub allowed: bool,
}

/// The form as it was filled in. Only ever stored sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHandForm {
    /// Why there is no code.
    pub why: WhyNoCode,
    /// Name as given, at most 40 bytes; may be empty.
    pub name: String,
    /// ID number or telephone number as given, at most 24 bytes; may be empty.
    pub contact: String,
    /// Answers in the order of the questions: true is yes.
    pub answers: Vec<bool>,
}

/// The duty page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyView {
    /// Name of the guard on duty; empty when nobody is.
    pub guard: String,
    /// How far signing on is.
    pub state: DutyState,
    /// What the PIN that is asked for does.
    pub pin_for: PinPurpose,
}

/// What a PIN is asked for: whoever enters it must know what it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PinPurpose {
    /// To sign on.
    #[default]
    Duty,
    /// To allow the verdict that was on screen.
    Verdict,
    /// To set the clock.
    Clock,
    /// To move the device to another place.
    Move,
    /// To open what is locked in the menu.
    Menu,
    /// To install a program that was refused.
    Program,
}

/// How far signing on is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DutyState {
    /// Waiting for a badge.
    ShowBadge,
    /// The badge is valid: waiting for its PIN.
    EnterPin {
        /// Name on the badge.
        name: String,
        /// Tries that are left; `None` before the first wrong PIN.
        tries_left: Option<u8>,
    },
    /// The PIN is being checked.
    Checking {
        /// Name on the badge.
        name: String,
    },
    /// Too many wrong PINs.
    Locked {
        /// Seconds until the next try.
        seconds: u32,
    },
    /// On duty until the guard signs off or the badge expires.
    OnDuty,
    /// The badge has expired.
    Expired,
    /// The badge was revoked.
    Revoked,
    /// The badge is for other places.
    OtherPlace,
    /// This device can't check the badge's PIN yet: it comes with the next bundle.
    PinNotHere,
    /// Wrong PINs can't be counted on the disk, so none is checked.
    TriesLost,
}

/// The place page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceView {
    /// Name of the place; empty when the device does not know where it stands.
    pub name: String,
    /// Short name of the place.
    pub id: String,
    /// Text of its code, shown as a QR code; `None` when the place comes from the settings.
    pub code: Option<String>,
    /// Name of the place that the device has just left, while that can be undone; it may have had
    /// none.
    pub back: Option<String>,
}

/// The question whether the device stands at another place, whose code was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceMoveView {
    /// Which question, for the answer.
    pub number: u32,
    /// Name of the place where the device stands; empty when it stands nowhere yet.
    pub from: String,
    /// Its short name.
    pub from_id: String,
    /// Name of the other place.
    pub to: String,
    /// Its short name.
    pub to_id: String,
    /// Which rules hold there; nothing where they are the same at all places.
    pub rules: Option<PlaceRulesView>,
    /// What the move waits for.
    pub step: PlaceMoveStep,
    /// Seconds until the device stays where it is.
    pub seconds: u32,
}

/// What a move waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceMoveStep {
    /// A tap on one of two buttons.
    Confirm,
    /// A guard on duty; until then the device stays.
    NobodyOnDuty,
    /// A supervisor's badge: the place is fixed.
    ShowBadge,
    /// The same: the badge that was shown may not do it.
    BadgeRefused,
    /// The same: the PIN of that badge can't be checked here yet.
    PinNotHere,
}

/// The lock of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockView {
    /// There is none, or somebody has opened it for a while.
    Open,
    /// A badge is to be shown.
    Shut,
    /// The same: the last badge did not open it.
    BadgeRefused,
}
