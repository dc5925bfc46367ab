//! The bundle: one signed manifest, and the files it names by digest.
//!
//! Checking follows TUF's client workflow (specification section 5) in this order: roots one
//! version at a time, trust list, manifest signature, policy, floors, no rollback, expiry, then
//! every list.
//! Only [`VerifiedBundle::verify`] makes a [`VerifiedBundle`].

mod error;
mod files;
mod freshness;
mod manifest;
mod rules;
mod verified;

pub use error::{BundleError, MAX_DELTAS};
pub use files::{BundleFiles, MAX_LENGTH};
pub use freshness::Freshness;
pub use manifest::{
    AuditHead, FileEntry, FileRole, Manifest, ManifestId, SignedVersion, Versions, files_named,
};
pub use rules::{Intake, Rules, SLACK};
pub use verified::VerifiedBundle;
