//! A real PostgreSQL server for this test program: one for all tests, a database for each. And what only that store
//! promises.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use gatepost_hub::{StoreError, store::Location};
use postgres::{Client, NoTls};

use crate::support::{Device, Site};

struct Server {
    directory: PathBuf,
    /// It ends when its standard input does: with this program, however it ends.
    _server: Child,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The URL of a new, empty database; nothing where the machine has no server.
pub(crate) fn database() -> Option<String> {
    let server = SERVER.get_or_init(start).as_ref();
    let Some(server) = server else {
        println!("SKIPPED: no PostgreSQL server program on this machine (Debian: postgresql)");
        return None;
    };
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let url = |name: &str| {
        let host = server.directory.to_str().unwrap().replace('/', "%2F");
        format!("postgres://hub@{host}/{name}")
    };
    let mut client = Client::connect(&url("postgres"), NoTls).unwrap();
    client
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .unwrap();
    Some(url(&name))
}

fn start() -> Option<Server> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scripts/throwaway-postgres"
    );
    let directory = std::env::temp_dir().join(format!("gatepost-pg-{}", std::process::id()));
    let mut server = Command::new(script)
        .arg(&directory)
        // Speed: what survives a crash of the server is not asked here.
        .args(["fsync=off", "shared_buffers=16MB", "max_connections=60"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    if said.trim() == "ready" {
        return Some(Server {
            directory,
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
    let Location::Server(config) = &site.location else {
        unreachable!("not on a server")
    };
    let mut client = config.connect(NoTls).unwrap();
    client
        .batch_execute("SET search_path = gatepost_hub")
        .unwrap();
    client
}

fn number(client: &mut Client, query: &str) -> i64 {
    client.query_one(query, &[]).unwrap().get(0)
}

#[test]
fn a_batch_lies_in_its_days_partition_unpressed_and_as_it_came() {
    let Some(site) = Site::on_postgres() else {
        return;
    };
    let device = Device::new(1, 200);
    let batch = device.batch(0..200);
    site.hub().acknowledged(&batch);
    let mut client = client(&site);
    let row = client.query_one("SELECT tableoid::regclass::text, signed FROM batches", &[]);
    let row = row.unwrap();
    let day = gatepost_pass::fixture::NOW.0 / 86_400;
    assert_eq!(row.get::<_, String>(0), format!("batches_{day}"));
    assert_eq!(row.get::<_, Vec<u8>>(1), batch);
    let external =
        "SELECT count(*) FROM pg_attribute WHERE attname = 'signed' AND attstorage = 'e'";
    assert_eq!(
        number(&mut client, external),
        2,
        "the table and its partition"
    );
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
                 $$BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END$$;
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
        Some(StoreError::Newer(99))
    ));
    client(&site).batch_execute("DROP TABLE version").unwrap();
    assert!(matches!(
        site.location.open().err(),
        Some(StoreError::Foreign)
    ));
    assert!(matches!(
        site.location.open_to_read().err(),
        Some(StoreError::Foreign)
    ));
}

#[test]
fn a_password_stands_in_no_message() {
    let location = Location::server("postgres://hub:secret@localhost:1/hub").unwrap();
    let why = location.open().err().unwrap().to_string();
    let said = format!("{why} {} {location:?}", location.name());
    assert!(!said.contains("secret"), "{said}");
    let why = Location::server("postgres://hub:secret@local host:x/").unwrap_err();
    assert!(!format!("{why} {why:?}").contains("secret"));
}
