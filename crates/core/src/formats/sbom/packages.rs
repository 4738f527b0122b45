//! From what is listed to packages as a detector would have found them, each with the namespace under which it is judged.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    gaps::Gaps,
    listed::{Component, Listed, Source, shown},
    systems::{Known, Systems},
    written::Written,
};
use crate::{
    Ecosystem, IndexedPackage, Package,
    ecosystem::Ecosystems,
    formats::rpm,
    package::{IMAGE, SourcePackage},
    purl::purl,
    scope::is_spoken_about,
};

/// What is made of a document.
pub(super) struct Listing<'a> {
    ecosystems: &'a Ecosystems,
    listed: &'a Listed,
    pub(super) systems: Systems<'a>,
    pub(super) gaps: Gaps,
    pub(super) packages: Vec<IndexedPackage>,
    /// Of each package the place of its distribution.
    of: Vec<Option<usize>>,
    /// The packages by what they are called within the document; `None` where several have the name.
    references: BTreeMap<&'a str, Option<usize>>,
    /// Types of packages of which the document tells who built one.
    with_builders: BTreeSet<String>,
    /// Whether the tool leaves a source package out where it has the name and version of the package itself.
    leaves_out_sources: bool,
}

impl<'a> Listing<'a> {
    /// Lists all packages of a document.
    pub(super) fn of(ecosystems: &'a Ecosystems, listed: &'a Listed) -> Self {
        // Limpid too; its own properties are lost where somebody else wrote its document anew.
        let is = |tool: &str, start: &str| {
            tool.get(..start.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(start))
        };
        let says = |tool: &String| is(tool, "syft ") || is(tool, "limpid ");
        let mut listing = Self {
            ecosystems,
            listed,
            systems: Systems::of(ecosystems, listed),
            gaps: Gaps::default(),
            packages: Vec::new(),
            of: Vec::new(),
            references: BTreeMap::new(),
            with_builders: BTreeSet::new(),
            leaves_out_sources: listed.tools.iter().any(says),
        };
        for component in &listed.components {
            listing.component(component);
        }
        listing.tell_owners();
        let with_builders = &listing.with_builders;
        listing.gaps.builderless.retain(|kind, _| !with_builders.contains(kind));
        listing.packages.sort();
        listing.packages.dedup();
        listing
    }

    /// Whether Limpid wrote it from an image: then the image's blind spots are all that is to be said of it.
    pub(super) fn is_of_image(&self) -> bool {
        let is_own = |one: &Component| one.is_subject || one.facts.is_own;
        self.listed.own.is_told && self.listed.components.iter().all(is_own)
    }

    /// Whether packages of a distribution are listed.
    pub(super) fn has_packages_of(&self, place: usize) -> bool {
        self.of.contains(&Some(place))
    }

    fn component(&mut self, component: &'a Component) {
        let purls: Vec<Option<Written>> = component.purls.iter().map(|purl| Written::parse(purl)).collect();
        let is_judged = |purl: &Written| self.ecosystems.iter().any(|one| one.purl.kind == purl.kind());
        let judged: Vec<&Written> = purls.iter().flatten().filter(|purl| is_judged(purl)).collect();
        let before = self.packages.len();
        match (judged.as_slice(), purls.first()) {
            // The document is about it: it is no part of itself.
            ([], _) if component.is_subject => {}
            ([], None) => self.without_purl(component),
            ([], Some(None)) => {
                self.gaps.damaged.add(|| component.title());
                self.push(unjudged(component, component.purls.first()), None);
            }
            ([], Some(Some(first))) => self.of_unknown_type(component, first),
            (all, _) => all.iter().for_each(|purl| self.package(component, purl)),
        }
        let only = (self.packages.len() == before + 1).then_some(before);
        if !component.reference.is_empty() && self.packages.len() > before {
            self.references.entry(&component.reference).and_modify(|known| *known = None).or_insert(only);
        }
    }

    /// Files and data are no packages, and what stands for a list of packages is not one either.
    fn without_purl(&mut self, component: &Component) {
        let is_other = matches!(component.kind.as_str(), "file" | "data" | "cryptographic-asset");
        if component.is_group || is_other {
            return;
        }
        self.gaps.unnamed.entry(kind_of(component)).or_default().add(|| component.title());
        self.push(unjudged(component, None), None);
    }

    fn of_unknown_type(&mut self, component: &Component, purl: &Written) {
        let facts = &component.facts;
        let namespace = facts.namespace.as_deref().filter(|_| facts.is_own && purl.kind() == IMAGE);
        // An image of which Limpid said by whose data it is judged.
        if let Some(namespace) = namespace.filter(|one| self.ecosystems.of_namespace(one).is_some()) {
            let package = Package {
                name: purl.name().to_owned(),
                version: purl.version().unwrap_or(&component.version).to_owned(),
                kind: IMAGE.to_owned(),
                architecture: purl.qualifier("arch"),
                repository: facts.repository.clone(),
                vendor: facts.vendor.clone(),
                ..Package::default()
            };
            let namespace = Some(namespace.to_owned());
            let purl = component.purls.first().cloned().unwrap_or_default();
            return self.push(indexed(component, package, namespace, purl), None);
        }
        self.gaps.of_type(purl.kind(), || component.title());
        self.push(unjudged(component, component.purls.first()), None);
    }

