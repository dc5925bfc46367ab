//! The store on a PostgreSQL server (15 or newer). Only this module names the crate `postgres`: what it does with a
//! connection stands here, schema and partitions in `postgres/open.rs`, a group's transaction in `postgres/rows.rs`, the
//! fleet page's questions in `postgres/fleet.rs`, encryption in `postgres/tls.rs`.
//!
//! A group of batches is one transaction of a few round trips, however many batches it has. Batches lie in one
//! partition a day, so that retention drops tables instead of deleting rows.

mod fleet;
mod open;
mod rows;
mod tls;

use std::{
    fmt,
    ops::ControlFlow,
    sync::{Mutex, PoisonError, TryLockError},
};

use gatepost_pass::{DeviceId, Digest, Timestamp};
use gatepost_protocol::{Epoch, Head};
use postgres::{
    Client, Config, IsolationLevel, Row, fallible_iterator::FallibleIterator as _, types::ToSql,
};

use rows::{Open, Prepared};
pub use tls::{Encryption, RootError};

use super::{
    Arrived, Asked, DeviceRow, FindingKind, FindingRow, Heard, HourRow, Incoming, Kept, Page,
    Place, Store, StoreError, Totals, Which, intake, loaded, numbered, stored, stored_time,
};

/// A server, and how it is spoken to.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where, and who asks. Its mode of TLS goes with `encryption`.
    pub(super) config: Config,
    /// Without it, all goes in clear.
    pub(super) encryption: Option<Encryption>,
}

/// Received batches on a PostgreSQL server.
pub struct PostgresStore {
    server: Server,
    /// While one waits for the disk, the other sends.
    writers: [Connection; WRITERS],
    /// So that a listing keeps no device waiting.
    reader: Connection,
}

const WRITERS: usize = 2;

/// A connection that is made anew after it broke.
type Connection = Mutex<Option<Session>>;

/// A connection, and what has been made for it.
struct Session {
    client: Client,
    /// The day whose partition it has seen.
    day: Option<i64>,
    /// What each group of batches says to the server.
    prepared: Option<Prepared>,
}

impl Session {
    fn new(client: Client) -> Self {
        Self {
            client,
            day: None,
            prepared: None,
        }
    }
}

impl PostgresStore {
    /// Connects, makes the schema where it is missing, brings an older one up.
    pub fn open(server: &Server) -> Result<Self, StoreError> {
        let mut client = server.connect()?;
        open::upgrade(&mut client)?;
        Ok(Self::new(server, client))
    }

    /// Connects to look at what is there.
    pub fn open_to_read(server: &Server) -> Result<Self, StoreError> {
        let mut client = server.connect()?;
        open::check(&mut client)?;
        Ok(Self::new(server, client))
    }

    fn new(server: &Server, client: Client) -> Self {
        Self {
            server: server.clone(),
            writers: Default::default(),
            reader: Mutex::new(Some(Session::new(client))),
        }
    }

    fn with<T>(
        &self,
        connection: &Connection,
        work: impl FnOnce(&mut Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let guard = connection.lock();
        let mut guard = guard.unwrap_or_else(PoisonError::into_inner);
        let mut session = match guard.take() {
            Some(session) if !session.client.is_closed() => session,
            _ => Session::new(self.server.connect()?),
        };
        // A panic drops the connection, and with it its transaction.
        let done = work(&mut session);
        *guard = Some(session);
        done
    }

    /// A connection to write on that nobody uses; the first, where all are in use.
    fn writer(&self) -> &Connection {
        let mut writers = self.writers.iter();
        let free =
            writers.find(|writer| !matches!(writer.try_lock(), Err(TryLockError::WouldBlock)));
        free.unwrap_or(&self.writers[0])
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&mut Client) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with(&self.reader, |session| work(&mut session.client))
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    fn keep(&self, group: &[Incoming]) -> Result<Vec<Kept>, StoreError> {
        self.with(self.writer(), |session| {
            let Session {
                client,
                day: seen,
                prepared,
            } = session;
            for incoming in group {
                let day = open::day(incoming.at);
                if *seen != Some(day) {
                    open::make_partition(client, day)?;
                    *seen = Some(day);
                }
            }
            let prepared = match prepared {
                Some(prepared) => prepared,
                None => prepared.insert(Prepared::new(client)?),
            };
            let mut open = Open {
                transaction: client.transaction()?,
                prepared,
            };
            let kept = intake::keep(&mut open, group)?;
            open.transaction.commit()?;
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
        which: &Which,
        each: &mut dyn FnMut(Arrived) -> ControlFlow<()>,
    ) -> Result<Totals, StoreError> {
        self.read(|client| {
            let view = client.build_transaction().read_only(true);
            let view = view.isolation_level(IsolationLevel::RepeatableRead);
            let mut view = view.start()?;
            view.batch_execute("SET LOCAL statement_timeout = 0")?;
            let totals = fleet::totals(&mut view)?;
            let (from, until, device) = which.stored();
            let device = device.as_ref().map(|device| &device[..]);
            let asked: [&(dyn ToSql + Sync); 3] = [&from, &until, &device];
            for (query, read) in [(BATCHES, arrived as fn(&Row) -> _), (FINDINGS, found)] {
                let mut rows = view.query_raw(query, asked)?;
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

fn storable(name: &str) -> String {
    name.replace('\0', "\u{fffd}")
}

/// The sub-select sorts numbers only; each batch's bytes are put together when its turn comes.
const BATCHES: &str = "SELECT device, epoch, first, id, (SELECT string_agg(p.signed, ''::bytea ORDER BY p.piece)
        FROM batches p WHERE p.epoch = b.run AND p.first = b.first AND p.received = b.received AND p.id = b.id)
    FROM (SELECT d.device, e.epoch, e.id AS run, b.first, b.id, b.received
        FROM devices d JOIN epochs e ON e.device = d.id JOIN batches b ON b.epoch = e.id
        WHERE b.piece = 0 AND b.received >= $1 AND b.received < $2 AND ($3::bytea IS NULL OR d.device = $3)
        ORDER BY d.id, e.id, b.first, b.id OFFSET 0) b";
const FINDINGS: &str = "SELECT d.device, e.epoch, f.seq, f.kind, f.at
    FROM devices d JOIN epochs e ON e.device = d.id JOIN findings f ON f.epoch = e.id
    WHERE f.at >= $1 AND f.at < $2 AND ($3::bytea IS NULL OR d.device = $3)
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
