//! A connection to a broker: TCP, in TLS where the target wants it. It is cut when its end is dropped, whoever else still
//! holds it.

use std::{
    io,
    net::{self, Shutdown},
    os::fd::AsFd,
    sync::Arc,
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::brokers::Place;

/// What bytes go over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A second hand on a socket, that cuts it when it is dropped.
pub(super) struct End(net::TcpStream);

impl Drop for End {
    fn drop(&mut self) {
        // It fails where the other side has gone already.
        drop(self.0.shutdown(Shutdown::Both));
    }
}

/// Connects.
pub(super) async fn connect(
    place: &Place,
    tls: Option<&Arc<ClientConfig>>,
) -> io::Result<(Box<dyn Stream>, End)> {
    let socket = TcpStream::connect((place.host.as_str(), place.port)).await?;
    // What is small and awaited goes at once.
    socket.set_nodelay(true)?;
    let end = End(socket.as_fd().try_clone_to_owned()?.into());
    let Some(tls) = tls else { return Ok((Box::new(socket), end)) };
    let name = ServerName::try_from(place.host.clone()).map_err(io::Error::other)?;
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, socket).await?;
    Ok((Box::new(stream), end))
}
