//! Java: artifacts of Maven's in archives (jar, war, ear, …) and in those within them, judged by OSV's export of Maven.
//!
//! Nothing is asked of anybody: an artifact is what its archive or its file's name says. Where that leaves the group open, the
//! package's name is the artifact's alone, and it is judged by what is said of an artifact of this name in any group: rather one
//! finding too many than one that is missed.

mod coordinates;
mod file_name;
mod jar;
mod limits;
mod manifest;
mod version;

use crate::{
    Affected, BlindSpot, Parsed, ParsedPackage, Reason,
    advisory::{Names, Record},
    ecosystem::{Detector, Ecosystem, FoundFile, Notes, PurlNames},
    feed::FeedFamily,
    formats::{
        archive,
        osv::language::{self, IsLanguage, Language},
    },
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Java and its index.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "java",
    name: "Java",
    osv_name: Java::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &["java-maven", "maven"],
    purl: PurlNames::language("maven", Some(':')),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &FeedFamily {
        parse: |source, document, sink| {
            Java::LANGUAGE.parse(source, document, &mut |record| sink(of_any_group(record)))
        },
        ..language::feeds::<Java>()
    },
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "archives (jar, war, ear and others: see below) and archives in them: `pom.properties`, `pom.xml`, \
                     manifests, names of files",
        releases: "all versions",
        severity: "the word of the advisory, or its score",
        not_covered: &[
            "classes that were copied into an archive without the description of their artifact",
            "the Java runtime itself, and its modules (jmod, jimage)",
            "archives by other names, such as zip, nbm and esa",
            "libraries whose name and content say too little are told and count, programs (with archives in them) are told; their SHA-1 digests are looked up in a local table, where one is given (docs/output.md), and nowhere else",
        ],
    },
    revision: revision::of("ecosystems/java"),
};

struct Java;

impl IsLanguage for Java {
    const LANGUAGE: Language = Language {
        name: "Maven",
        feed: "java/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        normalised: str::to_owned,
        floor: 300,
    };
}

/// Adds to what is said of `GROUP:ARTIFACT` the same of `ARTIFACT`, for packages whose group is not known.
fn of_any_group(mut record: Record) -> Record {
    let groupless = |affected: &Affected| {
        let (_, artifact) = affected.package.rsplit_once(':')?;
        Some(Affected { package: artifact.to_owned(), ..affected.clone() })
    };
    let more: Vec<Affected> = record.affected.iter().filter_map(groupless).collect();
    for affected in more {
        if !record.affected.contains(&affected) {
            record.affected.push(affected);
        }
    }
    record
}

const DETECTOR: Detector =
    Detector { id: "java", revision: revision::of("ecosystems/java"), wants: &WANTS, companions: &[], parse };

const DESCRIPTION: &str = "pom.properties";

/// Archives of every ending, and descriptions that lie in no archive.
const WANTS: [Want; archive::JAVA_ENDINGS.len() + 1] = {
    let description = Want::new(Pattern::Name(DESCRIPTION), limits::MOST_DESCRIPTION_BYTES);
    let mut wants = [description; archive::JAVA_ENDINGS.len() + 1];
    let (mut rest, mut endings): (&mut [Want], &[&str]) = (&mut wants, &archive::JAVA_ENDINGS);
    while let ([want, later @ ..], [ending, more @ ..]) = (rest, endings) {
        *want = Want::extract(Pattern::NameEnding(ending), archive::MOST_BYTES, &archive::EXTRACTOR);
        (rest, endings) = (later, more);
    }
    wants
};

fn parse(file: &FoundFile<'_>) -> Parsed {
    if file.path.name() == DESCRIPTION.as_bytes() { unpacked(file) } else { jar::read(file) }
}

/// The description of an artifact that was unpacked, such as a web application.
fn unpacked(file: &FoundFile<'_>) -> Parsed {
    let path = file.path.to_string();
    if coordinates::place(&path).is_none() {
        return Parsed::default();
    }
    let described = coordinates::of_properties(&path, &String::from_utf8_lossy(file.content));
    let mut parsed = Parsed::default();
    match described {
        Some(coordinates) => parsed.packages.push(ParsedPackage::new(coordinates.package())),
        None => {
            let detail = "it does not say which artifact it is about";
            parsed
                .blind_spots
                .push(BlindSpot::new(Reason::DatabaseUnreadable, path, detail).with_packages(1));
        }
    }
    parsed
}
