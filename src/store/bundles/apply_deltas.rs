//! Makes a list from the installed one and deltas, in a file beside it: until the last rename the
//! installed one is in use.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use gatepost_pass::{
    List, Rules,
    bundle::{FileEntry, MAX_LENGTH},
    list::{self, Delta, DeltaError},
};
use gatepost_system::files::{Action, FileError};

use super::{cache::BundleCache, error::CacheError, list_name::ListName, origin::BundleOrigin};
use crate::store::{disk::Disk, signed_file::PIECE};

impl<D: Disk> BundleCache<D> {
    /// Makes a list by deltas and returns how many were applied; nothing when no deltas lead to it,
    /// or they are no shorter than the list itself.
    pub(super) fn apply_deltas(
        &self,
        origin: &mut dyn BundleOrigin,
        (name, entry): (ListName, &FileEntry),
        held: &[FileEntry],
        rules: &Rules,
    ) -> Result<Option<usize>, CacheError> {
        let Some(before) = held.iter().find(|held| held.role == entry.role) else {
            return Ok(None);
        };
        let list = self.open_list(&self.file(&before.digest), rules)?;
        let manifest = rules.manifest();
        let deltas = manifest.deltas_from(name.kind, name.issuer, list.head().version);
        let deltas = deltas.unwrap_or_default();
        let lengths = deltas.iter().map(|delta| delta.length);
        let bytes = lengths.fold(0, u64::saturating_add);
        if deltas.is_empty() || bytes >= entry.length {
            return Ok(None);
        }
        for delta in deltas {
            self.fetch(origin, delta, &mut |_| {})?;
        }
        let path = self.file(&entry.digest);
        let (making, made) = (path.with_extension("making"), path.with_extension("made"));
        let merged = self
            .apply(list, deltas, rules, (&making, &made))
            .and_then(|()| self.adopt(&made, entry));
        if merged.is_err() {
            // Whatever comes next needs the space.
            let _ = self.disk().remove(&making);
            let _ = self.disk().remove(&made);
        }
        merged.map(|()| Some(deltas.len()))
    }

    /// Applies one delta after the other. Each result must have the root that the issuer signed for
    /// that version; only the last has to be durable.
    fn apply(
        &self,
        mut list: List<File>,
        deltas: &[FileEntry],
        rules: &Rules,
        (making, made): (&Path, &Path),
    ) -> Result<(), CacheError> {
        for entry in deltas {
            let file = self.open_file(&entry.digest)?;
            let delta = Delta::open(file, rules.trust(), rules.manifest().issued_at)
                .map_err(CacheError::Delta)?;
            self.disk().create(making)?;
            let file = Appender {
                disk: self.disk(),
                path: making,
                space: MAX_LENGTH,
            };
            let mut out = BufWriter::with_capacity(PIECE, file);
            list::merge(&list, &delta, &mut out)
                .and_then(|_| out.flush().map_err(DeltaError::Write))
                .map_err(|why| match why {
                    DeltaError::Write(why) => FileError::at(Action::Write, making)(why).into(),
                    why => CacheError::Delta(why),
                })?;
            self.disk().rename(making, made)?;
            list = self.open_list(made, rules)?;
        }
        Ok(())
    }

    fn open_list(&self, path: &Path, rules: &Rules) -> Result<List<File>, CacheError> {
        let file = File::open(path).map_err(FileError::at(Action::Read, path))?;
        Ok(List::reopen(
            file,
            rules.trust(),
            rules.manifest().issued_at,
        )?)
    }
}

/// The end of a file on a [`Disk`].
struct Appender<'a, D> {
    disk: &'a D,
    path: &'a Path,
    /// Bytes by which it may still grow: no list is longer than [`MAX_LENGTH`].
    space: u64,
}

impl<D: Disk> Write for Appender<'_, D> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let space = self.space.checked_sub(bytes.len() as u64);
        self.space = space.ok_or(io::ErrorKind::FileTooLarge)?;
        let appended = self.disk.append(self.path, bytes);
        appended.map_err(|error| error.source)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
