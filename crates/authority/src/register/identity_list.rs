//! The identity list: its salt, and the keys made of ID numbers, which themselves are not kept.

use gatepost_pass::{SubjectTag, list::IdentityKey};
use rusqlite::{OptionalExtension as _, params};

use super::database::{Register, RegisterError};

impl Register {
    /// The programme's salt; none while no identity list is published.
    pub(crate) fn identity_salt(&self) -> Result<Option<[u8; 16]>, RegisterError> {
        let sql = "SELECT salt FROM identity";
        Ok(self.db.query_row(sql, [], |row| row.get(0)).optional()?)
    }

    /// Starts an identity list under that salt, or ends it with none. Returns how many keys of
    /// another salt were deleted.
    pub(crate) fn set_identity(&mut self, salt: Option<[u8; 16]>) -> Result<usize, RegisterError> {
        if self.identity_salt()? == salt {
            return Ok(0);
        }
        let transaction = self.db.transaction()?;
        let deleted = transaction.execute("DELETE FROM identity_keys", [])?;
        transaction.execute("DELETE FROM identity", [])?;
        if let Some(salt) = salt {
            transaction.execute("INSERT INTO identity VALUES (1, ?1)", [salt])?;
        }
        transaction.commit()?;
        Ok(deleted)
    }

    /// Whether the key of a person is still missing; none for a person who has no status, now or
    /// later, and so needs no key.
    pub(crate) fn listed_without_key(
        &self,
        tag: &SubjectTag,
    ) -> Result<Option<bool>, RegisterError> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM identity_keys WHERE tag = ?1)
                   FROM statuses WHERE tag = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let without = statement.query_row([tag.0], |row| row.get(0));
        Ok(without.optional()?)
    }

    /// Stores keys made under that salt, all of them or none, and returns how many: none when the
    /// programme's salt has changed meanwhile.
    pub(crate) fn keep_identity_keys(
        &mut self,
        salt: &[u8; 16],
        keys: &[(SubjectTag, IdentityKey)],
    ) -> Result<usize, RegisterError> {
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
