//! Passes and badges that were issued, the persons on them, and revocations.

use std::ops::Range;

use gatepost_pass::{
    Badge, Kind, Medium, Pass, PassNumber, PinVerifier, SubjectTag, Timestamp, time::Minute,
};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};

use super::{
    database::{Register, RegisterError, integer},
    pins,
};

/// Whether a pass number was still free.
pub(crate) enum Recorded {
    New,
    NumberTaken,
}

/// Whether a revocation changes anything.
pub(crate) enum RevokeResult {
    Now,
    Before { reason: String, at: Timestamp },
    NoSuchPass,
}

impl Register {
    /// Records a pass and the persons on it.
    pub(crate) fn record_pass(
        &mut self,
        kind: Kind,
        pass: &Pass,
        at: Timestamp,
    ) -> Result<Recorded, RegisterError> {
        let medium = match pass.medium {
            Medium::Phone => "phone",
            Medium::Paper => "paper",
        };
        let (from, until) = (pass.not_before.0, pass.not_after.0);
        let number = (pass.number, kind);
        let transaction = self.db.transaction()?;
        if let Recorded::NumberTaken = take_number(&transaction, number, from..until, medium, at)? {
            return Ok(Recorded::NumberTaken);
        }
        for subject in pass.subjects.as_slice() {
            transaction.execute(
                "INSERT INTO persons VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tag) DO UPDATE SET name = excluded.name",
                params![
                    subject.tag.0,
                    subject.name.as_str(),
                    subject.last4.as_str(),
                    integer(at.0)
                ],
            )?;
            transaction.execute(
                "INSERT INTO subjects VALUES (?1, ?2, ?3)",
                params![pass.number.0, subject.tag.0, subject.colour as i64],
            )?;
        }
        transaction.commit()?;
        Ok(Recorded::New)
    }

    /// Records a badge, and what its PIN is checked against. Its number is unique among badges and
    /// passes.
    pub(crate) fn record_badge(
        &mut self,
        badge: &Badge,
        pin: Option<&PinVerifier>,
        at: Timestamp,
    ) -> Result<Recorded, RegisterError> {
        let valid = Minute::of(at).0..badge.not_after.0;
        let number = (badge.number, Kind::Badge);
        let transaction = self.db.transaction()?;
        let recorded = take_number(&transaction, number, valid, "paper", at)?;
        if let (Recorded::New, Some(pin)) = (&recorded, pin) {
            pins::keep(&transaction, badge.number, pin)?;
        }
        transaction.commit()?;
        Ok(recorded)
    }

    /// Whether a person was ever issued a pass.
    pub(crate) fn knows(&self, tag: &SubjectTag) -> Result<bool, RegisterError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM persons WHERE tag = ?1)";
        let mut statement = self.db.prepare_cached(sql)?;
        Ok(statement.query_row([tag.0], |row| row.get(0))?)
    }

    /// Revokes a pass or a badge. The first revocation stays.
    pub(crate) fn revoke(
        &mut self,
        number: PassNumber,
        reason: &str,
        at: Timestamp,
    ) -> Result<RevokeResult, RegisterError> {
        let transaction = self.db.transaction()?;
        let sql = "SELECT EXISTS (SELECT 1 FROM passes WHERE number = ?1)";
        if !transaction.query_row(sql, [number.0], |row| row.get(0))? {
            return Ok(RevokeResult::NoSuchPass);
        }
        let before = transaction
            .query_row(
                "SELECT reason, at FROM revocations WHERE number = ?1",
                [number.0],
                |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)),
            )
            .optional()?;
        if let Some((reason, at)) = before {
            let at = Timestamp(u64::try_from(at).unwrap_or_default());
            return Ok(RevokeResult::Before { reason, at });
        }
        transaction.execute(
            "INSERT INTO revocations VALUES (?1, ?2, ?3)",
            params![number.0, reason, integer(at.0)],
        )?;
        transaction.commit()?;
        Ok(RevokeResult::Now)
    }
}

fn take_number(
    db: &Connection,
    (number, kind): (PassNumber, Kind),
    minutes: Range<u32>,
    medium: &str,
    at: Timestamp,
) -> Result<Recorded, RegisterError> {
    let inserted = db.execute(
        "INSERT INTO passes VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            number.0,
            kind.name(),
            minutes.start,
            minutes.end,
            medium,
            integer(at.0)
        ],
    );
    match inserted {
        Err(why) if why.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Ok(Recorded::NumberTaken)
        }
        other => Ok(other.map(|_| Recorded::New)?),
    }
}
