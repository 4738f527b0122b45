//! Which image a page is about: one of a repository, by tag or digest, or any that the service knows, by digest.

use std::sync::Arc;

use limpid_core::{Digest, Report};
use limpid_store::listing::{self, IndexChild, ManifestFacts};

use crate::{
    accounts::Principal,
    engine::Engine,
    face,
    http::ApiError,
    matching::Decided,
    pages::{
        link::part,
        problem::nothing,
        seen::{Seen, seen},
        standing::{Standing, standing},
    },
    public::Call,
    security::{self, Built},
};

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pages) enum Place {
    /// An image of a repository: its name, and a tag or digest.
    Repository(String, String),
    /// An image that the service knows.
    Service(String),
}

/// An image, where it is.
#[derive(Debug)]
pub(in crate::pages) struct Found {
    /// How it was asked for.
    pub(in crate::pages) place: Place,
    /// The image.
    pub(in crate::pages) digest: Digest,
    /// As it was pushed; not there where only the scanner knows it.
    pub(in crate::pages) pushed: Option<Pushed>,
    /// What its namespace decided, where it is looked at in one.
    pub(in crate::pages) decided: Option<Decided>,
}

/// An image as it was pushed.
#[derive(Debug)]
pub(in crate::pages) struct Pushed {
    /// The number of its repository.
    pub(in crate::pages) repository: i64,
    /// Its manifest.
    pub(in crate::pages) manifest: ManifestFacts,
    /// Its children, where it is an index.
    pub(in crate::pages) children: Vec<IndexChild>,
}

impl Place {
    /// What the path of a call names.
    pub(in crate::pages) fn of(call: &Call) -> Self {
        let word = |word| call.captures.get(word).to_owned();
        if call.captures.get("name").is_empty() {
            Self::Service(word("digest"))
        } else {
            Self::Repository(word("name"), word("reference"))
        }
    }

    /// The path of the page of findings; the others are below it.
    pub(in crate::pages) fn path(&self) -> String {
        match self {
            Self::Repository(name, reference) => format!("/repository/{name}/-/image/{}", part(reference)),
            Self::Service(digest) => format!("/manifest/{}", part(digest)),
        }
    }

    /// How people name it.
    pub(in crate::pages) fn reference(&self) -> String {
        match self {
            Self::Repository(name, reference) if reference.contains(':') => format!("{name}@{reference}"),
            Self::Repository(name, reference) => format!("{name}:{reference}"),
            Self::Service(digest) => digest.clone(),
        }
    }

    /// The links above the heading.
    pub(in crate::pages) fn crumbs(&self) -> Vec<(String, String)> {
        match self {
            Self::Repository(name, _) => vec![
                ("Repositories".to_owned(), "/repositories".to_owned()),
                (name.clone(), format!("/repository/{name}/-/tags")),
            ],
            Self::Service(_) => vec![("Overview".to_owned(), "/".to_owned())],
        }
    }

    /// The image. Blocks.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(in crate::pages) fn find(self, engine: &Engine) -> Result<Found, ApiError> {
        match &self {
            Self::Service(digest) => {
                let digest = face::digest(digest).map_err(|_malformed| nothing())?;
                Ok(Found { digest, place: self, pushed: None, decided: None })
            }
            Self::Repository(name, reference) => {
                let whole = crate::accounts::whole_name(name).unwrap_or_default();
                let pushed = engine.database.read::<_, limpid_store::StoreError>(|tx| {
                    let Some(repository) = listing::repository(tx, &whole)? else { return Ok(None) };
                    let number = repository.number;
                    let Some(manifest) = listing::manifest(tx, number, reference)? else { return Ok(None) };
                    let children = listing::children(tx, number, &manifest.digest)?;
                    Ok(Some(Pushed { repository: number, manifest, children }))
                })?;
                let pushed = pushed.ok_or_else(nothing)?;
                let decided = Decided::of(engine, &whole)?;
                let digest = pushed.manifest.digest.clone();
                Ok(Found { digest, place: self, pushed: Some(pushed), decided })
            }
        }
    }
}

impl Found {
    /// The report, or why there is none. Blocks.
    ///
    /// # Errors
    /// Those of the state; 404 where nobody ever heard of the image.
    pub(in crate::pages) fn judged(&self, engine: &Engine) -> Result<Result<Arc<Seen>, Standing>, ApiError> {
        if let Some(seen) = seen(engine, &self.digest, self.decided.as_ref())? {
            return Ok(Ok(seen));
        }
        let standing = standing(engine, &self.digest)?;
        if self.pushed.is_none() && standing == Standing::Unknown {
            return Err(nothing());
        }
        Ok(Err(standing))
    }

    /// The report. Blocks.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(in crate::pages) fn report(&self, engine: &Engine) -> Result<Arc<Seen>, ApiError> {
        seen(engine, &self.digest, self.decided.as_ref())?
            .ok_or_else(|| ApiError::not_found("there is no report of this image yet; its page says why"))
    }

    /// The report with what comes with the base of the image, as far as whoever looks may know it. Blocks.
    ///
    /// # Errors
    /// Those of the state.
    pub(in crate::pages) fn built(
        &self,
        engine: &Engine,
        principal: &Principal,
        report: &Report,
    ) -> Result<Option<Built>, ApiError> {
        let Some(pushed) = &self.pushed else { return Ok(None) };
        Ok(security::built(engine, principal, &pushed.manifest.body, report, self.decided.as_ref())?)
    }

    /// What a file about it is called.
    pub(in crate::pages) fn file_name(&self, ending: &str) -> String {
        format!("limpid-{}.{ending}", self.place.reference().replace(['/', ':', '@'], "_"))
    }
}
