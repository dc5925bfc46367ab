//! Why a bundle was not installed or cannot be loaded.

use std::io;

use gatepost_pass::{BundleError, ListError, list::DeltaError};
use gatepost_system::files::FileError;

/// Why a bundle was not installed or cannot be loaded. The installed one stays in use.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The bundle is not valid.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The installed list cannot be used to make the new one.
    #[error(transparent)]
    List(#[from] ListError),
    /// A delta cannot be used.
    #[error(transparent)]
    Delta(DeltaError),
    /// The bundle cannot be read where it comes from.
    #[error("cannot read {what}")]
    Origin {
        /// Name of the file, for people.
        what: String,
        /// What the system or the network said.
        source: io::Error,
    },
    /// Root, trust list and policy are larger than any real ones.
    #[error("the bundle's roots, trust list and policy are larger than 4 MiB: not installed")]
    TooLarge,
    /// The device's own storage failed.
    #[error("the bundle cannot be stored, so the installed one stays in use")]
    Store(#[from] FileError),
}
