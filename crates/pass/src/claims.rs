//! What passes, place codes and enrolment codes say: the claims under their signatures.

use serde::{Deserialize, Serialize};

use crate::{
    bounded::{Bounded, KebabName, Text, ValueError},
    colour::Colour,
    digest::Digest,
    hub_address::HubAddress,
    ids::{HubPin, PassNumber, SubjectTag},
    key::PublicKey,
    one_time_secret::OneTimeSecret,
    time::{Minute, Timestamp},
};

/// Most persons on one family pass.
pub const MAX_SUBJECTS: usize = 6;

/// Claims of a pass (one subject) and of a family pass (two to six).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Unique within the issuer: what the revocation list names.
    pub number: PassNumber,
    /// Who may pass with it.
    pub subjects: Bounded<Subject, 1, MAX_SUBJECTS>,
    /// First minute at which it is valid.
    pub not_before: Minute,
    /// First minute at which it is no longer valid.
    pub not_after: Minute,
    /// Whether it is on a phone or on paper.
    pub medium: Medium,
    /// With a holder key, only a live code is admitted.
    pub holder: Option<Holder>,
}

/// The key that the holder's phone signs live codes with. Checked when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Holder(pub PublicKey);

/// A person on a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Pseudonym: what the status list names.
    pub tag: SubjectTag,
    /// Name with its middle hidden, for the guard to compare; at most 22 bytes of UTF-8.
    pub name: Text<22>,
    /// Last characters of the ID document, for the guard to compare.
    pub last4: Last4,
    /// Colour when the pass was issued; the status list may know worse.
    pub colour: Colour,
    /// Whether a policy may ask more of this person.
    pub class: Class,
}

/// Whether a policy may ask more of a person than of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    /// Everyone.
    Ordinary,
    /// A class that a policy may name (returned from abroad, works with patients, …).
    Special(u8),
}

/// What carries a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Medium {
    /// A phone's screen.
    Phone,
    /// Paper or plastic. Treated the same as a phone.
    Paper,
}

/// The last four characters of an ID document: digits or capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[u8; 4]", into = "[u8; 4]")]
pub struct Last4(pub(crate) [u8; 4]);

impl Last4 {
    /// The characters.
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TryFrom<[u8; 4]> for Last4 {
    type Error = ValueError;

    fn try_from(bytes: [u8; 4]) -> Result<Self, Self::Error> {
        if bytes
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        {
            Ok(Self(bytes))
        } else {
            Err(ValueError::Character)
        }
    }
}

impl From<Last4> for [u8; 4] {
    fn from(last4: Last4) -> Self {
        last4.0
    }
}

impl std::fmt::Debug for Last4 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A live code's holder signature that was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// When the phone says it signed. The policy's window decides whether that is fresh.
    pub at: Timestamp,
}

/// Claims of a place code: where a device stands after scanning it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Short stable name, such as `gate-3` or a vehicle's number.
    pub id: Text<24>,
    /// Name for people.
    pub name: Text<60>,
    /// First minute at which it is no longer valid.
    pub not_after: Minute,
    /// A device that stands here stays here: only a supervisor moves it, by badge and PIN.
    pub fixed: bool,
    /// Which of the policy's classes of place this is.
    pub class: Option<KebabName>,
    /// In which of the policy's areas it lies.
    pub area: Option<KebabName>,
}

/// Claims of an enrolment code: what a new device pins, and where its hub is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentCode {
    /// Digest of the root file that the device must be given.
    pub root: Digest,
    /// The hub's address; none for devices that are served by USB stick only.
    pub hub: Option<HubAddress>,
    /// First minute at which it is no longer valid.
    pub not_after: Minute,
    /// The keys that the hub's certificate may have: the one in use, and those in reserve.
    pub hub_pins: Bounded<HubPin, 0, 4>,
    /// With it one device is enrolled over the hub. Without it requests go by USB stick, as often
    /// as wanted.
    pub secret: Option<OneTimeSecret>,
}
