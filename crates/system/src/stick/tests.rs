//! What lies on a hostile stick, and what comes of it.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Read,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
        net::UnixListener,
    },
    thread,
};

use tempfile::TempDir;

use super::{paced::PIECE, *};

/// A stick, and beside it a file that is none of the stick's business.
struct Hostile {
    root: TempDir,
    stick: PathBuf,
    key: PathBuf,
}

impl Hostile {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let (stick, key) = (root.path().join("stick"), root.path().join("device.key"));
        fs::create_dir(&stick).unwrap();
        fs::write(&key, "secret").unwrap();
        Self { root, stick, key }
    }

    fn open(&self) -> StickDir {
        StickDir::open(&self.stick).unwrap()
    }

    /// Names of all kinds of things that are no file, each made with what it is.
    fn no_files(&self) -> Vec<&'static str> {
        let at = |name: &str| self.stick.join(name);
        symlink(&self.key, at("link")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        symlink(self.root.path(), at("link-to-directory")).unwrap();
        fs::create_dir(at("directory")).unwrap();
        drop(UnixListener::bind(at("socket")).unwrap());
        let mut made = vec![
            "link",
            "dangling",
            "link-to-directory",
            "directory",
            "socket",
        ];
        let here = self.open();
        let node = |name, kind, device| {
            rustix::fs::mknodat(&*here.directory, name, kind, Mode::from(0o666), device).is_ok()
        };
        assert!(node("fifo", FileType::Fifo, 0));
        made.push("fifo");
        // Only root may; what /dev/zero never ends to give.
        if node("zero", FileType::CharacterDevice, rustix::fs::makedev(1, 5)) {
            made.push("zero");
        }
        made
    }
}

fn quick() -> Duration {
    Duration::from_millis(200)
}

/// Whoever changes the stick between the look and the opening meets the second half alone.
#[test]
fn what_takes_a_files_place_after_the_look_is_not_followed_waited_for_or_taken() {
    let hostile = Hostile::new();
    let names = hostile.no_files();
    fs::write(hostile.stick.join("file"), "contents").unwrap();
    let stick = hostile.open();
    let opened = |name: &'static str| {
        let here = stick.directory.clone();
        within(quick(), move || open_what_is_there(&here, OsStr::new(name)))
    };
    for name in names {
        let refused = opened(name).map_err(|why| why.kind());
        assert!(refused.is_err(), "{name}");
        assert_ne!(refused.unwrap_err(), io::ErrorKind::TimedOut, "{name}");
    }
    assert!(opened("file").is_ok());
}

#[test]
fn only_regular_files_are_read_and_nothing_is_waited_for() {
    let hostile = Hostile::new();
    let names = hostile.no_files();
    let stick = hostile.open();
    let begun = Instant::now();
    for name in &names {
        assert!(stick.read(name, 100).is_err(), "{name}");
        assert!(stick.reader(name, 0).is_err(), "{name}");
        assert!(stick.file(name).is_err(), "{name}");
    }
    assert!(begun.elapsed() < Duration::from_secs(2));
    let listed = stick.entries(|_| true).unwrap();
    assert_eq!(listed, [("directory".to_owned(), Entry::Directory)]);
    fs::write(hostile.stick.join("file"), "good").unwrap();
    assert_eq!(stick.read("file", 4).unwrap(), b"good");
    assert!(stick.read("file", 3).is_err(), "over the limit");
    let mut text = String::new();
    let mut reader = stick.reader("file", 1).unwrap();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "ood");
}

#[test]
fn a_name_never_leads_out_of_the_directory() {
    let hostile = Hostile::new();
    let stick = hostile.open();
    let absolute = hostile.key.to_str().unwrap();
    for name in [
        "",
        ".",
        "..",
        "../device.key",
        "a/b",
        "./a",
        "a/",
        absolute,
        "a\0b",
    ] {
        assert!(stick.read(name, 100).is_err(), "{name:?}");
        assert!(
            stick.replace(name, Access::Shared, b"x").is_err(),
            "{name:?}"
        );
        assert!(stick.remove(name).is_err(), "{name:?}");
        assert!(stick.directory(name.as_ref()).is_err(), "{name:?}");
    }
    assert_eq!(fs::read(&hostile.key).unwrap(), b"secret");
}

#[test]
fn a_link_in_place_of_a_directory_is_not_gone_through() {
    let hostile = Hostile::new();
    hostile.no_files();
    let stick = hostile.open();
    for name in ["link-to-directory", "link", "fifo", "dangling"] {
        assert!(stick.directory(name.as_ref()).is_err(), "{name}");
        let path = hostile.stick.join(name);
        assert!(StickDir::open(&path).is_err(), "{name}");
        assert!(StickDir::open(&path.join("")).is_err(), "{name}/");
        assert!(StickDir::open(&path.join(".")).is_err(), "{name}/.");
    }
    assert!(stick.directory("directory".as_ref()).is_ok());
}

