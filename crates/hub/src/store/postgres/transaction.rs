//! A group of batches in one transaction: find their epochs, copy the batches, update what follows
//! from them.

use std::collections::BTreeMap;

use gatepost_protocol::{Head, Outcome, batch::MAX_RECORDS};
use postgres::{Client, Statement, Transaction, binary_copy::BinaryCopyInWriter, types::Type};

use crate::store::{
    Finding, FindingKind, HubStoreError, Incoming,
    columns::{Columns as _, EpochRow, HeldBatch, epoch_row, held_batch, stored, stored_hour},
    epoch_update::{self, EpochRows, EpochUpdate},
};

/// An open transaction.
pub(super) struct PostgresTransaction<'a> {
    pub(super) transaction: Transaction<'a>,
    pub(super) prepared: &'a Prepared,
}

/// The statements that every group uses, prepared once for each connection.
pub(super) struct Prepared {
    find: Statement,
    numbers: Statement,
    copy: Statement,
    update: Statement,
}

impl Prepared {
    pub(super) fn new(client: &mut Client) -> Result<Self, HubStoreError> {
        Ok(Self {
            find: client.prepare(FIND)?,
            numbers: client.prepare(NUMBERS)?,
            copy: client.prepare(COPY)?,
            update: client.prepare(UPDATE)?,
        })
    }
}

/// Bytes of a piece of a batch: what fits into a page of 8 KiB beside the other columns.
const PIECE: usize = 8_000;
/// Bytes of the first piece, which has the receipt beside it.
const FIRST_PIECE: usize = 7_600;
const FIND: &str = "SELECT e.id, e.next_seq, e.head, e.beyond,
        EXISTS (SELECT 1 FROM epochs o
            WHERE o.device = e.device AND o.previous = came.previous AND o.id <> e.id),
        EXISTS (SELECT 1 FROM epochs o WHERE o.device = e.device AND o.id <> e.id),
        EXISTS (SELECT 1 FROM epochs o WHERE o.device = e.device AND o.previous IS NULL
            AND o.previous_seq = 0 AND o.id <> e.id),
        b.next_seq, b.head, f.previous_seq, f.previous_head, came.n
    FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])
        WITH ORDINALITY AS came (device, epoch, previous, n)
    JOIN devices d ON d.device = came.device
    JOIN epochs e ON e.device = d.id AND e.epoch = came.epoch
    LEFT JOIN epochs b ON b.device = e.device AND b.epoch = came.previous AND b.id <> e.id
    LEFT JOIN LATERAL (SELECT o.previous_seq, o.previous_head FROM epochs o
        WHERE o.device = e.device AND o.previous = e.epoch AND o.id <> e.id
        ORDER BY o.previous_seq LIMIT 1) f ON true
    ORDER BY e.id FOR UPDATE OF e";
const NEW_DEVICES: &str = "INSERT INTO devices (device, name, seen)
    SELECT device, name, $3 FROM unnest($1::bytea[], $2::text[]) AS came (device, name)
    ORDER BY device
    ON CONFLICT (device) DO NOTHING";
const NEW_EPOCHS: &str = "INSERT INTO epochs (device, epoch, next_seq, head, beyond)
    SELECT d.id, came.epoch, 0, $3, 0
    FROM unnest($1::bytea[], $2::bytea[]) AS came (device, epoch)
    JOIN devices d ON d.device = came.device ORDER BY d.id
    ON CONFLICT (device, epoch) DO NOTHING";
const ANCHORED: &str = "DELETE FROM findings USING epochs e, devices d, epochs p,
        unnest($1::bytea[], $2::bytea[]) AS came (device, epoch)
    WHERE findings.kind = $3 AND findings.epoch = e.id AND d.device = came.device
        AND e.device = d.id AND e.previous = came.epoch
        AND p.device = d.id AND p.epoch = came.epoch AND p.beyond = 0";
const NUMBERS: &str = "SELECT nextval('batch_numbers') FROM generate_series(1, $1::bigint)";
const COPY: &str =
    "COPY batches (received, id, epoch, first, held, piece, signed, receipt) FROM STDIN BINARY";
const COLUMNS: [Type; 8] = [
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::BYTEA,
    Type::BYTEA,
];
const UPDATE: &str = "WITH fronts AS (UPDATE epochs SET next_seq = n.next_seq, head = n.head,
            beyond = n.beyond, previous = coalesce(n.previous, epochs.previous),
            previous_seq = coalesce(n.previous_seq, epochs.previous_seq),
            previous_head = coalesce(n.previous_head, epochs.previous_head)
        FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[],
                $12::bigint[], $13::bytea[])
            AS n (id, next_seq, head, beyond, previous, previous_seq, previous_head)
        WHERE epochs.id = n.id),
    contacts AS (UPDATE devices SET seen = $6, name = n.name
        FROM unnest($7::bytea[], $8::text[]) AS n (device, name)
        WHERE devices.device = n.device
            AND (devices.seen, devices.name) IS DISTINCT FROM ($6, n.name))
    INSERT INTO hours
    SELECT * FROM unnest($9::bigint[], $10::bigint[], $11::bigint[]) ORDER BY 1, 2
    ON CONFLICT (hour, class) DO UPDATE SET passages = hours.passages + excluded.passages";
