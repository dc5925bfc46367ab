//! What the fleet page asks for: devices, counts, findings.

use postgres::GenericClient;

use super::*;
use crate::store::{CLOCKS, FRESHNESS, OUTCOMES, Told};

pub(super) fn knows(client: &mut Client, device: DeviceId) -> Result<bool, StoreError> {
    let find = "SELECT 1 FROM devices WHERE device = $1";
    Ok(client.query_opt(find, &[&&device.0[..]])?.is_some())
}

pub(super) fn hear(client: &mut Client, heard: &Heard) -> Result<(), StoreError> {
    let (at, status) = (stored_time(heard.at), &heard.status);
    client.execute(
        "INSERT INTO devices (device, name, seen, told, ahead, clock, bundle, freshness, backlog, parked)
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (device) DO UPDATE SET name = excluded.name, seen = excluded.seen,
             told = excluded.told, ahead = excluded.ahead, clock = excluded.clock,
             bundle = excluded.bundle, freshness = excluded.freshness,
             backlog = excluded.backlog, parked = excluded.parked",
        &[
            &&heard.device.0[..],
            &storable(&heard.name),
            &at,
            &stored_time(status.at).saturating_sub(at),
            &(status.clock as i64),
            &stored(status.bundle)?,
            &(status.freshness as i64),
            &stored(status.backlog)?,
            &i64::from(status.parked),
        ],
    )?;
    Ok(())
}

pub(super) fn totals(client: &mut impl GenericClient) -> Result<Totals, StoreError> {
    let row = client.query_one(
        "SELECT (SELECT coalesce(sum(passages), 0)::bigint FROM hours), (SELECT count(*) FROM devices),
                (SELECT count(*) FROM findings), (SELECT count(*) FROM epochs WHERE beyond > next_seq)",
        &[],
    )?;
    Ok(Totals {
        passages: loaded(row.try_get(0)?),
        devices: loaded(row.try_get(1)?),
        findings: loaded(row.try_get(2)?),
        gaps: loaded(row.try_get(3)?),
    })
}

pub(super) fn devices(client: &mut Client, page: Page) -> Result<Vec<DeviceRow>, StoreError> {
    let rows = client.query(
        "SELECT device, name, seen, revocation, told, ahead, clock, bundle, freshness, backlog, parked,
                (SELECT coalesce(sum(beyond - next_seq), 0)::bigint FROM epochs e
                 WHERE e.device = d.id AND beyond > next_seq)
         FROM devices d ORDER BY seen DESC, id LIMIT $2 OFFSET $1",
        &[&i64::from(page.skip), &i64::from(page.take)],
    )?;
    let devices = rows.iter().map(|row| {
        let told = match row.try_get::<_, Option<i64>>(4)? {
            None => None,
            Some(at) => Some(Told {
                at: Timestamp(loaded(at)),
                offset: row.try_get(5)?,
                clock: numbered(&CLOCKS, "state of a clock", row.try_get(6)?)?,
                bundle: loaded(row.try_get(7)?),
                freshness: numbered(&FRESHNESS, "freshness", row.try_get(8)?)?,
                backlog: loaded(row.try_get(9)?),
                parked: small(row.try_get(10)?),
            }),
        };
        Ok(DeviceRow {
            device: DeviceId(bytes(row, 0)?),
            name: row.try_get(1)?,
            seen: Timestamp(loaded(row.try_get(2)?)),
            told,
            waiting: loaded(row.try_get(11)?),
            revocation: row
                .try_get::<_, Option<i64>>(3)?
                .map(|at| Timestamp(loaded(at))),
        })
    });
    devices.collect()
}

pub(super) fn hours(client: &mut Client, from: u32) -> Result<Vec<HourRow>, StoreError> {
    let rows = client.query(
        "SELECT hour, class, passages FROM hours WHERE hour >= $1 ORDER BY hour, class",
        &[&i64::from(from)],
    )?;
    let hours = rows.iter().map(|row| {
        Ok(HourRow {
            hour: small(row.try_get(0)?),
            class: numbered(&OUTCOMES, "class", row.try_get(1)?)?,
            passages: loaded(row.try_get(2)?),
        })
    });
    hours.collect()
}

pub(super) fn findings(client: &mut Client, page: Page) -> Result<Vec<FindingRow>, StoreError> {
    let rows = client.query(
        "SELECT d.device, e.epoch, f.seq, f.kind, f.at
         FROM findings f JOIN epochs e ON e.id = f.epoch JOIN devices d ON d.id = e.device
         ORDER BY f.at DESC, f.epoch, f.seq, f.kind LIMIT $2 OFFSET $1",
        &[&i64::from(page.skip), &i64::from(page.take)],
    )?;
    rows.iter().map(finding).collect()
}

pub(super) fn ask_revocation(
    client: &mut Client,
    device: DeviceId,
    at: Timestamp,
) -> Result<Asked, StoreError> {
    let id = &device.0[..];
    let noted = client.execute(
        "UPDATE devices SET revocation = $2 WHERE device = $1 AND revocation IS NULL",
        &[&id, &stored_time(at)],
    )?;
    Ok(match noted {
        1.. => Asked::Noted,
        0 if knows(client, device)? => Asked::Already,
        0 => Asked::Unknown,
    })
}

/// A number that was written as a `u32`.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
