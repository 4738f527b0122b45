//! .NET: the libraries of applications, and the runtime itself, judged by OSV's export of NuGet.
//!
//! What is installed is what an application's list of libraries says that it was delivered with. What no list has says itself what it
//! is, which is less ([`assemblies`]). Projects and lock files prove nothing.

mod assemblies;
mod framework;
mod libraries;
mod limits;
mod version;

use crate::{
    BlindSpot, FoundFile, Package, Parsed, Reason,
    advisory::Names,
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    formats::{
        osv::language::{self, IsLanguage, Language},
        program,
    },
    revision,
    scope::{Scope, ScopeQuestion, own_namespace},
    wants::{Pattern, Want, ends_with},
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
    scope,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`*.deps.json` of applications, of the SDK and of shared frameworks, which are the runtime; assemblies that none \
                     of them lists, by their metadata",
        releases: "all versions",
        severity: "the word of the advisory, or its score",
        not_covered: &[
            "assemblies that no `*.deps.json` lists and no advisory names: each may be in a package with another name, and counts",
            "those that advisories name, and whose product and file have versions that differ (Newtonsoft.Json before 7) or that nobody \
             set (`1.0.0`): each counts as not comparable",
            "assemblies that are called as parts of a runtime are (`System.…`, `Microsoft.Extensions.…`): they count, also where an \
             advisory names a package that is called so",
            "assemblies in single files and in others: programs of the first kind are told as such that nothing identifies",
            "satellites (`*.resources.dll`) and assemblies for compilers, which have no code of their own",
            "libraries within the runtime about which an advisory names only their own package and not the runtime's (nothing in an \
             image says which version of the package has the same code: before 9.0 runtime and packages count their fixes apart)",
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
    wants: &[
        Want::new(Pattern::NameEnding(LIST), limits::MOST_LIST_BYTES),
        Want::extract(Pattern::Program, program::MOST_BYTES, &program::EXTRACTOR),
    ],
    companions: &[],
    parse,
};

/// How lists of libraries are called.
const LIST: &str = ".deps.json";

fn parse(file: &FoundFile<'_>) -> Parsed {
    match program::read(file.content) {
        Some(Ok(program)) => assemblies::read(file, &program),
        Some(Err(detail)) => {
            let spot = BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
            Parsed { blind_spots: vec![spot], ..Parsed::default() }
        }
        None if ends_with(file.path.name(), LIST) => libraries::read(file),
        None => Parsed::default(),
    }
}

/// What somebody listed is judged by all that is said. What only says itself what it is, where somebody speaks of what is called so.
fn scope(question: &ScopeQuestion<'_>) -> Scope {
    match &question.package.evidence {
        None => own_namespace(question),
        Some(_) => Scope::IfNamed {
            namespaces: vec![question.namespace.to_owned()],
            doubts: assemblies::doubt(question.package).into_iter().collect(),
        },
    }
}
