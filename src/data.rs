//! The data directory: everything that a device keeps, by name (see [`DataDir`]), the locks on it,
//! and who the device is.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use gatepost_pass::{FormatError, HubAddress, HubPin, Root, SecretKey, Timestamp, TrustError};
use gatepost_protocol::{Enrolment, device::peek_certificate};
use gatepost_system::files::{self, Access, Action, FileError};

use crate::clock::Clock;

/// A device's directory.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
}

/// The files and directories of a device, each a method that returns its path.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $file:literal;)*) => {
        impl DataDir {
            $(
                $(#[$doc])*
                pub fn $name(&self) -> PathBuf {
                    self.path.join($file)
                }
            )*
        }
    };
}

names! {
    /// Settings, edited by hand.
    config: "config.toml";
    /// The device's secret key (0600).
    key_path: "device.key";
    /// Root, certificate and hub address, from the authority.
    enrolment_path: "enrolment";
    /// The installed bundle: `manifest`, and `files` with what that names.
    bundle: "bundle";
    /// The passage log.
    passages: "passages.sqlite";
    /// The last place code that was scanned, as text.
    place: "place";
    /// The wrong PINs of each badge (0600).
    pin_tries: "pin-tries";
    /// Which way people pass, as last switched: `in` or `out`.
    direction: "direction";
    /// What is kept of the time: [`Clock::open`].
    time_mark: "time";
    /// When an exchange with the hub went through last.
    last_sync: "last-sync";
    /// The choices made on the screen: language, text size, volume.
    choices: "choices.toml";
    /// The enrolment code of a first run, as text (0600), until the authority has answered.
    first_run: "first-run";
    /// What is remembered of updates of the program.
    program_record: "program-record";
    /// The image of the next program, on its way into the other slot.
    program_image: "program-image";
    /// The socket on which the second display listens (0600).
    face: "face.sock";
    /// Where that socket is while it is made (0700).
    face_begun: "face.begun";
    /// The list of revoked devices that was read last.
    revoked: "revoked";
    /// The list that names this device: everything is destroyed except settings and unsent
    /// passages.
    wipe_order: "wipe-order";
    /// The hub of a device that was wiped.
    wiped: "wiped";
    /// The last batches of a wiped device.
    unsent: "unsent";
}

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or the directory cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The device key file is damaged.
    #[error("{} is damaged: the device must be enrolled again", .0.display())]
    Key(PathBuf),
    /// The enrolment file breaks the format.
    #[error("the enrolment file is damaged")]
    Enrolment(#[source] FormatError),
    /// The root in the enrolment file is not valid.
    #[error("the enrolment's root is not valid")]
    Root(#[source] TrustError),
    /// Not enrolled yet.
    #[error(
        "this device is not enrolled: run `gatepost enrol request` and give the file to the \
         authority"
    )]
    NotEnrolled,
    /// Another process holds the lock.
    #[error("another Gatepost process is busy in {}: wait until it is done", .0.display())]
    Busy(PathBuf),
}

/// Who a device is and whom it trusts.
#[derive(Debug)]
pub struct Identity {
    /// The device's secret key.
    pub key: SecretKey,
    /// The authority's certificate of that key, encoded.
    pub certificate: Vec<u8>,
    /// The root that the device pins.
    pub root: Root,
    /// Address of the hub; none for a device that syncs by USB stick only.
    pub hub: Option<HubAddress>,
    /// The keys that the hub may have.
    pub hub_pins: Vec<HubPin>,
}

impl DataDir {
    /// Opens a directory, creating it where it is missing.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let data = Self {
            path: path.to_owned(),
        };
        let files = data.bundle().join("files");
        fs::create_dir_all(&files).map_err(FileError::at(Action::Create, &files))?;
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

    /// The directory itself, to ask how much space is free.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes one of the locks (`bundle`, `outbox`, `log`); it is released when the value is dropped
    /// or the process dies.
    pub fn lock(&self, name: &str) -> Result<File, DataError> {
        let path = self.path.join(format!("{name}.lock"));
        let file = File::create(&path).map_err(FileError::at(Action::Create, &path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(DataError::Busy(self.path.clone())),
            Err(TryLockError::Error(why)) => Err(FileError::at(Action::Write, &path)(why).into()),
        }
    }

    /// The device's key; made from `seed` when there is none yet.
    pub fn device_key(&self, seed: &[u8; 32]) -> Result<SecretKey, DataError> {
        let text = format!("{KEY_TITLE}\nseed {}\n", HEXLOWER.encode(seed));
        match files::create_private(&self.key_path(), text.as_bytes()) {
            Ok(()) => Ok(SecretKey::from_seed(seed)),
            Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => self.own_key(),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the enrolment code of a first run, which holds a secret.
    pub fn keep_first_run(&self, text: &str) -> Result<(), DataError> {
        Ok(files::replace(
            &self.first_run(),
            Access::Private,
            text.as_bytes(),
        )?)
    }

    /// The device's clock, with what was kept of the time.
    pub fn clock(&self) -> Clock {
        let clock = Clock::open(self.time_mark());
        if let Some(until) = self.identity().ok().and_then(|own| own.papers_end()) {
            clock.papers_end(until);
        }
        clock
    }

    /// Who this device is.
    pub fn identity(&self) -> Result<Identity, DataError> {
        let bytes = enrolled(files::read(&self.enrolment_path(), Enrolment::MAX))?;
        let enrolment = Enrolment::from_bytes(&bytes).map_err(DataError::Enrolment)?;
        Ok(Identity {
            key: self.own_key()?,
            certificate: enrolment.certificate,
            root: Root::pin(&enrolment.root).map_err(DataError::Root)?,
            hub: enrolment.hub,
            hub_pins: enrolment.hub_pins.as_slice().to_vec(),
        })
    }

    /// The device's key, once there is one.
    pub fn own_key(&self) -> Result<SecretKey, DataError> {
        let path = self.key_path();
        let bytes = enrolled(files::read(&path, 1024))?;
        let text = String::from_utf8_lossy(&bytes);
        let seed = text
            .strip_prefix(KEY_TITLE)
            .and_then(|rest| rest.trim().strip_prefix("seed "));
        let seed = seed.and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok());
        let seed = seed.and_then(|seed| seed.try_into().ok());
        seed.map(|seed| SecretKey::from_seed(&seed))
            .ok_or(DataError::Key(path))
    }
}

impl Identity {
    /// Until when its certificate says that it is valid.
    pub fn papers_end(&self) -> Option<Timestamp> {
        let certificate = peek_certificate(&self.certificate).ok()?;
        Some(certificate.until)
    }
}

/// First line of the device's key file.
const KEY_TITLE: &str = "gatepost device key 1";

/// A device without this file is not enrolled.
fn enrolled(read: Result<Vec<u8>, FileError>) -> Result<Vec<u8>, DataError> {
    read.map_err(|error| match error.is_not_found() {
        true => DataError::NotEnrolled,
        false => error.into(),
    })
}
