//! The folder in which SUSE and openSUSE keep their OVAL documents.

use crate::feed::{DiscoveryError, FeedSource, Upstream};

const ROOT: &str = "https://ftp.suse.com/pub/projects/security/oval/";

const ENDING: &str = ".xml.gz";

/// Ending of the name of documents that have what is not fixed yet, too.
const AFFECTED: &str = "-affected";

/// The address of the document with this name.
pub fn url(name: &str) -> String {
    format!("{ROOT}{name}{ENDING}")
}

/// The document with what is not fixed yet, where there is one. See [`crate::feed::FeedFamily::locate`].
///
/// # Errors
/// Where upstream cannot be asked.
pub fn locate(source: &FeedSource, upstream: &dyn Upstream) -> Result<String, DiscoveryError> {
    let affected = source.url.strip_suffix(ENDING).map(|stem| format!("{stem}{AFFECTED}{ENDING}"));
    match affected {
        Some(affected) if upstream.exists(&affected)? => Ok(affected),
        Some(_) | None => Ok(source.url.clone()),
    }
}

/// Every feed that `read` makes of the names that upstream lists (without their endings). Where it gives no listing, it
/// is asked for each of the candidates.
///
/// # Errors
/// Where upstream cannot be asked.
pub fn discover(
    upstream: &dyn Upstream,
    read: &dyn Fn(&str) -> Option<FeedSource>,
    candidates: &dyn Fn() -> Vec<FeedSource>,
) -> Result<Vec<FeedSource>, DiscoveryError> {
    if let Some(names) = upstream.list(ROOT)? {
        let stems = names.iter().filter_map(|name| name.strip_suffix(ENDING));
        let mut sources: Vec<_> =
            stems.filter_map(|stem| read(stem.strip_suffix(AFFECTED).unwrap_or(stem))).collect();
        sources.sort();
        sources.dedup();
        return Ok(sources);
    }
    let mut sources = Vec::new();
    for source in candidates() {
        if upstream.exists(&source.url)? || upstream.exists(&locate(&source, upstream)?)? {
            sources.push(source);
        }
    }
    Ok(sources)
}

/// `15`.
pub fn is_number(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|number| number.to_string() == text)
}

/// `15.5`.
pub fn is_dotted(text: &str) -> bool {
    text.split_once('.').is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}
