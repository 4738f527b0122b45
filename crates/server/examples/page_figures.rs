//! Measures the pages of an image with many findings as a browser meets them: the program as a process of its own, asked over HTTP.
//!
//! Prints one JSON object a line: the page, how many bytes it has, and how many milliseconds an answer takes, the first and then the
//! median and the worst of many. Nothing is asserted about time.

#![forbid(unsafe_code)]

use std::{
    error::Error,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use limpid_testkit::{
    alpine::{Fix, Mirror, System},
    registry::skopeo_copy,
};
use reqwest::blocking::Client;
use serde_json::json;

const USAGE: &str = "usage: page_figures LIMPID FINDINGS REQUESTS";
const PASSWORD: &str = "a password for figures";
/// What each source package has.
const FINDINGS_A_PACKAGE: usize = 20;
const REPORT: &str = "/repository/library/large/-/image/1";
const PATIENCE: Duration = Duration::from_secs(120);

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("page_figures: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A process that is killed at the end.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [limpid, findings, requests] = arguments.as_slice() else { return Err(USAGE.into()) };
    let (findings, requests): (usize, usize) = (findings.parse()?, requests.parse()?);
    let directory = tempfile::tempdir()?;
    let archive = prepare(directory.path(), findings.div_ceil(FINDINGS_A_PACKAGE))?;
    let (_served, base) = serve(Path::new(limpid), directory.path())?;
    skopeo_copy(&archive, &format!("{base}/large:1"), &["--dest-creds", &format!("admin:{PASSWORD}")]);
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_another| "another provider of cryptography was there first")?;
    let client = Client::builder().no_proxy().build()?;
    let begun = Instant::now();
    while get(&client, &base, REPORT)?.1 != "vulnerable" {
        if begun.elapsed() > PATIENCE {
            return Err("there is no report".into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    for (name, path) in [
        ("findings", REPORT.to_owned()),
        ("last page", format!("{REPORT}?page=100")),
        ("grouped", format!("{REPORT}?grouped=1")),
        ("by package", format!("{REPORT}?sort=package")),
        ("text", format!("{REPORT}?q=CVE-2099-01")),
        ("packages", format!("{REPORT}/packages")),
        ("layers", format!("{REPORT}/layers")),
        ("csv", format!("{REPORT}/report.csv")),
        ("json", format!("{REPORT}/report.json")),
        ("tags", "/repository/library/large/-/tags".to_owned()),
        ("compare", "/compare?a=library/large:1&b=library/large:1".to_owned()),
        ("search", "/search?id=CVE-2099-00001".to_owned()),
        ("overview", "/".to_owned()),
    ] {
        measure(&client, &base, name, &path, requests)?;
    }
    Ok(())
}

/// Writes mirror, configuration and image.
fn prepare(directory: &Path, packages: usize) -> Result<String, Failure> {
    let mut system = System::alpine("3.99.1");
    let names: Vec<String> = (0..packages).map(|number| format!("package-{number:04}")).collect();
    let identifier = |package: usize, number: usize| {
        format!("CVE-2099-{:05}", package.saturating_mul(FINDINGS_A_PACKAGE).saturating_add(number))
    };
    let identifiers: Vec<Vec<String>> = (0..packages)
        .map(|package| (0..FINDINGS_A_PACKAGE).map(|number| identifier(package, number)).collect())
        .collect();
    let texts: Vec<Vec<&str>> =
        identifiers.iter().map(|all| all.iter().map(String::as_str).collect()).collect();
    let mut fixes: Vec<Fix<'_>> = Vec::new();
    for (name, texts) in names.iter().zip(&texts) {
        system = system.package(name, "1.0-r0", name);
        fixes.push((name, "2.0-r0", texts));
    }
    let mirror = Mirror::at(&directory.join("mirror"));
    mirror.alpine("v3.99", "main", &fixes);
    mirror.alpine("v3.99", "community", &[("unrelated", "1-r0", &["CVE-2000-1"])]);
    fs::write(directory.join("admin"), PASSWORD)?;
    let configuration = format!(
        "data = {:?}\n[api]\nlisten = \"127.0.0.1:0\"\n[introspection]\nlisten = \"127.0.0.1:0\"\n[registry]\nlisten = \
         \"127.0.0.1:0\"\nadmin_password_file = {:?}\n[updater]\nmirror = {:?}\nfeeds = [\"alpine\"]\n",
        directory.join("data"),
        directory.join("admin"),
        mirror.path()
    );
    fs::write(directory.join("limpid.toml"), configuration)?;
    Ok(system.layout().write_archive(&directory.join("image.tar")).display().to_string())
}

/// Starts the program; returns where its registry is.
fn serve(limpid: &Path, directory: &Path) -> Result<(Served, String), Failure> {
    let mut child = Command::new(limpid)
        .args(["serve", "--config"])
        .arg(directory.join("limpid.toml"))
        .env_remove("LIMPID_DB")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(directory.join("log"))?)
        .spawn()?;
    let stdout = child.stdout.take().ok_or("no standard output")?;
    let served = Served(child);
    let mut lines = BufReader::new(stdout).lines();
    let said = lines.next().ok_or("the service did not start")??;
    let public = said.split(' ').filter_map(|word| word.strip_prefix("http://")).nth(2);
    let public = public.ok_or("the service has no registry")?.to_owned();
    std::thread::spawn(move || lines.for_each(drop));
    Ok((served, public))
}

/// How many bytes an answer has, its verdict, and how long it took.
fn get(client: &Client, base: &str, path: &str) -> Result<(usize, String, Duration), Failure> {
    let begun = Instant::now();
    let request = client.get(format!("http://{base}{path}")).basic_auth("admin", Some(PASSWORD));
    let answer = request.header("accept", "text/html").send()?.error_for_status()?;
    let verdict = answer.headers().get("limpid-verdict").and_then(|value| value.to_str().ok());
    let verdict = verdict.unwrap_or_default().to_owned();
    let bytes = answer.bytes()?.len();
    Ok((bytes, verdict, begun.elapsed()))
}

fn measure(client: &Client, base: &str, name: &str, path: &str, requests: usize) -> Result<(), Failure> {
    let (bytes, _, first) = get(client, base, path)?;
    let mut times = Vec::new();
    for _ in 0..requests {
        times.push(get(client, base, path)?.2);
    }
    times.sort();
    let milliseconds =
        |time: Option<&Duration>| time.map(|time| (time.as_secs_f64() * 10_000.0).round() / 10.0);
    let median = milliseconds(times.get(times.len() / 2));
    let figure = json!({
        "page": name, "bytes": bytes, "first_ms": milliseconds(Some(&first)), "median_ms": median,
        "worst_ms": milliseconds(times.last()),
    });
    println!("{figure}");
    Ok(())
}
