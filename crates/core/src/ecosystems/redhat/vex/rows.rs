//! The rows of a document, by what holds of them, and the statements that they become.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{
    IMAGES, images,
    statements::{Range, Statement, Statements},
    streams,
    subject::{self, Kind, Module, Subject, Unreadable},
    words::Words,
};
use crate::{
    Affected,
    advisory::{Names, Plan},
    ecosystems::redhat::cpe,
    formats::csaf::{Component, Products, Text, Vulnerability},
};

/// What was read of a document.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) statements: Vec<Affected>,
    /// Rows that could not be read, and that belong to no package that is known.
    pub(super) unread: Vec<String>,
    /// Rows that are about nothing that an image has as a package.
    pub(super) skipped: usize,
}

/// What is known of a component; `None` where it is nothing that an image has as a package.
type Known = Rc<Result<Option<Subject>, Unreadable>>;

/// Namespace, module and version of what was fixed.
type Fix = (Rc<str>, Option<Rc<str>>, Option<Rc<str>>);

/// Reads rows; what rows have in common is read once.
#[derive(Debug)]
pub(super) struct Rows<'t, 'w> {
    products: &'w Products<'t>,
    words: &'w Words<'t>,
    /// By component, and what it is within.
    subjects: HashMap<(&'t str, Option<&'t str>), Known>,
    namespaces: HashMap<&'t str, Option<Rc<str>>>,
    images: Rc<str>,
    statements: Statements<'t>,
    read: Read,
}

/// One row.
struct Row {
    namespace: Rc<str>,
    subject: Known,
}

impl<'t, 'w> Rows<'t, 'w> {
    /// Reads what is said about one vulnerability.
    pub(super) fn read(
        products: &'w Products<'t>,
        vulnerability: &'t Vulnerability<'t>,
        words: &'w Words<'t>,
    ) -> Read {
        let mut rows = Self {
            products,
            words,
            subjects: HashMap::new(),
            namespaces: HashMap::new(),
            images: IMAGES.into(),
            statements: Statements::default(),
            read: Read::default(),
        };
        let status = &vulnerability.product_status;
        rows.fixed(&[&status.fixed, &status.first_fixed]);
        for ids in [&status.known_affected, &status.first_affected, &status.last_affected] {
            rows.unfixed(ids, None);
        }
        rows.unfixed(&status.under_investigation, Some((Plan::UnderInvestigation, "Under investigation")));
        rows.never(&status.known_not_affected);
        rows.read.statements = rows.statements.into_affected();
        streams::narrow(&mut rows.read.statements);
        rows.read
    }

    /// A fixed source package is spoken of by the packages that were built from it; where the document has none of its
    /// version, by itself.
    fn fixed(&mut self, lists: &[&'t Vec<Text<'t>>]) {
        let rows: Vec<(&'t Text<'t>, Row)> =
            lists.iter().flat_map(|ids| ids.iter()).filter_map(|id| Some((id, self.row(id)?))).collect();
        let subjects =
            || rows.iter().filter_map(|(_, row)| Some((row, row.subject.as_ref().as_ref().ok()?.as_ref()?)));
        let built: HashSet<Fix> = subjects()
            .filter(|(_, subject)| subject.names == Names::Binary)
            .map(|(row, subject)| (row.namespace.clone(), subject.module.only(), subject.version.clone()))
            .collect();
        let tags: Vec<(Rc<str>, Rc<str>)> = subjects()
            .filter(|(_, subject)| subject.kind == Kind::Image)
            .filter_map(|(_, subject)| Some((subject.name.clone(), subject.version.clone()?)))
            .collect();
        let streams = images::streams(&tags);
        for (id, row) in &rows {
            let words = self.words.fix(id);
            let Some(subject) = self.readable(row, id, Plan::Unsaid, words) else { continue };
            let key = || (row.namespace.clone(), subject.module.only(), subject.version.clone());
            if subject.names == Names::Source && built.contains(&key()) {
                continue;
            }
            let range = match &subject.version {
                Some(version) => {
                    let stream = streams.get(&(subject.name.clone(), version.clone())).cloned().flatten();
                    Range::Fixed(
                        stream.filter(|_| subject.kind == Kind::Image).map(Rc::from),
                        version.clone(),
                    )
                }
                None => {
                    Range::Unreadable(format!("{} is fixed, in a version that is not given", &***id).into())
                }
            };
            let by_product =
                subject.kind == Kind::Rpm || subject.version.as_deref().is_some_and(images::is_instant);
            let namespace = if by_product { row.namespace.clone() } else { self.images.clone() };
            self.add(&namespace, subject, range, (id, Plan::Unsaid, words));
        }
    }

