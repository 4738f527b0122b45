//! One text for both databases: comments that are open for one of them.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// How a database wants its statements. Each text is rewritten once.
pub(crate) struct Dialect {
    own: &'static str,
    other: &'static str,
    texts: RwLock<HashMap<&'static str, Arc<str>>>,
}

impl Dialect {
    pub(crate) fn sqlite() -> Self {
        Self { own: "/*sqlite", other: "/*postgres", texts: RwLock::default() }
    }

    pub(crate) fn postgres() -> Self {
        Self { own: "/*postgres", other: "/*sqlite", texts: RwLock::default() }
    }

    /// A statement, as this database wants it.
    pub(crate) fn text(&self, statement: &'static str) -> Arc<str> {
        let known = self.texts.read().unwrap_or_else(PoisonError::into_inner).get(statement).cloned();
        known.unwrap_or_else(|| {
            let text: Arc<str> = self.rewritten(statement).into();
            let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
            texts.entry(statement).or_insert(text).clone()
        })
    }

    /// A text with its own comments opened and those for the other database left out.
    pub(crate) fn rewritten(&self, text: &str) -> String {
        let mut rewritten = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, comment, after)) = self.next_comment(rest) {
            rewritten.push_str(before);
            rewritten.push_str(comment);
            rest = after;
        }
        rewritten.push_str(rest);
        rewritten
    }

    /// What stands before the next comment for a database, what of it is for this one, and what follows. One that is not
    /// closed is left as it is, for the database to refuse.
    fn next_comment<'text>(&self, text: &'text str) -> Option<(&'text str, &'text str, &'text str)> {
        let own = text.split_once(self.own);
        let other = text.split_once(self.other);
        let (is_own, (before, rest)) = match (own, other) {
            (Some(own), Some(other)) if own.0.len() > other.0.len() => (false, other),
            (Some(own), _) => (true, own),
            (None, other) => (false, other?),
        };
        let (inside, after) = rest.split_once("*/")?;
        Some((before, if is_own { inside } else { " " }, after))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Dialect;

    const TEXT: &str = "number /*sqlite INTEGER*/ /*postgres BIGINT*/ KEY /* both */ /*postgres FOR UPDATE*/";

    #[test]
    fn a_comment_is_opened_for_its_database_alone() {
        assert_eq!(Dialect::sqlite().rewritten(TEXT), "number  INTEGER   KEY /* both */  ");
        assert_eq!(Dialect::postgres().rewritten(TEXT), "number    BIGINT KEY /* both */  FOR UPDATE");
    }

    #[test]
    fn a_text_without_comments_stays_as_it_is_and_an_open_comment_is_left_for_the_database() {
        assert_eq!(Dialect::sqlite().rewritten("SELECT $1"), "SELECT $1");
        assert_eq!(Dialect::postgres().rewritten("SELECT 1 /*sqlite oh"), "SELECT 1 /*sqlite oh");
    }

    #[test]
    fn a_text_is_rewritten_once() {
        let dialect = Dialect::sqlite();
        assert!(Arc::ptr_eq(&dialect.text(TEXT), &dialect.text(TEXT)));
    }
}
