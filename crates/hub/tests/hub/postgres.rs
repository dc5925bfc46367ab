//! A real PostgreSQL server for this test program: one for all tests, a database for each. And what
//! only that store promises.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use gatepost_hub::{HubStoreError, store::Location};
use gatepost_pass::fixture::NOW;
use postgres::{Client, NoTls};

use crate::support::{Device, Site};

/// A server that this program started.
pub(crate) struct TestServer {
    pub(crate) directory: PathBuf,
    port: u16,
    /// It ends when its standard input does: with this program, however it ends.
    _server: Child,
}

/// Where a server is looked for that nobody says more of; here only a name of its socket.
const PORT: u16 = 5432;

static SERVER: OnceLock<Option<TestServer>> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The URL of a new, empty database; nothing where the machine has no server.
pub(crate) fn database() -> Option<String> {
    let server = SERVER.get_or_init(|| {
        let directory = format!("gatepost-pg-{}", std::process::id());
        start(std::env::temp_dir().join(directory), PORT, &[])
    });
    let server = there(server.as_ref())?;
    Some(server.url(&server.new_database()))
}

/// Says that a test was skipped, where there is no server.
pub(crate) fn there<T>(server: Option<T>) -> Option<T> {
    if server.is_none() {
        println!("SKIPPED: no PostgreSQL server program on this machine (Debian: postgresql)");
    }
    server
}

impl TestServer {
    fn url(&self, name: &str) -> String {
        let host = self.directory.to_str().unwrap().replace('/', "%2F");
        format!("postgres://hub@{host}:{}/{name}", self.port)
    }

    /// The name of a new, empty database.
    pub(crate) fn new_database(&self) -> String {
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut client = Client::connect(&self.url("postgres"), NoTls).unwrap();
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        name
    }
}

/// Starts a server in a directory; nothing where the machine has none.
pub(crate) fn start(directory: PathBuf, port: u16, settings: &[String]) -> Option<TestServer> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scripts/throwaway-postgres"
    );
    let mut server = Command::new(script)
        .arg(&directory)
        // Speed: what survives a crash of the server is not asked here.
        .args(["fsync=off", "shared_buffers=16MB", "max_connections=60"])
        .args(settings)
        .env("PGPORT", port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    if said.trim() == "ready" {
        return Some(TestServer {
            directory,
            port,
            _server: server,
        });
    }
    assert_eq!(
        server.wait().unwrap().code(),
        Some(77),
        "the server does not start"
    );
    None
}

fn client(site: &Site) -> Client {
    let Location::Server(server) = &site.location else {
        unreachable!("not on a server")
    };
    server.connect().unwrap()
}

pub(crate) fn number(client: &mut Client, query: &str) -> i64 {
    client.query_one(query, &[]).unwrap().get(0)
}

#[test]
fn a_batch_lies_in_its_days_partition_in_pieces_of_a_page_as_it_came() {
    let Some(site) = Site::on_postgres() else {
        return;
    };
    let device = Device::new(1, 200);
    let batch = device.batch(0..200);
    site.hub().acknowledged(&batch);
    let mut client = client(&site);
    let rows = client
        .query(
            "SELECT tableoid::regclass::text, signed FROM batches ORDER BY piece",
            &[],
        )
        .unwrap();
    let day = NOW.0 / 86_400;
    assert!(
        rows.iter()
            .all(|row| row.get::<_, String>(0) == format!("batches_{day}"))
    );
    let pieces: Vec<Vec<u8>> = rows.iter().map(|row| row.get(1)).collect();
    assert_eq!(
        (pieces.len(), pieces.concat()),
        (batch.len().div_ceil(8_000), batch)
    );
    // No part of them is stored elsewhere.
    let pages = format!("SELECT pg_relation_size('batches_{day}') / 8192");
    assert_eq!(number(&mut client, &pages), pieces.len() as i64);
    let outside = "SELECT coalesce(sum(pg_relation_size(reltoastrelid)), 0)::bigint
        FROM pg_class WHERE relname LIKE 'batches_%' AND reltoastrelid <> 0";
    assert_eq!(number(&mut client, outside), 0);
}

#[test]
fn commits_wait_for_the_disk_whatever_the_server_says() {
    let Some(site) = Site::on_postgres() else {
        return;
    };
    client(&site)
        .batch_execute("ALTER ROLE hub SET synchronous_commit = off")
        .unwrap();
    let store = site.location.open().unwrap();
    let mut watcher = client(&site);
    // The store's own session says what it set: each of its statements sees it.
    watcher
        .batch_execute(
            "CREATE TABLE seen (setting text);
             CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                 $$BEGIN
                     INSERT INTO seen VALUES (current_setting('synchronous_commit'));
                     RETURN NULL;
                 END$$;
             CREATE TRIGGER note AFTER INSERT ON devices EXECUTE FUNCTION note()",
        )
        .unwrap();
    site.hub_on(store)
        .acknowledged(&Device::new(1, 2).batch(0..2));
    let row = watcher.query_one("SELECT setting FROM seen", &[]).unwrap();
    assert_eq!(row.get::<_, String>(0), "on");
    watcher
        .batch_execute("ALTER ROLE hub RESET synchronous_commit")
        .unwrap();
}

#[test]
fn a_connection_that_breaks_is_made_anew() {
    let Some(site) = Site::on_postgres() else {
        return;
    };
    let (hub, device) = (site.hub(), Device::new(1, 4));
    hub.acknowledged(&device.batch(0..2));
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND datname = current_database()";
    assert!(number(&mut client(&site), others) > 0);
    // The one on its way may fail; what it carried comes again.
    let next = (0..3).find_map(|_| {
        let answer = hub.post(&device.batch(2..4));
        (answer.status == 200).then(|| answer.receipt())
    });
    assert_eq!(next.unwrap().next_seq, 4);
    assert_eq!(site.held(), [0, 1, 2, 3]);
}

#[test]
fn a_schema_of_a_newer_program_or_of_another_one_is_left_alone() {
    let Some(site) = Site::on_postgres() else {
        return;
    };
    drop(site.location.open().unwrap());
    client(&site)
        .batch_execute("UPDATE version SET version = 99")
        .unwrap();
    assert!(matches!(
        site.location.open().err(),
        Some(HubStoreError::Newer(99))
    ));
    client(&site).batch_execute("DROP TABLE version").unwrap();
    assert!(matches!(
        site.location.open().err(),
        Some(HubStoreError::Foreign)
    ));
    assert!(matches!(
        site.location.open_to_read().err(),
        Some(HubStoreError::Foreign)
    ));
}

#[test]
fn a_password_stands_in_no_message() {
    let location = Location::server("postgres://hub:secret@localhost:1/hub").unwrap();
    let why = gatepost_system::chain(&location.open().err().unwrap());
    let said = format!("{why} {} {location:?}", location.name());
    assert!(!said.contains("secret"), "{said}");
    let why = Location::server("postgres://hub:secret@local host:x/").unwrap_err();
    assert!(!format!("{why} {why:?}").contains("secret"));
}
