//! What the devices say over HTTP.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use gatepost_protocol::routes;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::Barrier,
    task::JoinSet,
};
use tokio_rustls::TlsConnector;

/// No request takes longer; the whole run ends by `scripts/load`'s own limit.
const PATIENCE: Duration = Duration::from_secs(120);

/// A hub's address, and TLS to it.
#[derive(Clone)]
pub(crate) struct Hub {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<TlsConnector>,
}

pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

impl Hub {
    async fn connect(&self) -> std::io::Result<Box<dyn Connection>> {
        self.secured(TcpStream::connect(self.address).await?).await
    }

    /// A connection with TLS where the hub has it.
    pub(crate) async fn secured(&self, stream: TcpStream) -> std::io::Result<Box<dyn Connection>> {
        let Some(tls) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::from(self.address.ip());
        Ok(Box::new(tls.connect(name, stream).await?))
    }
}

/// TLS to a hub with this certificate; each connection with a whole handshake, as after a restart.
pub(crate) fn tls(certificate: &std::path::Path) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(certificate).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config).into()
}

/// Every device on a connection of its own, batch after batch.
pub(crate) async fn send_all(hub: &Hub, devices: Vec<Vec<Vec<u8>>>) {
    let mut sending = JoinSet::new();
    for batches in devices {
        let hub = hub.clone();
        sending.spawn(async move {
            let mut stream = hub.connect().await.unwrap();
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
    pub(crate) times: Vec<Duration>,
    /// Batches, or devices with all of theirs, that were acknowledged.
    pub(crate) taken: usize,
    pub(crate) put_off: usize,
}

impl Answers {
    /// What all who send were answered, the shortest times first.
    pub(crate) async fn gather(mut sending: JoinSet<Self>) -> Self {
        let mut all = Self::default();
        while let Some(answers) = sending.join_next().await {
            let answers = answers.unwrap();
            all.taken += answers.taken;
            all.put_off += answers.put_off;
            all.times.extend(answers.times);
        }
        all.times.sort_unstable();
        all
    }
}

/// Every device connects at the same moment and tries until it has its receipts.
pub(crate) async fn reconnect(hub: &Hub, devices: Vec<Vec<Vec<u8>>>) -> Answers {
    let barrier = Arc::new(Barrier::new(devices.len()));
    let mut sending = JoinSet::new();
    for batches in devices {
        let (hub, barrier) = (hub.clone(), barrier.clone());
        sending.spawn(async move {
            barrier.wait().await;
            drain(&hub, batches).await
        });
    }
    Answers::gather(sending).await
}

async fn drain(hub: &Hub, batches: Vec<Vec<u8>>) -> Answers {
    let mut answers = Answers::default();
    let mut waiting = batches.as_slice();
    for _ in 0..20 {
        let begun = Instant::now();
        let Some(batch) = waiting.first() else { break };
        let sent = async {
            let mut stream = hub.connect().await?;
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
    answers.taken = usize::from(waiting.is_empty());
    answers
}

/// One request on a connection: the status, and when to come back.
pub(crate) async fn post(
    stream: &mut Box<dyn Connection>,
    batch: &[u8],
) -> std::io::Result<(u16, u64)> {
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: hub\r\ncontent-length: {}\r\n\r\n",
        routes::BATCHES,
        batch.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(batch).await?;
    stream.flush().await?;
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
