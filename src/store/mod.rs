//! What a device keeps: the passage log and the installed bundle.
//!
//! Only `database.rs`, `passages.rs`, `outbox.rs`, `counts.rs`, `parked.rs`, `room.rs`, `rescue.rs`,
//! `mend.rs` and `wal.rs` know that the log is an SQLite file.

mod counts;
mod database;
mod mend;
mod parked;
mod rescue;
mod room;
mod wal;

pub mod bundles;
pub mod disk;
pub mod outbox;
pub mod passages;

#[cfg(test)]
pub(crate) mod small_disk;
#[cfg(test)]
mod tests;

pub use bundles::{BundleCache, CacheError, InstalledBundle};
pub use counts::{HourCount, counts_by_hour};
pub use database::LogError;
pub use mend::SetAside;
pub use outbox::{Backlog, Outbox, Outgoing, Progress};
pub use parked::Parked;
pub use passages::{Logged, LoggedAdmit, Opened, PassageLog};
pub use room::Cap;
