//! Definitions: what is said about a vulnerability or a patch, and the criteria by which a system is affected.

use super::{
    super::xml::{Element, Elements, Step, malformed},
    limits,
    tables::{Comment, Id, Interned},
};
use crate::feed::FeedError;

/// One definition.
#[derive(Debug, Default)]
pub(super) struct Definition {
    pub(super) id: String,
    pub(super) class: String,
    pub(super) deprecated: bool,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) references: Vec<Reference>,
    /// The word for its severity.
    pub(super) severity: String,
    pub(super) issued: String,
    /// Whether that is the day of an advisory.
    pub(super) is_of_advisory: bool,
    pub(super) cves: Vec<Cve>,
    pub(super) criteria: Option<Criteria>,
}

/// Where something is said elsewhere.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) id: String,
    pub(super) url: String,
}

/// A vulnerability that the definition names.
#[derive(Debug)]
pub(super) struct Cve {
    pub(super) text: String,
    pub(super) impact: String,
    /// `7.5/CVSS:3.1/AV:N/…`
    pub(super) cvss: String,
}

/// A tree of conditions. Documents have millions of them, so that each is small.
#[derive(Debug)]
pub(super) enum Criteria {
    All(Box<[Self]>),
    Any(Box<[Self]>),
    Test {
        id: Id,
        comment: Comment,
    },
    /// What cannot be understood, in words, and what is below it.
    Unknown(Box<(String, Vec<Self>)>),
}

/// Reads the definition whose element was opened last.
pub(super) fn read(
    element: &Element,
    elements: &mut Elements<'_>,
    interned: &mut Interned,
) -> Result<Definition, FeedError> {
    let attribute = |name: &str| element.attribute(name).unwrap_or_default().to_owned();
    let mut definition = Definition {
        id: attribute("id"),
        class: attribute("class"),
        deprecated: element.attribute("deprecated") == Some("true"),
        ..Definition::default()
    };
    loop {
        match elements.next()? {
            Step::Open(child) => match child.name.as_str() {
                "metadata" => metadata(elements, &mut definition, 0)?,
                "criteria" => definition.criteria = Some(criteria(&child, elements, interned, 0)?),
                _ => elements.skip()?,
            },
            Step::Close(_) => return Ok(definition),
        }
    }
}

/// Reads metadata; `advisory` within it has more of the same.
fn metadata(elements: &mut Elements<'_>, definition: &mut Definition, depth: usize) -> Result<(), FeedError> {
    loop {
        let Step::Open(child) = elements.next()? else { return Ok(()) };
        match child.name.as_str() {
            "title" => definition.title = elements.words()?,
            "description" => {
                let text = elements.words()?;
                definition.description = text.chars().take(limits::MOST_SUMMARY).collect();
            }
            "severity" => definition.severity = elements.words()?,
            "advisory_date" => {
                definition.issued = elements.words()?;
                definition.is_of_advisory = true;
            }
            "issued" => {
                definition.issued = child.attribute("date").unwrap_or_default().to_owned();
                elements.skip()?;
            }
            "reference" => {
                let attribute = |name: &str| child.attribute(name).unwrap_or_default().to_owned();
                keep(
                    &mut definition.references,
                    Reference { id: attribute("ref_id"), url: attribute("ref_url") },
                );
                elements.skip()?;
            }
            "cve" => {
                let attribute = |name: &str| child.attribute(name).unwrap_or_default().to_owned();
                let cvss = child.attribute("cvss3").or_else(|| child.attribute("cvss2"));
                let cvss = cvss.unwrap_or_default().to_owned();
                let impact = attribute("impact");
                definition.cves.push(Cve { text: elements.words()?, impact, cvss });
            }
            "advisory" if depth == 0 => metadata(elements, definition, 1)?,
            _ => elements.skip()?,
        }
    }
}

/// Keeps a reference that names a CVE, and of others as many as are shown.
fn keep(references: &mut Vec<Reference>, reference: Reference) {
    let others = references.iter().filter(|one| !one.id.contains("CVE-")).count();
    if reference.id.contains("CVE-") || others < limits::MOST_LINKS {
        references.push(reference);
    }
}

fn criteria(
    element: &Element,
    elements: &mut Elements<'_>,
    interned: &mut Interned,
    depth: usize,
) -> Result<Criteria, FeedError> {
    if depth > limits::MOST_DEPTH {
        return Err(malformed(format!("criteria in more than {} levels", limits::MOST_DEPTH)));
    }
    let mut children = Vec::new();
    while let Step::Open(child) = elements.next()? {
        match child.name.as_str() {
            "criteria" => children.push(criteria(&child, elements, interned, depth + 1)?),
            "criterion" => {
                children.push(criterion(&child, interned));
                elements.skip()?;
            }
            other => {
                let comment = child.attribute("comment").unwrap_or_default();
                children.push(unknown(format!("{other} {comment}").trim(), Vec::new()));
                elements.skip()?;
            }
        }
    }
    let negated = is_negated(element);
    Ok(match element.attribute("operator").unwrap_or("AND") {
        "AND" if !negated => Criteria::All(children.into()),
        "OR" if !negated => Criteria::Any(children.into()),
        operator => {
            let not = if negated { "not " } else { "" };
            unknown(&format!("{not}{operator} of several conditions"), children)
        }
    })
}

fn criterion(element: &Element, interned: &mut Interned) -> Criteria {
    let comment = element.attribute("comment").unwrap_or_default();
    match element.attribute("test_ref") {
        Some(_) if is_negated(element) => unknown(&format!("not: {comment}"), Vec::new()),
        Some(id) => Criteria::Test { id: interned.id(id), comment: interned.comment(telling(comment)) },
        None => unknown(&format!("a condition without a test: {comment}"), Vec::new()),
    }
}

fn unknown(text: &str, children: Vec<Criteria>) -> Criteria {
    Criteria::Unknown(Box::new((text.to_owned(), children)))
}

/// Only the names of products and modules are ever looked at. That a package of a version is installed, in one word, is
/// what the test says.
fn telling(comment: &str) -> &str {
    let named = |ending| comment.strip_suffix(ending).is_some_and(|name| name.trim().contains(' '));
    if named(" is installed") || named(" is enabled") { comment } else { "" }
}

fn is_negated(element: &Element) -> bool {
    matches!(element.attribute("negate"), Some("true" | "1"))
}
