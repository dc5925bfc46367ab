//! What the operators' pages ask for: devices, counts, findings.

use gatepost_pass::{DeviceId, ManifestId, Timestamp};
use gatepost_protocol::Epoch;
use postgres::{Client, GenericClient};

use super::transaction::storable;
use crate::store::{
    DeviceRow, FindingKind, FindingRow, HourRow, HubStoreError, ManifestMatch, OtherBundle, Paging,
    ReceivedStatus, RevocationRequest, Totals,
    columns::{self, Columns as _, ahead, stored, stored_hour},
};

pub(super) fn knows(client: &mut Client, device: DeviceId) -> Result<bool, HubStoreError> {
    let find = "SELECT 1 FROM devices WHERE device = $1";
    Ok(client.query_opt(find, &[&&device.0[..]])?.is_some())
}

pub(super) fn knows_run(
    client: &mut Client,
    device: DeviceId,
    run: Epoch,
) -> Result<bool, HubStoreError> {
    let find = "SELECT 1 FROM epochs WHERE device = (SELECT id FROM devices WHERE device = $1)
        AND epoch = $2";
    let found = client.query_opt(find, &[&&device.0[..], &&run.0[..]])?;
    Ok(found.is_some())
}

pub(super) fn note_runs(
    client: &mut Client,
    device: DeviceId,
    at: Timestamp,
) -> Result<(), HubStoreError> {
    client.execute(
        "INSERT INTO findings
         SELECT max(e.id), 0, $2::bigint, $4::bytea, $3::bigint
         FROM epochs e JOIN devices d ON d.id = e.device WHERE d.device = $1
         HAVING max(e.id) IS NOT NULL ON CONFLICT DO NOTHING",
        &[
            &&device.0[..],
            &(FindingKind::Runs as i64),
            &stored_hour(at),
            &&[0_u8; 32][..],
        ],
    )?;
    Ok(())
}

pub(super) fn serve(client: &mut Client, manifest: ManifestId) -> Result<(), HubStoreError> {
    client.execute(
        "INSERT INTO manifests VALUES ($1, $2) ON CONFLICT DO NOTHING",
        &[&stored(manifest.version)?, &&manifest.digest.0[..]],
    )?;
    Ok(())
}

pub(super) fn compare(
    client: &mut Client,
    manifest: ManifestId,
) -> Result<ManifestMatch, HubStoreError> {
    let Ok(version) = stored(manifest.version) else {
        return Ok(ManifestMatch::Unknown);
    };
    let find = "SELECT digest FROM manifests WHERE version = $1";
    let found = client.query_opt(find, &[&version])?;
    let found = found.map(|row| row.array(0)).transpose()?;
    Ok(ManifestMatch::of(manifest, found))
}

pub(super) fn note_bundle(client: &mut Client, other: &OtherBundle) -> Result<(), HubStoreError> {
    client.execute(
        "INSERT INTO findings
         SELECT max(e.id), 0, $2::bigint, $3::bytea, $4::bigint
         FROM epochs e JOIN devices d ON d.id = e.device WHERE d.device = $1
             AND NOT EXISTS (SELECT 1 FROM epochs o JOIN findings f ON f.epoch = o.id
                 WHERE o.device = d.id AND f.seq = 0 AND f.kind = $2 AND f.head = $3)
         HAVING max(e.id) IS NOT NULL ON CONFLICT DO NOTHING",
        &[
            &&other.device.0[..],
            &(other.kind as i64),
            &&other.manifest.digest.0[..],
            &stored_hour(other.at),
        ],
    )?;
    Ok(())
}

pub(super) fn record_status(
    client: &mut Client,
    received: &ReceivedStatus,
) -> Result<(), HubStoreError> {
    let (at, status) = (stored_hour(received.at), &received.status);
    client.execute(
        "INSERT INTO devices
             (device, name, seen, told, ahead, clock, bundle, freshness, backlog, parked,
              manifest, program)
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (device) DO UPDATE SET name = excluded.name, seen = excluded.seen,
             told = excluded.told, ahead = excluded.ahead, clock = excluded.clock,
             bundle = excluded.bundle, freshness = excluded.freshness,
             backlog = excluded.backlog, parked = excluded.parked,
             manifest = excluded.manifest, program = excluded.program",
        &[
            &&received.device.0[..],
            &storable(&received.name),
            &at,
            &ahead(received),
            &(status.clock as i64),
            &status
                .bundle
                .map(|bundle| stored(bundle.version))
                .transpose()?,
            &(status.freshness as i64),
            &stored(status.backlog)?,
            &i64::from(status.parked),
            &status.bundle.map(|bundle| bundle.digest.0.to_vec()),
            &gatepost_pass::encode(&status.program),
        ],
    )?;
    Ok(())
}

pub(super) fn totals(client: &mut impl GenericClient) -> Result<Totals, HubStoreError> {
    let row = client.query_one(
        "SELECT (SELECT coalesce(sum(passages), 0)::bigint FROM hours),
                (SELECT count(*) FROM devices), (SELECT count(*) FROM findings),
                (SELECT count(*) FROM epochs WHERE beyond > next_seq)",
        &[],
    )?;
    columns::totals(&row)
}

pub(super) fn devices(
    client: &mut Client,
    paging: Paging,
) -> Result<Vec<DeviceRow>, HubStoreError> {
    let rows = client.query(
        "SELECT device, name, seen, revocation, told, ahead, clock, bundle, freshness, backlog,
                parked, (SELECT coalesce(sum(beyond - next_seq), 0)::bigint FROM epochs e
                 WHERE e.device = d.id AND beyond > next_seq), manifest,
                coalesce(program, ''::bytea)
         FROM devices d ORDER BY seen DESC, id LIMIT $2 OFFSET $1",
        &[&i64::from(paging.skip), &i64::from(paging.take)],
    )?;
    rows.iter().map(columns::device_row).collect()
}

pub(super) fn hours(client: &mut Client, from: u32) -> Result<Vec<HourRow>, HubStoreError> {
    let rows = client.query(
        "SELECT hour, class, passages FROM hours WHERE hour >= $1 ORDER BY hour, class",
        &[&i64::from(from)],
    )?;
    rows.iter().map(columns::hour_row).collect()
}

pub(super) fn findings(
    client: &mut Client,
    paging: Paging,
) -> Result<Vec<FindingRow>, HubStoreError> {
    let rows = client.query(
        "SELECT d.device, e.epoch, f.seq, f.kind, f.at
         FROM findings f JOIN epochs e ON e.id = f.epoch JOIN devices d ON d.id = e.device
         ORDER BY f.at DESC, f.epoch, f.seq, f.kind LIMIT $2 OFFSET $1",
        &[&i64::from(paging.skip), &i64::from(paging.take)],
    )?;
    rows.iter().map(columns::finding_row).collect()
}

pub(super) fn request_revocation(
    client: &mut Client,
    device: DeviceId,
    at: Timestamp,
) -> Result<RevocationRequest, HubStoreError> {
    let id = &device.0[..];
    let noted = client.execute(
        "UPDATE devices SET revocation = $2 WHERE device = $1 AND revocation IS NULL",
        &[&id, &stored_hour(at)],
    )?;
    Ok(match noted {
        1.. => RevocationRequest::Noted,
        0 if knows(client, device)? => RevocationRequest::AlreadyNoted,
        0 => RevocationRequest::UnknownDevice,
    })
}
