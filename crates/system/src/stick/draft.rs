//! A file that is being written where somebody else may write too.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    os::fd::OwnedFd,
};

use rustix::fs::{AtFlags, Mode, OFlags};

use crate::{files::Access, random};

/// What the name of a file begins with until it is whole.
pub(super) const DRAFT: &str = ".gatepost-";

/// A file under a name that nobody can foresee, until it is whole; removed unless it is published.
pub(super) struct Draft {
    directory: OwnedFd,
    name: OsString,
    pub(super) file: File,
    published: bool,
}

impl Draft {
    pub(super) fn new(directory: &OwnedFd, access: Access) -> io::Result<Self> {
        let random: [u8; 16] = random::bytes().map_err(io::Error::other)?;
        let name = format!("{DRAFT}{:032x}", u128::from_be_bytes(random));
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = match access {
            Access::Shared => Mode::from_raw_mode(0o666),
            Access::Private => Mode::from_raw_mode(0o600),
        };
        let file = rustix::fs::openat(directory, &name, flags, mode)?;
        Ok(Self {
            directory: directory.try_clone()?,
            name: name.into(),
            file: file.into(),
            published: false,
        })
    }

    /// Flushes it and gives it its name. A rename replaces a link, and does not follow it.
    pub(super) fn publish(mut self, name: &OsStr) -> io::Result<()> {
        self.file.sync_all()?;
        let (here, draft) = (&self.directory, &self.name);
        rustix::fs::renameat(here, draft, here, name)?;
        self.published = true;
        Ok(rustix::fs::fsync(here)?)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // Half a file would only take up space.
            let _ = rustix::fs::unlinkat(&self.directory, &self.name, AtFlags::empty());
        }
    }
}
