//! A web server on the loopback address that answers as it is told to, rightly or wrongly.
//!
//! Each path has a row of answers; the last one stays. Requests are kept in the order in which they came.

use std::{
    collections::{HashMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    answers: Mutex<HashMap<String, VecDeque<Answer>>>,
    requests: Mutex<Vec<Request>>,
    stopped: AtomicBool,
}

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `GET`.
    pub method: String,
    /// Path, with the query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: HashMap<String, String>,
    /// The body, where a length was announced.
    pub body: Vec<u8>,
}

/// An answer to give.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    missing: usize,
    gate: Option<Gate>,
}

/// Holds answers back until it is opened.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets all answers go, now and later.
    pub fn open(&self) {
        let (is_open, opened) = &*self.0;
        *lock(is_open) = true;
        opened.notify_all();
    }

    fn pass(&self) {
        let (is_open, opened) = &*self.0;
        drop(opened.wait_while(lock(is_open), |is_open| !*is_open).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Answer {
    /// Status 200 with a body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into(), missing: 0, gate: None }
    }

    /// Another status, without a body.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::ok("") }
    }

    /// With another status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// With a header. An `ETag` or `Last-Modified` makes conditional requests work.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a body that ends so many bytes before its announced length.
    pub fn cut_off(self, missing: usize) -> Self {
        Self { missing, ..self }
    }

    /// Held back until the gate is opened.
    pub fn held_by(self, gate: &Gate) -> Self {
        Self { gate: Some(gate.clone()), ..self }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn is_known(&self, request: &Request) -> bool {
        let same = |given: &str, own: &str| {
            request.headers.get(given).is_some_and(|given| self.value(own) == Some(given.as_str()))
        };
        self.status == 200 && (same("if-none-match", "etag") || same("if-modified-since", "last-modified"))
    }

    fn send(&self, request: &Request, stream: &mut TcpStream) -> std::io::Result<()> {
        let not_modified = self.is_known(request);
        let status = if not_modified { 304 } else { self.status };
        let body: &[u8] = if not_modified { b"" } else { &self.body };
        let mut head = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n");
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        if request.method != "HEAD" {
            stream.write_all(&body[..body.len().saturating_sub(self.missing)])?;
        }
        stream.flush()
    }
}

impl Server {
    /// Starts a server that answers 404 to everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback address");
        let address = listener.local_addr().expect("its port");
        let shared = Arc::new(Shared::default());
        let thread = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                while let Ok((stream, _)) = listener.accept() {
                    if shared.stopped.load(Ordering::SeqCst) {
                        break;
                    }
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || serve(stream, &shared));
                }
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, a path is answered so; a path with a method before it (`PUT /path`), for that method alone.
    pub fn answer(&self, path: &str, answer: Answer) {
        self.answers(path, [answer]);
    }

    /// From now on, a path is answered so, one after the other; the last answer stays.
    pub fn answers(&self, path: &str, answers: impl IntoIterator<Item = Answer>) {
        lock(&self.shared.answers).insert(path.to_owned(), answers.into_iter().collect());
    }

    /// The requests since the last call.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut lock(&self.shared.requests))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener up; where that fails it is gone already.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    let Some(request) = read(&stream) else { return };
    lock(&shared.requests).push(request.clone());
    let answer = {
        let mut answers = lock(&shared.answers);
        let of_method = format!("{} {}", request.method, request.path);
        let key = if answers.contains_key(&of_method) { &of_method } else { &request.path };
        match answers.get_mut(key) {
            Some(row) if row.len() > 1 => row.pop_front(),
            Some(row) => row.front().cloned(),
            None => None,
        }
    };
    if let Some(gate) = answer.as_ref().and_then(|answer| answer.gate.as_ref()) {
        gate.pass();
    }
    // Who asked may be gone before the answer: that is for the test to see.
    drop(answer.unwrap_or_else(|| Answer::status(404)).send(&request, &mut stream));
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream.take(1 << 20));
    let first = line(&mut reader)?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    while let Some((name, value)) = line(&mut reader)?.split_once(':') {
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(Ok(0), |length| length.parse()).ok()?;
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).ok()?;
    Some(Request { method, path, headers, body })
}

fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
