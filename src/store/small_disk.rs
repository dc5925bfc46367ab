//! A small disk of its own for tests that fill it; needs root.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

/// Mounted as long as it lives.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Nothing where it cannot be mounted, which is printed.
    pub(crate) fn mount(path: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&path).ok()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]);
        let done = mount.arg(&path).status();
        if done.is_ok_and(|done| done.success()) {
            return Some(Self(path));
        }
        println!("SKIPPED: a small disk can't be mounted here (needs root)");
        None
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Fills it but for so many bytes, and gives the file to delete.
    pub(crate) fn fill_but(&self, space: u64) -> PathBuf {
        let ballast = self.0.join("ballast");
        let mut file = fs::File::create(&ballast).unwrap();
        for piece in [1 << 16, 512] {
            while file.write(&vec![1; piece]).is_ok_and(|written| written > 0) {}
        }
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(space)).unwrap();
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
