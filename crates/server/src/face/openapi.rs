//! Descriptions of an API, which are written in YAML and read by most programs as JSON.

use serde_json::Value;

use crate::http::ApiError;

/// A description as JSON.
pub(crate) fn json(yaml: &str) -> Result<Vec<u8>, ApiError> {
    let unreadable = |error: &dyn std::fmt::Display| {
        ApiError::internal(format!("the description of the API cannot be read: {error}"))
    };
    let document: Value = serde_saphyr::from_str(yaml).map_err(|error| unreadable(&error))?;
    serde_json::to_vec(&document).map_err(|error| unreadable(&error))
}

/// The paths of a description that differ from these routes, for tests: (path, whether it is only described).
#[cfg(test)]
pub(crate) fn differences(yaml: &str, routes: &[&str]) -> Vec<(String, bool)> {
    let document: Value = serde_json::from_slice(&json(yaml).unwrap()).unwrap();
    let described: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    let routes: Vec<String> = routes.iter().map(|route| route.replace("{*", "{")).collect();
    let undescribed =
        routes.iter().filter(|route| !described.contains(route)).map(|route| (route.clone(), false));
    let unserved = described.iter().filter(|path| !routes.contains(path)).map(|path| ((*path).clone(), true));
    undescribed.chain(unserved).collect()
}
