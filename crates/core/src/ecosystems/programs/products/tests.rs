use super::*;
use crate::{Reason, package::SourcePackage};

fn package(name: &str, version: &str, vendor: Option<&str>) -> Package {
    let vendor = vendor.map(str::to_owned);
    Package { name: name.to_owned(), version: version.to_owned(), vendor, ..Package::default() }
}

#[test]
fn only_what_its_authors_released_is_spoken_about() {
    let component = |package: &Package| Product::of(package).map(|one| one.component);
    for (name, vendor, expected) in [
        ("node", None, Some("node")),
        ("httpd", None, Some("apache")),
        ("java", Some("BellSoft"), Some("java")),
        ("java", Some("Eclipse Adoptium"), None),
        ("java", Some("IBM Corporation"), None),
        ("java", None, None),
        ("nginx", None, Some("nginx")),
        ("nginx", Some("nginx-plus-r31"), None),
        ("openresty", None, None),
        ("mariadb", None, None),
        ("openssl", None, None),
        ("busybox", None, None),
    ] {
        assert_eq!(component(&package(name, "1.0", vendor)), expected, "{name} {vendor:?}");
    }
    let source = Some(SourcePackage::new("nginx", "1.24.0-1.fc38"));
    assert_eq!(component(&Package { source, ..package("nginx", "1.24.0-1.fc38", None) }), None);
}

#[test]
fn each_program_has_one_component() {
    let names: Vec<&str> = PRODUCTS.iter().map(|product| product.program).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    for product in PRODUCTS {
        assert_eq!(Product::of_component(product.component).map(Product::program), Some(product.program));
        // Of each is known since when the advisories have it.
        let old = package(product.program, "0.1", None);
        assert!(product.doubt(&old).is_some(), "{}", product.program);
    }
}

#[test]
fn what_may_be_older_than_the_data_is_doubted() {
    for (name, version, is_doubted) in [
        ("node", "13.14.0", true),
        ("node", "14.0.0-rc.1", true),
        ("node", "14.0.0", false),
        ("postgresql", "12.22", true),
        ("postgresql", "13.0", false),
        ("python", "2.7.18", true),
        ("python", "3.9.0", false),
        // It has a blind spot anyway.
        ("python", "3.x", false),
    ] {
        let doubt = Product::of(&package(name, version, None)).unwrap().doubt(&package(name, version, None));
        assert_eq!(doubt.is_some(), is_doubted, "{name} {version}");
        if let Some(spot) = doubt {
            assert_eq!((spot.reason, spot.subject), (Reason::ReleaseNotCovered, format!("{name} {version}")));
        }
    }
    for (version, is_doubted) in [
        ("1.8.0", true),
        ("1.8.0_242", true),
        ("1.8.0_392", false),
        ("9.0.4", true),
        ("11.0.7", false),
        ("17.0.9", false),
    ] {
        let java = package("java", version, Some("BellSoft"));
        assert_eq!(Product::of(&java).unwrap().doubt(&java).is_some(), is_doubted, "{version}");
    }
}
