//! What the devices say over HTTP.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use gatepost_protocol::routes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Barrier,
};

/// No request takes longer; the whole run ends by `scripts/load`'s own limit.
const PATIENCE: Duration = Duration::from_secs(120);

/// Every device on a connection of its own, batch after batch.
pub(crate) async fn send_all(address: SocketAddr, devices: Vec<Vec<Vec<u8>>>) {
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
pub(crate) struct Answers {
    pub(crate) drained: usize,
    pub(crate) put_off: usize,
    pub(crate) times: Vec<Duration>,
}

/// Every device connects at the same moment and tries until it has its receipts.
pub(crate) async fn reconnect(address: SocketAddr, devices: Vec<Vec<Vec<u8>>>) -> Answers {
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

pub(crate) async fn drain(address: SocketAddr, batches: Vec<Vec<u8>>) -> Answers {
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
pub(crate) async fn post(stream: &mut TcpStream, batch: &[u8]) -> std::io::Result<(u16, u64)> {
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
