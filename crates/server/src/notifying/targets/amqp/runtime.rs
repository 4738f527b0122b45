//! lapin over a connection that is ours.
//!
//! Its own TLS brings a library for PKCS #12 with thirty crates behind it, and where it is left out lapin speaks plain
//! text to `amqps://`, silently. And it works on the socket in a thread of its own that waits for ever for a broker that
//! has fallen silent. So it is handed a stream that is connected, and whose end somebody else holds.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    os::fd::{AsFd, AsRawFd},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_rs::{Runtime, Tokio, traits::Reactor, util::RuntimeParts};
use futures_core::Stream as Values;
use futures_io::{AsyncRead, AsyncWrite};
use lapin::{AsyncTcpStream, Connection, ConnectionProperties, uri::AMQPUri};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::super::wire::Stream;

/// Logs in over this stream.
pub(super) async fn log_in(uri: AMQPUri, stream: Box<dyn Stream>) -> lapin::Result<Connection> {
    let stream = Mutex::new(Some(AsyncTcpStream::Plain(stream.compat())));
    let runtime = Runtime::new(RuntimeParts::new(Tokio::current(), Connected(Tokio::current())));
    let properties = ConnectionProperties::default().with_connection_name("limpid notifier".into());
    let connect = async move |_uri, _runtime| {
        let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
        // lapin does not connect again unless it is told to; if it did, there is no second one.
        stream.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected).into())
    };
    Connection::connector(uri, runtime, connect, properties).await
}

/// Tokio's reactor, for streams that are connected.
#[derive(Debug, Clone)]
struct Connected(Tokio);

impl Reactor for Connected {
    type TcpStream = Compat<Box<dyn Stream>>;
    type Sleep = <Tokio as Reactor>::Sleep;

    fn register<H: Read + Write + AsFd + AsRawFd + Send + 'static>(
        &self,
        socket: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        self.0.register(socket)
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Values<Item = Instant> + Send + 'static {
        self.0.interval(duration)
    }

    fn tcp_connect_addr(
        &self,
        _address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send + 'static {
        std::future::ready(Err(io::ErrorKind::Unsupported.into()))
    }
}
