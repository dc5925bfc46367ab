//! The store on a PostgreSQL server (15 or newer). Only this module names the crate `postgres`: what it does with a
//! connection stands here, schema and partitions in `postgres/open.rs`, the fleet page's questions in
//! `postgres/fleet.rs`.
//!
//! A group of batches is one transaction of five round trips, however many batches it has. Batches lie in one
//! partition a day, so that retention drops tables instead of deleting rows.

mod fleet;
mod open;

use std::{
    collections::BTreeMap,
    fmt,
    ops::ControlFlow,
    sync::{Mutex, PoisonError, TryLockError},
};

use gatepost_pass::{DeviceId, Digest, Timestamp};
use gatepost_protocol::{Epoch, Head, Outcome, batch::MAX_RECORDS};
use postgres::{
    Client, Config, IsolationLevel, Row, Transaction, binary_copy::BinaryCopyInWriter,
    fallible_iterator::FallibleIterator as _, types::Type,
};

use super::{
    Arrived, Asked, DeviceRow, Finding, FindingKind, FindingRow, Front, Heard, HourRow, Incoming,
    Kept, Page, Place, Store, StoreError, Totals,
    intake::{self, Change, EpochRow, Held, Rows},
    loaded, numbered, stored, stored_time,
};

/// Received batches on a PostgreSQL server.
pub struct PostgresStore {
    config: Config,
    /// While one waits for the disk, the other sends.
    writers: [Mutex<Connection>; WRITERS],
    /// So that a listing keeps no device waiting.
    reader: Mutex<Connection>,
}

const WRITERS: usize = 2;

/// A connection that is made anew after it broke, and the day whose partition it has seen.
#[derive(Default)]
struct Connection {
    client: Option<Client>,
    day: Option<i64>,
}

impl PostgresStore {
    /// Connects, makes the schema where it is missing, brings an older one up.
    pub fn open(config: &Config) -> Result<Self, StoreError> {
        let mut client = open::connect(config)?;
        open::upgrade(&mut client)?;
        Ok(Self::new(config, client))
    }

    /// Connects to look at what is there.
    pub fn open_to_read(config: &Config) -> Result<Self, StoreError> {
        let mut client = open::connect(config)?;
        open::check(&mut client)?;
        Ok(Self::new(config, client))
    }

    fn new(config: &Config, client: Client) -> Self {
        let reader = Connection {
            client: Some(client),
            day: None,
        };
        Self {
            config: config.clone(),
            writers: Default::default(),
            reader: Mutex::new(reader),
        }
    }

    fn with<T>(
        &self,
        connection: &Mutex<Connection>,
        work: impl FnOnce(&mut Client, &mut Option<i64>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let guard = connection.lock();
        let mut guard = guard.unwrap_or_else(PoisonError::into_inner);
        let Connection { client, day } = &mut *guard;
        let mut open = match client.take() {
            Some(client) if !client.is_closed() => client,
            _ => open::connect(&self.config)?,
        };
        // A panic drops the connection, and with it its transaction.
        let done = work(&mut open, day);
        *client = Some(open);
        done
    }

    /// A connection to write on that nobody uses; the first, where all are in use.
    fn writer(&self) -> &Mutex<Connection> {
        let mut writers = self.writers.iter();
        let free =
            writers.find(|writer| !matches!(writer.try_lock(), Err(TryLockError::WouldBlock)));
        free.unwrap_or(&self.writers[0])
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&mut Client) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with(&self.reader, |client, _| work(client))
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    fn keep(&self, group: &[Incoming]) -> Result<Vec<Kept>, StoreError> {
        self.with(self.writer(), |client, seen| {
            for incoming in group {
                let day = open::day(incoming.at);
                if *seen != Some(day) {
                    open::make_partition(client, day)?;
                    *seen = Some(day);
                }
            }
            let transaction = client.transaction()?;
            let mut open = Open(transaction);
            let kept = intake::keep(&mut open, group)?;
            open.0.commit()?;
            Ok(kept)
        })
    }

    fn writers(&self) -> usize {
        WRITERS
    }

    fn knows(&self, device: DeviceId) -> Result<bool, StoreError> {
        self.read(|client| fleet::knows(client, device))
    }

    fn hear(&self, heard: &Heard) -> Result<(), StoreError> {
        self.read(|client| fleet::hear(client, heard))
    }

    fn visit(
        &self,
        each: &mut dyn FnMut(Arrived) -> ControlFlow<()>,
    ) -> Result<Totals, StoreError> {
        self.read(|client| {
            let view = client.build_transaction().read_only(true);
            let view = view.isolation_level(IsolationLevel::RepeatableRead);
            let mut view = view.start()?;
            view.batch_execute("SET LOCAL statement_timeout = 0")?;
            let totals = fleet::totals(&mut view)?;
            for (query, read) in [(BATCHES, arrived as fn(&Row) -> _), (FINDINGS, found)] {
                let mut rows = view.query_raw(query, std::iter::empty::<i64>())?;
                while let Some(row) = rows.next()? {
                    if each(read(&row)?).is_break() {
                        return Ok(totals);
                    }
                }
            }
            Ok(totals)
        })
    }

    fn totals(&self) -> Result<Totals, StoreError> {
        self.read(fleet::totals)
    }

    fn devices(&self, page: Page) -> Result<Vec<DeviceRow>, StoreError> {
        self.read(|client| fleet::devices(client, page))
    }

    fn hours(&self, from: u32) -> Result<Vec<HourRow>, StoreError> {
        self.read(|client| fleet::hours(client, from))
    }

    fn findings(&self, page: Page) -> Result<Vec<FindingRow>, StoreError> {
        self.read(|client| fleet::findings(client, page))
    }

    fn ask_revocation(&self, device: DeviceId, at: Timestamp) -> Result<Asked, StoreError> {
        self.read(|client| fleet::ask_revocation(client, device, at))
    }

    fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.read(|client| open::drop_partitions(client, before))
    }
}

