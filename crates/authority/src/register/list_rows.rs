//! What a bundle's lists are made of, as of one moment: read row by row, never held as a whole.

use std::iter;

use gatepost_pass::{Colour, Listing, PassNumber, Revocation, SubjectTag, Timestamp};
use rusqlite::{Params, Row, Transaction, params};

use super::database::{Register, RegisterError, colour, integer};

/// Who is yellow or red at ?1.
const LISTED: &str = "SELECT tag, colour FROM statuses
    WHERE since <= ?1 AND (until IS NULL OR until > ?1)";

/// A read transaction: the register as it is now, whatever others write meanwhile.
pub(crate) struct ListRows<'a> {
    db: Transaction<'a>,
}

impl Register {
    /// The rows for lists, as of now.
    pub(crate) fn list_rows(&mut self) -> Result<ListRows<'_>, RegisterError> {
        let db = self.db.transaction()?;
        Ok(ListRows { db })
    }
}

impl ListRows<'_> {
    /// The most persons that [`Self::universe`] gives.
    pub(crate) fn size(&self) -> Result<u64, RegisterError> {
        let sql = "SELECT (SELECT count(*) FROM persons) + (SELECT count(*) FROM statuses)";
        let size: i64 = self.db.query_row(sql, [], |row| row.get(0))?;
        u64::try_from(size).map_err(|_| RegisterError::Damaged("a count"))
    }

    /// Gives everyone who is yellow or red at that time to `read`.
    pub(crate) fn listed<T>(
        &self,
        at: Timestamp,
        read: impl FnOnce(&mut dyn Iterator<Item = (SubjectTag, Colour)>) -> T,
    ) -> Result<T, RegisterError> {
        let parse = |row: &Row<'_>| Ok((SubjectTag(row.get(0)?), colour(row.get(1)?)?));
        self.stream(LISTED, [integer(at.0)], parse, read)
    }

    /// Gives everyone who was ever issued a pass or is listed to `read`, each once, with what a
    /// list of that time must answer.
    pub(crate) fn universe<T>(
        &self,
        at: Timestamp,
        read: impl FnOnce(&mut dyn Iterator<Item = (SubjectTag, Listing)>) -> T,
    ) -> Result<T, RegisterError> {
        let sql = format!(
            "WITH listed AS ({LISTED})
             SELECT tag, coalesce(colour, 0) FROM persons LEFT JOIN listed USING (tag)
             UNION ALL
             SELECT tag, colour FROM listed WHERE tag NOT IN (SELECT tag FROM persons)"
        );
        let parse = |row: &Row<'_>| {
            let colour = colour(row.get(1)?)?;
            Ok((SubjectTag(row.get(0)?), Listing::of(colour)))
        };
        self.stream(&sql, [integer(at.0)], parse, read)
    }

    /// Gives the identity key of everyone who is yellow or red at that time and has one to `read`.
    pub(crate) fn identities<T>(
        &self,
        at: Timestamp,
        read: impl FnOnce(&mut dyn Iterator<Item = (u64, Colour)>) -> T,
    ) -> Result<T, RegisterError> {
        let sql = format!("SELECT key, colour FROM ({LISTED}) JOIN identity_keys USING (tag)");
        let parse = |row: &Row<'_>| Ok((u64::from_be_bytes(row.get(0)?), colour(row.get(1)?)?));
        self.stream(&sql, [integer(at.0)], parse, read)
    }

    /// Number of persons who are yellow or red at that time and have no identity key.
    pub(crate) fn without_identity(&self, at: Timestamp) -> Result<u64, RegisterError> {
        let sql = format!(
            "SELECT count(*) FROM ({LISTED}) WHERE tag NOT IN (SELECT tag FROM identity_keys)"
        );
        let count: i64 = self.db.query_row(&sql, [integer(at.0)], |row| row.get(0))?;
        u64::try_from(count).map_err(|_| RegisterError::Damaged("a count"))
    }

    /// Gives the number of every revoked pass to `read`, in order.
    pub(crate) fn revoked<T>(
        &self,
        read: impl FnOnce(&mut dyn Iterator<Item = PassNumber>) -> T,
    ) -> Result<T, RegisterError> {
        let sql = "SELECT number FROM revocations ORDER BY number";
        self.stream(sql, params![], |row| Ok(PassNumber(row.get(0)?)), read)
    }

    /// Gives the number of every pass to `read`, in order, with whether it is revoked.
    pub(crate) fn passes<T>(
        &self,
        read: impl FnOnce(&mut dyn Iterator<Item = (PassNumber, Revocation)>) -> T,
    ) -> Result<T, RegisterError> {
        let sql = "SELECT number, revocations.number IS NOT NULL
                   FROM passes LEFT JOIN revocations USING (number) ORDER BY number";
        let parse = |row: &Row<'_>| {
            let revocation = match row.get(1)? {
                true => Revocation::Revoked,
                false => Revocation::Valid,
            };
            Ok((PassNumber(row.get(0)?), revocation))
        };
        self.stream(sql, params![], parse, read)
    }

    /// Gives rows to `read` one by one. Its result is returned only when all rows could be read.
    fn stream<R, T>(
        &self,
        sql: &str,
        params: impl Params,
        parse: impl Fn(&Row<'_>) -> Result<R, RegisterError>,
        read: impl FnOnce(&mut dyn Iterator<Item = R>) -> T,
    ) -> Result<T, RegisterError> {
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query(params)?;
        let mut failed = None;
        let made = read(&mut iter::from_fn(|| {
            let row = rows.next().map_err(RegisterError::from);
            match row.and_then(|row| row.map(&parse).transpose()) {
                Ok(row) => row,
                Err(why) => {
                    failed = Some(why);
                    None
                }
            }
        }));
        failed.map_or(Ok(made), Err)
    }
}
