//! SPDX 2.2 and 2.3 in JSON.
//!
//! Source: ISO/IEC 5962 and SPDX 2.3. Packages are named by their external references of type `purl`. What else is known of
//! them, tools write into texts for people: Syft and Trivy into `sourceInfo`, Trivy into `attributionTexts`.

use serde::{Deserialize, Deserializer, de::DeserializeSeed};

use super::{
    error::SbomError,
    head::damaged,
    json::Each,
    limits::MOST_COMPONENTS,
    listed::{Component, Facts, Listed, Source, Subject, System, told},
    own,
};

/// Reads a document.
pub(super) fn read(text: &str, format: String) -> Result<Listed, SbomError> {
    let document: Document = serde_json::from_str(text).map_err(|error| damaged(&error))?;
    let mut listed = Listed { format, elsewhere: document.elsewhere.0, ..Listed::default() };
    let creators = document.creation_info.and_then(|info| info.creators).unwrap_or_default();
    listed.tools = creators.iter().filter_map(|creator| creator.strip_prefix("Tool:")).map(tool).collect();
    for (name, value) in document.comment {
        listed.own.take(&name, &value);
    }
    let Relationships { mut described, owners, is_open } = document.relationships;
    described.extend(document.document_describes.unwrap_or_default());
    described.sort();
    described.dedup();
    listed.owners = owners;
    listed.incomplete =
        is_open.then(|| "the document says that there may be more than it lists (NOASSERTION)".to_owned());
    let only = described.first().filter(|_| described.len() == 1);
    let is_of_trivy = listed.tools.iter().any(|tool| tool.starts_with("trivy "));
    for mut package in document.packages.0 {
        package.component.is_group &= is_of_trivy;
        let is_subject = only.is_some_and(|only| *only == package.id);
        package.put(is_subject, &mut listed);
    }
    Ok(listed)
}

/// `syft-1.18.1`
fn tool(text: &str) -> String {
    let text = text.trim();
    match text.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|one: char| one.is_ascii_digit() || one == 'v') => {
            format!("{name} {version}")
        }
        Some(_) | None => text.to_owned(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    creation_info: Option<CreationInfo>,
    #[serde(default, deserialize_with = "own::in_comment")]
    comment: Vec<(String, String)>,
    document_describes: Option<Vec<String>>,
    #[serde(default)]
    packages: Packages,
    #[serde(default)]
    relationships: Relationships,
    #[serde(default, rename = "externalDocumentRefs")]
    elsewhere: Count,
}

#[derive(Deserialize)]
struct CreationInfo {
    creators: Option<Vec<String>>,
}

/// How many elements a list has.
#[derive(Default)]
struct Count(usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut count = 0;
        Each::new(|_one: serde::de::IgnoredAny| count += 1).deserialize(deserializer)?;
        Ok(Self(count))
    }
}

#[derive(Default)]
struct Packages(Vec<Package>);

impl<'de> Deserialize<'de> for Packages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut packages = Vec::new();
        let mut count = 0;
        Each::new(|one: RawPackage| {
            count += 1;
            if count <= MOST_COMPONENTS {
                packages.push(one.into());
            }
        })
        .deserialize(deserializer)?;
        if count > MOST_COMPONENTS {
            return Err(serde::de::Error::custom(format_args!("more than {MOST_COMPONENTS} packages")));
        }
        Ok(Self(packages))
    }
}

/// What is kept of relationships.
#[derive(Default)]
struct Relationships {
    described: Vec<String>,
    owners: Vec<(String, String)>,
    /// Whether one says that there may be more.
    is_open: bool,
}

impl<'de> Deserialize<'de> for Relationships {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut all = Self::default();
        Each::new(|one: Relationship| all.take(one)).deserialize(deserializer)?;
        Ok(all)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: Option<String>,
    related_spdx_element: Option<String>,
    relationship_type: Option<String>,
    comment: Option<String>,
}

/// How Syft's comment on a relationship begins that says who owns a package.
const OWNERSHIP: &str = "ownership-by-file-overlap";

