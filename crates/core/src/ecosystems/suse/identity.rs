//! Tells whether a system is one of SUSE's enterprise distributions, and which service pack.

use crate::{
    ecosystem::{Identified, Strength, SystemFiles},
    os_release::OsRelease,
};

/// What the releases before os-release had.
pub(super) const FILES: &[&str] = &[SUSE_RELEASE];

const SUSE_RELEASE: &str = "etc/SuSE-release";

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let Some(os_release) = files.os_release.filter(|release| release.id().is_some()) else {
        return by_file(&(files.text)(SUSE_RELEASE)?);
    };
    let id = os_release.id()?.to_ascii_lowercase();
    let product = product(&id);
    if id.contains("opensuse") || (product.is_none() && os_release.strength("suse").is_none()) {
        return None;
    }
    let version = os_release.version_id().unwrap_or_default();
    let release = match product {
        Some(SERVER) => format!("{SERVER} {}", service_pack(version)),
        Some(other) => format!("{other} {version}"),
        // Made from one of SUSE's, with releases of its own: nothing is said about it by this name.
        None => format!("{id} {version}"),
    };
    let strength = if product.is_some() { Strength::Named } else { Strength::Derived };
    Some(identified(strength, os_release.pretty_name(), release.trim_end()))
}

fn identified(strength: Strength, name: Option<&str>, release: &str) -> Identified {
    let name = name.map_or_else(|| format!("SUSE {release}"), str::to_owned);
    Identified { strength, name, namespace: format!("SUSE:{release}"), doubts: Vec::new() }
}

const SERVER: &str = "Linux Enterprise Server";

/// The product by `ID`. Everything that is built on the Server is judged as it: Desktop, High Performance Computing, the
/// Server for SAP.
fn product(id: &str) -> Option<&'static str> {
    if id.starts_with("sl-micro") {
        Some("Linux Micro")
    } else if id.starts_with("sle-micro") || id == "suse-microos" {
        Some("Linux Enterprise Micro")
    } else if ["sles", "sled", "sle_", "sle-"].iter().any(|prefix| id.starts_with(prefix)) {
        Some(SERVER)
    } else {
        None
    }
}

/// `15.5` is `15 SP5` and `15.0` is `15`; from 16 on releases have minor numbers.
fn service_pack(version: &str) -> String {
    let Some((major, minor)) = version.split_once('.') else { return version.to_owned() };
    match (major.parse::<u32>(), minor) {
        (Ok(..=15), "0") => major.to_owned(),
        (Ok(..=15), pack) => format!("{major} SP{pack}"),
        (Ok(_) | Err(_), _) => version.to_owned(),
    }
}

/// ```text
/// SUSE Linux Enterprise Server 11 (x86_64)
/// VERSION = 11
/// PATCHLEVEL = 4
/// ```
fn by_file(text: &str) -> Option<Identified> {
    let name = text.lines().next()?.trim();
    if !name.starts_with("SUSE Linux Enterprise") {
        return None;
    }
    let fields: OsRelease = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(field, value)| (field.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let version = fields.get("VERSION").unwrap_or_default();
    let version = fields.get("PATCHLEVEL").map_or(version.to_owned(), |pack| format!("{version}.{pack}"));
    let release = format!("{SERVER} {}", service_pack(&version));
    Some(identified(Strength::Fallback, Some(name), release.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespace(os_release: &str) -> Option<String> {
        let os_release = OsRelease::parse(os_release.as_bytes());
        let files = SystemFiles { os_release: Some(&os_release), text: &|_| None };
        identify(&files).map(|identified| identified.namespace)
    }

    #[test]
    fn every_product_and_any_release_is_read_by_rule() {
        for (id, version, expected) in [
            ("sles", "15.5", "SUSE:Linux Enterprise Server 15 SP5"),
            ("sles", "15.9", "SUSE:Linux Enterprise Server 15 SP9"),
            ("sles", "15", "SUSE:Linux Enterprise Server 15"),
            ("sles", "15.0", "SUSE:Linux Enterprise Server 15"),
            ("sles", "12.5", "SUSE:Linux Enterprise Server 12 SP5"),
            ("sles", "16.0", "SUSE:Linux Enterprise Server 16.0"),
            ("sled", "15.4", "SUSE:Linux Enterprise Server 15 SP4"),
            ("sle_hpc", "15.4", "SUSE:Linux Enterprise Server 15 SP4"),
            ("sles_sap", "15.4", "SUSE:Linux Enterprise Server 15 SP4"),
            ("sle-micro", "5.5", "SUSE:Linux Enterprise Micro 5.5"),
            ("sle-micro-rancher", "5.3", "SUSE:Linux Enterprise Micro 5.3"),
            ("sl-micro", "6.1", "SUSE:Linux Micro 6.1"),
            ("sles", "", "SUSE:Linux Enterprise Server"),
            ("their-own", "1.0", "SUSE:their-own 1.0"),
        ] {
            let text = format!("ID=\"{id}\"\nID_LIKE=\"suse\"\nVERSION_ID=\"{version}\"");
            assert_eq!(namespace(&text).as_deref(), Some(expected), "{id} {version}");
        }
        assert_eq!(namespace("ID=opensuse-leap\nID_LIKE=\"suse opensuse\"\nVERSION_ID=15.5"), None);
        assert_eq!(namespace("ID=debian"), None);
    }

    #[test]
    fn a_release_before_os_release_has_a_file_of_its_own() {
        let text = "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n";
        let identified = by_file(text).unwrap();
        assert_eq!(identified.namespace, "SUSE:Linux Enterprise Server 11 SP4");
        assert_eq!(identified.strength, Strength::Fallback);
        assert_eq!(by_file("openSUSE 13.1 (x86_64)\nVERSION = 13.1\n"), None);
    }
}
