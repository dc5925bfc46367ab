//! Disks without room, and what an image leaves behind.

use super::*;

/// A disk with that much room, as it says and as it is.
#[derive(Debug)]
struct Room {
    says: u64,
    is: Cell<usize>,
}

impl Disk for Room {
    fn create(&self, path: &Path) -> Result<(), FileError> {
        FileSystem.create(path)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let (now, later) = bytes.split_at(bytes.len().min(self.is.get()));
        self.is.set(self.is.get() - now.len());
        FileSystem.append(path, now)?;
        match later.is_empty() {
            true => Ok(()),
            false => Err(FileError::at(gatepost_system::files::Action::Write, path)(
                io::ErrorKind::StorageFull.into(),
            )),
        }
    }

    fn overwrite(&self, path: &Path, bytes: &[u8], offset: u64) -> Result<(), FileError> {
        FileSystem.overwrite(path, bytes, offset)
    }

    fn sync(&self, path: &Path) -> Result<(), FileError> {
        FileSystem.sync(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        FileSystem.rename(from, to)
    }

    fn sync_directory(&self, path: &Path) -> Result<(), FileError> {
        FileSystem.sync_directory(path)
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        FileSystem.remove(path)
    }

    fn free_space(&self, _: &Path) -> Result<u64, FileError> {
        Ok(self.says)
    }
}

fn on(bench: &Bench, says: u64, is: usize) -> Result<UpdateOutcome, ProgramError> {
    let disk = Room {
        says,
        is: Cell::new(is),
    };
    let mut updater = bench.updater_on(OLD, BOOT, disk);
    bench.update_by(&mut updater, None)
}

#[test]
fn an_image_that_would_leave_no_room_for_passages_is_not_begun() {
    let bench = Bench::new();
    bench.release(NEW);
    let enough = (64 << 20) + IMAGE.len() as u64;
    let refused = on(&bench, enough - 1, usize::MAX).unwrap_err();
    assert!(
        matches!(refused, ProgramError::NoSpace { needed, free }
            if (needed, free) == (enough, enough - 1)),
        "{refused:?}"
    );
    assert!(bench.left().is_empty() && bench.written().is_empty());
    let written = on(&bench, enough, usize::MAX).unwrap();
    assert_eq!(written, UpdateOutcome::Written(NEW));
}

#[test]
fn a_disk_that_fills_up_meanwhile_keeps_nothing_of_the_image() {
    let bench = Bench::new();
    bench.release(NEW);
    let full = on(&bench, u64::MAX, 10).unwrap_err();
    assert!(matches!(full, ProgramError::Store(_)), "{full:?}");
    assert!(bench.left().is_empty() && bench.written().is_empty());
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
}

#[test]
fn there_is_one_image_at_a_time_and_a_whole_one_is_checked_again() {
    let bench = Bench::new();
    bench.release(NEW);
    let folder = bench.data.program_image();
    fs::create_dir(&folder).unwrap();
    let other = Digest::of(b"another release");
    for name in [format!("{other}"), format!("{other}.part"), "x".to_owned()] {
        fs::write(folder.join(name), "old").unwrap();
    }
    // Copied before a power cut, and rotten since.
    fs::write(
        folder.join(Digest::of(IMAGE).to_string()),
        vec![0; IMAGE.len()],
    )
    .unwrap();
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
    assert_eq!(bench.written(), [IMAGE]);
    assert!(bench.left().is_empty());
}