impl Relationships {
    fn take(&mut self, one: Relationship) {
        let (Some(from), Some(to)) = (one.spdx_element_id, one.related_spdx_element) else { return };
        match one.relationship_type.as_deref() {
            Some("DESCRIBES") => self.described.push(to),
            Some("DESCRIBED_BY") => self.described.push(from),
            Some("CONTAINS" | "DEPENDS_ON") if to == "NOASSERTION" => self.is_open = true,
            Some("OTHER") if one.comment.is_some_and(|comment| comment.starts_with(OWNERSHIP)) => {
                self.owners.push((from, to));
            }
            Some(_) | None => {}
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPackage {
    #[serde(rename = "SPDXID")]
    id: Option<String>,
    name: Option<String>,
    version_info: Option<String>,
    supplier: Option<String>,
    source_info: Option<String>,
    #[serde(default, deserialize_with = "own::in_comment")]
    comment: Vec<(String, String)>,
    description: Option<String>,
    primary_package_purpose: Option<String>,
    external_refs: Option<Vec<ExternalReference>>,
    attribution_texts: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExternalReference {
    reference_type: Option<String>,
    reference_locator: Option<String>,
}

/// A package, and what of it only a system has.
struct Package {
    id: String,
    component: Component,
    namespace: Option<String>,
    description: Option<String>,
}

impl From<RawPackage> for Package {
    fn from(raw: RawPackage) -> Self {
        let id = raw.id.unwrap_or_default();
        let purpose = raw.primary_package_purpose.unwrap_or_default().to_ascii_lowercase();
        let purls = raw.external_refs.into_iter().flatten().filter(ExternalReference::is_purl);
        let purls: Vec<String> = purls.filter_map(|one| one.reference_locator).collect();
        let mut facts = Facts { vendor: raw.supplier.and_then(vendor), ..Facts::default() };
        let mut is_group = false;
        for text in raw.attribution_texts.into_iter().flatten() {
            match text.split_once(": ") {
                Some(("LayerDigest" | "LayerDiffID", layer)) => facts.layer = layer.trim().parse().ok(),
                Some(("Class", "lang-pkgs")) => is_group = true,
                Some(_) | None => {}
            }
        }
        // Earlier ones of Trivy's do not say what class it is.
        is_group |= purls.is_empty() && purpose == "application" && id.starts_with("SPDXRef-Application-");
        if let Some(info) = &raw.source_info {
            source_info(info, &mut facts);
        }
        let mut namespace = None;
        for (name, value) in raw.comment {
            if name == own::ECOSYSTEM {
                namespace = Some(value);
            } else {
                facts.take_own(&name, &value);
            }
        }
        let component = Component {
            reference: id.clone(),
            kind: purpose,
            name: raw.name.unwrap_or_default(),
            version: told(raw.version_info).unwrap_or_default(),
            purls,
            is_group,
            is_subject: false,
            facts,
        };
        Self { id, component, namespace, description: raw.description }
    }
}

impl Package {
    fn put(self, is_subject: bool, listed: &mut Listed) {
        let mut component = self.component;
        if is_subject {
            let is_image = component.purls.iter().any(|purl| purl.starts_with("pkg:oci/"));
            let kind = if component.kind.is_empty() && is_image { "container" } else { &component.kind };
            listed.subject = Subject {
                kind: kind.to_owned(),
                name: component.name.clone(),
                version: component.version.clone(),
            };
            component.is_subject = true;
        }
        if component.kind == "operating-system" && component.purls.is_empty() {
            let mut system = System::new(&component.name, &component.version);
            if self.namespace.is_some() {
                system.set("PRETTY_NAME", &self.description.unwrap_or_default());
            }
            system.namespace = self.namespace;
            listed.systems.push(system);
        } else {
            listed.components.push(component);
        }
    }
}

impl ExternalReference {
    fn is_purl(&self) -> bool {
        self.reference_type.as_deref().is_some_and(|kind| kind.rsplit('/').next() == Some("purl"))
    }
}

/// `Organization: NAME (MAIL)`. In package databases the address stands in other brackets.
fn vendor(supplier: String) -> Option<String> {
    let supplier = told(Some(supplier))?;
    let name = supplier.strip_prefix("Organization:").or_else(|| supplier.strip_prefix("Person:"))?.trim();
    let address =
        name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")).filter(|(_, mail)| mail.contains('@'));
    told(Some(address.map_or_else(|| name.to_owned(), |(name, mail)| format!("{name} <{mail}>"))))
}

/// Trivy: `built package from: openssl 3.0.2-0ubuntu1`. Syft: `acquired package info from RPM DB: /var/lib/rpm/rpmdb.sqlite`.
fn source_info(info: &str, facts: &mut Facts) {
    if let Some(source) = info.strip_prefix("built package from: ") {
        let (name, version) = source.split_once(' ').unwrap_or((source, ""));
        facts.source = Source::Named(name.to_owned(), told(Some(version.to_owned())));
    } else if let Some((_, path)) =
        info.rsplit_once(": /").filter(|_| info.starts_with("acquired package info"))
    {
        // Several stand behind each other.
        facts.path = path.split(", ").next().map(str::to_owned);
    }
}
