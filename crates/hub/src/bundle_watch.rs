//! The bundle directory: a file `manifest`, and beside it every file under its digest in
//! hexadecimal. It is read again when the manifest changes.

use std::{
    fs::File,
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, TryLockError},
};

use gatepost_pass::{
    BundleError, BundleFiles, DeviceId, Digest, KebabName, ManifestId, ProgramRelease, Root,
    Signer, Timestamp, TrustList, VerifiedBundle, bundle::Intake, envelope::MAX_FILE,
};
use gatepost_protocol::{Epoch, Head, Receipt};
use gatepost_system::chain;
use gatepost_system::files::{self, FileError};
use log::Level;
use serde_json::json;

use crate::event_log::event;

/// Name of the manifest in a bundle directory.
pub const MANIFEST: &str = "manifest";
/// Name of the authority's signed list of revoked devices, where there is one.
const REVOKED: &str = "revoked";
/// Seconds after which an invalid bundle is read again: its files may arrive one by one.
const RETRY: u64 = 5;

/// A bundle that was verified, as far as the hub needs it.
#[derive(Debug)]
pub struct CurrentBundle {
    /// The manifest's bytes.
    pub manifest: Vec<u8>,
    /// Digest of the manifest.
    pub digest: Digest,
    /// The manifest's version.
    pub version: u64,
    /// The keys that may sign certificates and receipts.
    pub trust: TrustList,
}

impl CurrentBundle {
    /// Which manifest it is.
    pub fn id(&self) -> ManifestId {
        ManifestId {
            version: self.version,
            digest: self.digest,
        }
    }
}

/// The directory, and the last valid bundle in it.
#[derive(Debug)]
pub struct BundleWatch {
    path: PathBuf,
    root: Root,
    /// A receipt by the hub's own key, to check whether devices would accept one.
    sample: Vec<u8>,
    current: RwLock<Option<Arc<CurrentBundle>>>,
    last_check: Mutex<LastCheck>,
}

/// The state of the manifest file when it was last read, and what was wrong with the bundle.
#[derive(Debug, Default)]
struct LastCheck {
    stamp: Option<FileStamp>,
    fault: Option<(Timestamp, String)>,
}

/// Inode, length, and time of last change.
type FileStamp = (u64, u64, i64, i64);

/// Why the directory has no valid bundle.
#[derive(Debug, thiserror::Error)]
enum BundleFault {
    #[error(transparent)]
    Unreadable(#[from] FileError),
    #[error(transparent)]
    Invalid(#[from] BundleError),
}

impl BundleWatch {
    /// A directory under a pinned root. `signer` is the hub's key. Nothing is read yet.
    pub fn new(path: PathBuf, root: Root, signer: &Signer) -> Self {
        let sample = Receipt {
            device: DeviceId([0; 16]),
            epoch: Epoch([0; 16]),
            next_seq: 0,
            head: Head::START,
            batch: Digest([0; 32]),
            manifest: ManifestId {
                version: 0,
                digest: Digest([0; 32]),
            },
            at: Timestamp(0),
        };
        Self {
            path,
            root,
            sample: sample.sign(signer),
            current: RwLock::default(),
            last_check: Mutex::default(),
        }
    }

    /// The newest valid bundle. Reads the directory again when the manifest has changed; while one
    /// caller does so, the others get the bundle before.
    pub fn current(&self, now: Timestamp) -> Option<Arc<CurrentBundle>> {
        match self.last_check.try_lock() {
            Ok(mut last) => self.refresh(&mut last, now),
            Err(TryLockError::Poisoned(last)) => self.refresh(&mut last.into_inner(), now),
            Err(TryLockError::WouldBlock) => {}
        }
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Path of the file with this digest; it may not exist.
    pub fn file(&self, digest: &Digest) -> PathBuf {
        self.path.join(digest.to_string())
    }

    /// Path of the list of revoked devices; it may not exist.
    pub fn revoked(&self) -> PathBuf {
        self.path.join(REVOKED)
    }

    /// Path of the newest release of the program for a target; it may not exist.
    pub fn release(&self, target: &KebabName) -> PathBuf {
        self.path.join(ProgramRelease::file_name(target))
    }

    fn refresh(&self, last: &mut LastCheck, now: Timestamp) {
        let stamp = stamp(&self.path.join(MANIFEST)).ok();
        if stamp == last.stamp {
            match &last.fault {
                Some((tried, _)) if now.since(*tried) >= RETRY || *tried > now => {}
                None if stamp.is_some() => return,
                None => {}
                Some(_) => return,
            }
        }
        let fault = match self.load(now) {
            Ok(bundle) => {
                let version = json!({ "version": bundle.version });
                event(Level::Info, now, "bundle in use", version);
                if let Err(why) = Receipt::verify(&self.sample, &bundle.trust, now) {
                    let why = json!({ "why": chain(&why) });
                    event(Level::Error, now, "devices will refuse receipts", why);
                }
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Some(Arc::new(bundle));
                None
            }
            Err(why) => {
                let why = chain(&why);
                let known = last.fault.as_ref().is_some_and(|(_, known)| *known == why);
                if !known {
                    // The bundle before stays in use, if there is one.
                    event(Level::Error, now, "bundle refused", json!({ "why": why }));
                }
                Some((now, why))
            }
        };
        *last = LastCheck { stamp, fault };
    }

    fn load(&self, now: Timestamp) -> Result<CurrentBundle, BundleFault> {
        let manifest = files::read(&self.path.join(MANIFEST), MAX_FILE)?;
        let bundle = VerifiedBundle::verify(&self.root, &manifest, self, Intake::Installed, now)?;
        Ok(CurrentBundle {
            digest: Digest::of(&manifest),
            version: bundle.manifest().version,
            trust: bundle.trust().clone(),
            manifest,
        })
    }
}

impl BundleFiles for BundleWatch {
    type Reader = File;

    fn open(&self, digest: &Digest) -> io::Result<File> {
        File::open(self.file(digest))
    }
}

/// The stamp of a file: that of a replaced file differs.
fn stamp(path: &Path) -> io::Result<FileStamp> {
    let data = std::fs::metadata(path)?;
    Ok((data.ino(), data.len(), data.mtime(), data.mtime_nsec()))
}
