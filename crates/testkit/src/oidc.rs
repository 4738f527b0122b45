//! Runs a real provider of OpenID Connect, the certified `oidc-provider` of npm, on a free port of the loopback address.
//!
//! `LIMPID_TEST_OIDC_PROVIDER` names the directory in which `npm install oidc-provider@9` was run. Without it a test says so and is
//! skipped; with `LIMPID_REQUIRE_SERVERS=1` it fails instead.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use reqwest::{
    blocking::{Client, Response},
    header::{COOKIE, LOCATION, SET_COOKIE},
    redirect,
};
use tempfile::TempDir;

use crate::registry::is_installed;

/// The name by which the provider knows the service.
pub const CLIENT_ID: &str = "limpid";

/// What the service proves that with; with signs that have to be escaped.
pub const CLIENT_SECRET: &str = "a secret: with+signs/of%its own";

/// A running provider. It is stopped when it is dropped.
#[derive(Debug)]
pub struct OidcProvider {
    child: Child,
    /// Its name and address.
    pub issuer: String,
    _directory: TempDir,
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl OidcProvider {
    /// Starts one that signs with `RS256` or `ES256`, and sends people back to this address.
    pub fn start(algorithm: &str, back: &str) -> Option<Self> {
        if env::var_os("LIMPID_WITHOUT_PACKAGE_REGISTRIES").is_some() {
            eprintln!("SKIPPED: no package registry is reached, and the provider comes from one");
            return None;
        }
        let Some(modules) = env::var_os("LIMPID_TEST_OIDC_PROVIDER")
            .filter(|_| is_installed("node", "apt-get install nodejs"))
        else {
            let remedy = "npm install oidc-provider@9, and LIMPID_TEST_OIDC_PROVIDER = that directory";
            let is_there = is_installed("oidc-provider", remedy);
            assert!(!is_there, "a program of that name is not what is wanted: {remedy}");
            return None;
        };
        let directory = tempfile::tempdir().expect("a directory");
        let script = directory.path().join("provider.mjs");
        fs::write(&script, include_str!("oidc/provider.mjs")).expect("the script is written");
        let mut child = Command::new("node")
            .arg(&script)
            .arg(&modules)
            .args([algorithm, back, CLIENT_ID, CLIENT_SECRET])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let mut lines =
            BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let issuer = lines.find(|line| line.starts_with("http://")).expect("it listens");
        std::thread::spawn(move || lines.count());
        Some(Self { child, issuer, _directory: directory })
    }
}

/// A browser of somebody who signs in at a provider.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Default for Browser {
    fn default() -> Self {
        // Taken already where another test was first, with the same choice.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client =
            Client::builder().no_proxy().redirect(redirect::Policy::none()).build().expect("a client");
        Self { client, cookies: BTreeMap::new() }
    }
}

impl Browser {
    /// Signs in where the service sent the browser to. Returns the address that the provider sends it back to, which
    /// begins with `back`.
    pub fn sign_in(&mut self, address: &str, name: &str, back: &str) -> String {
        let mut address = address.to_owned();
        for _hop in 0..20 {
            if address.starts_with(back) {
                return address;
            }
            let request = self.client.get(&address);
            let (mut next, page) = self.send(request);
            if next.is_none() {
                let prompt = if page.contains("value=\"login\"") { "login" } else { "consent" };
                let form = [("prompt", prompt), ("login", name), ("password", "any")];
                let request = self.client.post(&address).form(&form);
                (next, _) = self.send(request);
            }
            let next = next.unwrap_or_else(|| panic!("{address} leads nowhere: {page}"));
            address = url::Url::parse(&address).expect("an address").join(&next).expect("an address").into();
        }
        panic!("the provider sends the browser in circles: {address}");
    }

    fn send(&mut self, request: reqwest::blocking::RequestBuilder) -> (Option<String>, String) {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer: Response =
            request.header(COOKIE, cookies.join("; ")).send().expect("the provider answers");
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("a text");
            let (name, value) =
                text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get(LOCATION).map(|next| next.to_str().expect("a text").to_owned());
        (location, answer.text().expect("a page"))
    }
}
