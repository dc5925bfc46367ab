//! Who is yellow or red, from when, and until when.

use gatepost_pass::{Colour, SubjectTag, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::database::{Register, RegisterError, colour, integer};

/// What was decided about a person. Ordered: the worse colour is greater, then the later end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Status {
    /// Green takes the person off the list.
    colour: Colour,
    /// When it ends, exclusive; [`NEVER`] until further notice.
    until: Timestamp,
    /// When it begins; none for now, or for when the same colour began.
    since: Option<Timestamp>,
}

/// Until further notice: later than any time that can be written.
const NEVER: Timestamp = Timestamp(u64::MAX);

/// A status that ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the status ends before it begins, or has ended already")]
pub(crate) struct EndsFirst;

impl Status {
    /// A colour from `since` (or from now) until `until` (or until further notice).
    pub(crate) fn new(
        colour: Colour,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, EndsFirst> {
        let until = until.unwrap_or(NEVER);
        if until <= since.unwrap_or(now) {
            return Err(EndsFirst);
        }
        Ok(Self {
            colour,
            until,
            since,
        })
    }
}

/// What an import changed, in persons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImportCounts {
    /// Set yellow or red.
    pub(crate) set: u64,
    /// Taken off the list.
    pub(crate) removed: u64,
    /// To be green, and not on the list anyway.
    pub(crate) unlisted: u64,
}

impl Register {
    /// A person's colour at that time; green when not listed.
    pub(crate) fn status(&self, tag: &SubjectTag, at: Timestamp) -> Result<Colour, RegisterError> {
        let sql = "SELECT colour FROM statuses
                   WHERE tag = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)";
        let found = self
            .db
            .query_row(sql, params![tag.0, integer(at.0)], |row| row.get(0))
            .optional()?;
        found.map_or(Ok(Colour::Green), colour)
    }

    /// Puts a person on the status list, or takes them off it with green.
    pub(crate) fn set_status(
        &self,
        tag: &SubjectTag,
        status: Status,
        now: Timestamp,
    ) -> Result<(), RegisterError> {
        set(&self.db, tag, status, now).map(|_| ())
    }

    /// Sets the statuses of many persons, all or none. Each person may occur once; sorted by tag is
    /// fastest. `progress` is called with the number done.
    pub(crate) fn import(
        &mut self,
        statuses: &[(SubjectTag, Status)],
        now: Timestamp,
        mut progress: impl FnMut(u64),
    ) -> Result<ImportCounts, RegisterError> {
        let transaction = self.db.transaction()?;
        let mut imported = ImportCounts::default();
        for (done, (tag, status)) in (1..).zip(statuses) {
            let changed = set(&transaction, tag, *status, now)?;
            match (status.colour, changed) {
                (Colour::Yellow | Colour::Red, _) => imported.set += 1,
                (Colour::Green, 0) => imported.unlisted += 1,
                (Colour::Green, _) => imported.removed += 1,
            }
            progress(done);
        }
        transaction.commit()?;
        Ok(imported)
    }
}

/// Sets one status; returns how many rows changed.
fn set(
    db: &Connection,
    tag: &SubjectTag,
    status: Status,
    now: Timestamp,
) -> Result<usize, RegisterError> {
    let time = |time: Timestamp| integer(time.0);
    let changed = match status.colour {
        Colour::Green => db
            .prepare_cached("DELETE FROM statuses WHERE tag = ?1")?
            .execute([tag.0])?,
        Colour::Yellow | Colour::Red => db
            .prepare_cached(
                "INSERT INTO statuses VALUES (?1, ?2, coalesce(?3, ?5), ?4)
                 ON CONFLICT (tag) DO UPDATE SET
                 since = coalesce(?3, CASE WHEN colour = ?2 THEN since ELSE ?5 END),
                 colour = ?2, until = ?4",
            )?
            .execute(params![
                tag.0,
                status.colour as i64,
                status.since.map(time),
                (status.until < NEVER).then(|| time(status.until)),
                time(now),
            ])?,
    };
    Ok(changed)
}
