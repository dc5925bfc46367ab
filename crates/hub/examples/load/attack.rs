//! Attackers on many addresses while devices send: uploads that hardly move, readers that hardly
//! read, connections that say nothing, and one device that forks its chain as fast as it may.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use gatepost_protocol::routes;
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
};

use crate::{
    client::{Answers, Connection, Hub, post},
    devices::{device_in, forks},
    hub::{Over, RunningHub, Site},
    percentile, round3,
};

/// Connections of each attacking address: fewer than a hub allows.
const OF_ADDRESS: usize = 30;
/// Bytes a second of a slow upload or reader: just above what a hub demands.
const SLOW: usize = 2300;
/// Devices that send meanwhile, each a small batch each second.
const DEVICES: usize = 32;
/// Size of the file that slow readers ask for.
const FILE: u64 = 64 << 20;

/// Runs attackers on so many connections for so many seconds, and prints how devices fared.
pub(crate) async fn attack(
    program: &Path,
    directory: &Path,
    over: Over,
    crowd: usize,
    seconds: u64,
) {
    let site = Site::new(&directory.join("site"));
    let name = "07".repeat(32);
    let file = std::fs::File::create(directory.join("site/bundle").join(&name));
    file.unwrap().set_len(FILE).unwrap();
    let data = [
        "--data".into(),
        directory.join(format!("attacked-{over:?}")).into(),
    ];
    let running = RunningHub::start_as_shipped(program, &site, &data, over);
    let hub = running.hub.clone();
    let (open, most, forked) = (Open::default(), Open::default(), Open::default());
    let mut attackers = JoinSet::new();
    for n in 0..crowd {
        let (hub, open, most, name) = (hub.clone(), open.clone(), most.clone(), name.clone());
        attackers.spawn(async move {
            loop {
                if let Ok(stream) = connect_from(&hub, attacker(n)).await {
                    most.0.fetch_max(open.0.fetch_add(1, Relaxed) + 1, Relaxed);
                    let _ = hold(stream, n, &name).await;
                    open.0.fetch_sub(1, Relaxed);
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    }
    let (forking, count) = (hub.clone(), forked.clone());
    attackers.spawn(async move {
        for batch in forks(999_999) {
            let answer = send(&forking, Ipv4Addr::new(127, 250, 0, 1), &batch).await;
            count.0.fetch_add(
                usize::from(answer.is_some_and(|(status, _)| status == 200)),
                Relaxed,
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    // Until the crowd is there.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let answers = devices(&hub, seconds).await;
    attackers.abort_all();
    let figures = json!({
        "what": "attack", "tls": over == Over::Https, "attackers": crowd,
        "most_connections_at_once": most.0.load(Relaxed), "seconds": seconds,
        "devices": DEVICES, "batches_acknowledged": answers.taken,
        "batches_put_off": answers.put_off,
        "answer_ms": {
            "p50": percentile(&answers.times, 0.5),
            "p99": percentile(&answers.times, 0.99),
            "max": percentile(&answers.times, 1.0),
        },
        "forks_kept": forked.0.load(Relaxed), "hub_cpu_seconds": round3(running.cpu_seconds()),
        "peak_mib": running.peak_mib(), "target_mib": 512,
    });
    println!("{figures}");
}

#[derive(Clone, Default)]
struct Open(Arc<AtomicUsize>);

fn attacker(n: usize) -> Ipv4Addr {
    let address = n / OF_ADDRESS;
    Ipv4Addr::new(127, 1, (address / 200) as u8, (address % 200 + 1) as u8)
}

async fn connect_from(hub: &Hub, from: Ipv4Addr) -> std::io::Result<Box<dyn Connection>> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    socket.bind(SocketAddr::from((from, 0)))?;
    let stream: TcpStream = socket.connect(hub.address).await?;
    hub.secured(stream).await
}

/// Keeps a connection as busy as it must be, in one of four ways, until the hub has had enough.
async fn hold(mut stream: Box<dyn Connection>, n: usize, file: &str) -> std::io::Result<()> {
    match n % 4 {
        0 | 1 => {
            let head = format!("GET {}{file} HTTP/1.1\r\nhost: hub\r\n\r\n", routes::FILES);
            stream.write_all(head.as_bytes()).await?;
            read_slowly(&mut stream).await
        }
        2 => {
            let head = format!(
                "POST {} HTTP/1.1\r\nhost: hub\r\ncontent-length: 400000\r\n\r\n",
                routes::BATCHES
            );
            stream.write_all(head.as_bytes()).await?;
            // Half of them get past the part that every body may have.
            stream
                .write_all(&vec![7; if n.is_multiple_of(8) { 1 } else { 20_000 }])
                .await?;
            write_slowly(&mut stream).await
        }
        _ => {
            stream.write_all(b"GET / HT").await?;
            stream.read_to_end(&mut Vec::new()).await.map(|_| ())
        }
    }
}

async fn read_slowly(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<()> {
    let mut bytes = [0; SLOW];
    loop {
        stream.read_exact(&mut bytes).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn write_slowly(stream: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
    loop {
        stream.write_all(&[7; SLOW]).await?;
        stream.flush().await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Devices, each on an address of its own, that send a small batch each second.
async fn devices(hub: &Hub, seconds: u64) -> Answers {
    let mut sending = JoinSet::new();
    for n in 0..DEVICES {
        let hub = hub.clone();
        sending.spawn(async move {
            let mut answers = Answers::default();
            let until = Instant::now() + Duration::from_secs(seconds);
            let from = Ipv4Addr::new(127, 200, 0, n as u8 + 1);
            for batch in device_in(2_000_000 + n as u64, 5 * seconds as usize, 5) {
                if Instant::now() >= until {
                    break;
                }
                let begun = Instant::now();
                match send(&hub, from, &batch).await {
                    Some((200, _)) => answers.taken += 1,
                    _ => answers.put_off += 1,
                }
                answers.times.push(begun.elapsed());
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            answers
        });
    }
    Answers::gather(sending).await
}

/// One batch on a connection of its own; nothing where there was no answer in time.
async fn send(hub: &Hub, from: Ipv4Addr, batch: &[u8]) -> Option<(u16, u64)> {
    let sent = async {
        let mut stream = connect_from(hub, from).await.ok()?;
        post(&mut stream, batch).await.ok()
    };
    tokio::time::timeout(Duration::from_secs(60), sent)
        .await
        .ok()?
}
