//! Signed rules for a class of checkpoints.

use serde::{Deserialize, Serialize};

use crate::words::Text;

/// Claims of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Never goes down.
    pub version: u64,
    /// Name for people.
    pub name: Text<60>,
    /// Risk level of the area.
    pub risk: Risk,
    /// Whether this checkpoint is one of the policy's special places.
    pub special_place: bool,
    /// Whether the temperature is taken of everyone who would be admitted.
    pub temperature: bool,
    /// Of whom a document is asked for; only at special places.
    pub identity: IdentityRule,
    /// Longest validity that any pass may have, in days.
    pub max_validity_days: u16,
    /// How old or early a live code may be, in seconds, while the clock is trusted.
    pub live_window: u16,
    /// The same while the clock is not trusted.
    pub live_window_untrusted: u16,
    /// What happens once the bundle's last usable time is over.
    pub when_expired: WhenExpired,
    /// A pass seen again the same way within so many minutes is remarked on; 0 for never.
    pub pass_back_minutes: u8,
    /// How loudly.
    pub pass_back: PassBack,
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
}

/// Risk level of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Risk {
    /// Needs no check but at special places and of special persons.
    Low,
    /// Ordinary rules.
    Medium,
    /// Strict rules.
    High,
}

/// Of whom a special place asks an identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentityRule {
    /// Of nobody.
    Nobody,
    /// Of persons of a special class.
    SpecialClasses,
    /// Of everyone.
    Everyone,
}

/// What a verdict becomes once trust and lists are past their last usable time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenExpired {
    /// Nobody is admitted.
    Refuse,
    /// A supervisor decides.
    Check,
}

/// What happens when a pass goes the same way twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
