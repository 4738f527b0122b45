//! One `update` element.

use super::{
    super::xml::{Element, Elements, Step},
    text,
};
use crate::{AffectedRange, feed::FeedError};

/// An update, as far as anything of it is used.
#[derive(Debug, Default)]
pub(super) struct Update {
    pub(super) id: String,
    /// `security`, `bugfix`, `enhancement`, `newpackage`.
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) severity: String,
    pub(super) description: String,
    pub(super) issued: String,
    /// Identifiers and titles of what it refers to.
    references: Vec<String>,
    pub(super) packages: Vec<Package>,
    nameless: usize,
    /// Modules without a name or a stream.
    odd_modules: usize,
}

/// A package that an update brought.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) architecture: String,
    /// `NAME:STREAM`, where it belongs to a module.
    pub(super) module: Option<String>,
    pub(super) range: AffectedRange,
}

impl Package {
    /// Whether it is one that is never installed.
    pub(super) fn is_source(&self) -> bool {
        matches!(self.architecture.as_str(), "src" | "nosrc")
    }
}

impl Update {
    /// Reads what is in the element that was opened last.
    pub(super) fn read(element: &Element, elements: &mut Elements<'_>) -> Result<Self, FeedError> {
        let kind = element.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let mut update = Self { kind, ..Self::default() };
        while let Step::Open(inner) = elements.next()? {
            update.part(&inner, elements)?;
        }
        Ok(update)
    }

    fn part(&mut self, element: &Element, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        match element.name.as_str() {
            "id" => self.id = elements.words()?,
            "title" => self.title = elements.words()?,
            "severity" => self.severity = elements.words()?,
            "description" => self.description = elements.words()?,
            "issued" => {
                self.issued = element.attribute("date").unwrap_or_default().to_owned();
                elements.skip()?;
            }
            "references" => self.references(elements)?,
            "pkglist" => self.collections(elements)?,
            _ => elements.skip()?,
        }
        Ok(())
    }

    fn references(&mut self, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        while let Step::Open(reference) = elements.next()? {
            let texts = ["id", "title"].into_iter().filter_map(|name| reference.attribute(name));
            self.references.extend(texts.map(str::to_owned));
            elements.skip()?;
        }
        Ok(())
    }

    fn collections(&mut self, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        loop {
            match elements.next()? {
                Step::Open(collection) if collection.name == "collection" => self.collection(elements)?,
                Step::Open(_) => elements.skip()?,
                Step::Close(_) => return Ok(()),
            }
        }
    }

    fn collection(&mut self, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        let mut module = None;
        let begin = self.packages.len();
        while let Step::Open(element) = elements.next()? {
            match element.name.as_str() {
                "module" => {
                    module = stream(&element);
                    self.odd_modules += usize::from(module.is_none());
                }
                "package" => match package(&element) {
                    Some(package) => self.packages.push(package),
                    None => self.nameless += 1,
                },
                _ => {}
            }
            elements.skip()?;
        }
        for package in self.packages.iter_mut().skip(begin) {
            package.module.clone_from(&module);
        }
        Ok(())
    }

    /// Whether it is a security update, or names a CVE.
    pub(super) fn is_about_vulnerabilities(&self) -> bool {
        self.kind == "security" || !self.cves().is_empty()
    }

    /// What could not be read of it at all.
    pub(super) fn unread(&self) -> Vec<String> {
        let told = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
        let nameless = told(self.nameless, "packages have no name");
        let modules = told(self.odd_modules, "modules have no name or no stream");
        let says_nothing = self.nameless == 0 && self.packages.iter().all(Package::is_source);
        let nothing = says_nothing.then(|| "it does not say which packages it brought".to_owned());
        [nameless, modules, nothing].into_iter().flatten().collect()
    }

    /// The CVEs that it names, each once: in its references and its title; where there are none, in its description.
    pub(super) fn cves(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut add = |text: &str| {
            for cve in text::cves(text) {
                if !found.contains(&cve) {
                    found.push(cve);
                }
            }
        };
        self.references.iter().for_each(|reference| add(reference));
        add(&self.title);
        if found.is_empty() {
            text::cves(&self.description).for_each(|cve| {
                if !found.contains(&cve) {
                    found.push(cve);
                }
            });
        }
        found
    }
}

fn stream(element: &Element) -> Option<String> {
    Some(format!("{}:{}", element.attribute("name")?, element.attribute("stream")?))
}

/// `None` where it has no name.
fn package(element: &Element) -> Option<Package> {
    let name = element.attribute("name").filter(|name| !name.is_empty())?.to_owned();
    let part = |name: &str| element.attribute(name).filter(|text| !text.is_empty());
    let range = match (part("version"), part("release")) {
        (Some(version), Some(release)) => {
            let epoch = part("epoch").filter(|epoch| *epoch != "0").map(|epoch| format!("{epoch}:"));
            let fixed = format!("{}{version}-{release}", epoch.unwrap_or_default());
            AffectedRange::Fixed { introduced: None, fixed }
        }
        (version, release) => {
            let text = format!("version {version:?}, release {release:?}");
            AffectedRange::Unreadable { text }
        }
    };
    let architecture = part("arch").unwrap_or_default().to_owned();
    Some(Package { name, architecture, module: None, range })
}