struct Open<'a>(Transaction<'a>);

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
const COPY: &str = "COPY batches (received, epoch, first, last, signed) FROM STDIN BINARY";
const COLUMNS: [Type; 5] = [Type::INT8, Type::INT8, Type::INT8, Type::INT8, Type::BYTEA];
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
            self.0.execute(NEW_DEVICES, &[&devices, &names, &seen])?;
            let start = &Head::START.0.0[..];
            self.0.execute(NEW_EPOCHS, &[&devices, &epochs, &start])?;
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
        let batches = self.0.query(
            "SELECT signed FROM batches
             WHERE epoch = $1 AND first BETWEEN $2 AND $4 AND last >= $3 ORDER BY id",
            &[&epoch, &lowest, &from, &to],
        )?;
        let batches = batches.iter().map(|row| row.try_get(0));
        let findings = self.0.query(
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
            self.0
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
        let rows = self.0.query(FIND, &[&devices, &epochs, &previous])?;
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
        let mut writer = BinaryCopyInWriter::new(self.0.copy_in(COPY)?, &COLUMNS);
        for (incoming, change) in news {
            let (first, last) = change.range;
            writer.write(&[
                &stored_time(incoming.at),
                &change.epoch,
                &stored(first)?,
                &stored(last)?,
                &incoming.signed,
            ])?;
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
        self.0.execute(
            UPDATE,
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

fn storable(name: &str) -> String {
    name.replace('\0', "\u{fffd}")
}

fn seen(group: &[Incoming]) -> i64 {
    let last = group.iter().map(|came| stored_time(came.at)).max();
    last.unwrap_or_default()
}

const BATCHES: &str = "SELECT d.device, e.epoch, b.first, b.id, b.signed
    FROM devices d JOIN epochs e ON e.device = d.id JOIN batches b ON b.epoch = e.id
    ORDER BY d.id, e.id, b.first, b.id";
const FINDINGS: &str = "SELECT d.device, e.epoch, f.seq, f.kind, f.at
    FROM devices d JOIN epochs e ON e.device = d.id JOIN findings f ON f.epoch = e.id
    ORDER BY d.id, e.id, f.seq, f.kind, f.head";

fn arrived(row: &Row) -> Result<Arrived, StoreError> {
    Ok(Arrived::Batch {
        place: place(row)?,
        number: row.try_get(3)?,
        signed: row.try_get(4)?,
    })
}

fn found(row: &Row) -> Result<Arrived, StoreError> {
    finding(row).map(Arrived::Finding)
}

fn finding(row: &Row) -> Result<FindingRow, StoreError> {
    Ok(FindingRow {
        place: place(row)?,
        kind: numbered(&FindingKind::ALL, "kind of finding", row.try_get(3)?)?,
        at: Timestamp(loaded(row.try_get(4)?)),
    })
}

fn place(row: &Row) -> Result<Place, StoreError> {
    Ok(Place {
        device: DeviceId(bytes(row, 0)?),
        epoch: Epoch(bytes(row, 1)?),
        seq: loaded(row.try_get(2)?),
    })
}

fn head(row: &Row, column: usize) -> Result<Head, StoreError> {
    Ok(Head(Digest(bytes(row, column)?)))
}

fn bytes<const N: usize>(row: &Row, column: usize) -> Result<[u8; N], StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    let wrong = |_| StoreError::Damaged(format!("{} bytes where {N} belong", bytes.len()));
    bytes.try_into().map_err(wrong)
}
