//! A damaged log is replaced, whatever interrupts that.

use super::*;
use crate::store::{replace_damaged, small_disk::SmallDisk};

/// Brings the disk into the state that a power cut leaves.
type Leave<'a> = &'a dyn Fn(&Path);

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// A log of so many passages that no hub has, with a rotten last page; and how many records can be
/// read.
fn rotten(path: &Path, passages: usize) -> usize {
    let mut log = open(path, 1).log;
    try_log(&mut log, passages).unwrap();
    drop(log);
    let mut bytes = fs::read(path).unwrap();
    let last = bytes.len() - 4096;
    bytes[last..].fill(0xff);
    fs::write(path, &bytes).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("passages.sqlite");
    fs::copy(path, &copy).unwrap();
    open(&copy, 2).set_aside.unwrap().rescued as usize
}

fn unsent(path: &Path) -> usize {
    let mut count = 0;
    let outbox = Outbox::open(path).unwrap();
    let each = |outgoing: super::super::Outgoing| {
        count += outgoing.records.len();
        Ok::<_, LogError>(())
    };
    outbox.each_unsent(device(), each).unwrap();
    count
}

/// The names in the folder of a log, but for locks.
fn names(path: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(path.parent().unwrap()).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| !name.ends_with(".lock")).collect()
}

#[test]
fn a_mend_that_breaks_off_anywhere_loses_nothing_that_could_be_read() {
    // The state of the disk when the power is cut, by the step that was reached.
    let whole = |path: &Path| {
        let (begun, whole) = (beside(path, ".rescue"), beside(path, ".rescued"));
        replace_damaged::build(&begun, path, device()).unwrap();
        fs::rename(begun, whole).unwrap();
    };
    let moved = |path: &Path| {
        whole(path);
        fs::rename(path, beside(path, ".damaged-1")).unwrap();
    };
    let cuts: [(&str, Leave<'_>); 4] = [
        ("while it was put together", &|path| {
            let half = beside(path, ".rescue");
            replace_damaged::build(&half, path, device()).unwrap();
            let bytes = fs::read(&half).unwrap();
            fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
            fs::write(beside(path, ".rescue-journal"), b"half").unwrap();
        }),
        ("before the damaged one moved", &whole),
        ("before the new one had its name", &moved),
        ("nowhere", &|_| {}),
    ];
    for (cut, leave) in cuts {
        let disk = disk();
        let good = rotten(&disk.path, 60);
        assert!((2..61).contains(&good), "{good}");
        leave(&disk.path);
        let opened = open(&disk.path, 3);
        assert!(opened.set_aside.is_some(), "{cut}: unsaid");
        drop(opened);
        assert_eq!(unsent(&disk.path), good, "{cut}");
        let names = names(&disk.path);
        assert!(
            names.iter().all(|name| !name.contains(".rescue")),
            "{cut}: {names:?}"
        );
        assert!(names.iter().any(|name| name.contains(".damaged")), "{cut}");
        assert!(open(&disk.path, 4).set_aside.is_none(), "{cut}: again");
    }
}

#[test]
fn without_room_for_the_new_log_the_damaged_one_stays_and_is_mended_once_there_is_some() {
    let outer = tempfile::tempdir().unwrap();
    let Some(small) = SmallDisk::mount(outer.path().join("disk"), "2m") else {
        return;
    };
    let path = small.path().join("passages.sqlite");
    let good = rotten(&path, 800);
    let ballast = small.fill_but(200 << 10);
    let full = PassageLog::open(&path, device(), Epoch([2; 16]), NOW, Cap::default());
    assert!(matches!(full, Err(LogError::Full)), "{full:?}");
    assert!(
        names(&path)
            .iter()
            .all(|name| !name.contains("rescue") && !name.contains("damaged"))
    );
    fs::remove_file(ballast).unwrap();
    let opened = open(&path, 3);
    assert_eq!(opened.set_aside.unwrap().rescued as usize, good);
    drop(opened.log);
    assert_eq!(unsent(&path), good);
}
