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
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

use crate::patient::Patient;

/// Connections at once, some 30 KiB each. More of them wait in the system's queue.
pub const MAX_CONNECTIONS: usize = 12_000;
/// Length of that queue, as far as the system allows it.
const QUEUE: u32 = 16_384;
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

/// Serves until `stop`, then lets requests under way finish.
pub async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
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
        let (app, stopped) = (app.clone(), stopped.clone());
        connections.spawn(async move {
            connection(stream, peer, app, stopped).await;
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
    peer: SocketAddr,
    app: Router,
    mut stopped: watch::Receiver<()>,
) {
    // A receipt is one small packet: it should not wait for a second one.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Patient::new(stream, WRITE_TIME));
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: hyper::Request<_>| {
        request.extensions_mut().insert(Peer(peer));
        app.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEAD)
        .serve_connection(io, service);
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
