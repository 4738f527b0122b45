//! Which well-known programs Bitnami's advisories are about, and how they call them.
//!
//! Bitnami takes its advisories from NVD by the product of each of its components, so that they hold for the program as its authors
//! release it, and for no build of a vendor with fixes of its own. What is not in the table is spoken about by nobody.
//!
//! Source: `https://github.com/bitnami/vulndb`, `config/components` and `data`.

use crate::{BlindSpot, Package, formats::bitnami};

/// A program that is spoken about.
#[derive(Debug)]
pub(super) struct Product {
    /// Its name as that of a package here.
    program: &'static str,
    /// Its name in the advisories.
    pub(super) component: &'static str,
    /// Whose build alone is meant; `None`: that of its authors, which names no builder.
    builder: Option<&'static str>,
}

const fn row(program: &'static str, component: &'static str) -> Product {
    Product { program, component, builder: None }
}

/// The table.
const PRODUCTS: &[Product] = &[
    row("haproxy", "haproxy"),
    row("httpd", "apache"),
    // Their component is Liberica: other builds of OpenJDK have versions, and fixes, of their own.
    Product { program: "java", component: "java", builder: Some("BellSoft") },
    row("memcached", "memcached"),
    row("nginx", "nginx"),
    row("node", "node"),
    row("php", "php"),
    row("postgresql", "postgresql"),
    row("python", "python"),
    row("redis", "redis"),
    row("ruby", "ruby"),
];

impl Product {
    /// The product that a package is; `None` where nobody speaks about it. One that a package note tells of is its distribution's.
    pub(super) fn of(package: &Package) -> Option<&'static Self> {
        let is_it = |one: &&Self| {
            one.program == package.name
                && one.builder == package.vendor.as_deref()
                && package.source.is_none()
        };
        PRODUCTS.iter().find(is_it)
    }

    /// The product of this name in the advisories.
    pub(super) fn of_component(name: &str) -> Option<&'static Self> {
        PRODUCTS.iter().find(|one| one.component == name)
    }

    /// Its name as that of a package here.
    pub(super) fn program(&self) -> &'static str {
        self.program
    }

    /// That advisories may lack what was known of a version when they began. (One that follows no rule is told of anyway.)
    pub(super) fn doubt(&self, package: &Package) -> Option<BlindSpot> {
        bitnami::doubt(self.component, &package.version, package)
    }
}

#[cfg(test)]
mod tests;
