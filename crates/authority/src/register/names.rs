//! Names that places, badges and devices were given, so that no two of a kind look the same.

use gatepost_pass::Kind;
use rusqlite::{OptionalExtension as _, params};

use super::database::{Register, RegisterError};
use crate::look_alikes::looks;

/// Whether a name can be told apart from all others of its kind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NameResult {
    /// It can, and is remembered.
    Kept,
    /// It can't: it looks like this one, short name and name.
    LooksLike(String),
}

impl Register {
    /// Keeps the short name and the name of a place, badge or device, unless one of them looks like
    /// that of another one. The same short name stands for the same thing, which may be renamed,
    /// and two people may well have one name: only what is written otherwise and looks the same is
    /// refused.
    pub(crate) fn keep_name(
        &self,
        kind: Kind,
        id: &str,
        name: &str,
    ) -> Result<NameResult, RegisterError> {
        let (id_looks, name_looks) = (looks(id), looks(name));
        let sql = "SELECT id, name FROM names WHERE kind = ?1 AND id <> ?2
                   AND (id_looks = ?3 OR (name_looks = ?4 AND name <> ?5)) LIMIT 1";
        let other = self.db.query_row(
            sql,
            params![kind.name(), id, id_looks, name_looks, name],
            |row| {
                let (id, name): (String, String) = (row.get(0)?, row.get(1)?);
                Ok(NameResult::LooksLike(format!("{id} ({name})")))
            },
        );
        if let Some(other) = other.optional()? {
            return Ok(other);
        }
        self.db.execute(
            "INSERT INTO names VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind, id)
             DO UPDATE SET name = excluded.name, name_looks = excluded.name_looks",
            params![kind.name(), id, name, id_looks, name_looks],
        )?;
        Ok(NameResult::Kept)
    }
}
