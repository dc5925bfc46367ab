//! The store on a PostgreSQL server (15 or newer). Only this module names the crate `postgres`:
//! `server.rs` connects, `schema.rs` makes tables and partitions, `transaction.rs` keeps batches,
//! `fleet.rs` answers the operators' pages, `tls.rs` encrypts.
//!
//! A group of batches is one transaction of a few round trips, however many batches it has. Each
//! day's batches are in a partition of their own, so that retention drops tables instead of
//! deleting rows.

mod fleet;
mod rows;
mod schema;
mod server;
mod tls;
mod transaction;

use std::{
    fmt,
    ops::ControlFlow,
    sync::{Mutex, PoisonError, TryLockError},
};

use gatepost_pass::{DeviceId, ManifestId, Timestamp};
use gatepost_protocol::Epoch;
use postgres::{
    Client, IsolationLevel, Row, fallible_iterator::FallibleIterator as _, types::ToSql,
};

pub use server::PostgresServer;
pub use tls::{CertificateFileError, Encryption};
use transaction::{PostgresTransaction, Prepared};

use super::{
    ArrivalFilter, ArrivedItem, DeviceRow, FindingRow, HourRow, HubStore, HubStoreError, Incoming,
    KeptBatch, ManifestMatch, OtherBundle, Paging, ReceivedStatus, RevocationRequest, Totals,
    columns::{arrived_batch, arrived_finding, stored_filter},
    epoch_update,
};

/// Received batches on a PostgreSQL server.
pub struct PostgresStore {
    server: PostgresServer,
    /// Two, so that one sends while the other waits for the disk.
    writers: [Connection; WRITERS],
    /// A third, so that a listing keeps no device waiting.
    reader: Connection,
}

const WRITERS: usize = 2;

/// A connection, opened again after it broke.
type Connection = Mutex<Option<PostgresSession>>;

/// An open connection and its state.
struct PostgresSession {
    client: Client,
    /// The last day whose partition it made sure of.
    day: Option<i64>,
    /// The statements that every group of batches uses.
    prepared: Option<Prepared>,
}

impl PostgresSession {
    fn new(client: Client) -> Self {
        Self {
            client,
            day: None,
            prepared: None,
        }
    }
}

impl PostgresStore {
    /// Connects, makes the schema if it is missing, and upgrades an older one.
    pub fn open(server: &PostgresServer) -> Result<Self, HubStoreError> {
        let mut client = server.connect()?;
        schema::upgrade(&mut client)?;
        Ok(Self::new(server, client))
    }

    /// Connects to read only.
    pub fn open_to_read(server: &PostgresServer) -> Result<Self, HubStoreError> {
        let mut client = server.connect()?;
        schema::check(&mut client)?;
        Ok(Self::new(server, client))
    }

    fn new(server: &PostgresServer, client: Client) -> Self {
        Self {
            server: server.clone(),
            writers: Default::default(),
            reader: Mutex::new(Some(PostgresSession::new(client))),
        }
    }

    fn with<T>(
        &self,
        connection: &Connection,
        work: impl FnOnce(&mut PostgresSession) -> Result<T, HubStoreError>,
    ) -> Result<T, HubStoreError> {
        let guard = connection.lock();
        let mut guard = guard.unwrap_or_else(PoisonError::into_inner);
        let mut session = match guard.take() {
            Some(session) if !session.client.is_closed() => session,
            _ => PostgresSession::new(self.server.connect()?),
        };
        // A panic drops the connection, and with it its transaction.
        let done = work(&mut session);
        *guard = Some(session);
        done
    }