const NEW_FINDINGS: &str = "INSERT INTO findings SELECT * FROM
    unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[])
    ON CONFLICT DO NOTHING";

impl EpochRows for PostgresTransaction<'_> {
    fn find(&mut self, group: &[Incoming]) -> Result<Vec<EpochRow>, HubStoreError> {
        let mut found = self.find_known(group)?;
        if found.len() < group.len() {
            let (devices, epochs) = (devices(group), epochs(group));
            let (names, seen) = (names(group), seen(group));
            self.transaction
                .execute(NEW_DEVICES, &[&devices, &names, &seen])?;
            let start = &Head::START.0.0[..];
            self.transaction
                .execute(NEW_EPOCHS, &[&devices, &epochs, &start])?;
            // Runs that follow one of them are anchored now; where it ends, its own batches tell.
            let unanchored = FindingKind::Unanchored as i64;
            self.transaction
                .execute(ANCHORED, &[&devices, &epochs, &unanchored])?;
            found = self.find_known(group)?;
        }
        if found.len() == group.len() {
            Ok(found.into_values().collect())
        } else {
            Err(HubStoreError::failed("an epoch's row is missing"))
        }
    }

    fn holding(&mut self, epoch: i64, seq: u64) -> Result<Option<HeldBatch>, HubStoreError> {
        // A batch is no longer than the limit, so the index gives a short range.
        let lowest = stored(seq.saturating_sub(MAX_RECORDS as u64))?;
        let found = self.transaction.query_opt(
            "SELECT held, (SELECT string_agg(p.signed, ''::bytea ORDER BY p.piece) FROM batches p
                 WHERE p.epoch = $1 AND p.first = b.first AND p.received = b.received
                     AND p.id = b.id)
             FROM batches b WHERE epoch = $1 AND first BETWEEN $2 AND $3 AND held > $3
                 AND held > first AND piece = 0
             ORDER BY held DESC LIMIT 1",
            &[&epoch, &lowest, &stored(seq)?],
        )?;
        found.as_ref().map(held_batch).transpose()
    }

    fn next_first(&mut self, epoch: i64, after: u64) -> Result<Option<u64>, HubStoreError> {
        let found = self.transaction.query_opt(
            "SELECT first FROM batches WHERE epoch = $1 AND first > $2 AND held > first
                 AND piece = 0 ORDER BY first LIMIT 1",
            &[&epoch, &stored(after)?],
        )?;
        found.map(|row| row.number(0)).transpose()
    }

    fn is_known(&mut self, epoch: i64, finding: &Finding) -> Result<bool, HubStoreError> {
        let found = self.transaction.query_opt(
            "SELECT 1 FROM findings WHERE epoch = $1 AND seq = $2 AND kind = $3 AND head = $4",
            &[
                &epoch,
                &stored(finding.seq)?,
                &(finding.kind as i64),
                &&finding.head.0.0[..],
            ],
        )?;
        Ok(found.is_some())
    }

    fn write(&mut self, group: &[Incoming], updates: &[EpochUpdate]) -> Result<(), HubStoreError> {
        let news = group.iter().zip(updates);
        let news: Vec<_> = news.filter(|(_, update)| update.is_news()).collect();
        self.copy(&news)?;
        let mut findings = FindingColumns::default();
        for (incoming, update) in &news {
            for finding in &update.findings {
                findings.0.push(update.epoch);
                findings.1.push(stored(finding.seq)?);
                findings.2.push(finding.kind as i64);
                findings.3.push(finding.head.0.0.to_vec());
                findings.4.push(stored_hour(incoming.at));
            }
        }
        if !findings.0.is_empty() {
            let FindingColumns(epochs, seqs, kinds, heads, at) = &findings;
            self.transaction
                .execute(NEW_FINDINGS, &[epochs, seqs, kinds, heads, at])?;
        }
        self.update(group, &news)
    }
}

/// Columns of new findings: epoch, seq, kind, head, time.
#[derive(Default)]
struct FindingColumns(Vec<i64>, Vec<i64>, Vec<i64>, Vec<Vec<u8>>, Vec<i64>);

