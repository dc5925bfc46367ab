//! Taking a bundle in, in five steps; a power cut after any of them leaves the old bundle working.
//!
//! Small files are copied beside those that are there (named by digest, so nothing is overwritten) and
//! must show that the manifest is genuine; then the lists come; the whole is verified where it lies; the
//! manifest is swapped by rename; files that no manifest names go.

use std::{collections::BTreeSet, fs, io};

use gatepost_pass::{
    Root, Rules, Timestamp, VerifiedBundle,
    bundle::{FileEntry, FileRole, Intake, MAX_LENGTH, files_named},
    envelope::MAX_FILE,
};

use super::{
    BundleCache, BundleOrigin, CacheError, InstalledBundle, Intaken, ListName, Reached, Step,
    mend::file_of,
};
use crate::{files, store::disk::Disk};

/// Most bytes of roots, trust list and policy together.
const MAX_SMALL_FILES: u64 = 4 << 20;

/// Who is told how far the intake is.
pub(super) struct Tell<'a> {
    step: &'a mut dyn FnMut(Step),
    done: u64,
    whole: u64,
}

impl Tell<'_> {
    /// So many bytes of the file that is being fetched are here.
    pub(super) fn part(&mut self, bytes: u64) {
        let (done, whole) = (self.done + bytes, self.whole);
        self.say(Step::Here { done, whole });
    }

    pub(super) fn say(&mut self, step: Step) {
        (self.step)(step);
    }

    /// The file is here.
    fn done_with(&mut self, entry: &FileEntry) {
        self.done += entry.length;
        self.part(0);
    }
}

impl<D: Disk> BundleCache<D> {
    /// Takes a bundle in. The installed one, when it comes again, mends what has rotted of its files
    /// where that is known: it does not load, or the background check has found it.
    pub fn take_in(
        &self,
        origin: &mut dyn BundleOrigin,
        root: &Root,
        now: Timestamp,
        tell: &mut dyn FnMut(Step),
    ) -> Result<Intaken, CacheError> {
        let manifest = origin
            .manifest(MAX_FILE)
            .map_err(|why| CacheError::Origin {
                what: "the manifest".to_owned(),
                why,
            })?;
        let before = self.installed_manifest()?;
        let repair = before.as_ref() == Some(&manifest);
        let entries = files_named(&manifest)?;
        let held = before.and_then(|manifest| files_named(&manifest).ok());
        let held = held.unwrap_or_default();
        let installed = self.load(root, now);
        if repair
            && let Ok(Some(bundle)) = &installed
            && bundle.unopened().is_empty()
            && !entries.iter().any(|entry| self.is_marked(&entry.digest))
        {
            self.remember(bundle);
            return Ok(Intaken::Same);
        }
        // A bundle that no longer loads must not stand in the way of a whole one.
        let reached = match installed {
            Ok(Some(bundle)) => Reached::by(&bundle).or_where_unopened(&bundle, &self.reached()),
            Ok(None) | Err(_) => self.reached(),
        };
        let versions = reached.versions_for(repair);
        let from = reached.root().unwrap_or_else(|| root.clone());
        let intake = Intake::New(&versions);

        // Small files first: until they say that the manifest is genuine, nothing large is fetched.
        let small: Vec<_> = entries.iter().filter(|entry| is_small(entry)).collect();
        let lists: Vec<_> = entries.iter().filter_map(list).collect();
        let small_bytes = total(small.iter().copied());
        if small_bytes > MAX_SMALL_FILES {
            return Err(CacheError::TooLarge);
        }
        let mut tell = Tell {
            step: tell,
            done: 0,
            whole: small_bytes + total(lists.iter().map(|(_, entry)| *entry)),
        };
        let genuine = || -> Result<Rules, CacheError> {
            for entry in small {
                self.fetch(origin, entry, &mut |part| tell.part(part))?;
                tell.done_with(entry);
            }
            Ok(Rules::verify(&from, &manifest, self, intake, now)?)
        };
        let rules = genuine().inspect_err(|_| self.sweep(&[], &held))?;
        for (list, entry) in lists {
            let fetched = self.fetch_list(origin, (list, entry), &held, &rules, &mut tell);
            if let Err(CacheError::Store(_)) = fetched {
                // A full disk: the passage log needs the room more than half a bundle does.
                self.sweep(&[], &held);
            }
            fetched?;
            tell.done_with(entry);
        }
        self.disk
            .sync_directory(&self.path.join("files"))
            .map_err(CacheError::Store)?;
        let bundle = VerifiedBundle::verify(&from, &manifest, self, intake, now)?;
        self.disk
            .replace(&self.manifest(), &manifest)
            .map_err(CacheError::Store)?;
        self.remember(&bundle);
        self.sweep(&entries, &held);
        Ok(Intaken::New(Box::new(bundle)))
    }

    /// Forgets the bundle and how far it went: a device that was enrolled anew trusts another root.
    pub fn clear(&self) -> io::Result<()> {
        for name in ["manifest", "reached"] {
            match self.disk.remove(&self.path.join(name)) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                Ok(()) | Err(_) => {}
            }
        }
        self.disk.sync_directory(&self.path)
    }

    /// Writes down how far bundles have gone. The bundle is in use by now, so a fault here must not say
    /// otherwise; the next exchange tries again, and until then the bundle itself says how far it went.
    fn remember(&self, bundle: &InstalledBundle) {
        let path = self.path.join("reached");
        let reached = gatepost_pass::encode(&Reached::by(bundle));
        if !files::read_limited(&path, MAX_FILE).is_ok_and(|bytes| bytes == reached) {
            let _ = self.disk.replace(&path, &reached);
        }
    }

    /// Removes what neither the new manifest nor the one before needs to be whole. A fault here costs
    /// room, nothing else.
    fn sweep(&self, entries: &[FileEntry], held: &[FileEntry]) {
        let needed = entries.iter().chain(held).filter(|entry| !is_delta(entry));
        let keep: BTreeSet<String> = needed.map(|entry| entry.digest.to_string()).collect();
        let Ok(folder) = fs::read_dir(self.path.join("files")) else {
            return;
        };
        for file in folder.flatten() {
            if !file
                .file_name()
                .to_str()
                .is_some_and(|name| keep.contains(file_of(name)))
            {
                let _ = self.disk.remove(&file.path());
            }
        }
    }
}

/// The entry of a list, and which list that is.
fn list(entry: &FileEntry) -> Option<(ListName, &FileEntry)> {
    match entry.role {
        FileRole::List(kind, issuer) => Some((ListName { issuer, kind }, entry)),
        FileRole::Root(_) | FileRole::TrustList | FileRole::Policy | FileRole::Delta { .. } => None,
    }
}

fn is_delta(entry: &FileEntry) -> bool {
    matches!(entry.role, FileRole::Delta { .. })
}

fn is_small(entry: &FileEntry) -> bool {
    list(entry).is_none() && !is_delta(entry)
}

fn total<'a>(entries: impl Iterator<Item = &'a FileEntry>) -> u64 {
    entries.map(|entry| entry.length.min(MAX_LENGTH)).sum()
}
