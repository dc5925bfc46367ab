//! The data directory: everything a device keeps, by name.
//!
//! ```text
//! config.toml          settings, made by hand
//! device.key           the device's secret key (0600)
//! enrolment            root, certificate and hub address, from the authority
//! bundle/manifest      the installed bundle; bundle/files/ holds what it names
//! passages.sqlite      the passage log
//! place                the place code that was scanned last
//! direction            which way people go, as it was switched last
//! first-run            the enrolment code of a first run (0600), until the authority has answered
//! revoked              the list of revoked devices that was read last
//! wipe-order           the one that names this device: all of the above is destroyed but settings and unsent passages
//! wiped                the hub of a device that was wiped; unsent/ holds its last batches
//! ```

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use gatepost_pass::{HubPin, Root, SecretKey, TrustError, parse_hex};
use gatepost_protocol::{Enrolment, device::device_id};

use crate::{files, store::BundleCache};

/// A device's directory.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
}

/// Why the data directory can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or the directory can't be read or written.
    #[error("{path}: {why}")]
    Io {
        /// Which.
        path: String,
        /// What the system said.
        why: io::Error,
    },
    /// The device key file is damaged.
    #[error("{0} is damaged: the device must be enrolled again")]
    Key(String),
    /// The enrolment file breaks the format.
    #[error("the enrolment file is damaged: {0}")]
    Enrolment(gatepost_pass::FormatError),
    /// The root in the enrolment file does not count.
    #[error("the enrolment's root does not count: {0}")]
    Root(TrustError),
    /// The root holds a key that everybody has.
    #[error("the enrolment's root holds a published test key: everybody could sign for it")]
    PublishedKey,
    /// The root is not one of those that this build pins.
    #[error("the enrolment's root is not one that this program pins")]
    NotPinned,
    /// The certificate is for another device.
    #[error("the enrolment's certificate is for another device: make a new request on this one")]
    OtherDevice,
    /// Not enrolled yet.
    #[error(
        "this device is not enrolled: run `gatepost enrol request` and give the file to the authority"
    )]
    NotEnrolled,
    /// Another process is at work here.
    #[error("another Gatepost process is busy in {0}: wait until it is done")]
    Busy(String),
}

/// Roots that this build pins (`keys/roots`). None in the public tree: see `keys/README.md`.
const PINNED: &[&[u8]] = include!(concat!(env!("OUT_DIR"), "/pinned.rs"));

/// Who a device is and whom it trusts.
#[derive(Debug)]
pub struct Identity {
    /// Its secret key.
    pub key: SecretKey,
    /// Its certificate, as bytes.
    pub certificate: Vec<u8>,
    /// The root it pins.
    pub root: Root,
    /// Its hub; empty for USB only.
    pub hub: String,
    /// The keys that the hub may have.
    pub hub_pins: Vec<HubPin>,
}

