//! Why a bundle was not installed or cannot be loaded.

use std::io;

use gatepost_pass::{BundleError, ListError, Timestamp, bundle::Manifest, list::DeltaError};
use gatepost_system::{clock::format_time, files::FileError};

use crate::readable_time::in_words;

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
    /// The bundle is valid at another time than the one that this device's clock says, which
    /// nothing has confirmed.
    #[error(
        "this bundle is genuine and was signed on {}, but this device's clock says {}, {} later: \
         set the clock, or fetch a newer bundle",
        format_time(*signed), format_time(*now), in_words(now.since(*signed))
    )]
    OtherTime {
        /// When it was signed.
        signed: Timestamp,
        /// Until when it was fresh.
        fresh_until: Timestamp,
        /// What the device took for the time.
        now: Timestamp,
        /// Why it is not valid then.
        #[source]
        why: BundleError,
    },
    /// The bundle is dated later than the trusted clock of this device.
    #[error(
        "the bundle is dated {}, and this device's clock, which was confirmed, says {}: it is not \
         taken before its time",
        format_time(*signed), format_time(*now)
    )]
    DatedAhead {
        /// Its date.
        signed: Timestamp,
        /// The time.
        now: Timestamp,
    },
    /// Root, trust list and policy are larger than any real ones.
    #[error("the bundle's roots, trust list and policy are larger than 4 MiB: not installed")]
    TooLarge,
    /// The device's own storage failed.
    #[error("the bundle cannot be stored, so the installed one stays in use")]
    Store(#[from] FileError),
}

impl CacheError {
    /// A bundle that would be valid at its own time.
    pub(super) fn other_time(manifest: &Manifest, now: Timestamp, why: BundleError) -> Self {
        Self::OtherTime {
            signed: manifest.issued_at,
            fresh_until: manifest.fresh_until,
            now,
            why,
        }
    }
}