#[test]
fn writing_over_a_link_replaces_it_and_keeps_what_it_leads_to() {
    let hostile = Hostile::new();
    let stick = hostile.open();
    // Under the name itself, and under every name that was ever used for half a file.
    for name in ["batch", "batch.part", "batch.tmp", "new.part"] {
        symlink(&hostile.key, hostile.stick.join(name)).unwrap();
    }
    stick.replace("batch", Access::Private, b"sealed").unwrap();
    let made = stick.write_new(Access::Shared, |file| {
        file.write_all(b"list")
            .map_err(FileError::at(Action::Write, &hostile.stick))?;
        Ok::<_, FileError>((4, "new.part".to_owned()))
    });
    assert_eq!(made.unwrap(), 4);
    assert_eq!(fs::read(&hostile.key).unwrap(), b"secret");
    assert_eq!(stick.read("batch", 10).unwrap(), b"sealed");
    assert_eq!(stick.read("new.part", 10).unwrap(), b"list");
    let mode = fs::metadata(hostile.stick.join("batch"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    stick.remove("batch.part").unwrap();
    stick.remove("batch.part").unwrap();
    assert_eq!(fs::read(&hostile.key).unwrap(), b"secret");
    assert_eq!(fs::metadata(&hostile.key).unwrap().nlink(), 1);
}

#[test]
fn names_of_half_files_are_new_each_time_and_nothing_of_one_that_fails_stays() {
    let hostile = Hostile::new();
    let stick = hostile.open();
    let names = || -> Vec<String> {
        let entries = fs::read_dir(&hostile.stick).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    let mut seen = Vec::new();
    for _ in 0..3 {
        let failed = stick.write_new(Access::Shared, |_| {
            seen.extend(names());
            let full = io::Error::other("full");
            Err::<((), String), _>(FileError::at(Action::Write, &hostile.stick)(full))
        });
        assert!(failed.is_err());
    }
    assert_eq!(names().len(), 0);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(
        seen.iter().all(|name| name.len() == DRAFT.len() + 32),
        "{seen:?}"
    );
    // What a power cut left.
    fs::write(hostile.stick.join(&seen[0]), "half").unwrap();
    fs::write(hostile.stick.join("other"), "whole").unwrap();
    stick.remove_drafts().unwrap();
    assert_eq!(names(), ["other"]);
}

#[test]
fn all_entries_are_looked_at_and_hostile_names_are_passed_over() {
    let hostile = Hostile::new();
    for n in 0..3000 {
        fs::write(hostile.stick.join(format!("{n:05}")), "").unwrap();
    }
    for name in [&b"new\nline"[..], b"no-\xff-text", b"bell\x07"] {
        fs::write(hostile.stick.join(OsStr::from_bytes(name)), "").unwrap();
    }
    fs::write(hostile.stick.join("~last"), "").unwrap();
    let stick = hostile.open();
    assert_eq!(stick.entries(|_| true).unwrap().len(), 3001);
    let wanted = stick.entries(|name| name.starts_with('~')).unwrap();
    assert_eq!(wanted, [("~last".to_owned(), Entry::File)]);
}

#[test]
fn a_directory_that_is_exchanged_meanwhile_is_read_where_it_was_opened() {
    let hostile = Hostile::new();
    fs::write(hostile.stick.join("manifest"), "true").unwrap();
    let stick = hostile.open();
    let other = hostile.root.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("manifest"), "false").unwrap();
    fs::rename(&hostile.stick, hostile.root.path().join("moved")).unwrap();
    symlink(&other, &hostile.stick).unwrap();
    assert_eq!(stick.read("manifest", 10).unwrap(), b"true");
    stick.replace("request", Access::Shared, b"mine").unwrap();
    assert!(!other.join("request").exists());
    assert!(StickDir::open(&hostile.stick).is_err());
}

#[test]
fn a_directory_is_made_where_it_is_missing_and_private_where_asked() {
    let hostile = Hostile::new();
    let path = hostile.stick.join("a/b");
    StickDir::create(&path, Access::Private).unwrap();
    StickDir::create(&path, Access::Private).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o700
    );
    symlink(&path, hostile.stick.join("link")).unwrap();
    assert!(StickDir::create(&hostile.stick.join("link"), Access::Shared).is_err());
}

/// A disk that gives so many bytes at a time, each time after a while.
struct Slow {
    each: usize,
    after: Duration,
}

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        thread::sleep(self.after);
        let read = self.each.min(buffer.len());
        buffer[..read].fill(7);
        Ok(read)
    }
}

#[test]
fn a_stick_that_hangs_or_drips_is_given_up_in_time() {
    let hangs = Slow {
        each: 1,
        after: Duration::from_secs(60),
    };
    let drips = Slow {
        each: 1,
        after: Duration::from_millis(5),
    };
    for slow in [hangs, drips] {
        let begun = Instant::now();
        let mut reader = PacedReader::new(slow, quick()).unwrap();
        let why = io::copy(&mut reader, &mut io::sink()).unwrap_err();
        assert_eq!(why.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    let why = within(quick(), || {
        thread::sleep(Duration::from_secs(60));
        Ok(())
    });
    assert_eq!(why.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[test]
fn what_keeps_the_pace_is_read_to_its_end() {
    let bytes: Vec<u8> = (0..3 * PIECE + 5).map(|n| n as u8).collect();
    let mut reader = PacedReader::new(io::Cursor::new(bytes.clone()), quick()).unwrap();
    let mut read = Vec::new();
    reader.read_to_end(&mut read).unwrap();
    assert!(read == bytes);
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);
}
