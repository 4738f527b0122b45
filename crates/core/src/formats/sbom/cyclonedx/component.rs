//! One component, and those within it.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::Reference;
use crate::formats::sbom::{
    json::Each,
    limits::MOST_COMPONENTS,
    listed::{Component, Facts, Listed, Source, System, told},
    own,
};

/// Reads a list of components into the document.
pub(super) struct Components<'a>(pub(super) &'a mut Listed);

/// Reads one component. Those within it go into the document, it itself does not.
pub(super) struct One<'a>(pub(super) &'a mut Listed);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Field {
    #[serde(rename = "bom-ref")]
    Reference,
    Type,
    Group,
    Name,
    Version,
    Description,
    Purl,
    Publisher,
    Supplier,
    Properties,
    Evidence,
    ExternalReferences,
    Components,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Property {
    pub(super) name: Option<String>,
    pub(super) value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Evidence {
    occurrences: Option<Vec<Occurrence>>,
}

#[derive(Deserialize)]
struct Occurrence {
    location: Option<String>,
}

/// A component before it is known what it stands for.
#[derive(Default)]
pub(super) struct Raw {
    component: Component,
    group: Option<String>,
    description: Option<String>,
    publisher: Option<String>,
    supplier: Option<String>,
    location: Option<String>,
    system: System,
    source: Parts,
}

/// What is told of a source package in parts.
#[derive(Default)]
struct Parts {
    name: Option<String>,
    epoch: Option<String>,
    version: Option<String>,
    release: Option<String>,
}

impl<'de> DeserializeSeed<'de> for Components<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Components<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of components")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(raw) = list.next_element_seed(One(&mut *self.0))? {
            raw.put(self.0);
            if self.0.components.len() > MOST_COMPONENTS {
                return Err(A::Error::custom(format_args!("more than {MOST_COMPONENTS} components")));
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = Raw;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a component")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut raw = Raw::default();
        let one = &mut raw;
        while let Some(field) = map.next_key()? {
            match field {
                Field::Reference => one.component.reference = text(&mut map)?.unwrap_or_default(),
                Field::Type => one.component.kind = text(&mut map)?.unwrap_or_default(),
                Field::Name => one.component.name = text(&mut map)?.unwrap_or_default(),
                Field::Version => one.component.version = text(&mut map)?.unwrap_or_default(),
                Field::Purl => one.component.purls.extend(text(&mut map)?.filter(|purl| !purl.is_empty())),
                Field::Group => one.group = text(&mut map)?,
                Field::Description => one.description = text(&mut map)?,
                Field::Publisher => one.publisher = text(&mut map)?,
                Field::Supplier => one.supplier = map.next_value::<Option<Named>>()?.and_then(|one| one.name),
                Field::Properties => map.next_value_seed(Each::new(|property| one.take(property)))?,
                Field::Evidence => {
                    let evidence = map.next_value::<Option<Evidence>>()?.unwrap_or_default();
                    one.location = evidence.occurrences.into_iter().flatten().find_map(|one| one.location);
                }
                Field::ExternalReferences => map.next_value_seed(Each::new(|reference: Reference| {
                    self.0.elsewhere += usize::from(reference.is_document());
                }))?,
                Field::Components => map.next_value_seed(Components(&mut *self.0))?,
                Field::Other => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        Ok(raw)
    }
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<String>, A::Error> {
    map.next_value()
}

impl Raw {
    fn take(&mut self, property: Property) {
        let (Some(name), Some(value)) = (property.name, property.value) else { return };
        let facts = &mut self.component.facts;
        if let Some(own) = name.strip_prefix("syft:") {
            self.take_syft(own, value);
        } else if let Some(own) = name.strip_prefix("aquasecurity:trivy:") {
            self.take_trivy(own, value);
        } else if name == own::ECOSYSTEM {
            self.system.namespace = Some(value);
        } else if name.starts_with("limpid:") {
            facts.take_own(&name, &value);
        }
    }

    /// Syft writes the fields of what it read, by their names.
    fn take_syft(&mut self, name: &str, value: String) {
        let facts = &mut self.component.facts;
        match name {
            "location:0:path" => facts.path = facts.path.take().or(Some(value)),
            "location:0:layerID" => facts.layer = facts.layer.take().or_else(|| value.parse().ok()),
            "metadata:sourceRpm" if facts.source == Source::Untold => facts.source = Source::File(value),
            "metadata:originPackage" | "metadata:source" => self.source.name = Some(value),
            "metadata:sourceVersion" => self.source.version = Some(value),
            "metadata:modularityLabel" => facts.module = Some(value),
            _ => self.take_distribution(name, &value),
        }
    }

    fn take_distribution(&mut self, name: &str, value: &str) {
        let field = match name {
            "distro:id" => "ID",
            "distro:name" => "NAME",
            "distro:prettyName" => "PRETTY_NAME",
            "distro:version" => "VERSION",
            "distro:versionID" => "VERSION_ID",
            "distro:versionCodename" => "VERSION_CODENAME",
            "distro:variantID" => "VARIANT_ID",
            like if like.starts_with("distro:idLike:") => {
                let before = self.system.get("ID_LIKE").to_owned();
                return self.system.set("ID_LIKE", format!("{before} {value}").trim());
            }
            _ => return,
        };
        self.system.set(field, value);
    }

    fn take_trivy(&mut self, name: &str, value: String) {
        let facts = &mut self.component.facts;
        match name {
            "SrcName" => self.source.name = Some(value),
            "SrcEpoch" => self.source.epoch = Some(value),
            "SrcVersion" => self.source.version = Some(value),
            "SrcRelease" => self.source.release = Some(value),
            "Modularitylabel" => facts.module = Some(value),
            "FilePath" => facts.path = facts.path.take().or(Some(value)),
            "LayerDigest" => facts.layer = value.parse().ok().or(facts.layer.take()),
            "LayerDiffID" => facts.layer = facts.layer.take().or_else(|| value.parse().ok()),
            "Class" if value == "lang-pkgs" => self.component.is_group = true,
            _ => {}
        }
    }

    /// Puts it where it belongs.
    fn put(self, listed: &mut Listed) {
        if self.component.kind == "operating-system" && self.component.purls.is_empty() {
            listed.systems.push(self.into_system());
        } else {
            listed.components.push(self.into_component());
        }
    }

    fn into_system(self) -> System {
        let mut system = System::new(&self.component.name, &self.component.version);
        system.set("PRETTY_NAME", &self.description.unwrap_or_default());
        system.namespace = self.system.namespace;
        // What was read of the file itself is more than what was made of it.
        system.fields.extend(self.system.fields);
        system
    }

    pub(super) fn into_component(self) -> Component {
        let Self { mut component, group, publisher, supplier, location, source, .. } = self;
        if let Some(group) = group.filter(|group| !group.is_empty()) {
            component.name = format!("{group}/{}", component.name);
        }
        let facts: &mut Facts = &mut component.facts;
        facts.vendor = told(facts.vendor.take()).or(told(supplier)).or(told(publisher));
        facts.path = told(facts.path.take()).or(told(location));
        if let (Some(name), Source::Untold) = (told(source.name.clone()), &facts.source) {
            facts.source = Source::Named(name, source.whole_version());
        }
        component
    }
}

impl Parts {
    fn whole_version(self) -> Option<String> {
        let epoch = self.epoch.filter(|epoch| !matches!(epoch.as_str(), "" | "0"));
        let epoch = epoch.map_or(String::new(), |epoch| format!("{epoch}:"));
        let release = told(self.release).map_or(String::new(), |release| format!("-{release}"));
        told(self.version).map(|version| format!("{epoch}{version}{release}"))
    }
}
