//! What is wrong with signed batches, in words of a closed set.

use std::{fmt, ops::Range, path::PathBuf};

use gatepost_pass::{DeviceId, DocumentError, ManifestId, Timestamp, names};
use gatepost_protocol::{BatchError, Epoch};
use gatepost_system::{chain, clock::format_time};

/// One epoch of a device: its program from start to end.
pub(crate) type DeviceEpoch = (DeviceId, Epoch);

/// The kinds of what can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DiscrepancyKind {
    /// A batch or receipt that is not valid.
    Refused,
    /// Two different records of one number.
    Fork,
    /// A record that does not follow the one before it.
    Break,
    /// Records that exist by the chain's word, and are not here.
    Gap,
    /// A second run after the same one, or a run that went on after another had followed it.
    Clone,
    /// A run that does not follow where the device's run before it ended.
    Unanchored,
    /// It arrived when the device's certificate had ended or was revoked.
    AfterEnd,
    /// No receipt of the hub says when it arrived.
    NoArrival,
    /// A bundle other than the one that was published under its version.
    SplitView,
    /// A bundle of a version that was never published.
    UnknownBundle,
}

names! {
    DiscrepancyKind {
        Refused = "refused", Fork = "fork", Break = "break", Gap = "gap", Clone = "clone",
        Unanchored = "unanchored", AfterEnd = "after-end", NoArrival = "no-arrival",
        SplitView = "split-view", UnknownBundle = "unknown-bundle",
    }
}

/// Something wrong with the batches that whoever reads movements must know.
pub(crate) enum Discrepancy {
    /// A file with an invalid signature, certificate or order: nothing of it was read.
    Refused { file: PathBuf, why: BatchError },
    /// A receipt that is not the hub's, or dated ahead.
    RefusedReceipt { file: PathBuf, why: ReceiptFault },
    /// The device signed two different records for one position: its disk was cloned, or its key
    /// stolen.
    Fork { of: DeviceEpoch, seq: u64 },
    /// A record does not follow the one before it.
    Break { of: DeviceEpoch, seq: u64 },
    /// Records that exist by the chain's word, and are not in these batches.
    Gap {
        of: DeviceEpoch,
        missing: Range<u64>,
    },
    /// From this record on, the run is a second one: another follows the same run, or has followed
    /// this one before.
    Clone { of: DeviceEpoch, seq: u64 },
    /// The run does not begin where the device's run before it ended.
    Unanchored { of: DeviceEpoch },
    /// The batch arrived in the hour in which the device's certificate ended or was revoked, or
    /// later, whatever time the device claims.
    AfterEnd { file: PathBuf, arrived: Timestamp },
    /// No receipt of the hub says when the batch arrived: its time is the device's word alone.
    NoArrival { file: PathBuf },
    /// Somebody has a bundle other than the one that was published under its version.
    SplitView {
        holder: BundleHolder,
        manifest: ManifestId,
    },
    /// Somebody has a bundle of a version that was never published.
    UnknownBundle {
        holder: BundleHolder,
        manifest: ManifestId,
    },
}

/// Who has a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BundleHolder {
    /// A device, by its own signature.
    Device(DeviceId),
    /// The hub, by its own signature.
    Hub,
}

/// Why a receipt is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiptFault {
    /// It is not the hub's.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// It is dated later than now.
    #[error("it is dated ahead, {}", format_time(*.0))]
    Ahead(Timestamp),
}

impl Discrepancy {
    /// What kind it is.
    pub(crate) const fn kind(&self) -> DiscrepancyKind {
        match self {
            Self::Refused { .. } | Self::RefusedReceipt { .. } => DiscrepancyKind::Refused,
            Self::Fork { .. } => DiscrepancyKind::Fork,
            Self::Break { .. } => DiscrepancyKind::Break,
            Self::Gap { .. } => DiscrepancyKind::Gap,
            Self::Clone { .. } => DiscrepancyKind::Clone,
            Self::Unanchored { .. } => DiscrepancyKind::Unanchored,
            Self::AfterEnd { .. } => DiscrepancyKind::AfterEnd,
            Self::NoArrival { .. } => DiscrepancyKind::NoArrival,
            Self::SplitView { .. } => DiscrepancyKind::SplitView,
            Self::UnknownBundle { .. } => DiscrepancyKind::UnknownBundle,
        }
    }
}

impl fmt::Display for BundleHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(device) => write!(f, "device {device}"),
            Self::Hub => f.write_str("the hub"),
        }
    }
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let run = |(device, epoch): &DeviceEpoch| format!("device {device}, epoch {epoch}");
        match self {
            Self::Refused { file, why } => {
                write!(f, "{}: not read: {}", file.display(), chain(why))
            }
            Self::RefusedReceipt { file, why } => {
                write!(f, "{}: not read: {}", file.display(), chain(why))
            }
            Self::Fork { of, seq } => write!(
                f,
                "{}: two records at {seq}: a cloned disk or a stolen key",
                run(of)
            ),
            Self::Break { of, seq } => {
                let run = run(of);
                write!(f, "{run}: record {seq} does not follow the one before it")
            }
            Self::Gap { of, missing } => write!(
                f,
                "{}: records {} to {} are not here",
                run(of),
                missing.start,
                missing.end.saturating_sub(1)
            ),
            Self::Clone { of, seq } => write!(
                f,
                "{}: a second run from record {seq} on: a cloned disk or a stolen key",
                run(of)
            ),
            Self::Unanchored { of } => write!(
                f,
                "{}: does not begin where the device's run before it ended: a lost log or a stolen \
                 key",
                run(of)
            ),
            Self::AfterEnd { file, arrived } => write!(
                f,
                "{}: arrived in the hour {}, when the device's certificate had ended or was \
                 revoked",
                file.display(),
                format_time(*arrived)
            ),
            Self::NoArrival { file } => write!(
                f,
                "{}: no receipt of the hub says when it arrived",
                file.display()
            ),
            Self::SplitView { holder, manifest } => write!(
                f,
                "{holder} has another bundle {} than the one that was published: manifest {}",
                manifest.version, manifest.digest
            ),
            Self::UnknownBundle { holder, manifest } => write!(
                f,
                "{holder} has bundle {}, which was never published: manifest {}",
                manifest.version, manifest.digest
            ),
        }
    }
}
