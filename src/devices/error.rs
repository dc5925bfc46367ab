//! Why a device does not work.

use std::io::{self, ErrorKind};

use thiserror::Error;

/// Why a device does not work, and what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DeviceError {
    /// There is no such device.
    #[error("there is no {name}: plug it in, or name another one in the settings")]
    NotFound {
        /// The device as the settings name it.
        name: String,
    },
    /// Another program has it.
    #[error("another program uses {name}: close that program")]
    Busy {
        /// The device.
        name: String,
    },
    /// This user may not open it.
    #[error("this user may not open {name}: docs/devices.md names the group that may")]
    Denied {
        /// The device.
        name: String,
    },
    /// It was there, and is gone.
    #[error("{name} was unplugged: plug it in again")]
    Unplugged {
        /// The device.
        name: String,
    },
    /// It is there, and can't be used.
    #[error("{name} can't be used ({what}): see docs/devices.md")]
    Unusable {
        /// The device.
        name: String,
        /// What is wrong or missing.
        what: String,
    },
}

impl DeviceError {
    pub(super) fn unusable(name: &str, what: impl ToString) -> Self {
        Self::Unusable {
            name: name.to_owned(),
            what: what.to_string(),
        }
    }

    /// What the system said when the device was opened.
    pub(super) fn opening(name: &str, error: &io::Error) -> Self {
        let named = name.to_owned();
        match (error.kind(), error.raw_os_error()) {
            (ErrorKind::NotFound, _) | (_, Some(ENXIO | ENODEV)) => Self::NotFound { name: named },
            (ErrorKind::ResourceBusy, _) => Self::Busy { name: named },
            (ErrorKind::PermissionDenied, _) => Self::Denied { name: named },
            _ => Self::unusable(name, error),
        }
    }

    /// What the system said while the device was in use.
    pub(super) fn using(name: &str, error: &io::Error) -> Self {
        match error.raw_os_error() {
            Some(ENOENT | EIO | ENXIO | ENODEV) => Self::Unplugged {
                name: name.to_owned(),
            },
            _ => Self::opening(name, error),
        }
    }
}

/// Error numbers of Linux.
const ENOENT: i32 = 2;
const EIO: i32 = 5;
const ENXIO: i32 = 6;
const ENODEV: i32 = 19;
