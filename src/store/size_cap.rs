//! How large the passage log may grow, and what is deleted for new passages: the oldest records
//! that the hub has acknowledged, never one that it has not.

use rusqlite::{Connection, params};

use super::error::LogError;

/// Largest size of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// In bytes of used database pages.
    pub bytes: u64,
}

impl Default for Cap {
    /// 256 MiB: half a million passages, a year and more of a busy gate.
    fn default() -> Self {
        Self {
            bytes: 256 * 1024 * 1024,
        }
    }
}

/// Records that are deleted at once, so that a commit never waits for long.
pub(super) const STEP: usize = 500;

/// Deletes records that a receipt covers, oldest first, until the log is below its cap.
///
/// # Errors
/// [`LogError::AllUnsent`] when it stays above and nothing more may be deleted.
pub(super) fn make_space(connection: &Connection, cap: Cap) -> Result<(), LogError> {
    while used(connection)? >= cap.bytes {
        if forget_oldest(connection)? == 0 {
            return Err(LogError::AllUnsent);
        }
    }
    Ok(())
}

/// Deletes a few of the oldest records that a receipt covers, even within their retention time.
/// Returns their number.
pub(super) fn forget_oldest(connection: &Connection) -> Result<usize, LogError> {
    let deleted = connection.execute(
        "DELETE FROM records WHERE (ordinal, seq) IN
             (SELECT r.ordinal, r.seq FROM records r JOIN epochs e USING (ordinal)
              WHERE r.seq < e.acknowledged ORDER BY r.ordinal, r.seq LIMIT ?1)",
        params![STEP as i64],
    )?;
    Ok(deleted)
}

fn used(connection: &Connection) -> Result<u64, LogError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = number("page_count")?.saturating_sub(number("freelist_count")?);
    Ok(pages.saturating_mul(number("page_size")?) as u64)
}
