//! What the PINs of badges are checked against, and the devices that check them.

use std::collections::BTreeMap;

use gatepost_pass::{DeviceId, PassNumber, PinVerifier, Timestamp, time::Minute};
use gatepost_protocol::{DeviceCertificate, SealKey, device::device_id};
use rusqlite::{Connection, params};

use super::database::{Register, RegisterError, integer};

impl Register {
    /// Notes that a device was given this certificate.
    pub(crate) fn record_device(
        &self,
        certificate: &DeviceCertificate,
    ) -> Result<(), RegisterError> {
        self.db.execute(
            "INSERT INTO devices VALUES (?1, ?2, ?3) ON CONFLICT (device) DO UPDATE SET
             seal_key = excluded.seal_key, until = excluded.until",
            params![
                device_id(&certificate.key).0,
                certificate.seal_key.0,
                integer(certificate.until.0)
            ],
        )?;
        Ok(())
    }

    /// The devices whose certificates have not ended, also those that were revoked.
    pub(crate) fn devices(
        &self,
        now: Timestamp,
    ) -> Result<BTreeMap<DeviceId, SealKey>, RegisterError> {
        let sql = "SELECT device, seal_key FROM devices WHERE until > ?1";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([integer(now.0)], |row| {
            Ok((DeviceId(row.get(0)?), SealKey(row.get(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the PINs of all badges that are still valid are checked against.
    pub(crate) fn pins(
        &self,
        now: Timestamp,
    ) -> Result<BTreeMap<PassNumber, PinVerifier>, RegisterError> {
        let mut statement = self.db.prepare(
            "SELECT number, salt, hash FROM badge_pins JOIN passes USING (number)
             WHERE not_after > ?1 AND number NOT IN (SELECT number FROM revocations)",
        )?;
        let rows = statement.query_map([Minute::of(now).0], |row| {
            let (salt, hash) = (row.get(1)?, row.get(2)?);
            Ok((PassNumber(row.get(0)?), PinVerifier { salt, hash }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Keeps what the PIN of a badge is checked against.
pub(super) fn keep(
    db: &Connection,
    number: PassNumber,
    pin: &PinVerifier,
) -> Result<(), RegisterError> {
    db.execute(
        "INSERT INTO badge_pins VALUES (?1, ?2, ?3)",
        params![number.0, pin.salt, pin.hash],
    )?;
    Ok(())
}
