//! Batches as files, for whoever may open them: the bytes that their devices signed, so that
//! `gatepost-authority trace` checks signature and chain itself and need not trust a hub.

use std::{ops::ControlFlow, path::Path};

use gatepost_pass::Digest;
use gatepost_protocol::batch::BATCH_FILE;
use gatepost_system::{
    files::{Access, FileError},
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

/// Writes each batch that passes the filter into a file of its own in a directory, and leaves alone
/// those that exist already. A file's name has device, run, first record and the digest of its
/// contents: exports of several hubs go into one directory.
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
        let (ArrivedItem::Batch { first, signed, .. }, Ok(so_far)) = (arrival, &mut exported)
        else {
            return ControlFlow::Continue(());
        };
        match write(&to, &name(first, &signed), &signed) {
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
    format!("{device}-{epoch}-{seq:09}-{digest}.{BATCH_FILE}")
}

/// Writes a batch, unless it was written before; returns whether it did. A file that a loss of
/// power cut is written again.
fn write(to: &StickDir, name: &str, signed: &[u8]) -> Result<bool, FileError> {
    if to
        .read(name, signed.len())
        .is_ok_and(|there| there == signed)
    {
        return Ok(false);
    }
    to.replace(name, Access::Private, signed)?;
    Ok(true)
}
