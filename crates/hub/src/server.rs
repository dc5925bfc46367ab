//! The server of an address: how many connections, their time limits, TLS, and shutdown.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, middleware::from_fn};
use hyper::{
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    answer_mark,
    limits::{Shares, network},
    pace::PacedStream,
    refusal::Refusal,
    tls::HubTls,
};

/// Most open connections, some 20 KiB each (docs/scale.md). Others wait in the system's queue.
pub const MAX_CONNECTIONS: usize = 12_000;
/// The same over TLS, some 50 KiB each: together they stay below 512 MiB.
pub const MAX_TLS_CONNECTIONS: usize = 9_000;
/// Length of that queue, as far as the system allows it.
const QUEUE: u32 = 16_384;
/// How long a TLS handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// First byte that a TLS client sends (RFC 8446, 5.1: the type of a handshake record).
const HANDSHAKE: u8 = 22;
/// How long the head of a request may take, and how long a connection may stay idle.
const HEADER_TIME: Duration = Duration::from_secs(30);
/// Largest head of a request, in bytes; as much of an answer is ready to be written at a time.
const MAX_HEAD: usize = 16 * 1024;
/// Bytes that the system holds of a connection, each way. More would be taken from clients before
/// they have read it: a slow one would look fast.
const SYSTEM_BUFFER: u32 = 64 * 1024;
/// Plain text that waits for encryption or for its client, in bytes.
const TLS_BUFFER: usize = 8 * 1024;
/// How long requests in progress may take once the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Opens a listening address.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    // Accepted connections take these over.
    socket.set_send_buffer_size(SYSTEM_BUFFER)?;
    socket.set_recv_buffer_size(SYSTEM_BUFFER)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Serves until `stop`, then lets requests in progress finish. With `tls`, a plain HTTP request is
/// only told to use HTTPS. Connections beyond `of_address` of one address (IPv6: of one /64
/// network) are closed at once.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    tls: Option<Arc<HubTls>>,
    of_address: usize,
    stop: impl Future<Output = ()>,
) {
    let addresses = Shares::new(of_address);
    let most = match tls {
        Some(_) => MAX_TLS_CONNECTIONS,
        None => MAX_CONNECTIONS,
    };
    let permits = Arc::new(Semaphore::new(most));
    let (stopping, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        while connections.try_join_next().is_some() {}
        let stream = tokio::select! {
            () = stop.as_mut() => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        let Ok((stream, peer, permit)) = stream else {
            // Most likely out of file descriptors: they are freed as connections end.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Some(share) = addresses.take(network(peer.ip())) else {
            continue;
        };
        let (app, tls, stopped) = (app.clone(), tls.clone(), stopped.clone());
        connections.spawn(async move {
            connection(stream, peer, app, tls, stopped).await;
            drop((permit, share));
        });
    }
    drop((listener, stopped, stopping));
    let finish = async { while connections.join_next().await.is_some() {} };
    // Requests that take longer are cut off: nothing was acknowledged to them.
    let _ = tokio::time::timeout(GRACE, finish).await;
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = permits.clone().acquire_owned().await;
    let permit = permit.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, permit))
}

/// Tells every request to use HTTPS.
fn https_only() -> Router {
    let refuse = Router::new().fallback(async || Refusal::HttpsOnly);
    refuse.layer(from_fn(answer_mark::add))
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    tls: Option<Arc<HubTls>>,
    mut stopped: watch::Receiver<()>,
) {
    // A receipt is one small packet, which should not wait for a second one.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return serve_http(PacedStream::new(stream), peer, app, stopped).await;
    };
    let accepted = tokio::select! {
        accepted = tokio::time::timeout(HANDSHAKE_TIME, handshake(stream, &tls)) => accepted,
        _ = stopped.changed() => return,
    };
    // Errors are the client's: it expects another key, or does not speak TLS.
    match accepted {
        Ok(Ok(Greeted::Tls(stream))) => serve_http(stream, peer, app, stopped).await,
        Ok(Ok(Greeted::Plain(stream))) => serve_http(stream, peer, https_only(), stopped).await,
        Ok(Err(_)) | Err(_) => {}
    }
}

/// A connection to an address that requires TLS.
enum Greeted {
    Tls(Box<TlsStream<PacedStream<TcpStream>>>),
    /// The client does not speak TLS.
    Plain(PacedStream<TcpStream>),
}

async fn handshake(stream: TcpStream, tls: &HubTls) -> io::Result<Greeted> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    let stream = PacedStream::new(stream);
    if first != [HANDSHAKE] {
        return Ok(Greeted::Plain(stream));
    }
    let mut stream = TlsAcceptor::from(tls.config()).accept(stream).await?;
    let (_, session) = stream.get_mut();
    session.set_buffer_limit(Some(TLS_BUFFER));
    Ok(Greeted::Tls(Box::new(stream)))
}

async fn serve_http(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: SocketAddr,
    app: Router,
    mut stopped: watch::Receiver<()>,
) {
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: hyper::Request<_>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // Errors are the client's: a broken connection, a head that is not HTTP.
    let ended = tokio::select! {
        _ = connection.as_mut() => true,
        _ = stopped.changed() => false,
    };
    if !ended {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        time::Instant,
    };

    use super::*;
    use crate::tls;

    /// How long a hub that requires TLS keeps a client that sends these bytes and then nothing
    /// more. The clock advances whenever everybody waits.
    async fn patience_with(said: &[u8]) -> Duration {
        let files = tempfile::tempdir().unwrap();
        let [certificate, key] = ["pem", "key"].map(|end| files.path().join(end));
        tls::make_certificate(&certificate, &key, &[]).unwrap();
        let tls = Arc::new(HubTls::read(&certificate, &key).unwrap());
        let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, Router::new(), Some(tls), 9, async {
            drop(stopped.await);
        }));
        let begun = Instant::now();
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(said).await.unwrap();
        let ended = slow.read_to_end(&mut Vec::new()).await;
        let took = begun.elapsed();
        assert!(ended.is_ok());
        drop(stop);
        served.await.unwrap();
        took
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_finish_its_handshake_is_cut_off() {
        // Nothing; the start of a record; a record's head that announces more than follows.
        for said in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"] {
            let took = patience_with(said).await;
            let expected = HANDSHAKE_TIME..HANDSHAKE_TIME + Duration::from_secs(1);
            assert!(expected.contains(&took), "{said:?}: {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_without_tls_that_does_not_finish_its_head_is_cut_off() {
        let took = patience_with(b"GET / HT").await;
        assert!((HEADER_TIME..HEADER_TIME * 2).contains(&took), "{took:?}");
    }
}
