//! The environment: every key has a variable. One that looks like ours and is none is a problem, because a setting that
//! is silently not used may be the one that keeps strangers out.

use std::ffi::OsString;

use super::{
    keys::{self, KEYS, VARIABLE_PREFIX},
    problem::{Problem, did_you_mean, nearest},
    settings::{Origin, Settings},
};

/// Variables that the command reads itself.
const OF_THE_COMMAND: [&str; 7] = [
    "LIMPID_CACHE_LIMIT",
    "LIMPID_CONFIG",
    "LIMPID_CORPUS",
    "LIMPID_DB",
    "LIMPID_MIRROR",
    "LIMPID_OFFLINE",
    "LIMPID_REQUIRE_SERVERS",
];

const OF_TESTS: &str = "LIMPID_TEST_";

/// Reads the variables.
pub(super) fn read(variables: &[(OsString, OsString)]) -> (Settings, Vec<Problem>) {
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    let mut sorted: Vec<_> = variables.iter().collect();
    sorted.sort();
    for (name, value) in sorted {
        let name = name.to_string_lossy();
        if !name.starts_with(VARIABLE_PREFIX)
            || name.starts_with(OF_TESTS)
            || OF_THE_COMMAND.contains(&name.as_ref())
            || is_service_link(&name, &value.to_string_lossy())
        {
            continue;
        }
        let origin = Origin::Environment(name.clone().into_owned());
        let Some((key, path)) = keys::of_variable(&name) else {
            problems.push(Problem::at(&origin, unknown(&name)));
            continue;
        };
        match value.to_str().map(|text| key.kind.of_text(text)) {
            Some(Some(value)) => settings.set(path, value, origin),
            Some(None) => problems.push(Problem::at(&origin, format!("{path} can only be set in the file"))),
            None => problems.push(Problem::at(&origin, format!("{path} is not a text in UTF-8"))),
        }
    }
    problems.extend(settings.given_twice());
    (settings, problems)
}

/// What Kubernetes sets in every pod beside a service whose name begins with `limpid`.
fn is_service_link(name: &str, value: &str) -> bool {
    let address = name.split_once("_PORT_").is_some_and(|(_, rest)| {
        let mut parts = rest.split('_');
        parts.next().is_some_and(|port| port.parse::<u16>().is_ok())
            && parts.next().is_some_and(|protocol| ["TCP", "UDP", "SCTP"].contains(&protocol))
    });
    address
        || name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || (name.ends_with("_PORT") && value.contains("://"))
}

fn unknown(name: &str) -> String {
    let known: Vec<String> = KEYS.iter().map(|key| keys::variable(&keys::named(key.path, "NAME"))).collect();
    let near = nearest(name, known.iter().map(String::as_str));
    let why = if near.is_some() {
        did_you_mean(near)
    } else {
        "; a variable is LIMPID_ and the key in capitals, such as LIMPID_API_LISTEN for api.listen".to_owned()
    };
    format!("there is no such setting{why}")
}
