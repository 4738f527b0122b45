//! Which distribution a package is of: what its package URL says, and else what the document says of the whole.
//!
//! Nothing is guessed: a package whose distribution is not told is judged by nobody's data, and told. A distribution is recognised
//! by the ecosystems themselves, from what the document has of os-release.

use std::collections::BTreeMap;

use super::{
    limits::MOST_DISTRIBUTIONS,
    listed::{Component, Listed, System, shown},
    written::Written,
};
use crate::{
    BlindSpot, Distribution, Ecosystem,
    ecosystem::{Ecosystems, Strength, SystemFiles},
    os_release::OsRelease,
};

/// What other tools call distributions, and the `ID` of their os-release. Source: the families of Trivy; Syft has the `ID`.
const NAMES: &str = include_str!("distributions.tsv");

/// The distributions of a document.
pub(super) struct Systems<'a> {
    ecosystems: &'a Ecosystems,
    known: Vec<Known<'a>>,
    /// How many of them the document names by themselves. They stand in front.
    named: usize,
    /// Those that it names and nobody knows.
    strangers: Vec<String>,
    /// What namespaces and distributions of package URLs came to.
    asked: BTreeMap<(String, String), Option<usize>>,
}

/// A distribution that is known.
#[derive(Clone)]
pub(super) struct Known<'a> {
    pub(super) ecosystem: &'a Ecosystem,
    pub(super) distribution: Distribution,
    /// What its ecosystem is not sure of.
    doubts: Vec<BlindSpot>,
}

impl<'a> Systems<'a> {
    /// Those that the document names.
    pub(super) fn of(ecosystems: &'a Ecosystems, listed: &Listed) -> Self {
        let mut systems =
            Self { ecosystems, known: Vec::new(), named: 0, strangers: Vec::new(), asked: BTreeMap::new() };
        for system in listed.systems.iter().take(MOST_DISTRIBUTIONS) {
            match systems.know(system, Strength::Fallback) {
                Some(known) => systems.known.push(known),
                None => systems.strangers.push(shown(&name_of(system))),
            }
        }
        systems.named = systems.known.len();
        systems
    }

    pub(super) fn get(&self, place: usize) -> Option<&Known<'a>> {
        self.known.get(place)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Those that the document names and that nobody knows.
    pub(super) fn strangers(&self) -> &[String] {
        &self.strangers
    }

    /// Each that the document names by itself.
    pub(super) fn named(&self) -> impl Iterator<Item = (usize, &Known<'a>)> {
        self.known.iter().take(self.named).enumerate()
    }

