//! What is said on standard error while the service runs.

use serde_json::Value;

use super::support::{Options, Service};
use crate::support::Place;

#[test]
fn a_log_in_json_is_json_from_the_first_line_to_the_last() {
    let (place, options) = (Place::new(), Options::new("node").with("[log]\njson = true"));
    place.mirror().alpine("v3.16", "main", &[("openssl", "1.1.1q-r0", &["CVE-2022-2097"])]);
    let service = Service::start(&place, &options);
    service.loaded();
    service.get("/nothing").has(404);
    service.terminate();
    assert_eq!(service.ended(), Some(0));

    let log = std::fs::read_to_string(place.path("node.log")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{log}")))
        .collect();
    let said = |message: &str| {
        let line = lines.iter().find(|line| line["fields"]["message"].as_str().unwrap().starts_with(message));
        line.unwrap_or_else(|| panic!("{message}: {log}"))
    };
    assert_eq!(said("there is no auth.psk.key")["level"], "WARN");
    assert_eq!(said("ready")["fields"]["database"], "sqlite");
    said("alpine/v3.16/main: 1 records");
    said("ending");
    let answered = lines.iter().find(|line| line["span"]["path"] == "/nothing").unwrap();
    assert_eq!(answered["fields"]["status"], 404);
    assert!(answered["fields"]["milliseconds"].is_u64(), "{answered:#}");
    assert!(answered.get("spans").is_none(), "once is enough: {answered:#}");
}
