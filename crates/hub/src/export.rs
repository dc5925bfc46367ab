//! Batches as files, for whoever may open them: the bytes that their devices signed, so that
//! `gatepost-authority trace` checks signature and chain itself and need not trust a hub. Beside
//! each is the receipt that the hub signed when it came: the hub's word on the hour of its arrival.

use std::{
    ops::ControlFlow,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use gatepost_pass::Digest;
use gatepost_protocol::batch::{BATCH_FILE, RECEIPT_FILE};
use gatepost_system::{
    clock,
    files::{Access, Action, FileError},
    stick::StickDir,
};

use crate::store::{ArrivalFilter, ArrivedItem, HubStore, HubStoreError, RecordPosition};

/// What an export did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Batches that were written.
    pub written: u64,
    /// Batches that an earlier export had written.
    pub there: u64,
}

/// Why an export broke off. What it wrote by then stays, and the next one continues from there.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store failed.
    #[error("the export stopped")]
    Store(#[from] HubStoreError),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Writes each batch that passes the filter into a file of its own in a directory, its receipt
/// beside it, and leaves alone those that exist already. A file's name has device, run, first
/// record and the digest of its contents: exports of several hubs go into one directory.
///
/// # Errors
/// The first file that cannot be written ends it.
pub fn export(
    store: &dyn HubStore,
    filter: &ArrivalFilter,
    to: &Path,
) -> Result<Exported, ExportError> {
    let to = StickDir::create(to, Access::Private)?;
    let mut exported = Ok(Exported::default());
    store.visit(filter, &mut |arrival| {
        let ArrivedItem::Batch {
            first,
            signed,
            receipt,
            ..
        } = arrival
        else {
            return ControlFlow::Continue(());
        };
        let Ok(so_far) = &mut exported else {
            return ControlFlow::Break(());
        };
        let name = name(first, &signed);
        // The receipt first: a batch that is here has its receipt beside it.
        let beside = format!("{name}.{RECEIPT_FILE}");
        let written = write(&to, &beside, &receipt);
        match written.and_then(|_| write(&to, &format!("{name}.{BATCH_FILE}"), &signed)) {
            Ok(true) => so_far.written += 1,
            Ok(false) => so_far.there += 1,
            Err(why) => {
                exported = Err(why.into());
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    exported
}

fn name(first: RecordPosition, signed: &[u8]) -> String {
    let RecordPosition { device, epoch, seq } = first;
    let digest = Digest::of(signed).to_string();
    format!("{device}-{epoch}-{seq:09}-{digest}")
}

/// Writes a file, unless it was written before; returns whether it did. A file that a loss of
/// power cut is written again.
fn write(to: &StickDir, name: &str, signed: &[u8]) -> Result<bool, FileError> {
    if to
        .read(name, signed.len())
        .is_ok_and(|there| there == signed)
    {
        return Ok(false);
    }
    to.replace(name, Access::Private, signed)?;
    // An export that runs often must not say when a batch came.
    let hour = clock::now().0 / 3600;
    let dated = to
        .file(name)?
        .set_modified(UNIX_EPOCH + Duration::from_secs(hour * 3600));
    dated.map_err(FileError::at(Action::Write, &to.path().join(name)))?;
    Ok(true)
}
