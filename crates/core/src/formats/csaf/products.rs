//! The product tree as an index: which component of which product an identifier stands for.

use std::collections::HashMap;

use super::{
    document::{Branch, Identifiers, Product, Tree},
    limits,
};

/// The products of a document by their identifiers.
#[derive(Debug)]
pub struct Products<'t> {
    by_id: HashMap<&'t str, Entry<'t>>,
}

#[derive(Debug, Clone, Copy)]
enum Entry<'t> {
    Product(&'t Identifiers<'t>),
    /// A part of a whole.
    Part(&'t str, &'t str),
}

/// A component of a product.
#[derive(Debug, Clone, Copy)]
pub struct Component<'t> {
    /// The component's identifier within the document: for people, and its name where nothing else names it.
    pub id: &'t str,
    /// The component's package URL.
    pub purl: Option<&'t str>,
    /// What it is a component of within the product, such as a module of packages: its package URL.
    pub within: Option<&'t str>,
    /// The product's CPE.
    pub cpe: Option<&'t str>,
}

impl<'t> Products<'t> {
    /// The index of a tree.
    pub fn new(tree: &'t Tree<'t>) -> Self {
        let mut products = Self { by_id: HashMap::with_capacity(tree.relationships.len() * 2) };
        products.add_branches(&tree.branches);
        for product in &tree.full_product_names {
            products.add(product);
        }
        // Of whatever kind (`default_component_of`, `installed_on`): all of them make one product of two.
        for relationship in &tree.relationships {
            let part =
                Entry::Part(&relationship.product_reference, &relationship.relates_to_product_reference);
            products.by_id.insert(&relationship.full_product_name.product_id, part);
        }
        products
    }

    fn add_branches(&mut self, branches: &'t [Branch<'t>]) {
        for branch in branches {
            if let Some(product) = &branch.product {
                self.add(product);
            }
            self.add_branches(&branch.branches);
        }
    }

    fn add(&mut self, product: &'t Product<'t>) {
        self.by_id.insert(&product.product_id, Entry::Product(&product.product_identification_helper));
    }

    /// Whether the tree has this identifier.
    pub fn has(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// The component of a product that an identifier stands for; `None` where it is a product as a whole, or unknown.
    pub fn component(&self, id: &str) -> Option<Component<'t>> {
        let Entry::Part(part, whole) = *self.by_id.get(id)? else { return None };
        let mut chain = Vec::with_capacity(3);
        self.unfold(part, &mut chain, 0);
        self.unfold(whole, &mut chain, 0);
        let (&(id, component), rest) = chain.split_first()?;
        let (&(_, product), between) = rest.split_last()?;
        let within = between.last().and_then(|(_, identifiers)| identifiers.as_ref());
        Some(Component {
            id,
            purl: component.and_then(|one| one.purl.as_deref()),
            within: within.and_then(|one| one.purl.as_deref()),
            cpe: product.and_then(|one| one.cpe.as_deref()),
        })
    }

    /// The products that an identifier is made of, the innermost part first.
    fn unfold(&self, id: &'t str, chain: &mut Vec<(&'t str, Option<&'t Identifiers<'t>>)>, depth: usize) {
        match self.by_id.get(id) {
            Some(&Entry::Part(part, whole)) if depth < limits::MOST_NESTED => {
                self.unfold(part, chain, depth + 1);
                self.unfold(whole, chain, depth + 1);
            }
            Some(Entry::Product(identifiers)) => chain.push((id, Some(identifiers))),
            Some(Entry::Part(..)) | None => chain.push((id, None)),
        }
    }
}