    fn unfixed(&mut self, ids: &'t [Text<'t>], plan: Option<(Plan, &'t str)>) {
        for id in ids {
            let Some(row) = self.row(id) else { continue };
            let (plan, words) = plan.unwrap_or_else(|| self.words.plan(id));
            let Some(subject) = self.readable(&row, id, plan, words) else { continue };
            self.add(&row.namespace, subject, Range::Unfixed, (id, plan, words));
            if subject.kind == Kind::Image {
                self.add(&self.images.clone(), subject, Range::Unfixed, (id, plan, words));
            }
        }
    }

    /// What also is affected or fixed in the same product is not taken for unaffected, and what is of a module that cannot be
    /// read neither.
    fn never(&mut self, ids: &'t [Text<'t>]) {
        let key = |namespace: &Rc<str>, package: &Rc<str>, names: Names, module: Option<Rc<str>>| {
            (namespace.clone(), package.clone(), names, module)
        };
        let of = |one: &Statement<'_>| key(&one.namespace, &one.package, one.names, one.module.clone());
        let affected: HashSet<_> = self.statements.iter().map(of).collect();
        for id in ids {
            let Some(row) = self.row(id) else { continue };
            let Ok(Some(subject)) = row.subject.as_ref() else { continue };
            let namespace = if subject.kind == Kind::Image { self.images.clone() } else { row.namespace };
            let module = subject.module.only();
            let is_affected = affected.contains(&key(&namespace, &subject.name, subject.names, module));
            if !is_affected && subject.module != Module::Unreadable {
                self.add(&namespace, subject, Range::Never, ("", Plan::Unsaid, ""));
            }
        }
    }

    fn add(
        &mut self,
        namespace: &Rc<str>,
        subject: &Subject,
        range: Range,
        (id, plan, words): (&str, Plan, &'t str),
    ) {
        let is_image = subject.kind == Kind::Image;
        let fixed_on = matches!(range, Range::Fixed(..)).then(|| self.words.fixed_on(id)).flatten();
        let statement = Statement {
            namespace: namespace.clone(),
            package: subject.name.clone(),
            names: subject.names,
            module: if is_image { None } else { subject.module.only() },
            range,
            plan,
            words,
            severity: self.words.severity(id),
            fixed_on,
        };
        // All architectures of an image have the same tags.
        self.statements.add(statement, subject.architecture.as_ref().filter(|_| !is_image));
    }

    /// The row's subject. One that cannot be read becomes a statement that says so.
    fn readable<'r>(&mut self, row: &'r Row, id: &str, plan: Plan, words: &'t str) -> Option<&'r Subject> {
        match row.subject.as_ref() {
            Ok(subject) => subject.as_ref(),
            Err(Unreadable { name, text }) => {
                let statement = |names| Statement {
                    namespace: row.namespace.clone(),
                    package: name.clone(),
                    names,
                    module: None,
                    range: Range::Unreadable(text.clone()),
                    plan,
                    words,
                    severity: self.words.severity(id),
                    fixed_on: None,
                };
                for names in [Names::Source, Names::Binary] {
                    self.statements.add(statement(names), None);
                }
                None
            }
        }
    }

    /// The row of an identifier; `None` where it is about nothing that an image has as a package.
    fn row(&mut self, id: &'t str) -> Option<Row> {
        if !self.products.has(id) {
            self.read.unread.push(format!("{id} is spoken of, and is not in the tree of products"));
        }
        let component = self.products.component(id);
        let row = component.and_then(|component| self.row_of(id, &component));
        self.read.skipped += usize::from(row.is_none());
        row
    }

    fn row_of(&mut self, id: &str, component: &Component<'t>) -> Option<Row> {
        let subject = self
            .subjects
            .entry((component.id, component.within))
            .or_insert_with(|| Rc::new(subject::read(component)))
            .clone();
        if matches!(subject.as_ref(), Ok(None)) {
            return None;
        }
        let of_cpe = |cpe: &&str| cpe::namespace(cpe).map(Rc::from);
        let namespace =
            component.cpe.and_then(|cpe| self.namespaces.entry(cpe).or_insert_with(|| of_cpe(&cpe)).clone());
        if namespace.is_none() {
            let cpe = component.cpe.unwrap_or("none");
            self.read.unread.push(format!("{id} belongs to a product that cannot be told (CPE: {cpe})"));
        }
        Some(Row { namespace: namespace?, subject })
    }
}