    fn package(&mut self, component: &Component, purl: &Written) {
        let mut languages = self.ecosystems.iter().filter(|one| one.identity.is_none());
        if let Some(language) = languages.find(|one| one.purl.kind == purl.kind()) {
            return self.of_language(component, purl, language);
        }
        match self.systems.find(component, purl) {
            Ok(place) => self.of_system(component, purl, place),
            Err(why) => {
                // In the image it was of none either, and that is among the blind spots that were written.
                let was_of_none = component.facts.is_own && component.facts.namespace.is_none();
                if !(was_of_none && self.listed.own.is_told) {
                    self.gaps.of_no_distribution(&why, || component.title());
                }
                let package = Package {
                    kind: purl.kind().to_owned(),
                    ..plain(component, purl, purl.name().to_owned())
                };
                let written = component.purls.first().cloned().unwrap_or_default();
                self.push(indexed(component, package, None, written), None);
            }
        }
    }

    fn of_language(&mut self, component: &Component, written: &Written, language: &Ecosystem) {
        let name = language.purl.join(written.namespace(), written.name());
        let package = Package { kind: language.purl.kind.to_owned(), ..plain(component, written, name) };
        let package = Package { architecture: None, source: None, ..package };
        if package.version.is_empty() {
            self.gaps.versionless.add(|| component.title());
            return self.push(unjudged(component, component.purls.first()), None);
        }
        let (owned_by, evidence) = (component.facts.owned_by.clone(), component.facts.evidence.clone());
        let built_for = component.facts.built_for.clone();
        let package = Package { owned_by, evidence, built_for, ..(language.purl.as_detected)(package) };
        let purl = purl(Some(language), &package, None);
        let namespace = language.namespace_of(&package);
        self.push(indexed(component, package, Some(namespace), purl), None);
    }

    fn of_system(&mut self, component: &Component, written: &Written, place: usize) {
        let Some(known) = self.systems.get(place).cloned() else { return };
        let names = &known.ecosystem.purl;
        let name = names.join(written.namespace(), written.name());
        let mut package = Package { kind: names.kind.to_owned(), ..plain(component, written, name) };
        if package.version.is_empty() {
            self.gaps.versionless.add(|| component.title());
            return self.push(unjudged(component, component.purls.first()), Some(place));
        }
        package.source = self.source(component, written, &package, names.by_source);
        package.module = self.module(component, written, &package);
        self.look_for_builder(component, &package, &known);
        let package = (names.as_detected)(package);
        let namespace = Some(known.distribution.ecosystem.clone());
        let purl = purl(Some(known.ecosystem), &package, Some(&known.distribution));
        self.push(indexed(component, package, namespace, purl), Some(place));
    }

    /// The source package, as far as it is told.
    fn source(
        &mut self,
        component: &Component,
        written: &Written,
        package: &Package,
        by_source: bool,
    ) -> Option<SourcePackage> {
        let version = &package.version;
        let of_file = |file: &str| {
            let epoch = version.split_once(':').and_then(|(epoch, _)| epoch.parse().ok());
            // Where rpm says that there is none, the package stands for itself.
            rpm::source(file, epoch)
                .map(|one| one.unwrap_or_else(|| SourcePackage::new(&*package.name, &**version)))
        };
        let named = |name: &str, own: Option<&str>| Some(SourcePackage::new(name, own.unwrap_or(version)));
        let found = match (&component.facts.source, written.qualifier("upstream")) {
            (Source::Whole(source), _) => Some(source.clone()),
            (_, Some(file)) if file.ends_with("src.rpm") => of_file(&file),
            (_, Some(upstream)) => match upstream.split_once('@') {
                Some((name, own)) => named(name, Some(own)),
                None => named(&upstream, None),
            },
            (Source::File(file), None) => of_file(file),
            (Source::Named(name, own), None) => named(name, own.as_deref()),
            (Source::Untold, None) if component.facts.is_own => return None,
            (Source::Untold, None) if self.leaves_out_sources => named(&package.name, None),
            (Source::Untold, None) => None,
        };
        if found.is_none() && by_source {
            self.gaps.sourceless.entry(package.kind.clone()).or_default().add(|| component.title());
        }
        found
    }

