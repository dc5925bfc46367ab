//! What the operators' pages ask for: devices, counts, findings.

use gatepost_pass::{DeviceId, ManifestId, Timestamp};
use gatepost_protocol::Epoch;
use rusqlite::{Connection, params};

use crate::store::{
    DeviceRow, FindingKind, FindingRow, HourRow, HubStoreError, ManifestMatch, OtherBundle, Paging,
    ReceivedStatus, RevocationRequest, Totals,
    columns::{self, Columns as _, ahead, stored, stored_hour},
};

pub(super) fn knows(connection: &Connection, device: DeviceId) -> Result<bool, HubStoreError> {
    let mut find = connection.prepare_cached("SELECT 1 FROM devices WHERE device = ?1")?;
    Ok(find.exists([device.0])?)
}

pub(super) fn knows_run(
    connection: &Connection,
    device: DeviceId,
    run: Epoch,
) -> Result<bool, HubStoreError> {
    let mut find = connection.prepare_cached(
        "SELECT 1 FROM epochs WHERE device = (SELECT id FROM devices WHERE device = ?1)
             AND epoch = ?2",
    )?;
    Ok(find.exists(params![device.0, run.0])?)
}

pub(super) fn note_runs(
    connection: &Connection,
    device: DeviceId,
    at: Timestamp,
) -> Result<(), HubStoreError> {
    connection.execute(
        "INSERT OR IGNORE INTO findings
         SELECT max(e.id), 0, ?2, zeroblob(32), ?3
         FROM epochs e JOIN devices d ON d.id = e.device WHERE d.device = ?1
         HAVING max(e.id) IS NOT NULL",
        params![device.0, FindingKind::Runs as i64, stored_hour(at)],
    )?;
    Ok(())
}

pub(super) fn serve(connection: &Connection, manifest: ManifestId) -> Result<(), HubStoreError> {
    connection.execute(
        "INSERT OR IGNORE INTO manifests VALUES (?1, ?2)",
        params![stored(manifest.version)?, manifest.digest.0],
    )?;
    Ok(())
}

pub(super) fn compare(
    connection: &Connection,
    manifest: ManifestId,
) -> Result<ManifestMatch, HubStoreError> {
    let Ok(version) = stored(manifest.version) else {
        return Ok(ManifestMatch::Unknown);
    };
    let mut find = connection.prepare_cached("SELECT digest FROM manifests WHERE version = ?1")?;
    let mut rows = find.query([version])?;
    let found = rows.next()?.map(|row| row.array(0)).transpose()?;
    Ok(ManifestMatch::of(manifest, found))
}

pub(super) fn note_bundle(
    connection: &Connection,
    other: &OtherBundle,
) -> Result<(), HubStoreError> {
    let kind = other.kind as i64;
    connection.execute(
        "INSERT OR IGNORE INTO findings
         SELECT max(e.id), 0, ?2, ?3, ?4
         FROM epochs e JOIN devices d ON d.id = e.device WHERE d.device = ?1
             AND NOT EXISTS (SELECT 1 FROM epochs o JOIN findings f ON f.epoch = o.id
                 WHERE o.device = d.id AND f.seq = 0 AND f.kind = ?2 AND f.head = ?3)
         HAVING max(e.id) IS NOT NULL",
        params![
            other.device.0,
            kind,
            other.manifest.digest.0,
            stored_hour(other.at)
        ],
    )?;
    Ok(())
}

pub(super) fn record_status(
    connection: &Connection,
    received: &ReceivedStatus,
) -> Result<(), HubStoreError> {
    let (at, status) = (stored_hour(received.at), &received.status);
    connection
        .prepare_cached(
            "INSERT INTO devices
                 (device, name, seen, told, ahead, clock, bundle, freshness, backlog, parked,
                  manifest, program)
             VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (device) DO UPDATE SET name = excluded.name, seen = excluded.seen,
                 told = excluded.told, ahead = excluded.ahead, clock = excluded.clock,
                 bundle = excluded.bundle, freshness = excluded.freshness,
                 backlog = excluded.backlog, parked = excluded.parked,
                 manifest = excluded.manifest, program = excluded.program",
        )?
        .execute(params![
            received.device.0,
            received.name,
            at,
            ahead(received),
            status.clock as i64,
            status
                .bundle
                .map(|bundle| stored(bundle.version))
                .transpose()?,
            status.freshness as i64,
            stored(status.backlog)?,
            status.parked,
            status.bundle.map(|bundle| bundle.digest.0),
            gatepost_pass::encode(&status.program)
        ])?;
    Ok(())
}

pub(super) fn totals(connection: &Connection) -> Result<Totals, HubStoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT coalesce(sum(passages), 0) FROM hours), (SELECT count(*) FROM devices),
                (SELECT count(*) FROM findings),
                (SELECT count(*) FROM epochs WHERE beyond > next_seq)",
    )?;
    let mut rows = statement.query([])?;
    let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    columns::totals(row)
}

pub(super) fn devices(
    connection: &Connection,
    paging: Paging,
) -> Result<Vec<DeviceRow>, HubStoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT device, name, seen, revocation, told, ahead, clock, bundle, freshness, backlog,
                parked, (SELECT coalesce(sum(beyond - next_seq), 0) FROM epochs e
                 WHERE e.device = d.id AND beyond > next_seq), manifest, coalesce(program, x'')
         FROM devices d ORDER BY seen DESC, id LIMIT ?2 OFFSET ?1",
    )?;
    let rows =
        statement.query_and_then([paging.skip, paging.take], |row| columns::device_row(row))?;
    rows.collect()
}

pub(super) fn hours(connection: &Connection, from: u32) -> Result<Vec<HourRow>, HubStoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT hour, class, passages FROM hours WHERE hour >= ?1 ORDER BY hour, class",
    )?;
    let rows = statement.query_and_then([from], |row| columns::hour_row(row))?;
    rows.collect()
}

pub(super) fn findings(
    connection: &Connection,
    paging: Paging,
) -> Result<Vec<FindingRow>, HubStoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT d.device, e.epoch, f.seq, f.kind, f.at
         FROM findings f JOIN epochs e ON e.id = f.epoch JOIN devices d ON d.id = e.device
         ORDER BY f.at DESC, f.epoch, f.seq, f.kind LIMIT ?2 OFFSET ?1",
    )?;
    let rows =
        statement.query_and_then([paging.skip, paging.take], |row| columns::finding_row(row))?;
    rows.collect()
}

pub(super) fn request_revocation(
    connection: &Connection,
    device: DeviceId,
    at: Timestamp,
) -> Result<RevocationRequest, HubStoreError> {
    let noted = connection.execute(
        "UPDATE devices SET revocation = ?2 WHERE device = ?1 AND revocation IS NULL",
        params![device.0, stored_hour(at)],
    )?;
    Ok(match noted {
        1.. => RevocationRequest::Noted,
        0 if knows(connection, device)? => RevocationRequest::AlreadyNoted,
        0 => RevocationRequest::UnknownDevice,
    })
}
