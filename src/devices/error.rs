//! Why a device does not work.

use std::{
    error::Error,
    io::{self, ErrorKind},
};

use thiserror::Error;

use crate::cause::Cause;

/// Why a device does not work, and what to do about it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DeviceError {
    /// There is no such device.
    #[error("there is no {name}: plug it in, or name another one in the settings")]
    NotFound {
        /// The device as the settings name it.
        name: String,
    },
    /// Another program has it open.
    #[error("another program is using {name}: close that program")]
    Busy {
        /// The device as the settings name it.
        name: String,
    },
    /// This user may not open it.
    #[error("this user may not open {name}: docs/devices.md names the group that may")]
    Denied {
        /// The device as the settings name it.
        name: String,
    },
    /// It worked, and is gone.
    #[error("{name} was unplugged: plug it back in")]
    Unplugged {
        /// The device as the settings name it.
        name: String,
    },
    /// It is there and cannot be used.
    #[error("cannot use {name} (see docs/devices.md)")]
    Unusable {
        /// The device as the settings name it.
        name: String,
        /// What is wrong or missing.
        #[source]
        cause: Cause,
    },
}

impl DeviceError {
    pub(super) fn unusable(name: &str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unusable {
            name: name.to_owned(),
            cause: Cause::new(cause),
        }
    }

    /// From what the system said when the device was opened.
    pub(super) fn opening(name: &str, error: io::Error) -> Self {
        let named = name.to_owned();
        match (error.kind(), error.raw_os_error()) {
            (ErrorKind::NotFound, _) | (_, Some(ENXIO | ENODEV)) => Self::NotFound { name: named },
            (ErrorKind::ResourceBusy, _) => Self::Busy { name: named },
            (ErrorKind::PermissionDenied, _) => Self::Denied { name: named },
            _ => Self::unusable(name, error),
        }
    }

    /// From what the system said while the device was in use.
    pub(super) fn using(name: &str, error: io::Error) -> Self {
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
