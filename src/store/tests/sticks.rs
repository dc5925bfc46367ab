//! Bundles on their way to a device: from memory, from a directory, broken off, changed; and what
//! a hostile USB stick does.

use std::io::Read;

use gatepost_pass::{
    BundleFiles, Digest, FileRole,
    bundle::{FileEntry, files_named},
};

use super::*;
use crate::store::bundles::{BundleDirectory, BundleOrigin};

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

#[test]
fn partial_usb_stick_with_any_file_missing_or_cut_is_refused() {
    let region = second();
    let manifest = region.manifest();
    let first = Region::default();
    let held = files_named(&first.manifest()).unwrap();
    for entry in files_named(&manifest).unwrap() {
        // The device does not ask for what it has already.
        if held.iter().any(|held| held.digest == entry.digest) {
            continue;
        }
        for left in [None, Some(0), Some(entry.length as usize - 1)] {
            let stick = usb(&region);
            let path = stick.path().join(entry.digest.to_string());
            let bytes = fs::read(&path).unwrap();
            match left {
                None => fs::remove_file(&path).unwrap(),
                Some(length) => fs::write(&path, &bytes[..length]).unwrap(),
            }
            let error = refused(&mut BundleDirectory::new(stick.path()));
            assert!(matches!(error, CacheError::Origin { .. }), "{error}");
        }
    }
    let stick = usb(&region);
    fs::remove_file(stick.path().join("manifest")).unwrap();
    let error = refused(&mut BundleDirectory::new(stick.path()));
    assert!(matches!(error, CacheError::Origin { .. }));
}

#[test]
fn a_usb_stick_whose_file_is_longer_than_named_gives_no_more_than_is_named() {
    let region = second();
    let stick = usb(&region);
    for entry in files_named(&region.manifest()).unwrap() {
        let path = stick.path().join(entry.digest.to_string());
        let longer = [fs::read(&path).unwrap(), vec![0; 100_000]].concat();
        fs::write(&path, longer).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(&folder);
    let mut origin = BundleDirectory::new(stick.path());
    cache
        .install(&mut origin, &fixture::root(), &clock(), &mut |_| {})
        .unwrap();
    let status = |entry: &&FileEntry| matches!(entry.role, FileRole::List(..));
    let named = files_named(&region.manifest()).unwrap();
    for entry in named.iter().filter(status) {
        let path = folder.path().join("files").join(entry.digest.to_string());
        assert_eq!(fs::metadata(path).unwrap().len(), entry.length);
    }
}

#[test]
fn a_link_fifo_or_directory_in_place_of_any_file_of_a_stick_is_refused_at_once() {
    use std::os::unix::fs::symlink;
    let region = second();
    let fifo = |path: &std::path::Path| {
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from(0o666));
        rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
    };
    // The device does not ask for what it has already.
    let held = files_named(&Region::default().manifest()).unwrap();
    let mut wanted = files_named(&region.manifest()).unwrap();
    wanted.retain(|entry| held.iter().all(|held| held.digest != entry.digest));
    let names = wanted.iter().map(|entry| entry.digest.to_string());
    for name in names.chain(["manifest".to_owned()]) {
        for kind in 0..3 {
            let (stick, beside) = (usb(&region), tempfile::tempdir().unwrap());
            let path = stick.path().join(&name);
            // Even what the link leads to is right.
            fs::rename(&path, beside.path().join("moved")).unwrap();
            match kind {
                0 => symlink(beside.path().join("moved"), &path).unwrap(),
                1 => fifo(&path),
                _ => fs::create_dir(&path).unwrap(),
            }
            let begun = std::time::Instant::now();
            let error = refused(&mut BundleDirectory::new(stick.path()));
            assert!(
                matches!(error, CacheError::Origin { .. }),
                "{name} {kind}: {error}"
            );
            assert!(
                begun.elapsed() < std::time::Duration::from_secs(4),
                "{name} {kind}"
            );
        }
    }
}

#[test]
fn a_stick_that_hangs_in_the_middle_of_a_file_is_given_up() {
    struct Hangs(Vec<u8>);
    impl Read for Hangs {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            std::thread::sleep(std::time::Duration::from_secs(600));
            Ok(0)
        }
    }
    impl BundleOrigin for Hangs {
        fn manifest(&mut self, _: usize) -> io::Result<Vec<u8>> {
            Ok(self.0.clone())
        }
        fn file(&mut self, _: &FileEntry, _: u64) -> io::Result<Box<dyn Read + '_>> {
            let patience = std::time::Duration::from_millis(100);
            let paced = gatepost_system::stick::PacedReader::new(Hangs(Vec::new()), patience)?;
            Ok(Box::new(paced))
        }
    }
    let error = refused(&mut Hangs(second().manifest()));
    let CacheError::Origin { source, .. } = error else {
        unreachable!("{error}");
    };
    assert_eq!(source.kind(), io::ErrorKind::TimedOut);
}
