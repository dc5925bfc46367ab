//! Batches as files, for whoever may open them: the very bytes that their devices signed, so that
//! `gatepost-authority trace` checks signature and chain for itself and needs to believe no hub.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    ops::ControlFlow,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use gatepost_pass::Digest;
use gatepost_protocol::batch::BATCH_FILE;

use crate::store::{Arrived, Place, Store, StoreError, Which};

/// What an export did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Batches that were written.
    pub written: u64,
    /// Batches that were there from an export before.
    pub there: u64,
}

/// Why an export broke off. What it wrote by then stays, and the next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file can't be read or written.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

/// Writes each batch into a file of its own in a directory, one at a time, and leaves those be that are there already.
/// A file's name says device, run, first record and what is in it: exports of several hubs go into one directory.
///
/// # Errors
/// The first file that can't be written ends it.
pub fn export(store: &dyn Store, which: &Which, to: &Path) -> Result<Exported, ExportError> {
    let mut directory = DirBuilder::new();
    let made = directory.recursive(true).mode(0o700).create(to);
    made.map_err(at(to))?;
    let mut exported = Ok(Exported::default());
    store.visit(which, &mut |arrived| {
        let (Arrived::Batch { place, signed, .. }, Ok(so_far)) = (arrived, &mut exported) else {
            return ControlFlow::Continue(());
        };
        match keep(&to.join(name(place, &signed)), &signed) {
            Ok(Kept::Written) => so_far.written += 1,
            Ok(Kept::There) => so_far.there += 1,
            Err(why) => {
                exported = Err(why);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    // The names are on the disk when this returns.
    let synced = File::open(to).and_then(|directory| directory.sync_all());
    synced.map_err(at(to))?;
    exported
}

enum Kept {
    Written,
    There,
}

fn name(place: Place, signed: &[u8]) -> String {
    let Place { device, epoch, seq } = place;
    let digest = Digest::of(signed).to_string();
    format!("{device}-{epoch}-{seq:09}-{digest}.{BATCH_FILE}")
}

fn keep(path: &Path, signed: &[u8]) -> Result<Kept, ExportError> {
    // One that a loss of power cut is written again.
    match fs::read(path) {
        Ok(there) if there == signed => return Ok(Kept::There),
        _ => {}
    }
    let part = path.with_extension("part");
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(signed)?;
        // A name must not come to the disk before what it names: a stick may be pulled right after.
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(at(path)).map(|()| Kept::Written)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.to_owned();
    move |why| ExportError::File { path, why }
}
