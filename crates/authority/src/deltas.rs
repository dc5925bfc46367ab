//! Deltas of a bundle: a chain from each of the last versions of a list to the next.
//!
//! Each publication adds one delta, from the list of the previous bundle to the new one, and
//! applies it to check it. That costs one pass a day, however long the chain is, and needs only the
//! last list; a delta from every kept version to the newest would cost thirty passes, with thirty
//! lists kept.

use std::{fs::File, io};

use gatepost_pass::{
    BundleFiles as _, Digest, DigestHasher, FileRole, IssuerId, List, ListError, Timestamp,
    TrustList,
    bundle::FileEntry,
    list::{Delta, DeltaError, ListKind, merge, write_delta},
};
use gatepost_system::chain;
use gatepost_system::files::{Action, FileError};

use crate::bundle_dir::BundleDir;

/// How many versions back a chain of deltas starts.
const KEPT: usize = 30;

/// A delta cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeltaMakingError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It cannot be made, or it makes something other than the new list.
    #[error("cannot make a delta")]
    Delta(#[from] DeltaError),
}

/// Makes deltas from the previous bundle to the new one, which share a directory.
pub(crate) struct DeltaMaker<'a> {
    pub(crate) dir: &'a BundleDir,
    /// The files of the previous bundle.
    pub(crate) before: &'a [FileEntry],
    pub(crate) trust: &'a TrustList,
    pub(crate) now: Timestamp,
}

impl DeltaMaker<'_> {
    /// The list in the previous bundle; none when it had none.
    pub(crate) fn list_before(
        &self,
        kind: ListKind,
        issuer: IssuerId,
    ) -> Result<Option<(FileEntry, List<File>)>, ListError> {
        let role = FileRole::List(kind, issuer);
        let Some(entry) = self.before.iter().find(|entry| entry.role == role) else {
            return Ok(None);
        };
        let file = self.dir.open(&entry.digest)?;
        let list = List::reopen(file, self.trust, self.now)?;
        Ok(Some((entry.clone(), list)))
    }

    /// The deltas that lead to a list of the new bundle, which is in the directory already. Left
    /// out are those from so far back that together they are larger than the list.
    pub(crate) fn deltas_to(
        &self,
        kind: ListKind,
        issuer: IssuerId,
        new: &FileEntry,
    ) -> Result<Vec<FileEntry>, DeltaMakingError> {
        // Without a delta, devices fetch the whole new list.
        let without = |why: ListError| {
            let (kind, why) = (kind.name(), chain(&why));
            log::warn!(
                "no delta to the {kind} list of {issuer}: the previous list cannot be read: {why}"
            );
            Ok(Vec::new())
        };
        let (before, old) = match self.list_before(kind, issuer) {
            Ok(Some(before)) => before,
            Ok(None) => return Ok(Vec::new()),
            Err(why) => return without(why),
        };
        let mut deltas = self.kept(kind, issuer);
        if before.digest != new.digest {
            match self.link(&old, new) {
                Ok(Some(delta)) => deltas.push(delta),
                Ok(None) => return Ok(Vec::new()),
                Err(DeltaMakingError::Delta(DeltaError::List(why))) => return without(why),
                Err(why) => return Err(why),
            }
        }
        let mut bytes = 0_u64;
        let useful = deltas.iter().rev().take(KEPT).take_while(|delta| {
            bytes = bytes.saturating_add(delta.length);
            bytes < new.length
        });
        let useful = useful.count();
        Ok(deltas.split_off(deltas.len() - useful))
    }

    /// The deltas of the previous bundle that come after the last one that is damaged.
    fn kept(&self, kind: ListKind, issuer: IssuerId) -> Vec<FileEntry> {
        let is_valid = |entry: &&FileEntry| {
            self.dir.holds(entry)
                && self
                    .dir
                    .open(&entry.digest)
                    .is_ok_and(|file| Delta::open(file, self.trust, self.now).is_ok())
        };
        let entries = self.before.iter();
        let of_list: Vec<_> = entries
            .filter(|entry| list_of_delta(entry.role) == Some((kind, issuer)))
            .collect();
        let valid = of_list
            .iter()
            .rev()
            .take_while(|entry| is_valid(entry))
            .count();
        of_list[of_list.len() - valid..]
            .iter()
            .copied()
            .cloned()
            .collect()
    }

    /// The delta between two lists, which makes exactly the new one's bytes. None when there cannot
    /// be one, because the salt changed.
    fn link(
        &self,
        old: &List<File>,
        new: &FileEntry,
    ) -> Result<Option<FileEntry>, DeltaMakingError> {
        let open = |digest: &Digest| {
            let opened = self.dir.open(digest);
            opened.map_err(FileError::at(Action::Read, &self.dir.path(digest)))
        };
        let list =
            List::reopen(open(&new.digest)?, self.trust, self.now).map_err(DeltaError::from)?;
        if list.head().salt != old.head().salt || list.head().version <= old.head().version {
            return Ok(None);
        }
        let role = FileRole::Delta {
            kind: list.head().kind,
            issuer: list.issuer(),
            from_version: old.head().version,
        };
        let entry = self.dir.write(role, |file| {
            write_delta(old, &list, file)?;
            Ok::<_, DeltaMakingError>(0)
        })?;
        let delta = Delta::open(open(&entry.digest)?, self.trust, self.now)?;
        let mut made = DigestWriter::default();
        merge(old, &delta, &mut made)?;
        if made.0.finish() == new.digest {
            Ok(Some(entry))
        } else {
            Err(DeltaError::Result.into())
        }
    }
}

/// The list that a delta leads to; none for other files.
pub(crate) const fn list_of_delta(role: FileRole) -> Option<(ListKind, IssuerId)> {
    match role {
        FileRole::Delta { kind, issuer, .. } => Some((kind, issuer)),
        _ => None,
    }
}

/// Digests what is written, and keeps nothing of it.
#[derive(Default)]
struct DigestWriter(DigestHasher);

impl io::Write for DigestWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
