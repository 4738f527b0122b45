//! Where a repository keeps its updateinfo today: the name of the file changes with its content.
//!
//! `repodata/repomd.xml` names it, and a list of mirrors, one address a line, where the repository is.
//!
//! Source of the format: createrepo's repomd.xml (`http://linux.duke.edu/metadata/repo`).

use std::io::BufRead;

use super::super::xml::{Elements, Step};
use crate::feed::{DiscoveryError, FeedError, Upstream};

const INDEX: &str = "repodata/repomd.xml";

/// The address of the updateinfo of a repository, by the address of its `repomd.xml`; `None` where upstream has none there.
///
/// # Errors
/// Where upstream gives no answer, or one that is no such index, or names no updateinfo.
pub fn locate(index: &str, upstream: &dyn Upstream) -> Result<Option<String>, DiscoveryError> {
    let Some(content) = upstream.read(index)? else { return Ok(None) };
    let fail = |reason: String| DiscoveryError { url: index.to_owned(), reason };
    let location = updateinfo(&mut content.as_slice()).map_err(|error| fail(error.to_string()))?;
    let location = location.ok_or_else(|| fail("it names no updateinfo".to_owned()))?;
    if location.contains("://") {
        return Ok(Some(location));
    }
    let root = index.strip_suffix(INDEX).ok_or_else(|| fail(format!("it does not end in {INDEX}")))?;
    Ok(Some(format!("{root}{}", location.trim_start_matches('/'))))
}

/// The same, of the first mirror in a list that has the repository. `$basearch` stands for the architecture there.
///
/// # Errors
/// Where the list cannot be read, or none of its mirrors has the repository.
pub fn locate_by_mirrors(
    list: &str,
    architecture: &str,
    upstream: &dyn Upstream,
) -> Result<String, DiscoveryError> {
    let fail = |reason: &str| DiscoveryError { url: list.to_owned(), reason: reason.to_owned() };
    let content = upstream.read(list)?.ok_or_else(|| fail("there is no list of mirrors"))?;
    let content = String::from_utf8_lossy(&content);
    let mut last = fail("it lists no mirror that has the repository");
    for mirror in content.lines().map(str::trim).filter(|line| line.contains("://")) {
        let root = mirror.trim_end_matches('/').replace("$basearch", architecture);
        match locate(&format!("{root}/{INDEX}"), upstream) {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The location of the updateinfo that an index names.
fn updateinfo(reader: &mut dyn BufRead) -> Result<Option<String>, FeedError> {
    let mut elements = Elements::of("repomd", reader)?;
    let mut found = None;
    loop {
        match elements.next()? {
            Step::Open(data) if data.name == "data" && data.attribute("type") == Some("updateinfo") => {
                found = location(&mut elements)?;
            }
            Step::Open(_) => elements.skip()?,
            Step::Close(_) => break,
        }
    }
    elements.finish()?;
    Ok(found)
}

fn location(elements: &mut Elements<'_>) -> Result<Option<String>, FeedError> {
    let mut found = None;
    while let Step::Open(element) = elements.next()? {
        if element.name == "location" {
            found = element.attribute("href").map(str::to_owned);
        }
        elements.skip()?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
