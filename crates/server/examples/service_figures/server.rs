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
        let before = self.finished(&mut client)?.unwrap_or_default();
        client.json("POST", "/api/v1/updates", b"{\"feeds\":[\"alpine\"]}", 202)?;
        for kind in ["update", "match-changes"] {
            wait(kind, || {
                let path = format!("/api/v1/jobs?kind={kind}&limit=1000");
                let answer = client.json("GET", &path, b"", 200)?;
                let jobs = answer["jobs"].as_array().ok_or("no jobs")?.clone();
                if let Some(failed) = jobs.iter().find(|job| job["error"] != "") {
                    return Err(format!("a job failed: {failed}").into());
                }
                Ok(jobs.iter().all(|job| job["state"] == "done").then_some(()))
            })?;
        }
        let answer = client.json("GET", "/api/v1/jobs?kind=match-changes&limit=1000", b"", 200)?;
        let jobs = answer["jobs"].as_array().ok_or("no jobs")?.iter();
        let new: Vec<&Value> = jobs.filter(|job| instant(job, "finished_at") > before).collect();
        let begun = new.iter().map(|job| instant(job, "created_at")).min_by(f64::total_cmp);
        let ended = new.iter().map(|job| instant(job, "finished_at")).max_by(f64::total_cmp);
        Ok(ended.zip(begun).map_or(0.0, |(ended, begun)| ended - begun))
    }

    fn finished(&self, client: &mut Client) -> Result<Option<f64>, Failure> {
        let answer = client.json("GET", "/api/v1/jobs?kind=match-changes&limit=1000", b"", 200)?;
        let jobs = answer["jobs"].as_array().ok_or("no jobs")?.iter();
        Ok(jobs.map(|job| instant(job, "finished_at")).max_by(f64::total_cmp))
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

/// A time of a job, in seconds; 0 where there is none.
fn instant(job: &Value, field: &str) -> f64 {
    let text = job[field].as_str().unwrap_or_default();
    let parsed = chrono::DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_micros());
    parsed.map_or(0.0, |at| at as f64 / 1e6)
}
