//! One advisory, as far as anything of it is used.

use std::io::BufRead;

use super::super::xml::{Element, Elements, Step, malformed};
use crate::feed::FeedError;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// `202401-27`.
    pub(super) number: String,
    pub(super) title: String,
    pub(super) synopsis: String,
    pub(super) announced: String,
    /// `high`, `normal`, …
    pub(super) impact: String,
    pub(super) packages: Vec<Package>,
    /// `ebuild`, where it is about packages.
    product: String,
    references: Vec<String>,
}

/// A package that it is about.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// `category/name`.
    pub(super) name: String,
    /// Gentoo's words for architectures; empty where it is about all.
    pub(super) architectures: Vec<String>,
    pub(super) ranges: Vec<Range>,
}

/// A range of versions, as written.
#[derive(Debug, Clone)]
pub(super) struct Range {
    pub(super) is_vulnerable: bool,
    /// `lt`, `rge`, …
    pub(super) word: String,
    /// `None` where it holds for all slots.
    pub(super) slot: Option<String>,
    pub(super) version: String,
}

impl Document {
    /// Reads a document to its end.
    pub(super) fn read(reader: &mut dyn BufRead) -> Result<Self, FeedError> {
        let (root, mut elements) = Elements::with_root("glsa", reader)?;
        let number = root.attribute("id").unwrap_or_default().to_owned();
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(malformed(format!("an advisory with the number “{number}”")));
        }
        let mut document = Self { number, ..Self::default() };
        let mut has_affected = false;
        while let Step::Open(element) = elements.next()? {
            has_affected |= element.name == "affected";
            document.part(&element, &mut elements)?;
        }
        elements.finish()?;
        // The DTD asks for it, also where it is empty: without it, it is another document.
        if !has_affected {
            return Err(malformed("it has no “affected”".to_owned()));
        }
        Ok(document)
    }

    fn part(&mut self, element: &Element, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        match element.name.as_str() {
            "title" => self.title = elements.words()?,
            "synopsis" => self.synopsis = elements.words()?,
            "announced" => self.announced = elements.words()?,
            "product" => {
                self.product = element.attribute("type").unwrap_or_default().to_owned();
                elements.skip()?;
            }
            "impact" => {
                self.impact = element.attribute("type").unwrap_or_default().to_ascii_lowercase();
                elements.skip()?;
            }
            "affected" => self.affected(elements)?,
            "references" => self.references(elements)?,
            _ => elements.skip()?,
        }
        Ok(())
    }

    fn affected(&mut self, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        while let Step::Open(element) = elements.next()? {
            if element.name == "package" {
                self.packages.push(Package::read(&element, elements)?);
            } else {
                elements.skip()?;
            }
        }
        Ok(())
    }

    fn references(&mut self, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        while let Step::Open(element) = elements.next()? {
            self.references.extend(element.attribute("link").map(str::to_owned));
            self.references.push(elements.words()?);
        }
        Ok(())
    }

    /// Whether packages are what it is about.
    pub(super) fn is_about_packages(&self) -> bool {
        !matches!(self.product.as_str(), "infrastructure" | "informational")
    }

    /// The CVEs that it refers to, each once, in its order. They were called CAN once, before they were confirmed.
    pub(super) fn cves(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for reference in &self.references {
            for start in ["CVE-", "CAN-"] {
                for number in reference.split(start).skip(1).filter_map(number) {
                    if !found.contains(&number) {
                        found.push(number);
                    }
                }
            }
        }
        found
    }
}

/// `CVE-2024-1234`, from what follows the letters.
fn number(rest: &str) -> Option<String> {
    let (year, rest) = rest.split_once('-')?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    (is_year && digits.len() >= 4).then(|| format!("CVE-{year}-{digits}"))
}

impl Package {
    fn read(element: &Element, elements: &mut Elements<'_>) -> Result<Self, FeedError> {
        let name = element.attribute("name").unwrap_or_default().to_owned();
        if !name.contains('/') || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(malformed(format!("a package with the name “{name}”")));
        }
        let words: Vec<String> =
            element.attribute("arch").unwrap_or("*").split_whitespace().map(str::to_owned).collect();
        let is_for_all = words.is_empty() || words.iter().any(|word| word == "*");
        let architectures = if is_for_all { Vec::new() } else { words };
        let mut package = Self { name, architectures, ranges: Vec::new() };
        while let Step::Open(element) = elements.next()? {
            let is_vulnerable = element.name == "vulnerable";
            if !is_vulnerable && element.name != "unaffected" {
                elements.skip()?;
                continue;
            }
            let word = element.attribute("range").unwrap_or_default().to_owned();
            let slot = element.attribute("slot").filter(|slot| !matches!(*slot, "" | "*"));
            let slot = slot.map(str::to_owned);
            package.ranges.push(Range { is_vulnerable, word, slot, version: elements.words()? });
        }
        package.architectures.sort();
        package.architectures.dedup();
        Ok(package)
    }
}
