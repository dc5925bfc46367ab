//! Durations in seconds, as [`gatepost_pass::Timestamp`] counts.

/// Seconds in an hour.
pub(crate) const HOUR: u64 = 3600;
/// Seconds in a day.
pub(crate) const DAY: u64 = 24 * HOUR;
