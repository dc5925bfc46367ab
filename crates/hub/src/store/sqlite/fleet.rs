//! What the fleet page asks for: devices, counts, findings.

use super::*;
use crate::store::{CLOCKS, FRESHNESS, OUTCOMES, Told};

pub(super) fn knows(connection: &Connection, device: DeviceId) -> Result<bool, StoreError> {
    let mut find = connection.prepare_cached("SELECT 1 FROM devices WHERE device = ?1")?;
    Ok(find.exists([device.0])?)
}

pub(super) fn hear(connection: &Connection, heard: &Heard) -> Result<(), StoreError> {
    let (at, status) = (stored_time(heard.at), &heard.status);
    connection
        .prepare_cached(
            "INSERT INTO devices (device, name, seen, told, ahead, clock, bundle, freshness, backlog, parked)
             VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (device) DO UPDATE SET name = excluded.name, seen = excluded.seen,
                 told = excluded.told, ahead = excluded.ahead, clock = excluded.clock,
                 bundle = excluded.bundle, freshness = excluded.freshness,
                 backlog = excluded.backlog, parked = excluded.parked",
        )?
        .execute(params![
            heard.device.0,
            heard.name,
            at,
            stored_time(status.at).saturating_sub(at),
            status.clock as i64,
            stored(status.bundle)?,
            status.freshness as i64,
            stored(status.backlog)?,
            status.parked
        ])?;
    Ok(())
}

pub(super) fn totals(connection: &Connection) -> Result<Totals, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT coalesce(sum(passages), 0) FROM hours), (SELECT count(*) FROM devices),
                (SELECT count(*) FROM findings), (SELECT count(*) FROM epochs WHERE beyond > next_seq)",
    )?;
    Ok(statement.query_row([], |row| {
        Ok(Totals {
            passages: loaded(row.get(0)?),
            devices: loaded(row.get(1)?),
            findings: loaded(row.get(2)?),
            gaps: loaded(row.get(3)?),
        })
    })?)
}

pub(super) fn devices(connection: &Connection, page: Page) -> Result<Vec<DeviceRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT device, name, seen, revocation, told, ahead, clock, bundle, freshness, backlog, parked,
                (SELECT coalesce(sum(beyond - next_seq), 0) FROM epochs e
                 WHERE e.device = d.id AND beyond > next_seq)
         FROM devices d ORDER BY seen DESC, id LIMIT ?2 OFFSET ?1",
    )?;
    let mut rows = statement.query([page.skip, page.take])?;
    let mut devices = Vec::new();
    while let Some(row) = rows.next()? {
        let told = match row.get::<_, Option<i64>>(4)? {
            None => None,
            Some(at) => Some(Told {
                at: Timestamp(loaded(at)),
                offset: row.get(5)?,
                clock: numbered(&CLOCKS, "state of a clock", row.get(6)?)?,
                bundle: loaded(row.get(7)?),
                freshness: numbered(&FRESHNESS, "freshness", row.get(8)?)?,
                backlog: loaded(row.get(9)?),
                parked: row.get(10)?,
            }),
        };
        devices.push(DeviceRow {
            device: DeviceId(row.get(0)?),
            name: row.get(1)?,
            seen: Timestamp(loaded(row.get(2)?)),
            told,
            waiting: loaded(row.get(11)?),
            revocation: row
                .get::<_, Option<i64>>(3)?
                .map(|at| Timestamp(loaded(at))),
        });
    }
    Ok(devices)
}

pub(super) fn hours(connection: &Connection, from: u32) -> Result<Vec<HourRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT hour, class, passages FROM hours WHERE hour >= ?1 ORDER BY hour, class",
    )?;
    let mut rows = statement.query([from])?;
    let mut hours = Vec::new();
    while let Some(row) = rows.next()? {
        hours.push(HourRow {
            hour: row.get(0)?,
            class: numbered(&OUTCOMES, "class", row.get(1)?)?,
            passages: loaded(row.get(2)?),
        });
    }
    Ok(hours)
}

pub(super) fn findings(connection: &Connection, page: Page) -> Result<Vec<FindingRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT d.device, e.epoch, f.seq, f.kind, f.at
         FROM findings f JOIN epochs e ON e.id = f.epoch JOIN devices d ON d.id = e.device
         ORDER BY f.at DESC, f.epoch, f.seq, f.kind LIMIT ?2 OFFSET ?1",
    )?;
    let mut rows = statement.query([page.skip, page.take])?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next()? {
        if let Arrived::Finding(finding) = found(row)? {
            findings.push(finding);
        }
    }
    Ok(findings)
}

pub(super) fn ask_revocation(
    connection: &Connection,
    device: DeviceId,
    at: Timestamp,
) -> Result<Asked, StoreError> {
    let noted = connection.execute(
        "UPDATE devices SET revocation = ?2 WHERE device = ?1 AND revocation IS NULL",
        params![device.0, stored_time(at)],
    )?;
    Ok(match noted {
        1.. => Asked::Noted,
        0 if knows(connection, device)? => Asked::Already,
        0 => Asked::Unknown,
    })
}
