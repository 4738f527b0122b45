//! Clair's question which manifests some vulnerabilities affect, and the answer.
//!
//! What is asked about a distribution that nobody here knows is not answered with “none”: it is named as not judged.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Digest, Severity,
    ecosystem::{Ecosystems, SystemFiles},
    os_release::OsRelease,
};

/// A vulnerability that is asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedVulnerability {
    /// Its identifier, by which the answer names it.
    pub id: String,
    /// Name of the package.
    pub package: String,
    /// Whether that is a source package.
    pub is_source: bool,
    /// Where the package is meant to be.
    pub scope: Scope,
    /// The first version that is not affected; empty where none is known.
    pub fixed_in: String,
    severity: Severity,
    /// As it was sent.
    document: Value,
}

/// Where a package is meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// In any namespace.
    Anywhere,
    /// In this one.
    Namespace(String),
    /// In a distribution or repository that no ecosystem of this version knows, by its name.
    Unknown(String),
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClairAffectedManifests {
    /// The vulnerabilities that affect anything, as they were sent, by identifier.
    pub vulnerabilities: BTreeMap<String, Value>,
    /// The identifiers of a manifest's vulnerabilities, the worst first, by digest.
    pub vulnerable_manifests: BTreeMap<String, Vec<String>>,
    /// What Clair has no place for.
    pub limpid: NotJudged,
}

/// What could not be answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NotJudged {
    /// Why, by the vulnerability's identifier.
    pub not_judged: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    id: String,
    package: Option<Package>,
    distribution: Option<Distribution>,
    repository: Option<Repository>,
    #[serde(default)]
    fixed_in_version: String,
    /// It orders the answer and decides nothing.
    #[serde(default)]
    normalized_severity: Severity,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Distribution {
    did: String,
    name: String,
    version: String,
    version_id: String,
    pretty_name: String,
}

#[derive(Deserialize)]
struct Repository {
    #[serde(default)]
    name: String,
}

/// Reads a vulnerability that is asked about.
///
/// # Errors
/// What is wrong with it, beginning with the place within it.
pub fn asked(document: Value, ecosystems: &Ecosystems) -> Result<AskedVulnerability, String> {
    let read = Document::deserialize(&document).map_err(|error| format!(": {error}"))?;
    let package = read.package.filter(|package| !package.name.is_empty());
    let package = package.ok_or(".package.name: the name of a package is expected")?;
    if read.id.is_empty() {
        return Err(".id: an identifier is expected".to_owned());
    }
    Ok(AskedVulnerability {
        id: read.id,
        package: package.name,
        is_source: package.kind == "source",
        scope: scope(read.distribution.as_ref(), read.repository.as_ref(), ecosystems),
        fixed_in: read.fixed_in_version,
        severity: read.normalized_severity,
        document,
    })
}

/// A distribution counts before a repository; both are empty objects where Clair knows none.
fn scope(
    distribution: Option<&Distribution>,
    repository: Option<&Repository>,
    ecosystems: &Ecosystems,
) -> Scope {
    if let Some(named) = distribution.filter(|one| one.fields().iter().any(|(_, value)| !value.is_empty())) {
        let namespace = named.namespace(ecosystems);
        return namespace.map_or_else(|| Scope::Unknown(named.label()), Scope::Namespace);
    }
    let Some(repository) = repository.filter(|one| !one.name.is_empty()) else { return Scope::Anywhere };
    let of_name = ecosystems.iter().find(|one| one.osv_name.eq_ignore_ascii_case(&repository.name));
    of_name.map_or_else(
        || Scope::Unknown(repository.name.clone()),
        |ecosystem| Scope::Namespace(ecosystem.osv_name.to_owned()),
    )
}

impl Distribution {
    fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("ID", &self.did),
            ("NAME", &self.name),
            ("VERSION", &self.version),
            ("VERSION_ID", &self.version_id),
            ("PRETTY_NAME", &self.pretty_name),
        ]
    }

    /// Our own statements carry the namespace; another's distribution is recognised as that of an image is.
    fn namespace(&self, ecosystems: &Ecosystems) -> Option<String> {
        if self.did.is_empty() && ecosystems.of_namespace(&self.pretty_name).is_some() {
            return Some(self.pretty_name.clone());
        }
        let os_release = self.os_release();
        let files = SystemFiles { os_release: Some(&os_release), text: &|_| None };
        let claims =
            ecosystems.iter().filter_map(|one| one.identity).filter_map(|one| (one.identify)(&files));
        let strongest =
            claims.reduce(|best, claim| if claim.strength > best.strength { claim } else { best });
        strongest.map(|claim| claim.namespace)
    }

    fn os_release(&self) -> OsRelease {
        let assignment = |(field, value): (&str, &str)| {
            let mut text = format!("{field}=\"");
            for one in value.chars().filter(|one| !one.is_control()) {
                if matches!(one, '"' | '\\' | '$' | '`') {
                    text.push('\\');
                }
                text.push(one);
            }
            text + "\"\n"
        };
        OsRelease::parse(self.fields().map(assignment).concat().as_bytes())
    }

    fn label(&self) -> String {
        let words = [&self.did, &self.version_id].map(|word| word.trim());
        let label = words.join(" ").trim().to_owned();
        if label.is_empty() { format!("{} {}", self.name, self.pretty_name).trim().to_owned() } else { label }
    }
}

/// The answer: `affected` has each manifest with the places of its vulnerabilities in `asked`.
pub fn affected_manifests(
    asked: &[AskedVulnerability],
    affected: impl IntoIterator<Item = (Digest, Vec<usize>)>,
) -> ClairAffectedManifests {
    let mut answer = ClairAffectedManifests {
        vulnerabilities: BTreeMap::new(),
        vulnerable_manifests: BTreeMap::new(),
        limpid: NotJudged { not_judged: asked.iter().filter_map(not_judged).collect() },
    };
    for (manifest, places) in affected {
        let places: BTreeSet<usize> = places.into_iter().collect();
        let mut found: Vec<&AskedVulnerability> =
            places.into_iter().filter_map(|place| asked.get(place)).collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.severity));
        for one in &found {
            answer.vulnerabilities.entry(one.id.clone()).or_insert_with(|| one.document.clone());
        }
        let ids = found.into_iter().map(|one| one.id.clone()).collect();
        answer.vulnerable_manifests.insert(manifest.to_string(), ids);
    }
    answer
}

fn not_judged(asked: &AskedVulnerability) -> Option<(String, String)> {
    match &asked.scope {
        Scope::Anywhere | Scope::Namespace(_) => None,
        Scope::Unknown(name) => {
            Some((asked.id.clone(), format!("no ecosystem of this version of Limpid is “{name}”")))
        }
    }
}
