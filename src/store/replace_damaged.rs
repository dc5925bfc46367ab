//! Replaces a damaged log with a new one that holds what could still be read of it.
//!
//! The new log is built under another name. Whatever interrupts this, a power cut or a full disk,
//! the next opening finds either the damaged log in its place or the complete new one, and resumes
//! there.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::{DeviceId, Timestamp};
use gatepost_system::files::{self, Action, FileError};
use rusqlite::Connection;

use super::{
    database,
    error::{LogDamage, LogError},
    intact_records,
};

/// Suffix of the new log while it is built: one file and its rollback journal.
const PARTIAL: &str = ".rescue";
/// Suffix of the new log once it is complete, until it gets its name.
const COMPLETE: &str = ".rescued";
/// Suffixes of the files that make up a log, the log itself last.
const LOG_FILES: [&str; 3] = ["-wal", "-shm", ""];
/// Longest wait for a sync with the hub to close the damaged log.
const LOCK_WAIT: Duration = Duration::from_secs(20);

/// A damaged log that was kept under another name. What could be read of it is in the new log.
#[derive(Debug)]
pub struct SetAside {
    /// Where it is now.
    pub path: PathBuf,
    /// What was wrong with it.
    pub damage: LogDamage,
    /// Number of intact records: they are in the new log, and will reach the hub from there.
    pub rescued: u64,
}

/// Puts a new log in the place of a damaged one.
///
/// # Errors
/// [`LogError::Full`] among others; the damaged log is then still in its place.
pub(super) fn replace(
    path: &Path,
    device: DeviceId,
    now: Timestamp,
    damage: LogDamage,
) -> Result<SetAside, LogError> {
    // The last connection to close deletes the write-ahead log by name: nobody may hold one now.
    let _lock = wait_for_lock(path).map_err(LogError::SetAside)?;
    let partial = beside(path, PARTIAL);
    remove(&partial).map_err(LogError::SetAside)?;
    // The space that a half-built log takes is needed elsewhere.
    let rescued = build(&partial, path, device).inspect_err(|_| drop(remove(&partial)))?;
    files::publish(&partial, &beside(path, COMPLETE)).map_err(LogError::SetAside)?;
    let aside = swap(path, now).map_err(LogError::SetAside)?;
    Ok(SetAside {
        path: aside,
        damage,
        rescued,
    })
}

/// Finishes a replacement that was interrupted after the new log was complete; does nothing when
/// there was none.
pub(super) fn resume(path: &Path, now: Timestamp) -> Result<Option<SetAside>, LogError> {
    if !beside(path, COMPLETE).exists() {
        return Ok(None);
    }
    let _lock = wait_for_lock(path).map_err(LogError::SetAside)?;
    let aside = swap(path, now).map_err(LogError::SetAside)?;
    Ok(Some(SetAside {
        path: aside,
        damage: LogDamage::Interrupted,
        rescued: intact_records::count(path)?,
    }))
}

/// Builds the new log and returns how many records were rescued.
pub(super) fn build(partial: &Path, damaged: &Path, device: DeviceId) -> Result<u64, LogError> {
    // In SQLite's default journal mode it is one file, which is on the disk when a commit returns.
    database::keep_private(partial);
    let mut new = Connection::open(partial)?;
    database::upgrade(&mut new)?;
    let rescued = intact_records::copy(damaged, &mut new, device)?;
    new.close().map_err(|(_, why)| why)?;
    Ok(rescued)
}

/// Gives the damaged log a name of its own, and the new one its place. A power cut may come after
/// any step: then [`resume`] takes the remaining ones.
fn swap(path: &Path, now: Timestamp) -> Result<PathBuf, FileError> {
    let mut aside = beside(path, &format!(".damaged-{}", now.0));
    let mut copy = 1;
    while LOG_FILES.iter().any(|part| beside(&aside, part).exists()) {
        copy += 1;
        aside = beside(path, &format!(".damaged-{}-{copy}", now.0));
    }
    for part in LOG_FILES {
        let file = beside(path, part);
        match fs::rename(&file, beside(&aside, part)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => {
                return Err(FileError::at(Action::Write, &file)(why));
            }
            Ok(()) | Err(_) => {}
        }
    }
    files::publish(&beside(path, COMPLETE), path)?;
    Ok(aside)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(partial: &Path) -> Result<(), FileError> {
    files::remove_if_there(&beside(partial, "-journal"))?;
    files::remove_if_there(partial)
}

/// Takes the outbox's lock, as a sync with the hub does (`DataDir::lock`).
fn wait_for_lock(log: &Path) -> Result<File, FileError> {
    let path = log.with_file_name("outbox.lock");
    let file = File::create(&path).map_err(FileError::at(Action::Create, &path))?;
    let until = Instant::now() + LOCK_WAIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                thread::sleep(Duration::from_millis(50));
            }
            Err(error) => return Err(FileError::at(Action::Write, &path)(error.into())),
        }
    }
}
