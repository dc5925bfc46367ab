//! What a device keeps: the passage log and the installed bundle.
//!
//! Only `error.rs`, `database.rs`, `opening.rs`, `passages.rs`, `outbox.rs`, `hourly_counts.rs`,
//! `parked.rs`, `retention.rs`, `size_cap.rs`, `stored_epoch.rs`, `intact_records.rs`,
//! `replace_damaged.rs` and `wal_check.rs` know that the log is an SQLite file.

mod database;
mod error;
mod hourly_counts;
mod intact_records;
mod opening;
mod parked;
mod receipt;
mod replace_damaged;
mod retention;
pub(crate) mod signed_file;
mod size_cap;
mod stored_epoch;
mod wal_check;

pub mod bundles;
pub mod disk;
pub mod outbox;
pub mod passages;

#[cfg(test)]
pub(crate) mod small_disk;
#[cfg(test)]
mod tests;

pub use bundles::{BundleCache, CacheError, InstalledBundle};
pub use error::{LogDamage, LogError};
pub use hourly_counts::{HourCount, counts_by_hour};
pub use outbox::{Acknowledged, Backlog, Outbox, Outgoing};
pub use parked::ParkedEpoch;
pub use passages::{Logged, LoggedAdmit, Opened, PassageLog};
pub use receipt::VerifiedReceipt;
pub use replace_damaged::SetAside;
pub use size_cap::Cap;
