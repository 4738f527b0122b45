//! Many requests on several connections, each sent when the one before it was answered.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use serde_json::{Value, json};

use crate::{Failure, client::Client, server::Server};

/// Connections, unless the figure is that of one alone.
pub(crate) const CONNECTIONS: usize = 16;

/// A request, and the status that its answer must have.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) status: u16,
}

impl Request {
    pub(crate) fn get(path: String) -> Self {
        Self { method: "GET", path, body: Vec::new(), status: 200 }
    }
}

/// Adds a field to a figure.
pub(crate) fn with(mut figure: Value, name: &str, value: impl Into<Value>) -> Value {
    if let Some(fields) = figure.as_object_mut() {
        fields.insert(name.to_owned(), value.into());
    }
    figure
}

/// Sends so many requests; what came out.
pub(crate) fn measure(
    server: &Server,
    what: &str,
    connections: usize,
    count: usize,
    request: impl Fn(usize) -> Request + Sync,
) -> Result<Value, Failure> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::with_capacity(count));
    let worker = || -> Result<u64, Failure> {
        let mut client = Client::to(&server.api)?;
        let (mut times, mut bytes) = (Vec::new(), 0);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                break;
            }
            let Request { method, path, body, status } = request(number);
            let begun = Instant::now();
            let answer = client.ask(method, &path, &body)?;
            times.push(begun.elapsed().as_secs_f64());
            if answer.status != status {
                let said = String::from_utf8_lossy(&answer.body).into_owned();
                return Err(format!("{method} {path}: {}: {said}", answer.status).into());
            }
            bytes += answer.body.len() as u64;
        }
        all.lock().unwrap_or_else(PoisonError::into_inner).append(&mut times);
        Ok(bytes)
    };
    let (cpu, begun) = (server.cpu()?, Instant::now());
    let bytes: Result<Vec<u64>, Failure> = thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a fault".into()))).collect()
    });
    let (bytes, wall, cpu) = (bytes?.iter().sum::<u64>(), begun.elapsed().as_secs_f64(), server.cpu()? - cpu);
    let mut times = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    Ok(json!({
        "what": what, "connections": connections, "requests": count, "wall": wall, "cpu": cpu,
        "bytes": bytes / (count as u64).max(1), "p50": at(0.5), "p99": at(0.99), "most": times.last(),
        "memory": server.peak_memory()?,
    }))
}
