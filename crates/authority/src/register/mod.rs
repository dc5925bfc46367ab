//! The register: what was issued and decided, in SQLite. No other module names rusqlite.
//!
//! Persons are kept as tag, masked name and last four characters: no ID number is ever stored.
//! [`database`] opens it, [`schema`] has its tables; then one file per kind of record, and
//! [`list_rows`], which reads out what a bundle's lists are made of.

mod bundles;
mod database;
mod enrol_codes;
mod identity_list;
mod list_rows;
mod names;
mod passes;
mod pins;
mod schema;
mod statuses;

pub(crate) use bundles::SignedFile;
pub(crate) use database::{Register, RegisterError};
pub(crate) use enrol_codes::{EnrolCode, OpenCode, UseResult};
pub(crate) use list_rows::ListRows;
pub(crate) use names::NameResult;
pub(crate) use passes::{Recorded, RevokeResult};
pub(crate) use statuses::{EndsFirst, Status};
