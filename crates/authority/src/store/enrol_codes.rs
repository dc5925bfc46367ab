//! One-time enrolment codes: each enrols one device. Its secret goes when it is used.

use gatepost_pass::{
    CodeId, DeviceId, Digest, HubPin, OneTimeSecret, Text, Timestamp, time::Minute,
};
use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError, integer};

/// What schema 4 brought.
pub(super) const TABLES: &str = "
CREATE TABLE enrol_codes (
    code BLOB PRIMARY KEY CHECK (length(code) = 16),
    root BLOB NOT NULL CHECK (length(root) = 32),
    hub TEXT NOT NULL,
    -- 32 bytes each.
    hub_pins BLOB NOT NULL,
    -- In minutes.
    not_after INTEGER NOT NULL,
    -- Either the secret, or what it was used for.
    secret BLOB CHECK (length(secret) = 16),
    device BLOB CHECK (length(device) = 16),
    used_at INTEGER,
    answer BLOB,
    CHECK ((secret IS NULL) = (device IS NOT NULL AND used_at IS NOT NULL AND answer IS NOT NULL))
) STRICT, WITHOUT ROWID;
";

/// A code that was made here.
pub(crate) enum Code {
    /// No device has used it.
    Open(Box<OpenCode>),
    /// It has done its work.
    Used {
        device: DeviceId,
        at: Timestamp,
        /// What that device is answered, as often as it asks.
        answer: Vec<u8>,
    },
}

/// A code that no device has used, as it was made.
pub(crate) struct OpenCode {
    /// The root that its device pins.
    pub(crate) root: Digest,
    pub(crate) hub: Text<120>,
    pub(crate) hub_pins: Vec<HubPin>,
    pub(crate) not_after: Minute,
    pub(crate) secret: OneTimeSecret,
}

/// Whether a code was still open.
pub(crate) enum UsedUp {
    Now,
    Before,
}

impl Store {
    /// Keeps a code that goes out.
    pub(crate) fn keep_code(&self, code: &OpenCode) -> Result<(), StoreError> {
        let pins: Vec<u8> = code.hub_pins.iter().flat_map(|pin| pin.0).collect();
        self.db.execute(
            "INSERT INTO enrol_codes (code, root, hub, hub_pins, not_after, secret)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                code.secret.code().0,
                code.root.0,
                code.hub.as_str(),
                pins,
                code.not_after.0,
                code.secret.0
            ],
        )?;
        Ok(())
    }

    /// The code of that name; none that was not made here.
    pub(crate) fn code(&self, code: CodeId) -> Result<Option<Code>, StoreError> {
        type Used = (Option<[u8; 16]>, Option<i64>, Option<Vec<u8>>);
        let row = self.db.query_row(
            "SELECT root, hub, hub_pins, not_after, secret, device, used_at, answer
             FROM enrol_codes WHERE code = ?1",
            [code.0],
            |row| {
                let open: (_, String, Vec<u8>, _) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                let used: Used = (row.get(5)?, row.get(6)?, row.get(7)?);
                Ok((open, row.get::<_, Option<[u8; 16]>>(4)?, used))
            },
        );
        let Some(((root, hub, pins, not_after), secret, used)) = row.optional()? else {
            return Ok(None);
        };
        match (secret, used) {
            (Some(secret), _) => Ok(Some(Code::Open(Box::new(OpenCode {
                root: Digest(root),
                hub: hub
                    .as_str()
                    .try_into()
                    .map_err(|_| StoreError::Damaged("a hub's address"))?,
                hub_pins: pins.as_chunks().0.iter().copied().map(HubPin).collect(),
                not_after: Minute(not_after),
                secret: OneTimeSecret(secret),
            })))),
            (None, (Some(device), Some(at), Some(answer))) => Ok(Some(Code::Used {
                device: DeviceId(device),
                at: Timestamp(u64::try_from(at).unwrap_or_default()),
                answer,
            })),
            (None, _) => Err(StoreError::Damaged("an enrolment code")),
        }
    }

    /// Uses a code up for a device, for good: its secret is forgotten.
    pub(crate) fn use_code(
        &self,
        code: CodeId,
        device: DeviceId,
        at: Timestamp,
        answer: &[u8],
    ) -> Result<UsedUp, StoreError> {
        let changed = self.db.execute(
            "UPDATE enrol_codes SET secret = NULL, device = ?2, used_at = ?3, answer = ?4
             WHERE code = ?1 AND device IS NULL",
            params![code.0, device.0, integer(at.0), answer],
        )?;
        Ok(if changed == 1 {
            UsedUp::Now
        } else {
            UsedUp::Before
        })
    }
}
