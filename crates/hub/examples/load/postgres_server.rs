//! A PostgreSQL server, and how fast a bare COPY into it is.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use postgres::{
    Client, NoTls,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};

/// A PostgreSQL server that ends with this program, when its standard input does. Its commits wait
/// for the disk.
pub(crate) struct Postgres {
    directory: PathBuf,
    _server: Child,
}

impl Postgres {
    pub(crate) fn start(script: &Path, directory: &Path) -> Self {
        let mut server = Command::new(script)
            .arg(directory)
            .args(["fsync=on", "shared_buffers=256MB", "max_wal_size=4GB"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("throwaway-postgres runs");
        let mut answer = String::new();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        stdout.read_line(&mut answer).unwrap();
        assert_eq!(
            answer.trim(),
            "ready",
            "no PostgreSQL server: scripts/setup installs one"
        );
        Self {
            directory: directory.to_owned(),
            _server: server,
        }
    }

    fn url(&self, name: &str) -> String {
        let host = self.directory.to_str().unwrap().replace('/', "%2F");
        format!("postgres://hub@{host}/{name}")
    }

    /// A new database, and no checkpoint under way.
    pub(crate) fn database(&self) -> String {
        let mut client = Client::connect(&self.url("postgres"), NoTls).unwrap();
        let count = client
            .query_one("SELECT count(*) FROM pg_database", &[])
            .unwrap();
        let name = format!("load_{}", count.get::<_, i64>(0));
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        client.batch_execute("CHECKPOINT").unwrap();
        self.url(&name)
    }
}

/// Passages a second of one COPY, in one transaction, of the same signed batches, into a table
/// without index: what the server can take of these bytes at best.
pub(crate) fn copy_batches(postgres: &Postgres, devices: &[Vec<Vec<u8>>], passages: usize) -> f64 {
    let seconds = copy(postgres, &["device"], |writer| {
        for (device, batches) in devices.iter().enumerate() {
            for signed in batches {
                writer.write(&[&(device as i64), signed]).unwrap();
            }
        }
    });
    passages as f64 / seconds
}

/// Passages a second of the same with their records, a row each.
pub(crate) fn copy_rows(postgres: &Postgres, devices: &[Vec<Vec<u8>>]) -> f64 {
    let read = |signed: &Vec<u8>| gatepost_protocol::batch::reread(signed).unwrap().1;
    let rows: Vec<_> = devices
        .iter()
        .map(|batches| batches.iter().flat_map(read).collect::<Vec<_>>())
        .collect();
    let seconds = copy(postgres, &["device", "seq", "hour", "class"], |writer| {
        for (device, records) in rows.iter().enumerate() {
            for (record, bytes, _) in records {
                let (seq, hour) = (record.seq as i64, i64::from(record.hour));
                let row: [&(dyn ToSql + Sync); 5] = [&(device as i64), &seq, &hour, &1_i64, bytes];
                writer.write(&row).unwrap();
            }
        }
    });
    let count: usize = rows.iter().map(Vec::len).sum();
    count as f64 / seconds
}

/// Seconds of one COPY, in one transaction, into a new table without index: these numbers, then
/// bytes.
fn copy(
    postgres: &Postgres,
    numbers: &[&str],
    write: impl FnOnce(&mut BinaryCopyInWriter<'_>),
) -> f64 {
    let mut client = Client::connect(&postgres.database(), NoTls).unwrap();
    let mut types = vec![Type::INT8; numbers.len()];
    types.push(Type::BYTEA);
    let table = numbers.join(" int8, ");
    client
        .batch_execute(&format!(
            "SET synchronous_commit = on; CREATE TABLE copied ({table} int8, bytes bytea);
             ALTER TABLE copied ALTER bytes SET STORAGE EXTERNAL"
        ))
        .unwrap();
    let begun = Instant::now();
    let mut transaction = client.transaction().unwrap();
    let copy = transaction.copy_in("COPY copied FROM STDIN BINARY");
    let mut writer = BinaryCopyInWriter::new(copy.unwrap(), &types);
    write(&mut writer);
    writer.finish().unwrap();
    transaction.commit().unwrap();
    begun.elapsed().as_secs_f64()
}
