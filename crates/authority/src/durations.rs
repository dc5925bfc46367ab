//! Durations in seconds, as [`gatepost_pass::Timestamp`] counts.

/// One hour.
pub(crate) const HOUR: u64 = 3600;
/// One day.
pub(crate) const DAY: u64 = 24 * HOUR;
