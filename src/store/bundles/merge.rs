//! A list out of the one before and deltas, written beside it: until the last rename the one before is
//! the one in use.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use gatepost_pass::{
    BundleFiles, List, Rules,
    bundle::{FileEntry, MAX_LENGTH},
    list::{self, Delta, DeltaError},
};

use super::{BundleCache, BundleOrigin, CacheError, ListName, fetch::PIECE};
use crate::store::disk::Disk;

impl<D: Disk> BundleCache<D> {
    /// Makes a list by deltas and says how many that took; nothing where none lead there, or where they
    /// are no shorter than the list.
    pub(super) fn merge(
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
            // Whatever comes next needs the room.
            let _ = self.disk.remove(&making);
            let _ = self.disk.remove(&made);
        }
        merged.map(|()| Some(deltas.len()))
    }

    /// Applies one delta after the other. What each makes has the root that the issuer signed for that
    /// version, or is an error; only the last needs to be on the disk for good.
    fn apply(
        &self,
        mut list: List<File>,
        deltas: &[FileEntry],
        rules: &Rules,
        (making, made): (&Path, &Path),
    ) -> Result<(), CacheError> {
        for entry in deltas {
            let file = self.open(&entry.digest).map_err(CacheError::Store)?;
            let delta = Delta::open(file, rules.trust(), rules.manifest().issued_at)?;
            self.disk.create(making).map_err(CacheError::Store)?;
            let file = Appender {
                disk: &self.disk,
                path: making,
                room: MAX_LENGTH,
            };
            let mut out = BufWriter::with_capacity(PIECE, file);
            list::merge(&list, &delta, &mut out)?;
            out.flush().map_err(DeltaError::Write)?;
            self.disk.rename(making, made).map_err(CacheError::Store)?;
            list = self.open_list(made, rules)?;
        }
        Ok(())
    }

    fn open_list(&self, path: &Path, rules: &Rules) -> Result<List<File>, CacheError> {
        let file = File::open(path).map_err(CacheError::Store)?;
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
    /// Bytes that it may still grow by: no list is longer than [`MAX_LENGTH`].
    room: u64,
}

impl<D: Disk> Write for Appender<'_, D> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room.checked_sub(bytes.len() as u64);
        self.room = room.ok_or(io::ErrorKind::FileTooLarge)?;
        self.disk.append(self.path, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
