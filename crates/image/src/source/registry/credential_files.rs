//! What credential files have, without asking them for a secret: for whoever wants to know why a registry refuses.

use std::{collections::BTreeSet, env, io, path::PathBuf};

use serde_json::Value;

use super::CredentialFiles;

/// A credential file that is there and can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialFile {
    /// How many registries or repositories have an entry.
    pub entries: usize,
    /// Programs that have credentials, such as `docker-credential-pass`.
    pub helpers: BTreeSet<String>,
    /// Those of them that are not installed.
    pub missing_helpers: BTreeSet<String>,
}

impl CredentialFiles {
    /// Each file that is there: what it has, or in words without secrets why it cannot be used.
    pub fn examine(&self) -> Vec<(PathBuf, Result<CredentialFile, String>)> {
        let mut files = Vec::new();
        for path in self.paths() {
            match std::fs::read(path) {
                Ok(bytes) => files.push((path.clone(), of(&bytes))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => files.push((path.clone(), Err(format!("it cannot be read: {error}")))),
            }
        }
        files
    }
}

fn of(bytes: &[u8]) -> Result<CredentialFile, String> {
    // Where it breaks off says nothing of what is in it.
    let file: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("it is no JSON (line {}, column {})", error.line(), error.column()))?;
    let fields = file.as_object().ok_or("it is no JSON object")?;
    let of_registries = fields.get("credHelpers").and_then(Value::as_object);
    let named =
        of_registries.into_iter().flat_map(|helpers| helpers.values()).chain(fields.get("credsStore"));
    let named = named.filter_map(Value::as_str).filter(|name| !name.is_empty());
    let helpers: BTreeSet<String> = named.map(|name| format!("docker-credential-{name}")).collect();
    Ok(CredentialFile {
        entries: fields.get("auths").and_then(Value::as_object).map_or(0, serde_json::Map::len),
        missing_helpers: helpers.iter().filter(|helper| !is_installed(helper)).cloned().collect(),
        helpers,
    })
}

fn is_installed(program: &str) -> bool {
    let places = env::var_os("PATH").unwrap_or_default();
    let ending = env::consts::EXE_SUFFIX;
    env::split_paths(&places).any(|place| place.join(format!("{program}{ending}")).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_have_is_told_without_their_secrets() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = place.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let good = write(
            "good.json",
            r#"{"auths":{"a.example":{"auth":"dXNlcjpzZWNyZXQ="},"b.example":{}},"credsStore":"",
                "credHelpers":{"c.example":"no-such-helper"}}"#,
        );
        let broken = write("broken.json", r#"{"auths":{"a.example":{"auth":"dXNlcjpzZWNyZXQ=" oops"#);
        let other = write("other.json", "[]");
        let files = CredentialFiles::new([
            good.clone(),
            place.path().join("absent.json"),
            broken.clone(),
            other.clone(),
        ]);
        let helpers = BTreeSet::from(["docker-credential-no-such-helper".to_owned()]);
        let expected = CredentialFile { entries: 2, helpers: helpers.clone(), missing_helpers: helpers };
        assert_eq!(
            files.examine(),
            [
                (good, Ok(expected)),
                (broken, Err("it is no JSON (line 1, column 50)".to_owned())),
                (other, Err("it is no JSON object".to_owned())),
            ]
        );
    }
}
