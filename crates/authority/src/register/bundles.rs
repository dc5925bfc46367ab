//! Bundles: the signed trust list and policy, version numbers, and what was published.

use std::collections::BTreeMap;

use gatepost_pass::{Digest, ManifestId, Timestamp, bundle::Versions};
use rusqlite::{OptionalExtension as _, params};

use super::database::{Register, RegisterError, integer};

/// A file that was signed before.
#[derive(Clone)]
pub(crate) struct SignedFile {
    pub(crate) version: u64,
    /// Digest of what was signed, without version and time.
    pub(crate) content: Digest,
    pub(crate) bytes: Vec<u8>,
}

impl Register {
    /// The newest signed file of that name (`trust-list`, `policy`).
    pub(crate) fn signed(&self, name: &str) -> Result<Option<SignedFile>, RegisterError> {
        let row = self
            .db
            .query_row(
                "SELECT version, content, bytes FROM signed WHERE name = ?1",
                [name],
                |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        row.map(|(version, content, bytes)| {
            let version =
                u64::try_from(version).map_err(|_| RegisterError::Damaged("a version"))?;
            let content = Digest(content);
            Ok(SignedFile {
                version,
                content,
                bytes,
            })
        })
        .transpose()
    }

    /// Keeps a file that was signed.
    pub(crate) fn keep_signed(&self, name: &str, signed: &SignedFile) -> Result<(), RegisterError> {
        self.db.execute(
            "INSERT INTO signed VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET
             version = excluded.version, content = excluded.content, bytes = excluded.bytes",
            params![
                name,
                integer(signed.version),
                signed.content.0,
                signed.bytes
            ],
        )?;
        Ok(())
    }

    /// Takes the next version number for a bundle. It is never given out again.
    pub(crate) fn next_bundle(&self, at: Timestamp) -> Result<u64, RegisterError> {
        let version: i64 = self.db.query_row(
            "INSERT INTO bundles (version, issued_at)
             SELECT coalesce(max(version), 0) + 1, ?1 FROM bundles RETURNING version",
            [integer(at.0)],
            |row| row.get(0),
        )?;
        u64::try_from(version).map_err(|_| RegisterError::Damaged("a version"))
    }

    /// Records a published bundle: its manifest, and which versions it has.
    pub(crate) fn bundle_published(
        &mut self,
        manifest: ManifestId,
        versions: &Versions,
    ) -> Result<(), RegisterError> {
        let version = integer(manifest.version);
        let transaction = self.db.transaction()?;
        transaction.execute(
            "UPDATE bundles SET versions = ?2 WHERE version = ?1",
            params![version, versions.to_bytes()],
        )?;
        transaction.execute(
            "INSERT INTO manifests VALUES (?1, ?2)",
            params![version, manifest.digest.0],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// The manifest of every bundle that was published, by version.
    pub(crate) fn manifests(&self) -> Result<BTreeMap<u64, Digest>, RegisterError> {
        let mut read = self.db.prepare("SELECT version, digest FROM manifests")?;
        let rows = read.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
        let rows = rows.map(|row| {
            let (version, digest) = row?;
            let version =
                u64::try_from(version).map_err(|_| RegisterError::Damaged("a version"))?;
            Ok((version, Digest(digest)))
        });
        rows.collect()
    }

    /// The versions that the newest published bundle has.
    pub(crate) fn published(&self) -> Result<Versions, RegisterError> {
        let bytes: Option<Vec<u8>> = self
            .db
            .query_row(
                "SELECT versions FROM bundles WHERE versions IS NOT NULL
                 ORDER BY version DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        bytes.map_or(Ok(Versions::default()), |bytes| {
            Versions::from_bytes(&bytes).map_err(|_| RegisterError::Damaged("versions"))
        })
    }
}
