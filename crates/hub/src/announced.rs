//! The bundle directory: a file `manifest`, and beside it every file under its digest in hexadecimal.

use std::{
    fs::File,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, TryLockError},
};

use gatepost_pass::{
    BundleError, BundleFiles, DeviceId, Digest, Root, Signer, Timestamp, TrustList, VerifiedBundle,
    bundle::Intake, envelope::MAX_FILE,
};
use gatepost_protocol::{Epoch, Head, Receipt};

use serde_json::json;

use crate::log;

/// Name of the manifest in a bundle directory.
pub const MANIFEST: &str = "manifest";
/// Name of the authority's signed list of revoked devices, where there is one.
const REVOKED: &str = "revoked";
/// A bundle that did not count is tried again after so many seconds: its files may come one by one.
const RETRY: u64 = 5;

/// A bundle of which everything was checked, as far as the hub needs it.
#[derive(Debug)]
pub struct Announced {
    /// The manifest's bytes.
    pub manifest: Vec<u8>,
    /// Their digest.
    pub digest: Digest,
    /// The manifest's version.
    pub version: u64,
    /// Whose signature counts.
    pub trust: TrustList,
}

/// The directory, and the last bundle in it that counted.
#[derive(Debug)]
pub struct BundleDirectory {
    path: PathBuf,
    root: Root,
    /// A receipt by the hub's own key, to see whether devices would take one.
    sample: Vec<u8>,
    current: RwLock<Option<Arc<Announced>>>,
    seen: Mutex<Seen>,
}

/// What the manifest file looked like when it was last read, and what was wrong with it.
#[derive(Debug, Default)]
struct Seen {
    stamp: Option<Stamp>,
    fault: Option<(Timestamp, String)>,
}

type Stamp = (u64, u64, i64, i64);

/// Why the directory has no usable bundle.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the manifest can't be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

impl BundleDirectory {
    /// A directory under a pinned root. `signer` is the hub's key. Nothing is read yet.
    pub fn new(path: PathBuf, root: Root, signer: &Signer) -> Self {
        let sample = Receipt {
            device: DeviceId([0; 16]),
            epoch: Epoch([0; 16]),
            next_seq: 0,
            head: Head::START,
            at: Timestamp(0),
        };
        Self {
            path,
            root,
            sample: sample.sign(signer),
            current: RwLock::default(),
            seen: Mutex::default(),
        }
    }

    /// The newest bundle that counts. Reads the directory again when the manifest has changed; while
    /// one caller does so, the others go on with the bundle before.
    pub fn current(&self, now: Timestamp) -> Option<Arc<Announced>> {
        match self.seen.try_lock() {
            Ok(mut seen) => self.refresh(&mut seen, now),
            Err(TryLockError::Poisoned(seen)) => self.refresh(&mut seen.into_inner(), now),
            Err(TryLockError::WouldBlock) => {}
        }
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the file of a digest is, if it is there.
    pub fn file(&self, digest: &Digest) -> PathBuf {
        self.path.join(digest.to_string())
    }

    /// Where the list of revoked devices is, if the authority put one there.
    pub fn revoked(&self) -> PathBuf {
        self.path.join(REVOKED)
    }

    fn refresh(&self, seen: &mut Seen, now: Timestamp) {
        let stamp = stamp(&self.path.join(MANIFEST)).ok();
        if stamp == seen.stamp {
            match &seen.fault {
                Some((tried, _)) if now.since(*tried) >= RETRY || *tried > now => {}
                None if stamp.is_some() => return,
                None => {}
                Some(_) => return,
            }
        }
        let fault = match self.load(now) {
            Ok(announced) => {
                log::event(
                    now,
                    "bundle in use",
                    json!({ "version": announced.version }),
                );
                if let Err(why) = Receipt::verify(&self.sample, &announced.trust, now) {
                    let why = why.to_string();
                    log::event(now, "devices will refuse receipts", json!({ "why": why }));
                }
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Some(Arc::new(announced));
                None
            }
            Err(why) => {
                let why = why.to_string();
                let known = seen.fault.as_ref().is_some_and(|(_, known)| *known == why);
                if !known {
                    // The one before stays in use, if there is one.
                    log::event(now, "bundle refused", json!({ "why": why }));
                }
                Some((now, why))
            }
        };
        *seen = Seen { stamp, fault };
    }

    fn load(&self, now: Timestamp) -> Result<Announced, Fault> {
        let mut manifest = Vec::new();
        // One byte more than allowed, so that the check of the envelope sees that it is too much.
        File::open(self.path.join(MANIFEST))?
            .take(MAX_FILE as u64 + 1)
            .read_to_end(&mut manifest)?;
        let bundle = VerifiedBundle::verify(&self.root, &manifest, self, Intake::Installed, now)?;
        Ok(Announced {
            digest: Digest::of(&manifest),
            version: bundle.manifest().version,
            trust: bundle.trust().clone(),
            manifest,
        })
    }
}

impl BundleFiles for BundleDirectory {
    type Reader = File;

    fn open(&self, digest: &Digest) -> io::Result<File> {
        File::open(self.file(digest))
    }
}

/// Inode, length and time of a file: a replaced file differs in one of them.
fn stamp(path: &Path) -> io::Result<Stamp> {
    let data = std::fs::metadata(path)?;
    Ok((data.ino(), data.len(), data.mtime(), data.mtime_nsec()))
}
