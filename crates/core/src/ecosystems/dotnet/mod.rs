//! .NET: the libraries of applications, and the runtime itself, judged by OSV's export of NuGet.
//!
//! What is installed is what an application's list of libraries says that it was delivered with. Projects and lock files prove
//! nothing.

mod framework;
mod libraries;
mod limits;
mod version;

use crate::{
    Package,
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::osv::language::{self, IsLanguage, Language},
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// .NET and its index.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "dotnet",
    name: ".NET",
    osv_name: Dotnet::LANGUAGE.name,
    namespace_within: |_| None,
    clair_names: &["nuget"],
    purl: PurlNames {
        as_detected: |package| Package { name: package.name.to_ascii_lowercase(), ..package },
        ..PurlNames::language("nuget", None)
    },
    detectors: &[&DETECTOR],
    identity: None,
    versions: &version::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &language::feeds::<Dotnet>(),
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`*.deps.json` of applications, of the SDK and of shared frameworks, which are the runtime",
        releases: "all versions",
        severity: "the word of the advisory, or its score",
        not_covered: &[
            "assemblies that no `*.deps.json` lists, such as those of .NET Framework, of Mono and in single files: they are told as \
             programs that nothing identifies",
            "libraries within the runtime about which an advisory names only their own package and not the runtime's",
            "the host of applications (`dotnet`) beside its runtime",
            "`packages.config` and lock files, which prove nothing",
        ],
    },
    revision: revision::of("ecosystems/dotnet"),
};

struct Dotnet;

impl IsLanguage for Dotnet {
    const LANGUAGE: Language = Language {
        name: "NuGet",
        feed: "dotnet/osv",
        versions: &version::VERSIONS,
        names: Names::Binary,
        // Names are the same in any capitalisation, and advisories are written in several.
        normalised: str::to_ascii_lowercase,
        floor: 10,
    };
}

const DETECTOR: Detector = Detector {
    id: "dotnet",
    revision: revision::of("ecosystems/dotnet"),
    wants: &[Want::new(Pattern::NameEnding(".deps.json"), limits::MOST_LIST_BYTES)],
    companions: &[],
    parse: libraries::read,
};
