//! The process that is measured.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{Failure, client::Client};

/// How long anything may take before the measuring is given up.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Ticks of a second in /proc, on every Linux that there is.
const TICKS: f64 = 100.0;

/// See the module. It is killed when it is dropped.
pub(crate) struct Server {
    process: Child,
    /// `HOST:PORT` of the API.
    pub(crate) api: String,
}

impl Server {
    pub(crate) fn start(limpid: &Path, configuration: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(limpid);
        command.arg("serve").arg("--config").arg(configuration).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| format!("{}: {error}", limpid.display()))?;
        let output = process.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        let said = lines.next().ok_or("the service did not start")??;
        let api = said.split(' ').find_map(|word| word.strip_prefix("http://")).ok_or("no address")?;
        Ok(Self { process, api: api.to_owned() })
    }

    /// Ends it in order.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status()?;
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the service ended with {status}").into()) }
    }

    pub(crate) fn client(&self) -> Result<Client, Failure> {
        Client::to(&self.api)
    }

    /// Asks for an update of the advisory data, and waits until it and all that follows from it is done. Returns the
    /// seconds from the beginning of the first `match-changes` job to the end of the last, if there was one.
    pub(crate) fn update(&self) -> Result<f64, Failure> {
        let mut client = self.client()?;
        let before = jobs(&mut client, CHANGES)?.iter().map(|job| job.finished).fold(0.0, f64::max);
        client.json("POST", "/api/v1/updates", b"{\"feeds\":[\"alpine\"]}", 202)?;
        for kind in ["update", CHANGES] {
            wait(kind, || {
                let jobs = jobs(&mut client, kind)?;
                if let Some(failed) = jobs.iter().find(|job| !job.error.is_empty()) {
                    return Err(format!("{kind}: {}", failed.error).into());
                }
                Ok(jobs.iter().all(|job| job.finished > 0.0).then_some(()))
            })?;
        }
        let all = jobs(&mut client, CHANGES)?;
        let new = || all.iter().filter(|job| job.finished > before);
        let begun = new().map(|job| job.created).fold(f64::INFINITY, f64::min);
        let ended = new().map(|job| job.finished).fold(begun, f64::max);
        Ok(if begun.is_finite() { ended - begun } else { 0.0 })
    }

    /// Seconds of work that it did.
    pub(crate) fn cpu(&self) -> Result<f64, Failure> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let (_, fields) = text.rsplit_once(") ").ok_or("/proc/…/stat")?;
        let mut fields = fields.split(' ').skip(11).map(str::parse::<f64>);
        let user = fields.next().ok_or("no user time")??;
        let system = fields.next().ok_or("no system time")??;
        Ok((user + system) / TICKS)
    }

    /// The most bytes of memory that it had since it started or since [`Server::forget_peak`].
    pub(crate) fn peak_memory(&self) -> Result<u64, Failure> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? << 10)
    }

    pub(crate) fn forget_peak(&self) -> Result<(), Failure> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5")?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already where it was stopped.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Looks again and again until there is an answer.
pub(crate) fn wait<T>(
    what: &str,
    mut look: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(found) = look()? {
            return Ok(found);
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err(format!("did not end within {PATIENCE:?}: {what}").into())
}

/// What follows from an update.
const CHANGES: &str = "match-changes";

/// A job; times in seconds, 0 where there is none.
struct Job {
    created: f64,
    finished: f64,
    error: String,
}

/// All jobs of a kind.
fn jobs(client: &mut Client, kind: &str) -> Result<Vec<Job>, Failure> {
    let answer = client.json("GET", &format!("/api/v1/jobs?kind={kind}&limit=1000"), b"", 200)?;
    let jobs = answer.get("jobs").and_then(Value::as_array).ok_or("no jobs")?;
    let job = |job: &Value| {
        let text = |name: &str| job.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let time = |name: &str| {
            let parsed = chrono::DateTime::parse_from_rfc3339(&text(name));
            parsed.map_or(0.0, |at| at.timestamp_micros() as f64 / 1e6)
        };
        Job { created: time("created_at"), finished: time("finished_at"), error: text("error") }
    };
    Ok(jobs.iter().map(job).collect())
}
