use std::{
    collections::HashMap,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, TcpListener},
    sync::Mutex,
};

use limpid_testkit::http::{Answer, Server};

use super::*;

mod redirections;
mod refusals;
mod secrets;
mod webhooks;

const SETTING: &str = "indexer.layers";
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Names that a test makes up. Each lookup takes the next row of addresses; the last one stays.
#[derive(Default)]
struct Names {
    rows: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn new(names: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let parse = |row: &&[&str]| row.iter().map(|address| address.parse().unwrap()).collect();
        let rows = names.iter().map(|(name, rows)| ((*name).to_owned(), rows.iter().map(parse).collect()));
        Arc::new(Self { rows: Mutex::new(rows.collect()), asked: Mutex::default() })
    }

    fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Lookup for Names {
    fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut rows = self.rows.lock().unwrap();
        let rows = rows.get_mut(host).ok_or(io::Error::new(ErrorKind::NotFound, "no such name"))?;
        Ok(if rows.len() > 1 { rows.remove(0) } else { rows[0].clone() })
    }
}

/// A listener that must never be connected to.
struct Canary(TcpListener);

impl Canary {
    fn at(address: &str) -> Option<Self> {
        let listener = TcpListener::bind(address).ok()?;
        listener.set_nonblocking(true).unwrap();
        Some(Self(listener))
    }

    /// A connection is in the system's queue as soon as the client thinks that it has one.
    fn assert_untouched(&self, context: &str) {
        let accepted = self.0.accept();
        assert!(
            matches!(&accepted, Err(error) if error.kind() == ErrorKind::WouldBlock),
            "{context}: {accepted:?}"
        );
    }
}

fn allowing(networks: &[&str], hosts: &[&str]) -> Egress {
    Egress {
        allow_networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        allow_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        allow_plain_http: false,
    }
}

fn client(policy: &Egress, names: &Arc<Names>) -> EgressClient {
    EgressClient::with_lookup(policy, SETTING, Audience::Operators, Arc::clone(names) as Arc<dyn Lookup>)
        .unwrap()
}

fn get(client: &EgressClient, address: &str) -> Result<String, EgressError> {
    get_with(client, address, &[])
}

fn get_with(client: &EgressClient, address: &str, headers: &[(&str, &str)]) -> Result<String, EgressError> {
    let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        given.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    let mut text = String::new();
    client.get(address, &given)?.read_to_string(&mut text).unwrap();
    Ok(text)
}

fn port(server: &Server) -> u16 {
    server.url().rsplit_once(':').unwrap().1.parse().unwrap()
}
