//! A damaged log makes way for a new one, with what can be read of it in there. The new one is put together
//! under another name first, so that whatever stops this on its way, be it the power or a full disk, the next
//! opening finds either the damaged log in its place or the whole new one, and goes on from there.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::{DeviceId, Timestamp};
use rusqlite::Connection;

use super::{
    database::{self, LogError},
    rescue,
};
use crate::files;

/// The new log while it is put together: one file and its rollback journal.
const BEGUN: &str = ".rescue";
/// The new log once it is whole, until it has its name.
const WHOLE: &str = ".rescued";
/// What belongs to a log, the log itself last.
const PARTS: [&str; 3] = ["-wal", "-shm", ""];
/// How long a damaged file waits for an exchange with the hub to let go of it.
const LET_GO: Duration = Duration::from_secs(20);

/// A damaged file: kept under another name, and what of it could be read is in the new log.
#[derive(Debug)]
pub struct SetAside {
    /// Where it is now.
    pub path: PathBuf,
    /// What was wrong with it.
    pub why: String,
    /// Records whose chain was whole: they are in the new log, and will reach the hub from there.
    pub rescued: u64,
}

/// Puts a new log in the place of a damaged one.
///
/// # Errors
/// [`LogError::Full`] among others; the damaged log is in its place then.
pub(super) fn replace(
    path: &Path,
    device: DeviceId,
    now: Timestamp,
    why: String,
) -> Result<SetAside, LogError> {
    // A connection that closes last deletes the file beside its log by name: nobody may hold one now.
    let _lock = wait_for_lock(path).map_err(fault(path))?;
    let (begun, whole) = (beside(path, BEGUN), beside(path, WHOLE));
    remove(&begun).map_err(fault(path))?;
    let put_together = put_together(&begun, path, device);
    let rescued = match put_together {
        Ok(rescued) => rescued,
        Err(error) => {
            // The room that it took is wanted elsewhere.
            let _ = remove(&begun);
            return Err(error);
        }
    };
    fs::rename(&begun, &whole).map_err(fault(path))?;
    files::sync_directory(files::folder_of(path)).map_err(fault(path))?;
    let aside = swap(path, now).map_err(fault(path))?;
    Ok(SetAside {
        path: aside,
        why,
        rescued,
    })
}

/// Goes on where a power cut broke off after the new log was whole. Gives what was set aside, if that was so.
pub(super) fn go_on(path: &Path, now: Timestamp) -> Result<Option<SetAside>, LogError> {
    if !beside(path, WHOLE).exists() {
        return Ok(None);
    }
    let _lock = wait_for_lock(path).map_err(fault(path))?;
    let aside = swap(path, now).map_err(fault(path))?;
    Ok(Some(SetAside {
        path: aside,
        why: "it was being set aside when the power or the program went".to_owned(),
        rescued: rescue::count(path)?,
    }))
}

pub(super) fn put_together(
    begun: &Path,
    damaged: &Path,
    device: DeviceId,
) -> Result<u64, LogError> {
    // In SQLite's first journal mode it is one file, which is on the disk when a commit returns.
    let mut new = Connection::open(begun)?;
    database::upgrade(&mut new)?;
    let rescued = rescue::copy(damaged, &mut new, device)?;
    new.close().map_err(|(_, why)| why)?;
    Ok(rescued)
}

/// The damaged log gets a name of its own, and the new one its place. Each step may be the last one before a power
/// cut: then [`go_on`] does those that are left.
fn swap(path: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let mut aside = beside(path, &format!(".damaged-{}", now.0));
    let mut copy = 1;
    while PARTS.iter().any(|part| beside(&aside, part).exists()) {
        copy += 1;
        aside = beside(path, &format!(".damaged-{}-{copy}", now.0));
    }
    for part in PARTS {
        match fs::rename(beside(path, part), beside(&aside, part)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
    }
    fs::rename(beside(path, WHOLE), path)?;
    files::sync_directory(files::folder_of(path))?;
    Ok(aside)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(begun: &Path) -> io::Result<()> {
    for path in [beside(begun, "-journal"), begun.to_owned()] {
        match fs::remove_file(path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn fault(path: &Path) -> impl Fn(io::Error) -> LogError {
    move |why| LogError::SetAside {
        path: path.display().to_string(),
        why,
    }
}

/// Takes the outbox's lock, as an exchange with the hub does (`DataDir::lock`).
fn wait_for_lock(path: &Path) -> io::Result<File> {
    let file = File::create(path.with_file_name("outbox.lock"))?;
    let until = Instant::now() + LET_GO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                thread::sleep(Duration::from_millis(50));
            }
            Err(fault) => return Err(fault.into()),
        }
    }
}
