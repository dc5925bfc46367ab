//! A group of batches in one transaction: find their epochs, copy the batches, update what follows from them.

use std::collections::BTreeMap;

use gatepost_protocol::{Head, Outcome, batch::MAX_RECORDS};
use postgres::{Client, Statement, Transaction, binary_copy::BinaryCopyInWriter, types::Type};

use super::{head, storable};
use crate::store::{
    Finding, FindingKind, Front, Incoming, StoreError,
    intake::{self, Change, EpochRow, Held, Rows},
    loaded, numbered, stored, stored_time,
};

/// A transaction.
pub(super) struct Open<'a> {
    pub(super) transaction: Transaction<'a>,
    pub(super) prepared: &'a Prepared,
}

/// What every group says, understood by the server once a connection.
pub(super) struct Prepared {
    find: Statement,
    numbers: Statement,
    copy: Statement,
    update: Statement,
}

impl Prepared {
    pub(super) fn new(client: &mut Client) -> Result<Self, StoreError> {
        Ok(Self {
            find: client.prepare(FIND)?,
            numbers: client.prepare(NUMBERS)?,
            copy: client.prepare(COPY)?,
            update: client.prepare(UPDATE)?,
        })
    }
}

const FIND: &str = "SELECT came.n, e.id, e.next_seq, e.head, e.beyond, EXISTS (SELECT 1 FROM epochs o
        WHERE o.device = e.device AND o.previous = came.previous AND o.id <> e.id)
    FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) WITH ORDINALITY AS came (device, epoch, previous, n)
    JOIN devices d ON d.device = came.device
    JOIN epochs e ON e.device = d.id AND e.epoch = came.epoch
    ORDER BY e.id FOR UPDATE OF e";
const NEW_DEVICES: &str = "INSERT INTO devices (device, name, seen)
    SELECT device, name, $3 FROM unnest($1::bytea[], $2::text[]) AS came (device, name) ORDER BY device
    ON CONFLICT (device) DO NOTHING";
const NEW_EPOCHS: &str = "INSERT INTO epochs (device, epoch, next_seq, head, beyond)
    SELECT d.id, came.epoch, 0, $3, 0 FROM unnest($1::bytea[], $2::bytea[]) AS came (device, epoch)
    JOIN devices d ON d.device = came.device ORDER BY d.id
    ON CONFLICT (device, epoch) DO NOTHING";
const NUMBERS: &str = "SELECT nextval('batch_numbers') FROM generate_series(1, $1::bigint)";
const COPY: &str =
    "COPY batches (received, id, epoch, first, last, piece, signed) FROM STDIN BINARY";
const COLUMNS: [Type; 7] = [
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::BYTEA,
];
/// Bytes of a piece of a batch: what fits into a page of 8 KiB beside the other columns.
const PIECE: usize = 8_000;
const UPDATE: &str = "WITH fronts AS (UPDATE epochs SET next_seq = n.next_seq, head = n.head, beyond = n.beyond,
            previous = coalesce(n.previous, epochs.previous)
        FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[])
            AS n (id, next_seq, head, beyond, previous)
        WHERE epochs.id = n.id),
    contacts AS (UPDATE devices SET seen = $6, name = n.name
        FROM unnest($7::bytea[], $8::text[]) AS n (device, name)
        WHERE devices.device = n.device AND (devices.seen, devices.name) IS DISTINCT FROM ($6, n.name))
    INSERT INTO hours SELECT * FROM unnest($9::bigint[], $10::bigint[], $11::bigint[]) ORDER BY 1, 2
    ON CONFLICT (hour, class) DO UPDATE SET passages = hours.passages + excluded.passages";
const NEW_FINDINGS: &str = "INSERT INTO findings SELECT * FROM
    unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[]) ON CONFLICT DO NOTHING";

