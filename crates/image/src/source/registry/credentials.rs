//! Credentials of the user's environment: Docker's `config.json` and Podman's `auth.json` (containers-auth.json(5)).
//!
//! Nothing is kept: files and helpers are asked at the moment when a registry wants credentials.

use std::{env, fmt, io, path::PathBuf};

use docker_credential::{CredentialRetrievalError, DockerCredential};
use serde_json::Value;

/// The files in which credentials are looked for, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialFiles(Vec<PathBuf>);

/// A secret for one registry.
#[derive(Clone)]
pub(crate) enum Credential {
    Password {
        user: String,
        password: String,
    },
    /// A refresh token (“identity token”), good at the token service only.
    IdentityToken(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Password { .. } => "Password(…)",
            Self::IdentityToken(_) => "IdentityToken(…)",
        })
    }
}

/// What a search led to.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The credential and the file that it is from, or whose helper had it.
    pub(crate) credential: Option<(Credential, PathBuf)>,
    /// What went wrong on the way, for the message if the registry refuses.
    pub(crate) faults: Vec<String>,
}

impl CredentialFiles {
    /// The files, in the order in which they are asked; they need not be there.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.0
    }

    /// These files and no others.
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(files.into_iter().collect())
    }

    /// The files that Podman and Docker use: `REGISTRY_AUTH_FILE`, else `auth.json` of the session and of the user;
    /// then `config.json` in `DOCKER_CONFIG` or the home directory.
    pub fn from_environment() -> Self {
        let path = |name: &str| env::var_os(name).filter(|text| !text.is_empty()).map(PathBuf::from);
        let home = path("HOME").or_else(|| path("USERPROFILE"));
        let in_home = |rest: &str| home.as_ref().map(|home| home.join(rest));
        let mut files: Vec<PathBuf> = match path("REGISTRY_AUTH_FILE") {
            Some(file) => vec![file],
            None => [path("XDG_RUNTIME_DIR"), path("XDG_CONFIG_HOME"), in_home(".config")]
                .into_iter()
                .flatten()
                .map(|directory| directory.join("containers/auth.json"))
                .collect(),
        };
        let docker = path("DOCKER_CONFIG").or_else(|| in_home(".docker"));
        files.extend(docker.map(|directory| directory.join("config.json")));
        files.dedup();
        Self(files)
    }

    /// Name and password for a repository of a registry; `None` where there are none.
    ///
    /// # Errors
    /// Why the files cannot say, in words without secrets.
    pub fn password(&self, registry: &str, repository: &str) -> Result<Option<(String, String)>, String> {
        let found = self.find(registry, repository);
        match found.credential {
            Some((Credential::Password { user, password }, _)) => Ok(Some((user, password))),
            Some((Credential::IdentityToken(_), file)) => {
                Err(format!("{} has an identity token, and a password is expected", file.display()))
            }
            None if found.faults.is_empty() => Ok(None),
            None => Err(found.faults.join("; ")),
        }
    }

    /// Looks for the credential of a repository: the longest key that is a prefix of `registry/repository`, in the
    /// first file that has one.
    pub(crate) fn find(&self, registry: &str, repository: &str) -> Found {
        let mut found = Found::default();
        for file in &self.0 {
            let bytes = match std::fs::read(file) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    found.faults.push(format!("{} cannot be read: {error}", file.display()));
                    continue;
                }
            };
            match find_in(&bytes, registry, repository) {
                Ok(None) => {}
                Ok(Some(credential)) => {
                    found.credential = Some((credential, file.clone()));
                    return found;
                }
                Err(fault) => found.faults.push(format!("{}: {fault}", file.display())),
            }
        }
        found
    }
}

/// One key to look under, and whether helpers may be asked for it: they know hosts, not namespaces.
struct Key {
    text: String,
    ask_helpers: bool,
}

fn keys(registry: &str, repository: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut namespace = Some(repository);
    while let Some(path) = namespace {
        keys.push(Key { text: format!("{registry}/{path}"), ask_helpers: false });
        namespace = path.rsplit_once('/').map(|(parent, _)| parent);
    }
    // Docker keeps the credentials of its Hub under the address of a service of old.
    let hosts: &[&str] =
        if registry == "docker.io" { &["https://index.docker.io/v1/", "docker.io"] } else { &[registry] };
    keys.extend(hosts.iter().map(|host| Key { text: (*host).to_owned(), ask_helpers: true }));
    keys
}

fn find_in(bytes: &[u8], registry: &str, repository: &str) -> Result<Option<Credential>, String> {
    let whole: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let mut without_helpers = whole.clone();
    if let Some(fields) = without_helpers.as_object_mut() {
        fields.retain(|name, _| name != "credsStore" && name != "credHelpers");
    }
    for key in keys(registry, repository) {
        let config = if key.ask_helpers { &whole } else { &without_helpers };
        match docker_credential::get_credential_from_reader(config.to_string().as_bytes(), &key.text) {
            Ok(DockerCredential::UsernamePassword(user, password)) => {
                return Ok(Some(Credential::Password { user, password }));
            }
            Ok(DockerCredential::IdentityToken(token)) => return Ok(Some(Credential::IdentityToken(token))),
            Err(error) if is_absence(&error) => {}
            Err(error) => return Err(fault(&error, &key.text)),
        }
    }
    Ok(None)
}