    /// All of them, sorted.
    pub(super) fn distributions(&self) -> Vec<Distribution> {
        let mut all: Vec<_> = self.known.iter().map(|known| known.distribution.clone()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// What their ecosystems are not sure of.
    pub(super) fn doubts(&self) -> impl Iterator<Item = &BlindSpot> {
        self.known.iter().flat_map(|known| &known.doubts)
    }

    /// The distribution that a package is of, or why that is not known.
    pub(super) fn find(&mut self, component: &Component, purl: &Written) -> Result<usize, String> {
        let namespace = purl.namespace().unwrap_or_default();
        let by_itself = component
            .facts
            .namespace
            .as_ref()
            .and_then(|told| self.known.iter().position(|known| known.distribution.ecosystem == *told));
        // By the word of Limpid: what stands in the package URL is not asked then.
        if let Some(place) = by_itself
            && self.known.get(place).is_some_and(|known| known.ecosystem.purl.kind == purl.kind())
        {
            return Ok(place);
        }
        let docker = || Some(format!("{}-{}", purl.qualifier("os_name")?, purl.qualifier("os_version")?));
        let told = purl.qualifier("distro").or_else(docker);
        let place =
            match (by_itself, told) {
                (Some(place), _) => Some(place),
                (None, Some(told)) => Some(self.ask(namespace, &told).ok_or_else(|| {
                    format!("“{}” is no distribution that this version knows", shown(&told))
                })?),
                (None, None) => self.only(purl.kind(), namespace),
            };
        let Some((place, known)) = place.and_then(|place| Some((place, self.known.get(place)?))) else {
            return Err(self.untold());
        };
        let names = &known.ecosystem.purl;
        let is_of = |namespace: &str| names.is_namespace_of(namespace, &known.distribution.id);
        if names.kind == purl.kind() && (namespace.is_empty() || is_of(namespace) || is_of(&id_of(namespace)))
        {
            return Ok(place);
        }
        let kind = format!("{}/{namespace}", purl.kind());
        Err(format!("{} has no packages of pkg:{}", known.distribution.name, shown(&kind)))
    }

    fn untold(&self) -> String {
        match self.strangers.first() {
            Some(stranger) => {
                format!("the document says “{stranger}”, a distribution that this version does not know")
            }
            None => {
                "neither their package URLs (distro=) nor the document say of which distribution they are"
                    .to_owned()
            }
        }
    }

    /// The one that the document names and that has packages of this type.
    fn only(&self, kind: &str, namespace: &str) -> Option<usize> {
        let of_kind = || self.named().filter(|(_, known)| known.ecosystem.purl.kind == kind);
        let is_of =
            |known: &Known<'_>| known.ecosystem.purl.is_namespace_of(namespace, &known.distribution.id);
        let one = |mut all: Vec<(usize, &Known<'_>)>| match (all.pop(), all.is_empty()) {
            (Some((place, _)), true) if self.strangers.is_empty() => Some(place),
            (Some(_) | None, _) => None,
        };
        one(of_kind().collect()).or_else(|| one(of_kind().filter(|(_, known)| is_of(known)).collect()))
    }

    /// The distribution of a package URL: `rhel-9.0`, `opensuse-tumbleweed`, or as Trivy has it for Alpine the release alone.
    fn ask(&mut self, namespace: &str, told: &str) -> Option<usize> {
        let key = (namespace.to_owned(), told.to_owned());
        if let Some(known) = self.asked.get(&key) {
            return *known;
        }
        let place = self.search(namespace, told);
        if self.asked.len() < MOST_DISTRIBUTIONS {
            self.asked.insert(key, place);
        }
        place
    }

    fn search(&mut self, namespace: &str, told: &str) -> Option<usize> {
        let parts: Vec<(&str, &str)> = told
            .char_indices()
            .rev()
            .filter(|(_, letter)| *letter == '-')
            .filter_map(|(place, _)| Some((told.get(..place)?, told.get(place + 1..)?)))
            .collect();
        let is_number = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
        let (numbers, words): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|(_, version)| is_number(version));
        // Where the name of another distribution could stand in front, it is no release.
        let alone = (is_number(told) || !told.contains('-')).then_some((namespace, told));
        let ways = numbers.into_iter().chain([(told, "")]).chain(words).chain(alone);
        let systems: Vec<System> = ways
            .filter(|(id, _)| !id.is_empty())
            .map(|(id, version)| System::new(&id_of(id), version))
            .collect();
        systems.iter().find_map(|system| self.place_of(system))
    }

    /// The place of a distribution that is told by name and release.
    fn place_of(&mut self, system: &System) -> Option<usize> {
        let (id, version) = (system.get("ID"), system.get("VERSION_ID"));
        let is_it = |known: &Known<'_>| {
            let own = &known.distribution;
            own.id.eq_ignore_ascii_case(id) && (own.version == version || version.is_empty())
        };
        if let Some(place) = self.known.iter().position(is_it) {
            return Some(place);
        }
        if self.known.len() >= MOST_DISTRIBUTIONS {
            return None;
        }
        let known = self.know(system, Strength::Named)?;
        self.known.push(known);
        Some(self.known.len() - 1)
    }

    /// What the ecosystems know of it; nothing where they are less sure than this.
    fn know(&self, system: &System, least: Strength) -> Option<Known<'a>> {
        let id = id_of(system.get("ID"));
        let fields = system.fields.iter().map(|(field, value)| (field.clone(), value.clone()));
        let os_release: OsRelease = fields.chain([("ID".to_owned(), id.clone())]).collect();
        let files = SystemFiles { os_release: Some(&os_release), text: &|_| None };
        let identified = self.ecosystems.identify(&files).filter(|(_, one)| one.strength >= least);
        // What Limpid found in the image is more than what os-release alone tells.
        let own = system.namespace.as_deref().and_then(|namespace| {
            let ecosystem = self.ecosystems.of_namespace(namespace).filter(|one| one.identity.is_some())?;
            Some((ecosystem, namespace.to_owned()))
        });
        let name = os_release.pretty_name().map(str::to_owned);
        let (ecosystem, namespace, name, doubts) = match (own, identified) {
            (Some((ecosystem, namespace)), identified) => {
                let name = name.unwrap_or_else(|| name_of(system));
                (ecosystem, namespace, name, identified.map(|(_, one)| one.doubts).unwrap_or_default())
            }
            (None, Some((ecosystem, one))) => (ecosystem, one.namespace, one.name, one.doubts),
            (None, None) => return None,
        };
        let end_of_life = (ecosystem.end_of_life)(&namespace);
        let version = system.get("VERSION_ID").to_owned();
        let distribution = Distribution { id, version, name, ecosystem: namespace, end_of_life };
        Some(Known { ecosystem, distribution, doubts })
    }
}

fn name_of(system: &System) -> String {
    match system.get("PRETTY_NAME") {
        "" => format!("{} {}", system.get("ID"), system.get("VERSION_ID")).trim().to_owned(),
        name => name.to_owned(),
    }
}

/// The `ID` of os-release for what a tool calls a distribution.
fn id_of(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let known = NAMES.lines().filter_map(|line| line.split_once('\t')).find(|(told, _)| *told == name);
    known.map_or(name, |(_, id)| id.to_owned())
}
