//! Whether a connection is worth keeping open.
//!
//! The server's library bounds the time of HTTP/1 headers only, counts idleness into it, and waits for the first byte of a
//! connection and for a client that takes no answer without a bound. So all of it is told by one rule, here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::listener::Limits;

/// What the first bytes of HTTP/2 are, and of no HTTP/1 request.
const PREFACE: &[u8] = b"PRI *";

/// Bytes of a ping of HTTP/2. Pings are no progress: we send them ourselves.
const PING_BYTES: usize = 17;

/// The state of a connection.
#[derive(Debug)]
pub(super) struct Pulse {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests whose answer is being made.
    handled: usize,
    /// Answers that are being sent.
    answers: usize,
    /// Since when the headers of a request are due.
    head_since: Option<Instant>,
    /// Bytes of [`PREFACE`] that were seen; `None` where another byte was seen.
    preface: Option<usize>,
    progress: Instant,
    is_closing: bool,
}

/// What is to be done with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing before then.
    Wait(Instant),
    /// End it when its requests have ended.
    Close,
    /// End it now.
    Cut,
}

impl Pulse {
    /// A new connection owes a request.
    pub(super) fn new(limits: Limits, now: Instant) -> Self {
        let state = State {
            handled: 0,
            answers: 0,
            head_since: Some(now),
            preface: Some(0),
            progress: now,
            is_closing: false,
        };
        Self { limits, state: Mutex::new(state) }
    }

    /// What is to be done now.
    pub(super) fn judge(&self, now: Instant) -> Next {
        let state = self.state();
        let (since, time, then) = match state.head_since {
            // As long as a request is worked on, the connection is as good as the request's own limits.
            _any if state.handled > 0 => return Next::Wait(now + self.limits.stall_time),
            _any if state.answers > 0 => (state.progress, self.limits.stall_time, Next::Cut),
            // Nobody waits for an answer here.
            Some(_) if state.is_closing => return Next::Cut,
            None if state.is_closing => (state.progress, self.limits.stall_time, Next::Cut),
            Some(since) => (since, self.limits.header_time, Next::Cut),
            None => (state.progress, self.limits.idle_time, Next::Close),
        };
        let due = since + time;
        if due <= now { then } else { Next::Wait(due) }
    }

    /// Bytes came.
    pub(super) fn has_read(&self, bytes: &[u8], now: Instant) {
        let mut state = self.state();
        let is_http2 = state.is_http2(bytes);
        if is_http2 {
            // Its frames come at any time; what is left is the bound on being idle.
            state.head_since = None;
        } else if state.handled == 0 && state.answers == 0 && !bytes.is_empty() {
            state.head_since.get_or_insert(now);
        }
    }

    /// So many bytes went out.
    pub(super) fn has_written(&self, bytes: usize, now: Instant) {
        if bytes > PING_BYTES {
            self.state().progress = now;
        }
    }

    /// No further request is wanted.
    pub(super) fn close(&self, now: Instant) {
        let mut state = self.state();
        state.is_closing = true;
        state.progress = now;
    }

    /// A request came.
    pub(super) fn begin(self: &Arc<Self>) -> Handling {
        let mut state = self.state();
        state.handled += 1;
        state.head_since = None;
        Handling(Arc::clone(self))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic leaves numbers behind that are right.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_http2(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            self.preface = match self.preface {
                Some(seen) if seen == PREFACE.len() => break,
                Some(seen) if PREFACE.get(seen) == Some(byte) => Some(seen + 1),
                Some(_) | None => None,
            };
        }
        self.preface == Some(PREFACE.len())
    }
}

/// A request whose answer is being made; dropped without one when the client leaves.
#[derive(Debug)]
pub(super) struct Handling(Arc<Pulse>);

impl Handling {
    /// The answer is there and has to be sent.
    pub(super) fn answered(self) -> Sending {
        self.0.state().answers += 1;
        Sending(Arc::clone(&self.0))
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.handled -= 1;
        state.progress = Instant::now();
    }
}

/// An answer that is being sent.
#[derive(Debug)]
pub(super) struct Sending(Arc<Pulse>);

impl Drop for Sending {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.answers -= 1;
        state.progress = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: Limits = Limits {
        header_time: Duration::from_secs(10),
        idle_time: Duration::from_secs(75),
        stall_time: Duration::from_secs(60),
        drain_time: Duration::from_secs(20),
        connections: 1,
    };

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_new_connection_owes_headers_however_it_trickles() {
        let start = Instant::now();
        let pulse = Pulse::new(LIMITS, start);
        assert_eq!(pulse.judge(start), Next::Wait(after(start, 10)));
        pulse.has_read(b"PR", after(start, 9));
        pulse.has_read(b"OPFIND / HTTP/1.1\r\n", after(start, 9));
        assert_eq!(pulse.judge(after(start, 9)), Next::Wait(after(start, 10)));
        assert_eq!(pulse.judge(after(start, 10)), Next::Cut);
    }

    #[test]
    fn after_a_request_a_connection_may_be_idle_but_not_half_asked() {
        let start = Instant::now();
        let pulse = Arc::new(Pulse::new(LIMITS, start));
        pulse.has_read(b"GET / HTTP/1.1\r\n\r\n", start);
        let handling = pulse.begin();
        assert_eq!(pulse.judge(after(start, 999)), Next::Wait(after(start, 999 + 60)));
        let sending = handling.answered();
        let answered = Instant::now();
        pulse.has_written(17, after(answered, 59));
        assert_eq!(pulse.judge(after(answered, 60)), Next::Cut);
        pulse.has_written(18, after(answered, 59));
        assert_eq!(pulse.judge(after(answered, 60)), Next::Wait(after(answered, 119)));
        let before = Instant::now();
        drop(sending);
        let begun = Instant::now();
        assert!(matches!(pulse.judge(after(before, 74)), Next::Wait(due) if due >= after(before, 75)));
        assert_eq!(pulse.judge(after(begun, 75)), Next::Close);
        pulse.has_read(b"G", after(begun, 70));
        assert_eq!(pulse.judge(after(begun, 75)), Next::Wait(after(begun, 80)));
        assert_eq!(pulse.judge(after(begun, 80)), Next::Cut);
    }

    #[test]
    fn http2_may_be_idle_from_the_beginning() {
        let start = Instant::now();
        let pulse = Pulse::new(LIMITS, start);
        for part in [&b"P"[..], b"RI", b" ", b"* HTTP/2.0\r\n\r\nSM\r\n\r\n", b"frame"] {
            pulse.has_read(part, start);
        }
        assert_eq!(pulse.judge(after(start, 74)), Next::Wait(after(start, 75)));
        assert_eq!(pulse.judge(after(start, 75)), Next::Close);
    }

    #[test]
    fn what_closes_waits_for_answers_and_for_nothing_else() {
        let start = Instant::now();
        let silent = Pulse::new(LIMITS, start);
        silent.close(start);
        assert_eq!(silent.judge(start), Next::Cut);

        let busy = Arc::new(Pulse::new(LIMITS, start));
        let handling = busy.begin();
        busy.close(start);
        assert_eq!(busy.judge(start), Next::Wait(after(start, 60)));
        drop(handling);
        let ended = Instant::now();
        assert!(matches!(busy.judge(ended), Next::Wait(due) if due <= after(ended, 60)));
        assert_eq!(busy.judge(after(ended, 60)), Next::Cut);
    }
}
