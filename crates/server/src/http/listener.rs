//! A listener: accepts connections within its limits, and ends without breaking off what has begun.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{Peer, connection, tls::ServerTls};
use crate::limits;

/// How patient a listener is. The default is the constants of [`limits`]; tests scale it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// [`limits::HEADER_TIME`].
    pub header_time: Duration,
    /// [`limits::IDLE_TIME`].
    pub idle_time: Duration,
    /// [`limits::STALL_TIME`].
    pub stall_time: Duration,
    /// [`limits::DRAIN_TIME`].
    pub drain_time: Duration,
    /// [`limits::CONNECTIONS`].
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_time: limits::HEADER_TIME,
            idle_time: limits::IDLE_TIME,
            stall_time: limits::STALL_TIME,
            drain_time: limits::DRAIN_TIME,
            connections: limits::CONNECTIONS,
        }
    }
}

/// Serves a router until `shutdown` turns true (or its sender is gone), and then until the requests that have begun are
/// answered. Returns how many connections had to be cut off because that took too long.
pub async fn serve(
    listener: TcpListener,
    tls: Option<ServerTls>,
    router: Router,
    shutdown: watch::Receiver<bool>,
) -> usize {
    serve_within(listener, tls, router, Limits::default(), shutdown).await
}

/// As [`serve`], with other limits.
pub async fn serve_within(
    listener: TcpListener,
    tls: Option<ServerTls>,
    router: Router,
    limits: Limits,
    mut shutdown: watch::Receiver<bool>,
) -> usize {
    let mut background = JoinSet::new();
    if let Some(tls) = tls.clone() {
        background.spawn(tls.keep_fresh());
    }
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    while let Some((stream, peer, permit)) = accept(&listener, &room, &mut shutdown).await {
        reap(&mut connections);
        let connection = Connection { stream, peer, tls: tls.clone(), router: router.clone(), limits };
        connections.spawn(run(connection, shutdown.clone(), permit));
    }
    // Frees the port: whoever comes now is refused at once and asks another node.
    drop(listener);
    drain(connections, limits.drain_time).await
}

/// Waits until `shutdown` turns true or its sender is gone.
pub(super) async fn ended(shutdown: &mut watch::Receiver<bool>) {
    drop(shutdown.wait_for(|is_on| *is_on).await);
}

/// The next connection; `None` when the listener is to end. While there is no room, clients wait in the system's queue.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    shutdown: &mut watch::Receiver<bool>,
) -> Option<(TcpStream, Peer, OwnedSemaphorePermit)> {
    let next = async {
        let permit = Arc::clone(room).acquire_owned().await.ok()?;
        let (stream, peer) = accepted(listener).await;
        Some((stream, Peer(peer), permit))
    };
    tokio::select! {
        biased;
        () = ended(shutdown) => None,
        next = next => next,
    }
}

/// Errors of accepting are never those of the listener: either a client left, or the process lacks room and may get it
/// back.
async fn accepted(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if has_left(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

fn has_left(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    [ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind())
}

struct Connection {
    stream: TcpStream,
    peer: Peer,
    tls: Option<ServerTls>,
    router: Router,
    limits: Limits,
}

async fn run(connection: Connection, mut shutdown: watch::Receiver<bool>, permit: OwnedSemaphorePermit) {
    let Connection { stream, peer, tls, router, limits } = connection;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(peer = %peer.0, %error, "a connection stays with Nagle's algorithm");
    }
    match tls {
        None => connection::serve(stream, peer, router, limits, shutdown).await,
        Some(tls) => {
            let handshake = async {
                tokio::select! {
                    () = ended(&mut shutdown) => None,
                    done = timeout(limits.header_time, tls.accept(stream)) => Some(done),
                }
            };
            match handshake.await {
                None => {}
                Some(Ok(Ok(stream))) => connection::serve(stream, peer, router, limits, shutdown).await,
                Some(Ok(Err(error))) => tracing::debug!(peer = %peer.0, %error, "no TLS with this client"),
                Some(Err(_elapsed)) => tracing::debug!(peer = %peer.0, "the TLS handshake takes too long"),
            }
        }
    }
    drop(permit);
}

/// Forgets connections that have ended.
fn reap(connections: &mut JoinSet<()>) {
    while let Some(ended) = connections.try_join_next() {
        if let Err(error) = ended {
            tracing::error!(%error, "a connection ended in a fault of ours");
        }
    }
}

async fn drain(mut connections: JoinSet<()>, time: Duration) -> usize {
    let all = async { while connections.join_next().await.is_some() {} };
    match timeout(time, all).await {
        Ok(()) => 0,
        Err(_elapsed) => {
            reap(&mut connections);
            let left = connections.len();
            connections.shutdown().await;
            left
        }
    }
}