/// Whether there is no such credential, rather than a fault.
fn is_absence(error: &CredentialRetrievalError) -> bool {
    match error {
        CredentialRetrievalError::NoCredentialConfigured => true,
        // Helpers have no other way to say so than this sentence.
        CredentialRetrievalError::HelperFailure { stdout, stderr, .. } => {
            [stdout, stderr].iter().any(|text| text.contains("credentials not found"))
        }
        CredentialRetrievalError::HelperCommunicationError
        | CredentialRetrievalError::MalformedHelperResponse
        | CredentialRetrievalError::CredentialDecodingError
        | CredentialRetrievalError::CredentialMismatchError
        | CredentialRetrievalError::ConfigNotFound
        | CredentialRetrievalError::ConfigReadError => false,
    }
}

/// A fault in words. What a helper printed is left out: it might be the secret.
fn fault(error: &CredentialRetrievalError, key: &str) -> String {
    match error {
        CredentialRetrievalError::HelperFailure { helper, .. } => {
            format!("{helper} failed for {key}; “echo {key} | {helper} get” shows why")
        }
        CredentialRetrievalError::HelperCommunicationError => {
            format!("the credential helper for {key} cannot be run; is it installed?")
        }
        CredentialRetrievalError::MalformedHelperResponse => {
            format!("the credential helper for {key} answers with something else than a credential")
        }
        CredentialRetrievalError::CredentialDecodingError
        | CredentialRetrievalError::CredentialMismatchError => format!("the entry for {key} is malformed"),
        CredentialRetrievalError::NoCredentialConfigured
        | CredentialRetrievalError::ConfigNotFound
        | CredentialRetrievalError::ConfigReadError => "it is no file of credentials".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // "user:secret", "team:other" and "hub:pass".
    const AUTHS: &str = r#"{"auths":{
        "quay.example":{"auth":"dXNlcjpzZWNyZXQ="},
        "quay.example/team":{"auth":"dGVhbTpvdGhlcg=="},
        "https://index.docker.io/v1/":{"auth":"aHViOnBhc3M="},
        "token.example":{"auth":"PHRva2VuPjo=","identitytoken":"refresh"},
        "odd.example":{"auth":"!!"}}}"#;

    fn user(config: &str, registry: &str, repository: &str) -> Option<String> {
        find_in(config.as_bytes(), registry, repository).unwrap().map(|credential| match credential {
            Credential::Password { user, password } => format!("{user}/{password}"),
            Credential::IdentityToken(token) => token,
        })
    }

    #[test]
    fn the_longest_key_wins() {
        assert_eq!(user(AUTHS, "quay.example", "app").as_deref(), Some("user/secret"));
        assert_eq!(user(AUTHS, "quay.example", "team/app/part").as_deref(), Some("team/other"));
        assert_eq!(user(AUTHS, "quay.example", "teams/app").as_deref(), Some("user/secret"));
        assert_eq!(user(AUTHS, "docker.io", "library/alpine").as_deref(), Some("hub/pass"));
        assert_eq!(user(AUTHS, "token.example", "x").as_deref(), Some("refresh"));
    }

    #[test]
    fn no_other_host_gets_them() {
        for host in
            ["quay.example.evil.org", "evil.org", "quay.example:5000", "example", "index.docker.io.evil.org"]
        {
            assert_eq!(user(AUTHS, host, "quay.example/team"), None, "{host}");
        }
    }

    #[test]
    fn faults_name_the_key_and_no_secret() {
        let fault = find_in(AUTHS.as_bytes(), "odd.example", "x").unwrap_err();
        assert_eq!(fault, "the entry for odd.example is malformed");
        let helper = r#"{"credHelpers":{"quay.example":"limpid-has-no-such-helper"}}"#;
        let fault = find_in(helper.as_bytes(), "quay.example", "x").unwrap_err();
        assert!(fault.contains("is it installed?"), "{fault}");
        let secret = Credential::Password { user: "user".to_owned(), password: "secret".to_owned() };
        assert_eq!(format!("{secret:?}"), "Password(…)");
    }

    #[test]
    fn the_first_file_that_knows_the_registry_wins() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let files = CredentialFiles::new([
            directory.path().join("missing.json"),
            file("broken.json", "{"),
            file("other.json", r#"{"auths":{"else.example":{"auth":"YTpi"}}}"#),
            file("right.json", AUTHS),
        ]);
        let found = files.find("quay.example", "app");
        let (Some((Credential::Password { user, .. }, path)), [fault]) =
            (found.credential, found.faults.as_slice())
        else {
            panic!("a password and one fault")
        };
        assert_eq!((user.as_str(), path), ("user", directory.path().join("right.json")));
        assert!(fault.contains("broken.json: it is not JSON"), "{fault}");
    }
}
