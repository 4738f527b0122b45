//! One connection: HTTP/1.1 or HTTP/2, whichever the client speaks, for as long as its [`Pulse`] allows.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
};
use hyper::{
    body::{Body as HttpBody, Frame, Incoming, SizeHint},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{Instant, sleep_until},
};
use tower::ServiceExt;

use super::{
    Peer,
    listener::{Limits, ended},
    pulse::{Next, Pulse, Sending},
    stream::Watched,
};
use crate::limits;

/// How both protocols are spoken.
pub(super) fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // The pulse bounds the time of headers; the library's own bound would count idleness into it.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(limits::HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits::HEADER_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(limits::STREAMS)
        .keep_alive_interval(limits::PING_TIME)
        .keep_alive_timeout(limits::PING_TIME);
    builder
}

/// Serves a connection to its end. When `shutdown` turns true, the requests that have begun are its last.
pub(super) async fn serve<I>(
    stream: I,
    peer: Peer,
    router: Router,
    limits: Limits,
    mut shutdown: watch::Receiver<bool>,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let pulse = Arc::new(Pulse::new(limits, Instant::now()));
    let service = service_fn({
        let pulse = Arc::clone(&pulse);
        move |request| answer(router.clone(), request, peer, Arc::clone(&pulse))
    });
    let builder = builder();
    let stream = TokioIo::new(Watched::new(stream, Arc::clone(&pulse)));
    let mut connection = pin!(builder.serve_connection(stream, service));
    let mut ending = pin!(ended(&mut shutdown));
    let mut alarm = pin!(sleep_until(Instant::now()));
    let mut is_ending = false;
    poll_fn(|context| {
        if !is_ending && ending.as_mut().poll(context).is_ready() {
            is_ending = true;
            pulse.close(Instant::now());
            connection.as_mut().graceful_shutdown();
        }
        loop {
            if let Poll::Ready(end) = connection.as_mut().poll(context) {
                return log_end(peer, end);
            }
            match pulse.judge(Instant::now()) {
                Next::Wait(due) => {
                    alarm.as_mut().reset(due);
                    if alarm.as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                }
                Next::Close => {
                    pulse.close(Instant::now());
                    connection.as_mut().graceful_shutdown();
                }
                Next::Cut => return log_cut(peer),
            }
        }
    })
    .await;
}

fn log_end<E: std::fmt::Display>(peer: Peer, end: Result<(), E>) -> Poll<()> {
    // Clients that break off or speak something else are everyday matters.
    if let Err(error) = end {
        tracing::debug!(peer = %peer.0, %error, "a connection broke off");
    }
    Poll::Ready(())
}

fn log_cut(peer: Peer) -> Poll<()> {
    tracing::debug!(peer = %peer.0, "a connection is cut off: its client is too slow");
    Poll::Ready(())
}

async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    peer: Peer,
    pulse: Arc<Pulse>,
) -> Result<hyper::Response<Answer>, Infallible> {
    let handling = pulse.begin();
    request.extensions_mut().insert(peer);
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| Answer { body, _sending: handling.answered() }))
}

/// The body of an answer, which holds the connection open until it is sent.
struct Answer {
    body: Body,
    _sending: Sending,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
