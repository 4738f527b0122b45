//! Tells whether a system is Amazon Linux, which release, and whether it has topics of the Extras.
//!
//! Packages of the Extras (Amazon Linux 2) have no mark in their names or versions: which ones are from there is known only
//! where a log of installations says it. The topics that are enabled are, so that they are named as not judged.

use crate::{
    BlindSpot, Reason,
    ecosystem::{Identified, Strength, SystemFiles},
};

/// The first line of the release, and the Extras' repositories.
pub(super) const FILES: &[&str] = &[SYSTEM_RELEASE, EXTRAS];

const SYSTEM_RELEASE: &str = "etc/system-release";
const EXTRAS: &str = "etc/yum.repos.d/amzn2-extras.repo";

/// See [`crate::ecosystem::Identity::identify`].
pub(super) fn identify(files: &SystemFiles<'_>) -> Option<Identified> {
    let (strength, name, version) = match files.os_release.filter(|release| release.id().is_some()) {
        Some(release) => {
            let strength = release.strength("amzn")?;
            let name = release.pretty_name().unwrap_or("Amazon Linux").to_owned();
            (strength, name, release.version_id().map(str::to_owned))
        }
        None => {
            let text = (files.text)(SYSTEM_RELEASE)?;
            let line = text.lines().map(str::trim).find(|line| line.starts_with("Amazon Linux"))?;
            // `Amazon Linux AMI release 2018.03`, `Amazon Linux release 2 (Karoo)`
            let words = line.split_whitespace();
            let version = words.skip_while(|word| *word != "release").nth(1);
            (Strength::Fallback, line.to_owned(), version.map(str::to_owned))
        }
    };
    let namespace = format!("Amazon Linux:{}", release(version.as_deref()));
    let doubts = (files.text)(EXTRAS).and_then(|text| extras(&text)).into_iter().collect();
    Some(Identified { strength, name, namespace, doubts })
}

/// All releases of the first generation were served by one repository, that of the last of them.
fn release(version: Option<&str>) -> String {
    let version = version.map(str::trim).filter(|version| !version.is_empty());
    let Some(version) = version else { return "unknown".to_owned() };
    match version.split_once('.') {
        Some((year, _)) if year.parse().is_ok_and(|year: u32| (2011..=2018).contains(&year)) => {
            "2018.03".to_owned()
        }
        Some((year, _)) if year.parse::<u32>().is_ok() => year.to_owned(),
        Some(_) | None => version.to_owned(),
    }
}

/// The topics that are enabled.
fn extras(text: &str) -> Option<BlindSpot> {
    let mut topics: Vec<&str> = Vec::new();
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
        }
        let enabled = line.split_once('=').is_some_and(|(key, value)| {
            key.trim() == "enabled" && matches!(value.trim(), "1" | "true" | "yes")
        });
        let topic = section.strip_prefix("amzn2extra-");
        // Packages of the one that is enabled from the first are known by their names.
        let topic = topic.filter(|one| *one != super::DOCKER);
        let topic = topic.filter(|one| !one.ends_with("-debuginfo") && !one.ends_with("-source"));
        topics.extend(topic.filter(|_| enabled));
    }
    let detail = format!(
        "packages of these topics of the Extras are judged by the advisories of the core repository alone: {}",
        topics.join(", ")
    );
    (!topics.is_empty()).then(|| BlindSpot::new(Reason::ThirdParty, "Amazon Linux Extras", detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os_release::OsRelease;

    fn identified(os_release: &str, files: &[(&str, &str)]) -> Option<Identified> {
        let os_release = OsRelease::parse(os_release.as_bytes());
        let text =
            |path: &str| files.iter().find(|(one, _)| *one == path).map(|(_, text)| (*text).to_owned());
        identify(&SystemFiles { os_release: Some(&os_release), text: &text })
    }

    #[test]
    fn any_release_is_read_by_rule() {
        for (version, expected) in [
            ("2018.03", "2018.03"),
            ("2016.09", "2018.03"),
            ("2", "2"),
            ("2023", "2023"),
            ("2023.4.20240319", "2023"),
            ("2027", "2027"),
            ("", "unknown"),
        ] {
            let one = identified(&format!("ID=\"amzn\"\nVERSION_ID=\"{version}\""), &[]).unwrap();
            assert_eq!(one.namespace, format!("Amazon Linux:{expected}"), "{version}");
            assert_eq!((one.strength, one.doubts), (Strength::Named, vec![]));
        }
        assert_eq!(identified("ID=fedora", &[(SYSTEM_RELEASE, "Amazon Linux release 2 (Karoo)")]), None);
    }

    #[test]
    fn without_os_release_the_other_file_tells() {
        let of = |text| identified("", &[(SYSTEM_RELEASE, text)]).map(|one| (one.strength, one.namespace));
        let found = |release: &str| Some((Strength::Fallback, format!("Amazon Linux:{release}")));
        assert_eq!(of("Amazon Linux AMI release 2018.03\n"), found("2018.03"));
        assert_eq!(of("Amazon Linux release 2 (Karoo)\n"), found("2"));
        assert_eq!(of("Amazon Linux release 2023.4.20240319 (Amazon Linux)"), found("2023"));
        assert_eq!(of("Fedora release 40"), None);
    }

    #[test]
    fn topics_that_are_enabled_are_a_doubt() {
        let repositories = "[amzn2extra-docker]\nenabled = 1\nname = x\n[amzn2extra-docker-debuginfo]\nenabled = 0\n\
            [amzn2extra-lynx]\nenabled = 0\n[amzn2extra-nginx1]\nenabled=1\n[amzn2extra-php8.0]\nenabled = 1\n[amzn2extra-nginx1-source]\nenabled=1\n";
        let doubts = identified("ID=amzn\nVERSION_ID=2", &[(EXTRAS, repositories)]).unwrap().doubts;
        assert_eq!(doubts.len(), 1);
        assert!(doubts[0].detail.ends_with("alone: nginx1, php8.0"), "{}", doubts[0].detail);
        assert_eq!(identified("ID=amzn\nVERSION_ID=2", &[(EXTRAS, "[x]\nenabled=1")]).unwrap().doubts, []);
    }
}