impl Rows for Open<'_> {
    fn find(&mut self, group: &[Incoming]) -> Result<Vec<EpochRow>, StoreError> {
        let mut found = self.find_known(group)?;
        if found.len() < group.len() {
            let devices: Vec<_> = group.iter().map(|came| came.batch.device().0).collect();
            let devices: Vec<&[u8]> = devices.iter().map(|id| &id[..]).collect();
            let epochs: Vec<_> = group.iter().map(|came| came.batch.epoch().0).collect();
            let epochs: Vec<&[u8]> = epochs.iter().map(|id| &id[..]).collect();
            let (names, seen) = (names(group), seen(group));
            self.transaction
                .execute(NEW_DEVICES, &[&devices, &names, &seen])?;
            let start = &Head::START.0.0[..];
            self.transaction
                .execute(NEW_EPOCHS, &[&devices, &epochs, &start])?;
            found = self.find_known(group)?;
        }
        if found.len() == group.len() {
            Ok(found.into_values().collect())
        } else {
            Err(StoreError::Failed("an epoch's row is missing".into()))
        }
    }

    fn held(&mut self, epoch: i64, from: u64, to: u64) -> Result<Held, StoreError> {
        // A batch is no longer than the limit, so the index gives a short range.
        let lowest = stored(from.saturating_sub(MAX_RECORDS as u64))?;
        let (from, to) = (stored(from)?, stored(to)?);
        let batches = self.transaction.query(
            "SELECT string_agg(signed, ''::bytea ORDER BY piece) FROM batches
             WHERE epoch = $1 AND first BETWEEN $2 AND $4 AND last >= $3 GROUP BY id ORDER BY id",
            &[&epoch, &lowest, &from, &to],
        )?;
        let batches = batches.iter().map(|row| row.try_get(0));
        let findings = self.transaction.query(
            "SELECT seq, kind, head FROM findings WHERE epoch = $1 AND seq BETWEEN $2 AND $3",
            &[&epoch, &from, &to],
        )?;
        let findings = findings.iter().map(|row| {
            Ok(Finding {
                seq: loaded(row.try_get(0)?),
                kind: numbered(&FindingKind::ALL, "kind of finding", row.try_get(1)?)?,
                head: head(row, 2)?,
            })
        });
        Ok(Held {
            batches: batches.collect::<Result<_, _>>()?,
            findings: findings.collect::<Result<_, StoreError>>()?,
        })
    }

    fn write(&mut self, group: &[Incoming], changes: &[Change]) -> Result<(), StoreError> {
        let news = group.iter().zip(changes);
        let news: Vec<_> = news.filter(|(_, change)| change.is_news()).collect();
        self.copy(&news)?;
        let mut findings = Findings::default();
        for (incoming, change) in &news {
            for finding in &change.findings {
                findings.0.push(change.epoch);
                findings.1.push(stored(finding.seq)?);
                findings.2.push(finding.kind as i64);
                findings.3.push(finding.head.0.0.to_vec());
                findings.4.push(stored_time(incoming.at));
            }
        }
        if !findings.0.is_empty() {
            let Findings(epochs, seqs, kinds, heads, at) = &findings;
            self.transaction
                .execute(NEW_FINDINGS, &[epochs, seqs, kinds, heads, at])?;
        }
        self.update(group, &news)
    }
}

/// Columns of new findings: epoch, seq, kind, head, time.
#[derive(Default)]
struct Findings(Vec<i64>, Vec<i64>, Vec<i64>, Vec<Vec<u8>>, Vec<i64>);

