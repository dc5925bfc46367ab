//! A serial device made of a pseudo-terminal, with a name that stays while it is unplugged and
//! plugged in again.

use std::{
    fs::File,
    io::{Read, Write},
    os::unix::{ffi::OsStringExt, fs::symlink},
    path::PathBuf,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};
use tempfile::TempDir;

use super::LONG;

/// A socket to plug serial devices into, as `/dev/serial/by-id/…` is.
pub(crate) struct Socket {
    folder: TempDir,
}

impl Socket {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> String {
        self.file().display().to_string()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("usb-device")
    }

    /// Plugs a new device in; dropping it unplugs it.
    pub(crate) fn plug(&self) -> Plugged {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_bytes();
        let name = std::ffi::OsString::from_vec(name);
        // Replaced as a whole, as udev does it.
        let new = self.folder.path().join("new");
        symlink(name, &new).unwrap();
        std::fs::rename(new, self.file()).unwrap();
        Plugged {
            master: File::from(master),
            link: self.file(),
        }
    }
}

/// The device's end of the line.
pub(crate) struct Plugged {
    master: File,
    link: PathBuf,
}

impl Plugged {
    pub(crate) fn says(&mut self, bytes: &[u8]) {
        self.master.write_all(bytes).unwrap();
    }

    /// Whether the other end has sent nothing so far.
    pub(crate) fn has_heard_nothing(&self) -> bool {
        let mut watched = [PollFd::new(&self.master, PollFlags::IN)];
        poll(&mut watched, Some(&Timespec::default())).unwrap() == 0
    }

    /// Waits for that many bytes from the other end; not for ever.
    #[track_caller]
    pub(crate) fn hears(&mut self, count: usize) -> Vec<u8> {
        let long = Timespec {
            tv_sec: LONG.as_secs().cast_signed(),
            tv_nsec: 0,
        };
        let mut heard = vec![0; count];
        for byte in heard.chunks_mut(1) {
            let mut watched = [PollFd::new(&self.master, PollFlags::IN)];
            let ready = poll(&mut watched, Some(&long)).unwrap();
            assert_eq!(ready, 1, "the other end says nothing more");
            self.master.read_exact(byte).unwrap();
        }
        heard
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        std::fs::remove_file(&self.link).unwrap();
    }
}
