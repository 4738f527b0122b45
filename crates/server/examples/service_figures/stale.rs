//! Stored manifests that are re-indexed from evidence, because the program that starts is in another index state.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{Failure, images::Images, place::Place, server::wait};

/// Knows less, and so is in another state; wants the same of layers.
const OTHER: &str = "ecosystems = [\"alpine\", \"wolfi\"]";

/// So that the pace is the machine's.
const UNBOUNDED: &str = "reindex_per_second = 1000000";

pub(crate) fn measure(place: &Place, images: &Images, say: &dyn Fn(Value)) -> Result<(), Failure> {
    images.fetched();
    let begun = Instant::now();
    let server = place.serve(&format!("{OTHER}\n{UNBOUNDED}"))?;
    let mut client = server.client()?;
    let manifests = wait("re-indexing", || {
        let state = client.json("GET", "/api/v1/state", b"", 200)?;
        let count = |name: &str| state.pointer(&format!("/manifests/{name}")).and_then(Value::as_u64);
        let [current, total, failed] = ["current", "total", "failed"].map(count);
        if failed != Some(0) {
            return Err(format!("some failed: {state}").into());
        }
        Ok(total.filter(|_| current == total))
    })?;
    say(json!({
        "what": "re-index from evidence", "requests": manifests, "wall": begun.elapsed().as_secs_f64(),
        "cpu": server.cpu()?, "memory": server.peak_memory()?, "fetched": images.fetched(),
    }));
    server.stop()
}
