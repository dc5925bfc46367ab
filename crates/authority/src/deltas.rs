//! Deltas of a bundle: a chain from each of the last versions of a list to the next.
//!
//! Each publication adds one link, from the list of the bundle before to the new one, and applies it
//! before anyone else does. A chain costs one such pass a day, whatever its length, and needs no list
//! but the last; a delta from every kept version to the newest would cost thirty, with thirty lists kept.

use std::fs::File;

use gatepost_pass::{
    BundleFiles as _, Digest, DigestHasher, FileRole, IssuerId, List, ListError, Timestamp,
    TrustList,
    bundle::FileEntry,
    list::{Delta, DeltaError, ListKind, merge, write_delta},
};

use crate::{
    bundle_dir::BundleDir,
    error::{Error, at},
};

/// How many versions back deltas lead on from.
const KEPT: usize = 30;

/// Where deltas come from: the bundle before and the new one, which share a directory.
pub(crate) struct Chain<'a> {
    pub(crate) dir: &'a BundleDir,
    /// The files of the bundle before.
    pub(crate) before: &'a [FileEntry],
    pub(crate) trust: &'a TrustList,
    pub(crate) now: Timestamp,
}

impl Chain<'_> {
    /// The list of the bundle before, where it had one.
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

    /// The deltas that lead to a list of the new bundle, which lies in the directory already. Those by
    /// which nobody would come to it in fewer bytes than the list has are left out.
    pub(crate) fn to(
        &self,
        kind: ListKind,
        issuer: IssuerId,
        new: &FileEntry,
    ) -> Result<Vec<FileEntry>, Error> {
        // Devices take the new list as a whole.
        let without = |why: ListError| {
            let kind = kind.name();
            eprintln!(
                "warning: no delta to the {kind} list of {issuer}, for the one before can't be read: {why}"
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
                Err(Error::Delta(DeltaError::List(why))) => return without(why),
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

    /// The deltas of the bundle before, from the last one that no longer counts on.
    fn kept(&self, kind: ListKind, issuer: IssuerId) -> Vec<FileEntry> {
        let counts = |entry: &&FileEntry| {
            self.dir.holds(entry)
                && self
                    .dir
                    .open(&entry.digest)
                    .is_ok_and(|file| Delta::open(file, self.trust, self.now).is_ok())
        };
        let entries = self.before.iter();
        let of_list: Vec<_> = entries
            .filter(|entry| of_list(entry.role) == Some((kind, issuer)))
            .collect();
        let counting = of_list
            .iter()
            .rev()
            .take_while(|entry| counts(entry))
            .count();
        let broken = of_list.len() - counting;
        of_list[broken..].iter().copied().cloned().collect()
    }

    /// The delta between two lists, which makes the new one's very bytes. None when there can't be one:
    /// the salt is another.
    fn link(&self, old: &List<File>, new: &FileEntry) -> Result<Option<FileEntry>, Error> {
        let path = self.dir.path(&new.digest);
        let open = || File::open(&path).map_err(at("read", &path));
        let list = List::reopen(open()?, self.trust, self.now).map_err(DeltaError::from)?;
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
            Ok(0)
        })?;
        let file = self.dir.open(&entry.digest).map_err(at("read", &path))?;
        let delta = Delta::open(file, self.trust, self.now)?;
        let mut made = DigestOf::default();
        merge(old, &delta, &mut made)?;
        if made.finish() == new.digest {
            Ok(Some(entry))
        } else {
            Err(DeltaError::Result.into())
        }
    }
}

/// Which list a delta is of.
pub(crate) const fn of_list(role: FileRole) -> Option<(ListKind, IssuerId)> {
    match role {
        FileRole::Delta { kind, issuer, .. } => Some((kind, issuer)),
        _ => None,
    }
}

/// Takes bytes for their digest alone.
#[derive(Default)]
pub(crate) struct DigestOf(DigestHasher);

impl DigestOf {
    /// Of what was written.
    pub(crate) fn finish(&self) -> Digest {
        self.0.finish()
    }
}

impl std::io::Write for DigestOf {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
