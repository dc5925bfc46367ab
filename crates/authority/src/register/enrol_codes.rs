//! One-time enrolment codes. Each enrols one device; its secret is deleted when it is used.

use gatepost_pass::{
    CodeId, DeviceId, Digest, HubAddress, HubPin, OneTimeSecret, Timestamp, time::Minute,
};
use rusqlite::{OptionalExtension as _, params};

use crate::args::HubPins;

use super::database::{Register, RegisterError, integer};

/// What stands in the register of a code's hub is no address, or has too many pins.
const DAMAGED_HUB: RegisterError = RegisterError::Damaged("a hub's address");

/// A code that was made here, as it stands.
pub(crate) enum EnrolCode {
    /// No device has used it.
    Open(Box<OpenCode>),
    /// It has enrolled a device.
    Used {
        device: DeviceId,
        at: Timestamp,
        /// What that device is answered, however often it asks.
        answer: Vec<u8>,
    },
}

/// A code that no device has used, as it was made.
pub(crate) struct OpenCode {
    /// The root that its device pins.
    pub(crate) root: Digest,
    pub(crate) hub: Option<HubAddress>,
    pub(crate) hub_pins: HubPins,
    pub(crate) not_after: Minute,
    pub(crate) secret: OneTimeSecret,
}

/// Whether a code was still open when a device used it.
pub(crate) enum UseResult {
    Now,
    Before,
}

impl Register {
    /// Stores a code before it is given out.
    pub(crate) fn keep_code(&self, code: &OpenCode) -> Result<(), RegisterError> {
        let pins: Vec<u8> = code
            .hub_pins
            .as_slice()
            .iter()
            .flat_map(|pin| pin.0)
            .collect();
        self.db.execute(
            "INSERT INTO enrol_codes (code, root, hub, hub_pins, not_after, secret)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                code.secret.code().0,
                code.root.0,
                code.hub.as_ref().map_or("", HubAddress::as_str),
                pins,
                code.not_after.0,
                code.secret.0
            ],
        )?;
        Ok(())
    }

    /// The code with that id; none when it was not made here.
    pub(crate) fn code(&self, code: CodeId) -> Result<Option<EnrolCode>, RegisterError> {
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
            (Some(secret), _) => Ok(Some(EnrolCode::Open(Box::new(OpenCode {
                root: Digest(root),
                hub: match hub.as_str() {
                    "" => None,
                    hub => Some(hub.parse().map_err(|_| DAMAGED_HUB)?),
                },
                hub_pins: Vec::from_iter(pins.as_chunks().0.iter().copied().map(HubPin))
                    .try_into()
                    .map_err(|_| DAMAGED_HUB)?,
                not_after: Minute(not_after),
                secret: OneTimeSecret(secret),
            })))),
            (None, (Some(device), Some(at), Some(answer))) => Ok(Some(EnrolCode::Used {
                device: DeviceId(device),
                at: Timestamp(u64::try_from(at).unwrap_or_default()),
                answer,
            })),
            (None, _) => Err(RegisterError::Damaged("an enrolment code")),
        }
    }

    /// Marks a code as used by a device, for good, and deletes its secret.
    pub(crate) fn use_code(
        &self,
        code: CodeId,
        device: DeviceId,
        at: Timestamp,
        answer: &[u8],
    ) -> Result<UseResult, RegisterError> {
        let changed = self.db.execute(
            "UPDATE enrol_codes SET secret = NULL, device = ?2, used_at = ?3, answer = ?4
             WHERE code = ?1 AND device IS NULL",
            params![code.0, device.0, integer(at.0), answer],
        )?;
        Ok(if changed == 1 {
            UseResult::Now
        } else {
            UseResult::Before
        })
    }
}
