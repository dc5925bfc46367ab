//! The devices' and health paths, a file for each group.

pub(crate) mod batches;
pub(crate) mod body;
pub(crate) mod bundle;
pub(crate) mod enrolments;
pub(crate) mod file_body;
pub(crate) mod health;
pub(crate) mod time;
