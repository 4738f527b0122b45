//! A program of an earlier version: its detectors have not heard of one distribution. It is a real process, made of this
//! test binary.

use std::{env, io::Write, path::Path};

use limpid_core::{
    Ecosystem,
    ecosystem::{Ecosystems, Identity},
    ecosystems,
};
use limpid_server::Running;

/// All ecosystems of today, the first of them without a way to recognise its distribution, and of another revision.
fn earlier() -> Ecosystems {
    let mut list: Vec<Ecosystem> = ecosystems::all().iter().copied().collect();
    let nothing = Identity { files: &[], identify: |_system| None };
    let unknowing = Ecosystem { identity: Some(nothing), revision: "an earlier one", ..list[0] };
    list[0] = unknowing;
    Ecosystems::new(list)
}

#[test]
fn runs_when_it_is_asked_to() {
    let Some(file) = env::var_os("LIMPID_TEST_EARLIER") else { return };
    let configuration = super::support::load(Path::new(&file));
    let running = Running::start(configuration, &earlier()).unwrap();
    println!("\nLimpid listens on http://{} and http://{}", running.api, running.introspection);
    std::io::stdout().flush().unwrap();
    running.wait();
}
