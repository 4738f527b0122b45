//! Holds documents against schemas: those of Clair's and Quay's clients, which stand beside the tests, and those in the
//! descriptions that the service gives of itself.

use std::path::Path;

use serde_json::{Value, json};

/// Asserts that a document is what a client (`clair`, `quay`) can read as this.
#[track_caller]
pub(crate) fn hold(client: &str, name: &str, document: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/schemas/{client}.json"));
    let mut schema: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert!(schema["$defs"].get(name).is_some(), "{client} has no {name}");
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    validate(&schema, document, &format!("{client}'s {name}"));
}

/// Asserts that a document is what a description (OpenAPI) says under `#/components/schemas/`.
#[track_caller]
pub(crate) fn hold_described(description: &Value, name: &str, document: &Value) {
    assert!(description["components"]["schemas"].get(name).is_some(), "nothing is described as {name}");
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{name}"),
        "components": description["components"],
    });
    validate(&schema, document, &format!("the description's {name}"));
}

#[track_caller]
fn validate(schema: &Value, document: &Value, what: &str) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "not {what}: {errors:#?}\n{document:#}");
}

#[test]
fn the_schemas_refuse_what_breaks_quay() {
    let package = json!({"name": "a", "id": "1", "version": "1", "source": null});
    let report = |packages: Value, environments: Value| {
        json!({"manifest_hash": "x", "state": "IndexFinished", "packages": packages, "distributions": {},
            "environments": environments, "success": true, "err": ""})
    };
    let environment = json!({"package_db": "", "introduced_in": "", "distribution_id": null});
    hold("quay", "IndexReport", &report(json!({}), json!({})));
    for broken in [
        report(Value::Null, json!({})),
        report(json!({"1": package}), json!({})),
        report(json!({}), json!({"1": []})),
        report(json!({}), json!({"1": [environment]})),
    ] {
        assert!(std::panic::catch_unwind(|| hold("quay", "IndexReport", &broken)).is_err(), "{broken}");
    }
}