impl PostgresTransaction<'_> {
    /// Rows that exist, by their index in the group.
    fn find_known(&mut self, group: &[Incoming]) -> Result<BTreeMap<i64, EpochRow>, HubStoreError> {
        let (devices, epochs) = (devices(group), epochs(group));
        let previous = group.iter().map(epoch_update::previous);
        let previous: Vec<_> = previous
            .map(|epoch| epoch.map(|epoch| epoch.0.to_vec()))
            .collect();
        let rows = self
            .transaction
            .query(&self.prepared.find, &[&devices, &epochs, &previous])?;
        let rows = rows.iter();
        let rows = rows.map(|row| Ok((row.integer(11)?, epoch_row(row)?)));
        rows.collect()
    }

    fn copy(&mut self, news: &[(&Incoming, &EpochUpdate)]) -> Result<(), HubStoreError> {
        if news.is_empty() {
            return Ok(());
        }
        let numbers = &self.prepared.numbers;
        let numbers = self.transaction.query(numbers, &[&(news.len() as i64)])?;
        let copy = self.transaction.copy_in(&self.prepared.copy)?;
        let mut writer = BinaryCopyInWriter::new(copy, &COLUMNS);
        for ((incoming, update), number) in news.iter().zip(&numbers) {
            let (received, number) = (stored_hour(incoming.at), number.try_get::<_, i64>(0)?);
            let (first, held) = (stored(update.first)?, stored(update.held)?);
            let (start, rest) = incoming
                .signed
                .split_at(incoming.signed.len().min(FIRST_PIECE));
            let pieces = [start].into_iter().chain(rest.chunks(PIECE));
            let mut receipt = Some(&update.kept.receipt[..]);
            for (piece, bytes) in (0_i64..).zip(pieces) {
                let (epoch, receipt) = (&update.epoch, receipt.take());
                writer.write(&[
                    &received, &number, epoch, &first, &held, &piece, &bytes, &receipt,
                ])?;
            }
        }
        writer.finish()?;
        Ok(())
    }

    fn update(
        &mut self,
        group: &[Incoming],
        news: &[(&Incoming, &EpochUpdate)],
    ) -> Result<(), HubStoreError> {
        let updates = || news.iter().map(|(_, update)| update);
        let ids: Vec<i64> = updates().map(|update| update.epoch).collect();
        let next = updates().map(|update| stored(update.kept.front.next_seq));
        let next = next.collect::<Result<Vec<_>, _>>()?;
        let heads: Vec<&[u8]> = updates()
            .map(|update| &update.kept.front.head.0.0[..])
            .collect();
        let beyond = updates().map(|update| stored(update.beyond));
        let beyond = beyond.collect::<Result<Vec<_>, _>>()?;
        let before = || updates().map(|update| update.start.and_then(|begin| begin.0));
        let previous: Vec<_> = before()
            .map(|before| before.map(|before| before.epoch.0.to_vec()))
            .collect();
        let previous_heads: Vec<_> = before()
            .map(|before| before.map(|before| before.head.0.0.to_vec()))
            .collect();
        let ended = updates().map(|update| update.ended_before().map(stored).transpose());
        let ended = ended.collect::<Result<Vec<_>, _>>()?;
        let devices = devices(group);
        let (names, seen) = (names(group), seen(group));
        let mut counts: BTreeMap<(u32, Outcome), i64> = BTreeMap::new();
        for (key, passages) in updates().flat_map(|update| &update.hours) {
            *counts.entry(*key).or_default() += stored(*passages)?;
        }
        let hours: Vec<i64> = counts.keys().map(|(hour, _)| i64::from(*hour)).collect();
        let classes: Vec<i64> = counts.keys().map(|(_, class)| *class as i64).collect();
        let passages: Vec<i64> = counts.into_values().collect();
        self.transaction.execute(
            &self.prepared.update,
            &[
                &ids,
                &next,
                &heads,
                &beyond,
                &previous,
                &seen,
                &devices,
                &names,
                &hours,
                &classes,
                &passages,
                &ended,
                &previous_heads,
            ],
        )?;
        Ok(())
    }
}

fn devices(group: &[Incoming]) -> Vec<Vec<u8>> {
    let devices = group.iter().map(|incoming| incoming.batch.device());
    devices.map(|device| device.0.to_vec()).collect()
}

fn epochs(group: &[Incoming]) -> Vec<Vec<u8>> {
    let epochs = group.iter().map(|incoming| incoming.batch.epoch());
    epochs.map(|epoch| epoch.0.to_vec()).collect()
}

/// Names of a group's devices.
fn names(group: &[Incoming]) -> Vec<String> {
    let names = group.iter().map(|incoming| incoming.batch.device_name());
    names.map(storable).collect()
}

/// PostgreSQL's text has no zero byte.
pub(super) fn storable(name: &str) -> String {
    name.replace('\0', "\u{fffd}")
}

/// When the last of a group arrived.
fn seen(group: &[Incoming]) -> i64 {
    let last = group.iter().map(|incoming| stored_hour(incoming.at)).max();
    last.unwrap_or_default()
}
