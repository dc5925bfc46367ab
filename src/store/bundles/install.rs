//! Installing a bundle, in five steps; a power cut after any of them leaves the old bundle working.
//!
//! Small files are copied beside those that are there (named by digest, so nothing is overwritten)
//! and must prove that the manifest is genuine; then the lists come; the whole is verified where it
//! lies; the manifest is replaced by a rename; files that no manifest names are removed.

use std::{collections::BTreeSet, fs};

use gatepost_pass::{
    ClockTrust, Now, Root, Rules, Timestamp, VerifiedBundle,
    bundle::{FileEntry, FileRole, Intake, MAX_LENGTH, Manifest, SLACK, files_named},
    envelope::MAX_FILE,
};
use gatepost_system::files::{self, FileError};

use super::{
    cache::{BundleCache, InstalledBundle, Reached},
    damage_marks::marked_file,
    error::CacheError,
    list_name::ListName,
    origin::BundleOrigin,
    progress::{InstallProgress, ProgressReporter},
};
use crate::{clock::Clock, store::disk::Disk};

/// Largest total size of roots, trust list and policy, in bytes.
const MAX_SMALL_FILES: u64 = 4 << 20;

/// What came of installing a bundle.
#[derive(Debug)]
pub enum InstallOutcome {
    /// It was installed before, and no damage to it is known.
    AlreadyInstalled,
    /// It is installed now.
    Installed(Box<InstalledBundle>),
}

impl<D: Disk> BundleCache<D> {
    /// Installs a bundle and tells the clock its time. When the installed one comes
    /// again, it repairs those of its files that are known to have rotted: it no longer loads, or
    /// the background check has found them.
    pub fn install(
        &self,
        origin: &mut dyn BundleOrigin,
        root: &Root,
        clock: &Clock,
        report: &mut dyn FnMut(InstallProgress),
    ) -> Result<InstallOutcome, CacheError> {
        let manifest = origin
            .manifest(MAX_FILE)
            .map_err(|source| CacheError::Origin {
                what: "the bundle's manifest".to_owned(),
                source,
            })?;
        let before = self.installed_manifest()?;
        let repair = before.as_ref() == Some(&manifest);
        let entries = files_named(&manifest)?;
        let held = before.and_then(|manifest| files_named(&manifest).ok());
        let held = held.unwrap_or_default();
        let installed = self.load(root, clock);
        let now = clock.now().time;
        if repair
            && let Ok(Some(bundle)) = &installed
            && bundle.unopened().is_empty()
            && !entries.iter().any(|entry| self.is_marked(&entry.digest))
        {
            self.remember(&self.reached().with(bundle));
            return Ok(InstallOutcome::AlreadyInstalled);
        }
        // A bundle that no longer loads must not stand in the way of a whole one.
        let reached = match installed {
            Ok(Some(bundle)) => self.reached().with(&bundle),
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
        let list_bytes = total(lists.iter().map(|(_, entry)| *entry));
        let mut reporter = ProgressReporter::new(report, small_bytes + list_bytes);
        let genuine = || -> Result<Rules, CacheError> {
            for entry in small {
                self.fetch(origin, entry, &mut |part| reporter.part(part))?;
                reporter.file_done(entry);
            }
            let rules = Rules::verify(&from, &manifest, self, intake, now);
            let rules = rules.map_err(|why| match clock.now().clock {
                ClockTrust::Trusted => why.into(),
                // At its own time it may well be valid: then the clock is to blame, or its age.
                _ => match Rules::verify(&from, &manifest, self, intake, Timestamp(0)) {
                    Ok(rules) => CacheError::other_time(rules.manifest(), now, why),
                    Err(_) => why.into(),
                },
            })?;
            dated_ahead(rules.manifest(), clock.now())?;
            Ok(rules)
        };
        let rules = genuine().inspect_err(|_| self.sweep(&[], &held))?;
        for (list, entry) in lists {
            let fetched = self.fetch_list(origin, (list, entry), &held, &rules, &mut reporter);
            if let Err(CacheError::Store(_)) = fetched {
                // A full disk: the passage log needs the space more than half a bundle does.
                self.sweep(&[], &held);
            }
            fetched?;
            reporter.file_done(entry);
        }
        self.disk().sync_directory(&self.files())?;
        let bundle = VerifiedBundle::verify(&from, &manifest, self, intake, now)?;
        // The bundle that goes is the only one to hold the version of a list that is not in the
        // one that comes, unless it stands here.
        if reached != Reached::default() {
            self.write_reached(&reached)?;
        }
        self.disk().replace(&self.manifest(), &manifest)?;
        clock.signed(bundle.manifest().issued_at);
        self.remember(&reached.with(&bundle));
        self.sweep(&entries, &held);
        Ok(InstallOutcome::Installed(Box::new(bundle)))
    }

    /// Forgets the bundle and its versions: a device that was enrolled anew trusts another root.
    pub fn clear(&self) -> Result<(), FileError> {
        for path in [self.manifest(), self.reached_path()] {
            match self.disk().remove(&path) {
                Err(error) if !error.is_not_found() => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        self.disk().sync_directory(self.path())
    }

    /// Writes down what a bundle that is in use by now has reached. A fault here is no failure: the
    /// next sync tries again, and until then the bundle itself holds its versions.
    fn remember(&self, reached: &Reached) {
        let _ = self.write_reached(reached);
    }

    /// Writes down what this device has reached, unless it stands there already.
    fn write_reached(&self, reached: &Reached) -> Result<(), FileError> {
        let path = self.reached_path();
        let reached = gatepost_pass::encode(reached);
        if files::read(&path, MAX_FILE).is_ok_and(|bytes| bytes == reached) {
            return Ok(());
        }
        self.disk().replace(&path, &reached)
    }

    /// Removes every file that neither the new manifest nor the one before names. A fault here
    /// costs space, nothing else.
    fn sweep(&self, entries: &[FileEntry], held: &[FileEntry]) {
        let needed = entries.iter().chain(held).filter(|entry| !is_delta(entry));
        let keep: BTreeSet<String> = needed.map(|entry| entry.digest.to_string()).collect();
        let Ok(folder) = fs::read_dir(self.files()) else {
            return;
        };
        for file in folder.flatten() {
            if !file
                .file_name()
                .to_str()
                .is_some_and(|name| keep.contains(marked_file(name)))
            {
                let _ = self.disk().remove(&file.path());
            }
        }
    }
}

/// A bundle from the future is refused by a clock that can tell.
fn dated_ahead(manifest: &Manifest, now: Now) -> Result<(), CacheError> {
    let signed = manifest.issued_at;
    match now.clock {
        ClockTrust::Trusted if signed > now.time.plus(SLACK) => Err(CacheError::DatedAhead {
            signed,
            now: now.time,
        }),
        _ => Ok(()),
    }
}

/// The entry of a list with the list's name; nothing for other files.
fn list(entry: &FileEntry) -> Option<(ListName, &FileEntry)> {
    match entry.role {
        FileRole::List(kind, issuer) => Some((ListName { issuer, kind }, entry)),
        FileRole::Root(_)
        | FileRole::TrustList
        | FileRole::Policy
        | FileRole::Pins
        | FileRole::Delta { .. } => None,
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
