//! Connections: how many, how long they may take, and how they end.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
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

use crate::{patient::Patient, router::https_only, tls::HubTls};

/// Connections at once: some 20 KiB each (docs/scale.md). More of them wait in the system's queue.
pub const MAX_CONNECTIONS: usize = 12_000;
/// The same over TLS, where each is some 50 KiB: together they stay below 512 MiB.
pub const MAX_TLS_CONNECTIONS: usize = 9_000;
/// Length of that queue, as far as the system allows it.
const QUEUE: u32 = 16_384;
/// How long TLS may take to be agreed on.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// First byte of what a TLS client says (RFC 8446, 5.1: a record of the handshake).
const HANDSHAKE: u8 = 22;
/// How long the head of a request may take, and how long a connection may stay idle.
const HEADER_TIME: Duration = Duration::from_secs(30);
/// How long an answer may wait for its reader to take more of it.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// Most bytes of a request's head.
const MAX_HEAD: usize = 32 * 1024;
/// How long requests under way may take to finish once the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// The other end of the connection that a request came on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Opens an address.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Serves until `stop`, then lets requests under way finish. With `tls`, nothing is served without it.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    tls: Option<Arc<HubTls>>,
    stop: impl Future<Output = ()>,
) {
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
            // Out of descriptors, most likely: they come back as connections end.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (app, tls, stopped) = (app.clone(), tls.clone(), stopped.clone());
        connections.spawn(async move {
            connection(stream, Peer(peer), app, tls, stopped).await;
            drop(permit);
        });
    }
    drop((listener, stopped, stopping));
    let finish = async { while connections.join_next().await.is_some() {} };
    // Whoever takes longer is cut off: nothing was acknowledged to them.
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

async fn connection(
    stream: TcpStream,
    peer: Peer,
    app: Router,
    tls: Option<Arc<HubTls>>,
    mut stopped: watch::Receiver<()>,
) {
    // A receipt is one small packet: it should not wait for a second one.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return talk(Patient::new(stream, WRITE_TIME), peer, app, stopped).await;
    };
    let agreed = tokio::select! {
        agreed = tokio::time::timeout(HANDSHAKE_TIME, agree(stream, &tls)) => agreed,
        _ = stopped.changed() => return,
    };
    // Errors are the other side's: another key was expected, or it is nothing that speaks TLS.
    match agreed {
        Ok(Ok(Agreed::Tls(stream))) => talk(*stream, peer, app, stopped).await,
        Ok(Ok(Agreed::Plain(stream))) => talk(stream, peer, https_only(), stopped).await,
        Ok(Err(_)) | Err(_) => {}
    }
}

/// How a client of an address that wants TLS speaks.
enum Agreed {
    Tls(Box<TlsStream<Patient>>),
    Plain(Patient),
}

async fn agree(stream: TcpStream, tls: &HubTls) -> io::Result<Agreed> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    let stream = Patient::new(stream, WRITE_TIME);
    if first != [HANDSHAKE] {
        return Ok(Agreed::Plain(stream));
    }
    let stream = TlsAcceptor::from(tls.config()).accept(stream).await?;
    Ok(Agreed::Tls(Box::new(stream)))
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: Peer,
    app: Router,
    mut stopped: watch::Receiver<()>,
) {
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: hyper::Request<_>| {
        request.extensions_mut().insert(peer);
        app.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // Errors here are the other side's: a connection that broke, a head that is not HTTP.
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

    /// How long a hub that speaks TLS bears a client that says so much and then nothing more. The clock goes on
    /// whenever everybody waits.
    async fn patience_with(said: &[u8]) -> Duration {
        let files = tempfile::tempdir().unwrap();
        let [certificate, key] = ["pem", "key"].map(|end| files.path().join(end));
        tls::make(&certificate, &key, &[]).unwrap();
        let tls = Arc::new(HubTls::read(&certificate, &key).unwrap());
        let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, Router::new(), Some(tls), async {
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
