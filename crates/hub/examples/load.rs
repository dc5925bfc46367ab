//! A device simulator on loopback: what the hub takes, beside a bare PostgreSQL `COPY` of the same bytes, and what it
//! does when every device comes back at once. Run by `scripts/load`; prints one JSON object a line.
//!
//! Passages are random bytes in place of ciphertext: the hub can't tell, and sealing is the devices' work. Signatures,
//! certificates and chains are real and checked by the hub, which runs as a program of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use gatepost_pass::{
    SecretKey, Timestamp,
    fixture::{self, DAY, Region},
    words::DeviceId,
};
use gatepost_protocol::{
    Body, DeviceRequest, Epoch, Head, Outcome, Record, batch::sign_batch, device::device_id,
    record::Sealed, routes,
};
use postgres::{Client, NoTls, binary_copy::BinaryCopyInWriter, types::Type};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Barrier,
};

/// Passages in each batch of the throughput runs: the most that fit.
const BATCH: usize = 500;
/// Connections at once in the throughput runs.
const SENDERS: usize = 32;
/// No request takes longer; the whole run ends by `scripts/load`'s own limit.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| {
        arguments
            .next()
            .unwrap_or_else(|| panic!("{what} is missing"))
    };
    let hub = PathBuf::from(next("the hub program"));
    let server = PathBuf::from(next("scripts/throwaway-postgres"));
    let number = |text: String| text.parse::<usize>().expect("a number");
    let passages = number(next("passages a round"));
    let rounds = number(next("rounds"));
    let crowd = number(next("devices that reconnect"));
    let backlog = number(next("passages of each"));
    let directory = PathBuf::from(next("a directory"));
    fs::create_dir_all(&directory).unwrap();
    let site = Site::new(&directory.join("site"));
    let postgres = Postgres::start(&server, &directory.join("postgres"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();

    let mut taken = vec![("sqlite", Vec::new()), ("postgres", Vec::new())];
    let mut copied = vec![
        ("a row a passage", Vec::new()),
        ("a row a batch", Vec::new()),
    ];
    for round in 0..rounds {
        let devices = devices(SENDERS, passages / SENDERS, round as u64);
        let bytes: usize = devices.iter().flatten().map(Vec::len).sum();
        copied[0].1.push(copy_rows(&postgres, &devices));
        copied[1]
            .1
            .push(copy_batches(&postgres, &devices, passages));
        for (name, rates) in &mut taken {
            let data = match *name {
                "sqlite" => [
                    "--data".into(),
                    directory.join(format!("hub-{round}")).into_os_string(),
                ],
                _ => ["--store".into(), postgres.database().into()],
            };
            let running = Running::start(&hub, &site, &data);
            let begun = Instant::now();
            runtime.block_on(send_all(running.address, devices.clone()));
            let seconds = begun.elapsed().as_secs_f64();
            rates.push(passages as f64 / seconds);
            println!(
                "{}",
                json!({
                    "what": "throughput", "store": name, "round": round, "passages": passages, "bytes": bytes,
                    "seconds": round3(seconds), "passages_per_second": (passages as f64 / seconds) as u64,
                    "hub_cpu_seconds": running.cpu_seconds(), "peak_mib": running.peak_mib(),
                })
            );
        }
    }
    for (form, bare) in &mut copied {
        let bare = median(bare);
        for (name, rates) in &mut taken {
            let rate = median(rates);
            println!(
                "{}",
                json!({
                    "what": "ratio to a bare COPY", "copy": form, "copy_passages_per_second": bare as u64, "store": name,
                    "passages_per_second": rate as u64, "ratio": round3(rate / bare), "target": 0.5, "rounds": rounds,
                })
            );
        }
    }

    for name in ["sqlite", "postgres"] {
        let data = match name {
            "sqlite" => ["--data".into(), directory.join("crowd").into_os_string()],
            _ => ["--store".into(), postgres.database().into()],
        };
        let running = Running::start(&hub, &site, &data);
        let devices = devices(crowd, backlog, 1000);
        let begun = Instant::now();
        let mut answers = runtime.block_on(reconnect(running.address, devices));
        let seconds = begun.elapsed().as_secs_f64();
        answers.times.sort_unstable();
        let at = |share: f64| {
            let last = answers.times.len().saturating_sub(1);
            answers
                .times
                .get((last as f64 * share) as usize)
                .map(|time| time.as_millis() as u64)
        };
        println!(
            "{}",
            json!({
                "what": "reconnect at once", "store": name, "devices": crowd, "passages": crowd * backlog,
                "drained": answers.drained, "put_off": answers.put_off, "seconds": round3(seconds),
                "passages_per_second": (crowd as f64 * backlog as f64 / seconds) as u64,
                "answer_ms": { "p50": at(0.5), "p99": at(0.99), "max": at(1.0) },
                "hub_cpu_seconds": running.cpu_seconds(), "peak_mib": running.peak_mib(), "target_mib": 512,
            })
        );
    }
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn round3(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// A bundle and the keys.
struct Site(PathBuf);

impl Site {
    fn new(path: &Path) -> Self {
        let site = Self(path.to_owned());
        fs::create_dir_all(path.join("bundle")).unwrap();
        fs::write(path.join("root"), fixture::root_bytes()).unwrap();
        fs::write(path.join("hub.key"), fixture::hub().to_file()).unwrap();
        let mut trust = fixture::trust_claims();
        let mut issuers = trust.issuers.as_slice().to_vec();
        for issuer in &mut issuers {
            let mut keys = issuer.keys.as_slice().to_vec();
            for key in &mut keys {
                (key.from, key.until) = (Timestamp(0), Timestamp(u64::MAX));
            }
            issuer.keys = keys.try_into().unwrap();
            (issuer.from, issuer.until) = (Timestamp(0), Timestamp(u64::MAX));
        }
        trust.issuers = issuers.try_into().unwrap();
        let region = Region {
            trust,
            ..Region::default()
        };
        let manifest = region.manifest();
        for (digest, bytes) in region.files.0.borrow().iter() {
            fs::write(path.join("bundle").join(digest.to_string()), bytes).unwrap();
        }
        fs::write(path.join("bundle/manifest"), manifest).unwrap();
        site
    }
}

/// A PostgreSQL server that ends with this program, when its standard input does. Its commits wait for the disk.
struct Postgres {
    directory: PathBuf,
    _server: Child,
}

impl Postgres {
    fn start(script: &Path, directory: &Path) -> Self {
        let mut server = Command::new(script)
            .arg(directory)
            .args(["fsync=on", "shared_buffers=256MB", "max_wal_size=4GB"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("throwaway-postgres runs");
        let mut said = String::new();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        stdout.read_line(&mut said).unwrap();
        assert_eq!(
            said.trim(),
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
    fn database(&self) -> String {
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

/// Passages a second of one COPY, in one transaction, of the same signed batches, into a table without index: what the
/// server can take of these bytes at best.
fn copy_batches(postgres: &Postgres, devices: &[Vec<Vec<u8>>], passages: usize) -> f64 {
    let mut client = Client::connect(&postgres.database(), NoTls).unwrap();
    client
        .batch_execute(
            "SET synchronous_commit = on; CREATE TABLE batches (device bigint, signed bytea);
             ALTER TABLE batches ALTER signed SET STORAGE EXTERNAL",
        )
        .unwrap();
    let begun = Instant::now();
    let mut transaction = client.transaction().unwrap();
    let copy = transaction
        .copy_in("COPY batches FROM STDIN BINARY")
        .unwrap();
    let mut writer = BinaryCopyInWriter::new(copy, &[Type::INT8, Type::BYTEA]);
    for (device, batches) in devices.iter().enumerate() {
        for signed in batches {
            writer.write(&[&(device as i64), signed]).unwrap();
        }
    }
    writer.finish().unwrap();
    transaction.commit().unwrap();
    passages as f64 / begun.elapsed().as_secs_f64()
}

/// Passages a second of one COPY, in one transaction, of the same records, a row each, into a table without index.
fn copy_rows(postgres: &Postgres, devices: &[Vec<Vec<u8>>]) -> f64 {
    let mut client = Client::connect(&postgres.database(), NoTls).unwrap();
    client
        .batch_execute(
            "SET synchronous_commit = on; CREATE TABLE passages (device bigint, seq bigint, hour bigint,
             class bigint, record bytea); ALTER TABLE passages ALTER record SET STORAGE EXTERNAL",
        )
        .unwrap();
    let read = |signed: &Vec<u8>| gatepost_protocol::batch::reread(signed).unwrap().1;
    let rows: Vec<_> = devices
        .iter()
        .map(|batches| batches.iter().flat_map(read).collect::<Vec<_>>())
        .collect();
    let begun = Instant::now();
    let mut transaction = client.transaction().unwrap();
    let copy = transaction
        .copy_in("COPY passages FROM STDIN BINARY")
        .unwrap();
    let types = [Type::INT8, Type::INT8, Type::INT8, Type::INT8, Type::BYTEA];
    let mut writer = BinaryCopyInWriter::new(copy, &types);
    for (device, records) in rows.iter().enumerate() {
        for (record, bytes, _) in records {
            let (seq, hour) = (record.seq as i64, i64::from(record.hour));
            writer
                .write(&[&(device as i64), &seq, &hour, &1_i64, bytes])
                .unwrap();
        }
    }
    let count = writer.finish().unwrap();
    transaction.commit().unwrap();
    count as f64 / begun.elapsed().as_secs_f64()
}

/// The hub as a program of its own.
struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    fn start(hub: &Path, site: &Site, data: &[std::ffi::OsString; 2]) -> Self {
        let wide = "1000000:1000000";
        let mut child = Command::new(hub)
            .args(["serve", "--listen", "127.0.0.1:0", "--allow-published-key"])
            .args(["--rate-address", wide, "--rate-device", wide])
            .arg("--bundle")
            .arg(site.0.join("bundle"))
            .arg("--root")
            .arg(site.0.join("root"))
            .arg("--key")
            .arg(site.0.join("hub.key"))
            .args(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .expect("the hub listens");
        let address = address.parse().unwrap();
        Self { child, address }
    }

    /// The most memory that it held so far.
    fn peak_mib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            / 1024
    }

    /// Processor time so far; a tick is 10 ms on Linux.
    fn cpu_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks
            .map(|ticks| ticks.parse::<f64>().unwrap())
            .sum::<f64>()
            / 100.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Signed batches of devices that each have so many passages, in the order of their chain.
fn devices(count: usize, passages: usize, run: u64) -> Vec<Vec<Vec<u8>>> {
    (0..count)
        .map(|n| device(run * 1_000_000 + n as u64, passages))
        .collect()
}

fn device(number: u64, passages: usize) -> Vec<Vec<u8>> {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let secret = SecretKey::from_seed(&seed);
    let id = device_id(&secret.public());
    let request = DeviceRequest::sign("load".try_into().unwrap(), &secret);
    let request = DeviceRequest::verify(&request).unwrap();
    let now = gatepost_hub::clock::now();
    let certificate = request.certify(&fixture::devices(), now.minus(DAY), now.plus(DAY));
    let mut epoch = [7; 16];
    epoch[..8].copy_from_slice(&number.to_le_bytes());
    let epoch = Epoch(epoch);
    let hour = (now.0 / 3600) as u32;
    let mut noise = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut head = Head::START;
    let mut batches = Vec::new();
    let records: Vec<Vec<u8>> = (0..=passages as u64)
        .map(|seq| record(seq, hour, &mut noise).to_bytes())
        .collect();
    for records in records.chunks(BATCH) {
        let signed = sign_batch(&certificate, &secret, epoch, head, records.to_vec()).unwrap();
        batches.push(signed);
        head = records
            .iter()
            .fold(head, |head, record| after(head, id, epoch, record));
    }
    batches
}

fn after(head: Head, id: DeviceId, epoch: Epoch, record: &[u8]) -> Head {
    head.after(id, epoch, record)
}

fn record(seq: u64, hour: u32, noise: &mut u64) -> Record {
    let mut byte = || {
        // xorshift64 (Marsaglia 2003).
        *noise ^= *noise << 13;
        *noise ^= *noise >> 7;
        *noise ^= *noise << 17;
        *noise as u8
    };
    let body = match seq {
        0 => Body::EpochStart(None),
        _ => Body::Passage(Sealed {
            class: Outcome::Admit,
            tracing_key: 1,
            encapped: std::array::from_fn(|_| byte()),
            ciphertext: (0..gatepost_protocol::seal::CIPHERTEXT)
                .map(|_| byte())
                .collect::<Vec<_>>()
                .try_into()
                .unwrap(),
        }),
    };
    Record { seq, hour, body }
}

/// Every device on a connection of its own, batch after batch.
async fn send_all(address: SocketAddr, devices: Vec<Vec<Vec<u8>>>) {
    let mut sending = tokio::task::JoinSet::new();
    for batches in devices {
        sending.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            for batch in &batches {
                let (status, _) = post(&mut stream, batch).await.expect("an answer");
                assert_eq!(status, 200);
            }
        });
    }
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
}

#[derive(Default)]
struct Answers {
    drained: usize,
    put_off: usize,
    times: Vec<Duration>,
}

/// Every device connects at the same moment and tries until it has its receipts.
async fn reconnect(address: SocketAddr, devices: Vec<Vec<Vec<u8>>>) -> Answers {
    let barrier = Arc::new(Barrier::new(devices.len()));
    let mut sending = tokio::task::JoinSet::new();
    for batches in devices {
        let barrier = barrier.clone();
        sending.spawn(async move {
            barrier.wait().await;
            drain(address, batches).await
        });
    }
    let mut all = Answers::default();
    while let Some(answers) = sending.join_next().await {
        let answers = answers.unwrap();
        all.drained += answers.drained;
        all.put_off += answers.put_off;
        all.times.extend(answers.times);
    }
    all
}

async fn drain(address: SocketAddr, batches: Vec<Vec<u8>>) -> Answers {
    let mut answers = Answers::default();
    let mut waiting = batches.as_slice();
    for _ in 0..20 {
        let begun = Instant::now();
        let Some(batch) = waiting.first() else { break };
        let sent = async {
            let mut stream = TcpStream::connect(address).await?;
            post(&mut stream, batch).await
        };
        let sent = tokio::time::timeout(PATIENCE, sent).await;
        answers.times.push(begun.elapsed());
        match sent {
            Ok(Ok((200, _))) => waiting = waiting.get(1..).unwrap_or_default(),
            Ok(Ok((_, retry_after))) => {
                answers.put_off += 1;
                tokio::time::sleep(Duration::from_secs(retry_after)).await;
            }
            _ => {
                answers.put_off += 1;
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        }
    }
    answers.drained = usize::from(waiting.is_empty());
    answers
}

/// One request on a connection: the status, and when to come back.
async fn post(stream: &mut TcpStream, batch: &[u8]) -> std::io::Result<(u16, u64)> {
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: hub\r\ncontent-length: {}\r\n\r\n",
        routes::BATCHES,
        batch.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(batch).await?;
    let mut answer = Vec::new();
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&answer).to_lowercase();
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.trim().parse::<u64>().ok())
        };
        if answer.len() < end + 4 + field("content-length:").unwrap_or(0) as usize {
            continue;
        }
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or(std::io::ErrorKind::InvalidData)?;
        return Ok((status, field("retry-after:").unwrap_or(1)));
    }
}
