//! Bundles on their way to a device: from memory, from a directory, broken off, changed.

use std::io::Read;

use gatepost_pass::{
    BundleFiles, Digest,
    bundle::{FileEntry, files_named},
};

use super::*;
use crate::store::bundles::BundleOrigin;

/// A bundle that comes from memory and can break off.
pub(super) struct Stick<'a> {
    pub(super) region: &'a Region,
    pub(super) manifest: Vec<u8>,
    /// Bytes that can still be read.
    pub(super) budget: u64,
    /// Which files were asked for, and from where on.
    pub(super) asked: Vec<(Digest, u64)>,
}

impl<'a> Stick<'a> {
    pub(super) fn new(region: &'a Region, manifest: Vec<u8>) -> Self {
        Self {
            region,
            manifest,
            budget: u64::MAX,
            asked: Vec::new(),
        }
    }

    pub(super) fn asked_for(&self, entry: &FileEntry) -> bool {
        self.asked.iter().any(|(digest, _)| *digest == entry.digest)
    }
}

impl BundleOrigin for Stick<'_> {
    fn manifest(&mut self, _: usize) -> io::Result<Vec<u8>> {
        Ok(self.manifest.clone())
    }

    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        self.asked.push((entry.digest, offset));
        let bytes = self.region.files.open(&entry.digest)?;
        let rest = io::Cursor::new(bytes[offset as usize..].to_vec());
        Ok(Box::new(Counted {
            rest,
            budget: &mut self.budget,
        }))
    }
}

/// Bytes that come while the budget lasts.
struct Counted<'a> {
    rest: io::Cursor<Vec<u8>>,
    budget: &'a mut u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let can = buffer
            .len()
            .min(usize::try_from(*self.budget).unwrap_or(usize::MAX));
        let read = self.rest.read(&mut buffer[..can])?;
        *self.budget -= read as u64;
        Ok(read)
    }
}

pub(super) fn stick(region: &Region) -> Stick<'_> {
    Stick::new(region, region.manifest())
}

/// A bundle whose manifest names other files, signed by the true freshness key.
pub(super) struct Changed {
    pub(super) region: Region,
    pub(super) manifest: Vec<u8>,
}

impl Changed {
    pub(super) fn new(region: Region, change: impl FnOnce(&Region, &mut Vec<FileEntry>)) -> Self {
        let mut files = files_named(&region.manifest()).unwrap();
        change(&region, &mut files);
        let manifest = region.manifest_of(files);
        Self { region, manifest }
    }

    pub(super) fn stick(&self) -> Stick<'_> {
        Stick::new(&self.region, self.manifest.clone())
    }

    pub(super) fn files(&self) -> Vec<FileEntry> {
        files_named(&self.manifest).unwrap()
    }
}

/// Replaces a file by other bytes, with a digest that fits them.
pub(super) fn put(region: &Region, entry: &mut FileEntry, bytes: Vec<u8>) {
    entry.digest = Digest::of(&bytes);
    entry.length = bytes.len() as u64;
    region.files.0.borrow_mut().insert(entry.digest, bytes);
}

/// A directory with a bundle in it.
pub(super) fn usb(region: &Region) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    region.write_to(folder.path());
    folder
}
