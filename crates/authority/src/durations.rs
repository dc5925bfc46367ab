//! Durations in seconds, as [`gatepost_pass::Timestamp`] counts.

/// Seconds in an hour.
pub(crate) const HOUR: u64 = 3600;
/// Seconds in a day.
pub(crate) const DAY: u64 = 24 * HOUR;
/// How long a root lasts, in seconds: its keys are brought together again before.
pub(crate) const ROOT_LIFE: u64 = 5 * 365 * DAY;
/// How long a trust list lasts, in seconds.
pub(crate) const TRUST_LIFE: u64 = 365 * DAY;
