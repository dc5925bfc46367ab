//! Signed rules of a region's checkpoints: what is common to all places, and what holds where.

mod place_class;
mod rules_here;

use serde::{Deserialize, Serialize};

use crate::bounded::{Bounded, BoundedMap, KebabName, Text};

pub use place_class::{Area, PlaceClass, PlaceName, PlaceRules, Way};
pub use rules_here::RulesHere;

/// Most classes of place in a policy.
pub const MAX_CLASSES: usize = 16;
/// Most areas in a policy.
pub const MAX_AREAS: usize = 64;

/// Claims of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Never goes down.
    pub version: u64,
    /// Name for people.
    pub name: Text<60>,
    /// Longest validity that any pass may have, in days.
    pub max_validity_days: u16,
    /// How old or early a live code may be, in seconds.
    pub live_window: u16,
    /// What happens once the bundle's last usable time is over.
    pub when_expired: WhenExpired,
    /// What happens while the device can't keep one passage more.
    pub when_log_full: WhenLogFull,
    /// How long a verdict stands, in seconds: admit, check, refuse.
    pub show_seconds: [u8; 3],
    /// Acknowledged passages stay on the device for so many hours.
    pub retention_hours: u16,
    /// Clock on the screen, in minutes east of UTC.
    pub utc_offset_minutes: i16,
    /// Whom a refused person can turn to: one line, with a telephone number.
    pub help: Text<160>,
    /// Key that passages are sealed to (X25519, RFC 9180), and its number.
    pub tracing_key: TracingKey,
    /// Published help desks that a refused or checked person can call.
    pub desks: Bounded<HelpDesk, 0, 16>,
    /// Health questionnaire for who is registered by hand, where the place's rules ask it:
    /// yes-or-no questions where any yes needs a second look.
    pub questions: Bounded<Text<80>, 0, 6>,
    /// Where arrivals from a region whose passes are not recognised declare themselves: an address,
    /// shown as a QR code.
    pub declare: Option<Text<160>>,
    /// Passages go to the hub at the boundaries of so many minutes.
    pub upload_minutes: u16,
    /// What holds at each class of place.
    pub places: BoundedMap<KebabName, PlaceClass, 1, MAX_CLASSES>,
    /// The risk of each area; none where the region does not divide itself by risk.
    pub areas: BoundedMap<KebabName, Area, 0, MAX_AREAS>,
}

/// A published help desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpDesk {
    /// County or district.
    pub area: Text<40>,
    /// Telephone number as published.
    pub phone: Text<24>,
}

/// What a registration by hand, without any code or number, gives; the loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WithoutCode {
    /// The person is let through.
    Admit,
    /// A supervisor decides; a supervisor's badge can allow it.
    Supervisor,
    /// Nobody passes that way.
    Never,
}

/// What a policy can leave to a supervisor. Closed: what is forged, altered or malformed has no
/// value here, nor has a revoked or red pass, or fever. Nor has a code of an issuer whose key is
/// not here: it cannot be told from a forged one, so whoever holds it has no code
/// ([`WithoutCode`]). New ones go to the end: the position is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Overridable {
    /// A yellow pass or person.
    Yellow,
    /// A pass that is not valid yet.
    NotYetValid,
    /// A pass that has expired.
    Expired,
    /// A picture or print of a phone's pass.
    LiveCodeNeeded,
    /// A live code outside its window.
    LiveCodeOld,
    /// A pass of a region that is not recognised.
    IssuerRefused,
    /// A pass that is to be converted first.
    ConvertPass,
    /// A pass that went the same way a short while ago.
    AlreadyPassed,
    /// Lists or trust past their last usable time.
    ExpiredData,
    /// No list of this issuer.
    NoList,
    /// A list that can't be read.
    ListUnreadable,
}

crate::names! {
    Overridable {
        Yellow = "yellow", NotYetValid = "not-yet-valid", Expired = "expired",
        LiveCodeNeeded = "live-code-needed", LiveCodeOld = "live-code-old",
        IssuerRefused = "issuer-refused", ConvertPass = "convert-pass",
        AlreadyPassed = "already-passed", ExpiredData = "expired-data", NoList = "no-list",
        ListUnreadable = "list-unreadable",
    }
}

/// Risk level of an area, the lowest first. In all but a low one the rules of the place hold in
/// full; the guard is told which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Risk {
    /// Needs no check but at special places and of special persons.
    Low,
    /// Ordinary.
    Medium,
    /// The highest.
    High,
}

crate::names! { Risk { Low = "low", Medium = "medium", High = "high" } }

/// Of whom a special place asks an identity document; the fewest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IdentityRule {
    /// Of nobody.
    Nobody,
    /// Of persons of a special class.
    SpecialClasses,
    /// Of everyone.
    Everyone,
}

/// What a verdict becomes once trust and lists are past their last usable time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WhenExpired {
    /// Nobody is admitted.
    Refuse,
    /// A supervisor decides.
    Check,
}

/// What a device does while its passage log is full of passages that no hub has, or its disk has no
/// space; the strictest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WhenLogFull {
    /// It gives no verdict and opens no gate until there is space. The safe one: a device that
    /// nobody connects, or whose disk somebody fills, is no way past the log; and people can be let
    /// through by hand, while a passage that was not written can't be had back.
    #[default]
    Stop,
    /// Verdicts go on, marked as not logged; a gate stays closed, since only what is logged opens
    /// it. For places where it matters more to tell who is red than to know who passed.
    ScanWithoutLog,
}

/// What happens when a pass goes the same way twice; the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PassBack {
    /// A remark on the verdict.
    Warn,
    /// The guard must check.
    Check,
}

/// Public X25519 key of those who may trace passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracingKey {
    /// Number of the key, so that old records still find theirs.
    pub id: u16,
    /// The public key.
    pub key: [u8; 32],
}
