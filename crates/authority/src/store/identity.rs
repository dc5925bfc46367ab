//! Keys of the identity list, which are kept because no ID number is.

use gatepost_pass::{SubjectTag, list::IdentityKey};
use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError};

/// What schema 3 brought. A program with another hash empties `identity_keys` by a migration.
pub(super) const TABLES: &str = "
-- The programme's salt; no row: no identity list is published.
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    salt BLOB NOT NULL CHECK (length(salt) = 16)
) STRICT;
-- Under that salt. As confidential as a pseudonym that can be tested: see docs/threat-model.md.
CREATE TABLE identity_keys (
    tag BLOB PRIMARY KEY CHECK (length(tag) = 16),
    key BLOB NOT NULL CHECK (length(key) = 8)
) STRICT, WITHOUT ROWID;
";

impl Store {
    /// The programme's salt; none where no identity list is published.
    pub(crate) fn identity_salt(&self) -> Result<Option<[u8; 16]>, StoreError> {
        let sql = "SELECT salt FROM identity";
        Ok(self.db.query_row(sql, [], |row| row.get(0)).optional()?)
    }

    /// Begins an identity list under that salt, or ends it. Gives how many keys of another salt went.
    pub(crate) fn set_identity(&mut self, salt: Option<[u8; 16]>) -> Result<usize, StoreError> {
        if self.identity_salt()? == salt {
            return Ok(0);
        }
        let transaction = self.db.transaction()?;
        let gone = transaction.execute("DELETE FROM identity_keys", [])?;
        transaction.execute("DELETE FROM identity", [])?;
        if let Some(salt) = salt {
            transaction.execute("INSERT INTO identity VALUES (1, ?1)", [salt])?;
        }
        transaction.commit()?;
        Ok(gone)
    }

    /// Of a person who is yellow or red, now or later, whether their key is still to be made; nothing of
    /// others.
    pub(crate) fn listed_without_key(&self, tag: &SubjectTag) -> Result<Option<bool>, StoreError> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM identity_keys WHERE tag = ?1)
                   FROM statuses WHERE tag = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let without = statement.query_row([tag.0], |row| row.get(0));
        Ok(without.optional()?)
    }

    /// Keeps keys of that salt, all of them or none, and gives how many: none when the programme's salt
    /// is another by now.
    pub(crate) fn keep_identity_keys(
        &mut self,
        salt: &[u8; 16],
        keys: &[(SubjectTag, IdentityKey)],
    ) -> Result<usize, StoreError> {
        let transaction = self.db.transaction()?;
        let mut kept = 0;
        for (tag, key) in keys {
            kept += transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO identity_keys
                     SELECT ?1, ?2 FROM identity WHERE salt = ?3",
                )?
                .execute(params![tag.0, key.key().to_be_bytes(), salt])?;
        }
        transaction.commit()?;
        Ok(kept)
    }
}
