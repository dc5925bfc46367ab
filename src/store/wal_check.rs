//! Tells a write-ahead log (SQLite's `-wal` file) that a power cut has torn, which is normal, from
//! one whose bytes have rotted.
//!
//! SQLite takes every frame up to the first whose checksum is wrong, and silently leaves out the
//! rest (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>). A commit that returned was
//! synced, so a power cut can only tear the one transaction after it. Where more than one commit of
//! the same generation follows the first bad frame, synced bytes have changed, and passages that
//! were shown as logged would be lost unnoticed. Rot in the last transaction, or in the commit
//! before it, cannot be told from a torn one.

use std::{fs, io, path::Path};

use gatepost_system::files::{Action, FileError};

/// State of a write-ahead log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wal {
    /// Everything that was synced is there.
    Intact,
    /// Synced bytes have changed.
    Rotten,
}

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// First word of the header; its last bit says in which order of bytes checksums are summed.
const MAGIC: u32 = 0x377f_0682;
/// Page sizes that SQLite knows.
const PAGES: std::ops::RangeInclusive<usize> = 512..=65_536;

/// Checks the write-ahead log of a database; a missing one is intact.
pub(super) fn check(database: &Path) -> Result<Wal, FileError> {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    let path = Path::new(&name);
    match fs::read(path) {
        Ok(bytes) => Ok(check_bytes(&bytes)),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(Wal::Intact),
        Err(why) => Err(FileError::at(Action::Read, path)(why)),
    }
}

fn check_bytes(bytes: &[u8]) -> Wal {
    let Some((header, frames)) = bytes.split_at_checked(HEADER) else {
        return Wal::Intact;
    };
    let word = |from: &[u8], at: usize| -> u32 {
        let four = from.get(at * 4..).and_then(|rest| rest.first_chunk());
        four.map_or(0, |four| u32::from_be_bytes(*four))
    };
    let big_endian = word(header, 0) & 1 == 1;
    let (page, salts) = (word(header, 2) as usize, &header[16..24]);
    let mut sum = add((0, 0), &header[..24], big_endian);
    let whole = word(header, 0) & !1 == MAGIC && PAGES.contains(&page);
    if !whole || sum != (word(header, 6), word(header, 7)) {
        // A sector is written as a whole or not at all: only rot leaves a bad header before frames.
        return if frames.is_empty() {
            Wal::Intact
        } else {
            Wal::Rotten
        };
    }
    let (mut good, mut commits_behind) = (true, 0);
    for frame in frames.chunks_exact(FRAME_HEADER + page) {
        let before = add(sum, &frame[..8], big_endian);
        let stored = (word(frame, 4), word(frame, 5));
        // Frames of an earlier generation follow those of this one, and a torn header may be half
        // of each: only what follows from the checksum before it is a frame of this generation.
        let follows =
            &frame[8..16] == salts && add(before, &frame[FRAME_HEADER..], big_endian) == stored;
        good &= follows;
        if !good && follows && word(frame, 1) != 0 {
            commits_behind += 1;
        }
        sum = stored;
    }
    if commits_behind > 1 {
        Wal::Rotten
    } else {
        Wal::Intact
    }
}

/// SQLite's checksum over words in pairs.
fn add((mut first, mut second): (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let (Some(left), Some(right)) = (pair.first_chunk(), pair.last_chunk()) else {
            continue;
        };
        let read = |four: &[u8; 4]| {
            if big_endian {
                u32::from_be_bytes(*four)
            } else {
                u32::from_le_bytes(*four)
            }
        };
        first = first.wrapping_add(read(left)).wrapping_add(second);
        second = second.wrapping_add(read(right)).wrapping_add(first);
    }
    (first, second)
}