    /// The stream of the package's module. That it has one, its version tells too.
    fn module(&mut self, component: &Component, written: &Written, package: &Package) -> Option<String> {
        let told = component.facts.module.clone();
        if component.facts.is_own {
            return told;
        }
        let label =
            told.or_else(|| written.qualifier("rpmmod")).or_else(|| written.qualifier("modularitylabel"));
        let module = label.as_deref().and_then(rpm::module).flatten();
        let is_modular = label.is_some_and(|label| label != "(none)")
            || [".module+", ".module_"].iter().any(|mark| package.version.contains(mark));
        if is_modular && module.is_none() {
            self.gaps.streamless.add(|| component.title());
        }
        module
    }

    /// Notes where nobody tells who built a package, and it matters.
    fn look_for_builder(&mut self, component: &Component, package: &Package, known: &Known<'_>) {
        if component.facts.is_own || package.vendor.is_some() {
            self.with_builders.insert(package.kind.clone());
            return;
        }
        let of_somebody = Package { vendor: Some("Somebody Else".to_owned()), ..package.clone() };
        if !is_spoken_about(known.ecosystem, &known.distribution, &of_somebody) {
            self.gaps.builderless.entry(package.kind.clone()).or_default().add(|| component.title());
        }
    }

    /// Packages of languages whose files a package of the distribution has brought, where the document tells that.
    fn tell_owners(&mut self) {
        for (owner, owned) in &self.listed.owners {
            let place = |reference: &String| self.references.get(reference.as_str()).copied().flatten();
            let (Some(owner), Some(owned)) = (place(owner), place(owned)) else { continue };
            let Some(name) = self.owning(owner) else { continue };
            let is_language = self.of.get(owned) == Some(&None);
            if let Some(package) =
                self.packages.get_mut(owned).filter(|one| is_language && one.namespace.is_some())
            {
                package.package.owned_by.get_or_insert(name);
            }
        }
    }

    /// The name of a package of a distribution whose data speaks about it.
    fn owning(&self, place: usize) -> Option<String> {
        let known = self.systems.get(self.of.get(place).copied().flatten()?)?;
        let package = &self.packages.get(place)?.package;
        is_spoken_about(known.ecosystem, &known.distribution, package).then(|| package.name.clone())
    }

    fn push(&mut self, package: IndexedPackage, of: Option<usize>) {
        self.packages.push(package);
        self.of.push(of);
    }
}

/// What does not depend on who judges it. What Limpid wrote has the name and version as they were found.
fn plain(component: &Component, purl: &Written, name: String) -> Package {
    let facts = &component.facts;
    let name = if facts.is_own { component.name.clone() } else { name };
    Package {
        name,
        version: version(component, purl),
        architecture: purl.qualifier("arch"),
        vendor: facts.vendor.clone(),
        key: facts.key.clone(),
        repository: facts.repository.clone().or_else(|| purl.qualifier("repository_id")),
        ..Package::default()
    }
}

/// The version with its epoch, which may stand in it, in a qualifier, or in the component's own version alone.
fn version(component: &Component, purl: &Written) -> String {
    let own = component.version.as_str();
    let Some(version) = purl.version().filter(|_| !component.facts.is_own) else { return own.to_owned() };
    let has_epoch = |text: &str| {
        text.split_once(':').is_some_and(|(epoch, _)| epoch.bytes().all(|one| one.is_ascii_digit()))
    };
    if has_epoch(version) {
        return version.to_owned();
    }
    match purl.qualifier("epoch").filter(|epoch| epoch != "0") {
        Some(epoch) => format!("{epoch}:{version}"),
        None if has_epoch(own) && own.split_once(':').is_some_and(|(_, rest)| rest == version) => {
            own.to_owned()
        }
        None => version.to_owned(),
    }
}

/// A package that nobody judges: it is listed all the same.
fn unjudged(component: &Component, purl: Option<&String>) -> IndexedPackage {
    let parsed = purl.and_then(|purl| Written::parse(purl));
    let kind = parsed.as_ref().map_or("generic", |purl| purl.kind());
    let version = parsed.as_ref().and_then(Written::version).unwrap_or(&component.version);
    let name = match component.name.as_str() {
        "" => parsed.as_ref().map_or("unnamed", |purl| purl.name()),
        name => name,
    };
    let package =
        Package { name: shown(name), version: shown(version), kind: kind.to_owned(), ..Package::default() };
    let written = match (purl, &parsed) {
        (Some(written), Some(_)) => written.clone(),
        (_, _) => self::purl(None, &package, None),
    };
    indexed(component, package, None, written)
}

fn indexed(
    component: &Component,
    package: Package,
    namespace: Option<String>,
    purl: String,
) -> IndexedPackage {
    let facts = &component.facts;
    let path = facts.path.as_deref().unwrap_or_default().trim_start_matches('/').to_owned();
    IndexedPackage { package, namespace, purl, path, layer: facts.layer.clone() }
}

/// What the document calls it, in the plural.
fn kind_of(component: &Component) -> String {
    match component.kind.as_str() {
        "" => String::new(),
        "library" => "libraries".to_owned(),
        kind => format!("{}s", shown(kind)),
    }
}