impl Open<'_> {
    /// Rows that are there, by their place in the group.
    fn find_known(&mut self, group: &[Incoming]) -> Result<BTreeMap<i64, EpochRow>, StoreError> {
        let devices: Vec<_> = group.iter().map(|came| came.batch.device().0).collect();
        let devices: Vec<&[u8]> = devices.iter().map(|id| &id[..]).collect();
        let epochs: Vec<_> = group.iter().map(|came| came.batch.epoch().0).collect();
        let epochs: Vec<&[u8]> = epochs.iter().map(|id| &id[..]).collect();
        let previous: Vec<_> = group.iter().map(intake::previous).collect();
        let previous: Vec<_> = previous
            .iter()
            .map(|epoch| epoch.as_ref().map(|epoch| &epoch.0[..]))
            .collect();
        let rows = self
            .transaction
            .query(&self.prepared.find, &[&devices, &epochs, &previous])?;
        let rows = rows.iter().map(|row| {
            let found = EpochRow {
                id: row.try_get(1)?,
                front: Front {
                    next_seq: loaded(row.try_get(2)?),
                    head: head(row, 3)?,
                },
                beyond: loaded(row.try_get(4)?),
                twin: row.try_get(5)?,
            };
            Ok((row.try_get(0)?, found))
        });
        rows.collect()
    }

    fn copy(&mut self, news: &[(&Incoming, &Change)]) -> Result<(), StoreError> {
        if news.is_empty() {
            return Ok(());
        }
        let numbers = &self.prepared.numbers;
        let numbers = self.transaction.query(numbers, &[&(news.len() as i64)])?;
        let copy = self.transaction.copy_in(&self.prepared.copy)?;
        let mut writer = BinaryCopyInWriter::new(copy, &COLUMNS);
        for ((incoming, change), number) in news.iter().zip(&numbers) {
            let (received, number) = (stored_time(incoming.at), number.try_get::<_, i64>(0)?);
            let (first, last) = (stored(change.range.0)?, stored(change.range.1)?);
            for (piece, bytes) in (0_i64..).zip(incoming.signed.chunks(PIECE)) {
                let epoch = &change.epoch;
                writer.write(&[&received, &number, epoch, &first, &last, &piece, &bytes])?;
            }
        }
        writer.finish()?;
        Ok(())
    }

    fn update(
        &mut self,
        group: &[Incoming],
        news: &[(&Incoming, &Change)],
    ) -> Result<(), StoreError> {
        let changes = || news.iter().map(|(_, change)| change);
        let ids: Vec<i64> = changes().map(|change| change.epoch).collect();
        let next = changes().map(|change| stored(change.kept.front.next_seq));
        let next = next.collect::<Result<Vec<_>, _>>()?;
        let heads: Vec<&[u8]> = changes()
            .map(|change| &change.kept.front.head.0.0[..])
            .collect();
        let beyond = changes().map(|change| stored(change.beyond));
        let beyond = beyond.collect::<Result<Vec<_>, _>>()?;
        let previous: Vec<_> = changes()
            .map(|change| change.previous.as_ref().map(|epoch| &epoch.0[..]))
            .collect();
        let devices: Vec<_> = group.iter().map(|came| came.batch.device().0).collect();
        let devices: Vec<&[u8]> = devices.iter().map(|id| &id[..]).collect();
        let (names, seen) = (names(group), seen(group));
        let mut counts: BTreeMap<(u32, Outcome), i64> = BTreeMap::new();
        for (key, passages) in changes().flat_map(|change| &change.hours) {
            *counts.entry(*key).or_default() += stored(*passages)?;
        }
        let hours: Vec<i64> = counts.keys().map(|(hour, _)| i64::from(*hour)).collect();
        let classes: Vec<i64> = counts.keys().map(|(_, class)| *class as i64).collect();
        let passages: Vec<i64> = counts.into_values().collect();
        self.transaction.execute(
            &self.prepared.update,
            &[
                &ids, &next, &heads, &beyond, &previous, &seen, &devices, &names, &hours, &classes,
                &passages,
            ],
        )?;
        Ok(())
    }
}

/// Names of a group's devices. PostgreSQL's text has no zero byte.
fn names(group: &[Incoming]) -> Vec<String> {
    let names = group.iter().map(|came| came.batch.device_name());
    names.map(storable).collect()
}

fn seen(group: &[Incoming]) -> i64 {
    let last = group.iter().map(|came| stored_time(came.at)).max();
    last.unwrap_or_default()
}
