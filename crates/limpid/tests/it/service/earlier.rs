//! A program of an earlier version: its detectors have not heard of one distribution. It is a real process, made of this
//! test binary.

use std::{env, ffi::OsString, io::Write, path::PathBuf};

use limpid_core::{
    Ecosystem,
    ecosystem::{Ecosystems, Identity},
    ecosystems,
};
use limpid_server::{
    Running,
    configuration::{self, ConfigurationFile, Sources},
};

/// All ecosystems of today, the first of them without a way to recognise its distribution, and of another revision.
///
/// It keeps the same of layers, unless it is one that looked for less.
fn earlier(looks_for_less: bool) -> Ecosystems {
    let mut list: Vec<Ecosystem> = ecosystems::all().iter().copied().collect();
    let today = list[0].identity.expect("a distribution");
    let files = if looks_for_less { &[] } else { today.files };
    let unknowing = Identity { files, identify: |_system| None };
    list[0] = Ecosystem { identity: Some(unknowing), revision: "an earlier one", ..list[0] };
    Ecosystems::new(list)
}

/// The other settings stand in the file; the environment of a test has more than the program knows.
fn is_of_registry((name, _): &(OsString, OsString)) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("LIMPID_REGISTRY_"))
}

#[test]
fn runs_when_it_is_asked_to() {
    let Some(file) = env::var_os("LIMPID_TEST_EARLIER") else { return };
    let sources = Sources {
        file: Some(ConfigurationFile::Limpid(PathBuf::from(file))),
        environment: env::vars_os().filter(is_of_registry).collect(),
        flags: Vec::new(),
        data: None,
    };
    let loaded = configuration::load(&sources).unwrap();
    let running =
        Running::start(loaded.configuration, &earlier(env::var_os("LIMPID_TEST_LESS").is_some())).unwrap();
    print!("\nLimpid listens on http://{} and http://{}", running.api, running.introspection);
    println!("{}", running.public.map_or_else(String::new, |public| format!(" and http://{public}")));
    std::io::stdout().flush().unwrap();
    running.wait();
}