    /// A writing connection that is free; the first one where all are in use.
    fn writer(&self) -> &Connection {
        let mut writers = self.writers.iter();
        let free =
            writers.find(|writer| !matches!(writer.try_lock(), Err(TryLockError::WouldBlock)));
        free.unwrap_or(&self.writers[0])
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&mut Client) -> Result<T, HubStoreError>,
    ) -> Result<T, HubStoreError> {
        self.with(&self.reader, |session| work(&mut session.client))
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl HubStore for PostgresStore {
    fn keep(&self, group: &[Incoming]) -> Result<Vec<KeptBatch>, HubStoreError> {
        self.with(self.writer(), |session| {
            let PostgresSession {
                client,
                day: seen,
                prepared,
            } = session;
            for incoming in group {
                let day = schema::day(incoming.at);
                if *seen != Some(day) {
                    schema::make_partition(client, day)?;
                    *seen = Some(day);
                }
            }
            let prepared = match prepared {
                Some(prepared) => prepared,
                None => prepared.insert(Prepared::new(client)?),
            };
            let mut transaction = PostgresTransaction {
                transaction: client.transaction()?,
                prepared,
            };
            let kept = epoch_update::keep(&mut transaction, group)?;
            transaction.transaction.commit()?;
            Ok(kept)
        })
    }

    fn writers(&self) -> usize {
        WRITERS
    }

    fn knows(&self, device: DeviceId) -> Result<bool, HubStoreError> {
        self.read(|client| fleet::knows(client, device))
    }

    fn knows_run(&self, device: DeviceId, run: Epoch) -> Result<bool, HubStoreError> {
        self.read(|client| fleet::knows_run(client, device, run))
    }

    fn note_runs(&self, device: DeviceId, at: Timestamp) -> Result<(), HubStoreError> {
        self.read(|client| fleet::note_runs(client, device, at))
    }

    fn serve(&self, manifest: ManifestId) -> Result<(), HubStoreError> {
        self.read(|client| fleet::serve(client, manifest))
    }

    fn compare(&self, manifest: ManifestId) -> Result<ManifestMatch, HubStoreError> {
        self.read(|client| fleet::compare(client, manifest))
    }

    fn note_bundle(&self, other: &OtherBundle) -> Result<(), HubStoreError> {
        self.read(|client| fleet::note_bundle(client, other))
    }

    fn record_status(&self, received: &ReceivedStatus) -> Result<(), HubStoreError> {
        self.read(|client| fleet::record_status(client, received))
    }

    fn visit(
        &self,
        filter: &ArrivalFilter,
        each: &mut dyn FnMut(ArrivedItem) -> ControlFlow<()>,
    ) -> Result<Totals, HubStoreError> {
        self.read(|client| {
            let view = client.build_transaction().read_only(true);
            let view = view.isolation_level(IsolationLevel::RepeatableRead);
            let mut view = view.start()?;
            view.batch_execute("SET LOCAL statement_timeout = 0")?;
            let totals = fleet::totals(&mut view)?;
            let (from, until, device) = stored_filter(filter);
            let device = device.as_ref().map(|device| &device[..]);
            let asked: [&(dyn ToSql + Sync); 3] = [&from, &until, &device];
            for (query, read) in [
                (BATCHES, arrived_batch as fn(&Row) -> _),
                (FINDINGS, arrived_finding),
            ] {
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

    fn totals(&self) -> Result<Totals, HubStoreError> {
        self.read(fleet::totals)
    }

    fn devices(&self, paging: Paging) -> Result<Vec<DeviceRow>, HubStoreError> {
        self.read(|client| fleet::devices(client, paging))
    }

    fn hours(&self, from: u32) -> Result<Vec<HourRow>, HubStoreError> {
        self.read(|client| fleet::hours(client, from))
    }

    fn findings(&self, paging: Paging) -> Result<Vec<FindingRow>, HubStoreError> {
        self.read(|client| fleet::findings(client, paging))
    }

    fn request_revocation(
        &self,
        device: DeviceId,
        at: Timestamp,
    ) -> Result<RevocationRequest, HubStoreError> {
        self.read(|client| fleet::request_revocation(client, device, at))
    }

    fn forget(&self, before: Timestamp) -> Result<u64, HubStoreError> {
        self.read(|client| schema::drop_partitions(client, before))
    }
}

/// The sub-select sorts numbers only; each batch's bytes are joined when its turn comes.
const BATCHES: &str = "SELECT device, epoch, first, id,
        (SELECT string_agg(p.signed, ''::bytea ORDER BY p.piece) FROM batches p
         WHERE p.epoch = b.run AND p.first = b.first AND p.received = b.received AND p.id = b.id),
        receipt
    FROM (SELECT d.device, e.epoch, e.id AS run, b.first, b.id, b.received, b.receipt
        FROM devices d JOIN epochs e ON e.device = d.id JOIN batches b ON b.epoch = e.id
        WHERE b.piece = 0 AND b.received >= $1 AND b.received < $2
            AND ($3::bytea IS NULL OR d.device = $3)
        ORDER BY d.id, e.id, b.first, b.id OFFSET 0) b";
const FINDINGS: &str = "SELECT d.device, e.epoch, f.seq, f.kind, f.at
    FROM devices d JOIN epochs e ON e.device = d.id JOIN findings f ON f.epoch = e.id
    WHERE f.at >= $1 AND f.at < $2 AND ($3::bytea IS NULL OR d.device = $3)
    ORDER BY d.id, e.id, f.seq, f.kind, f.head";
