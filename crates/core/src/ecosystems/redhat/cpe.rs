//! CPEs as namespaces, and which of them speak about a product.
//!
//! `cpe:/o:redhat:enterprise_linux:8::baseos` is `Red Hat:enterprise_linux:8::baseos`, as OSV has it. What is said about a
//! shorter CPE holds for all that begin with it, by components: `openshift:4` for `openshift:4.16::el9`, and not for
//! `openshift:40`.
//!
//! Source: NISTIR 7695 (CPE 2.2 URIs); Red Hat, “Technical Guidance for Vulnerability Scanning Vendors”, CPE matching logic.

/// What namespaces begin with.
pub(super) const OSV_NAME: &str = "Red Hat";

/// The namespace of a CPE; `None` where it is no product of Red Hat.
pub(super) fn namespace(cpe: &str) -> Option<String> {
    let product = product(cpe)?;
    Some(format!("{OSV_NAME}:{product}"))
}

/// A CPE without its part and vendor: `enterprise_linux:8::baseos`. Open ends (`:*`, `:`) are taken off.
pub(super) fn product(cpe: &str) -> Option<&str> {
    let product = ["cpe:/o:redhat:", "cpe:/a:redhat:"].iter().find_map(|start| cpe.strip_prefix(start))?;
    let product = product.trim_end_matches(['*', ':', '.']);
    let plain = |byte: u8| byte.is_ascii_graphic();
    (!product.is_empty() && product.bytes().all(plain)).then_some(product)
}

/// Name and version of a product: `enterprise_linux:8` of `enterprise_linux:8::baseos`.
pub(super) fn family(product: &str) -> &str {
    let end = product.match_indices(':').nth(1).map_or(product.len(), |(end, _)| end);
    product.get(..end).unwrap_or(product)
}

/// The products about which a statement holds for this one too, the closest first: itself, the same without channel, of
/// the major version, and of any version.
pub(super) fn widened(product: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = product;
    loop {
        let rest_trimmed = rest.trim_end_matches([':', '.']);
        if !rest_trimmed.is_empty() && all.last().map(String::as_str) != Some(rest_trimmed) {
            all.push(rest_trimmed.to_owned());
        }
        // Within the version a dot separates; in the name and the channel it does not.
        let in_version = rest_trimmed.matches(':').count() == 1;
        let end = if in_version { rest_trimmed.rfind([':', '.']) } else { rest_trimmed.rfind(':') };
        match end.and_then(|end| rest_trimmed.get(..end)) {
            Some(shorter) => rest = shorter,
            None => return all,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cpe_is_a_namespace_as_osv_writes_it() {
        let of = |cpe| namespace(cpe);
        assert_eq!(
            of("cpe:/o:redhat:enterprise_linux:8::baseos").unwrap(),
            "Red Hat:enterprise_linux:8::baseos"
        );
        assert_eq!(of("cpe:/a:redhat:openshift:4.16::el9").unwrap(), "Red Hat:openshift:4.16::el9");
        assert_eq!(of("cpe:/a:redhat:openshift:4.*").unwrap(), "Red Hat:openshift:4");
        for none in ["cpe:/o:centos:centos:8", "cpe:/o:redhat:", "cpe:/o:redhat:a b", "", "x"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn a_product_is_spoken_about_by_all_that_it_begins_with() {
        assert_eq!(
            widened("openshift:4.16::el9"),
            ["openshift:4.16::el9", "openshift:4.16", "openshift:4", "openshift"]
        );
        assert_eq!(
            widened("enterprise_linux:8::baseos"),
            ["enterprise_linux:8::baseos", "enterprise_linux:8", "enterprise_linux"]
        );
        assert_eq!(widened("ocp_tools"), ["ocp_tools"]);
        assert_eq!(widened(""), [""; 0]);
        assert_eq!(family("rhel_eus:8.6::baseos"), "rhel_eus:8.6");
        assert_eq!(family("ocp_tools"), "ocp_tools");
    }
}
