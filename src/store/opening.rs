//! Opening the passage log: it is checked first, and a damaged one is replaced.

use std::path::Path;

use gatepost_pass::{DeviceId, Timestamp};
use rusqlite::Connection;

use super::{
    database,
    error::{LogDamage, LogError},
    intact_records,
    replace_damaged::{self, SetAside},
    wal_check::{self, Wal},
};

/// Opens or creates the database. A damaged file is set aside, never deleted
/// ([`replace_damaged`]).
pub(super) fn open_or_create(
    path: &Path,
    device: DeviceId,
    now: Timestamp,
) -> Result<(Connection, Option<SetAside>), LogError> {
    let before = replace_damaged::resume(path, now)?;
    database::keep_private(path);
    let opened = match wal_check::check(path)? {
        Wal::Intact => open_intact(path, device),
        Wal::Rotten => Err(LogError::Damaged(LogDamage::WriteAheadLog)),
    };
    match opened {
        Err(LogError::Damaged(damage)) => {
            let aside = replace_damaged::replace(path, device, now, damage)?;
            Ok((open_intact(path, device)?, Some(aside)))
        }
        opened => Ok((opened?, before)),
    }
}

/// Opens or creates a database, and reports any damage.
fn open_intact(path: &Path, device: DeviceId) -> Result<Connection, LogError> {
    let mut connection = Connection::open(path)?;
    database::prepare(&connection)?;
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(LogError::Damaged(LogDamage::Check(found)));
    }
    database::upgrade(&mut connection)?;
    intact_records::check(&connection, device)?;
    Ok(connection)
}