impl DataDir {
    /// Opens a directory, making it where it is missing.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let data = Self {
            path: path.to_owned(),
        };
        let files = data.bundle().join("files");
        fs::create_dir_all(&files).map_err(io_error(&files))?;
        Ok(data)
    }

    /// Where it is without `--data`.
    pub fn default_path() -> PathBuf {
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
        let base = std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .or_else(home);
        base.map_or_else(
            || PathBuf::from("/var/lib/gatepost"),
            |base| base.join("gatepost"),
        )
    }

    /// Settings.
    pub fn config(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// The installed bundle.
    pub fn bundle(&self) -> PathBuf {
        self.path.join("bundle")
    }

    /// The passage log.
    pub fn passages(&self) -> PathBuf {
        self.path.join("passages.sqlite")
    }

    /// The place code that was scanned last, as text.
    pub fn place(&self) -> PathBuf {
        self.path.join("place")
    }

    /// Which way people go, as it was switched last: `in` or `out`.
    pub fn direction(&self) -> PathBuf {
        self.path.join("direction")
    }

    /// What was chosen on the screen: language, size of text, volume.
    pub fn choices(&self) -> PathBuf {
        self.path.join("choices.toml")
    }

    /// The enrolment code of a first run, as its text.
    pub fn first_run(&self) -> PathBuf {
        self.path.join("first-run")
    }

    /// The directory itself, to ask how much room there is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The list of revoked devices that was read last.
    pub fn revoked(&self) -> PathBuf {
        self.path.join("revoked")
    }

    /// The order to wipe this device.
    pub fn wipe_order(&self) -> PathBuf {
        self.path.join("wipe-order")
    }

    /// Where a wiped device's last batches go.
    pub fn wiped(&self) -> PathBuf {
        self.path.join("wiped")
    }

    /// The last batches of a wiped device.
    pub fn unsent(&self) -> PathBuf {
        self.path.join("unsent")
    }

    /// Takes one of the locks (`bundle`, `outbox`, `log`); it is let go when the value is dropped or the
    /// process dies.
    pub fn lock(&self, name: &str) -> Result<File, DataError> {
        let path = self.path.join(format!("{name}.lock"));
        let file = File::create(&path).map_err(io_error(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(DataError::Busy(self.path.display().to_string())),
            Err(TryLockError::Error(why)) => Err(io_error(&path)(why)),
        }
    }

    /// The device's key; made of `seed` when there is none yet.
    pub fn device_key(&self, seed: &[u8; 32]) -> Result<SecretKey, DataError> {
        let path = self.key_path();
        let hex: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
        match files::create_secret(&path, format!("{KEY_TITLE}\nseed {hex}\n").as_bytes()) {
            Ok(()) => Ok(SecretKey::from_seed(seed)),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => self.read_key(),
            Err(why) => Err(io_error(&path)(why)),
        }
    }

    /// Keeps the enrolment code of a first run, which holds a secret.
    pub fn keep_first_run(&self, text: &str) -> Result<(), DataError> {
        let path = self.first_run();
        match fs::remove_file(&path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(io_error(&path)(why)),
            Ok(()) | Err(_) => {
                files::create_secret(&path, text.as_bytes()).map_err(io_error(&path))
            }
        }
    }

    /// Takes an enrolment file from the authority.
    pub fn enrol(&self, bytes: &[u8]) -> Result<Root, DataError> {
        let enrolment = Enrolment::from_bytes(bytes).map_err(DataError::Enrolment)?;
        let root = Root::pin(&enrolment.root).map_err(DataError::Root)?;
        if root.keys().iter().any(|key| key.published().is_some()) {
            return Err(DataError::PublishedKey);
        }
        if !PINNED.is_empty() && !PINNED.contains(&enrolment.root.as_slice()) {
            return Err(DataError::NotPinned);
        }
        let key = self.read_key()?;
        let claimed = gatepost_protocol::device::peek_certificate(&enrolment.certificate);
        if claimed.map(|claimed| device_id(&claimed.key)) != Ok(device_id(&key.public())) {
            return Err(DataError::OtherDevice);
        }
        let same = self.identity().is_ok_and(|identity| identity.root == root);
        if !same {
            // What another root has signed counts no longer.
            BundleCache::new(self.bundle())
                .clear()
                .map_err(io_error(&self.bundle()))?;
        }
        let path = self.enrolment_path();
        files::replace(&path, bytes).map_err(io_error(&path))?;
        Ok(root)
    }

    /// Who this device is.
    pub fn identity(&self) -> Result<Identity, DataError> {
        let path = self.enrolment_path();
        let bytes = match files::read_limited(&path, Enrolment::MAX) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                return Err(DataError::NotEnrolled);
            }
            Err(why) => return Err(io_error(&path)(why)),
        };
        let enrolment = Enrolment::from_bytes(&bytes).map_err(DataError::Enrolment)?;
        Ok(Identity {
            key: self.read_key()?,
            certificate: enrolment.certificate,
            root: Root::pin(&enrolment.root).map_err(DataError::Root)?,
            hub: enrolment.hub.as_str().trim_end_matches('/').to_owned(),
            hub_pins: enrolment.hub_pins.as_slice().to_vec(),
        })
    }

    /// The device's key, once there is one.
    pub fn own_key(&self) -> Result<SecretKey, DataError> {
        self.read_key()
    }

    fn read_key(&self) -> Result<SecretKey, DataError> {
        let path = self.key_path();
        let bytes = match files::read_limited(&path, 1024) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                return Err(DataError::NotEnrolled);
            }
            Err(why) => return Err(io_error(&path)(why)),
        };
        let text = String::from_utf8_lossy(&bytes);
        let seed = text
            .strip_prefix(KEY_TITLE)
            .and_then(|rest| rest.trim().strip_prefix("seed "));
        seed.and_then(|seed| parse_hex(seed).ok())
            .map(|seed| SecretKey::from_seed(&seed))
            .ok_or_else(|| DataError::Key(path.display().to_string()))
    }

    /// The device's secret key.
    pub(crate) fn key_path(&self) -> PathBuf {
        self.path.join("device.key")
    }

    /// The enrolment file.
    pub(crate) fn enrolment_path(&self) -> PathBuf {
        self.path.join("enrolment")
    }
}

const KEY_TITLE: &str = "gatepost device key 1";

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> DataError {
    let path = path.display().to_string();
    move |why| DataError::Io { path, why }
}
