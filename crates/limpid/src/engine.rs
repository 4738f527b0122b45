//! Joins the crates: image → evidence → index report, feeds → catalog, and both → report.
//!
//! Every command that looks at images goes this one way, so that all of them say the same.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use limpid_catalog::{
    Catalog, Clock, Mirror, Store, SystemClock, Updater,
    update::{self, Outcome, Selection, UpdateReport},
};
use limpid_core::{
    ImageFacts, IndexReport, IndexedPackage, Report,
    ecosystem::Ecosystems,
    ecosystems,
    enrichment::Kind,
    explanation::{Explanation, Known},
    formats::sbom,
    matching::{self, Advisories, Elsewhere},
    policy::Policy,
    report,
    scope::may_be_spoken_about,
};
use limpid_image::{
    evidence::{EvidenceStore, Pack},
    index::Indexer,
    limits::{EVIDENCE_BYTES, Limits},
    platform::Platform,
    progress::Progress,
    read::{read_directory, read_image},
    reference::ImageArgument,
    source::{self, OpenedImage, OpenedPlatforms, PlatformImage, RootFilesystem, SourceOptions},
};

use crate::{
    arguments::{Common, ImageOptions},
    data_directory::DataDirectory,
};

/// Feeds that were asked about so recently are not asked about again by a scan: a fleet of scans shares one look.
const ASKED_RECENTLY: Duration = Duration::from_secs(60 * 60);

/// The settings that change index reports, in words: none yet.
const SETTINGS: &str = "";

/// What a command needs to look at images.
pub(crate) struct Engine {
    directory: DataDirectory,
    indexer: Indexer,
    catalog: Store,
    mirror: Option<Mirror>,
    clock: Arc<dyn Clock>,
    most_evidence: u64,
}

impl Engine {
    /// The engine that the common options ask for. Nothing is opened before it is needed.
    pub(crate) fn of(common: &Common) -> anyhow::Result<Self> {
        let engine = Self::at(DataDirectory::of(common)?, common.mirror(), Arc::new(SystemClock));
        Ok(Self { most_evidence: common.cache_limit.unwrap_or(EVIDENCE_BYTES), ..engine })
    }

    /// An engine on a data directory, at a time of its own: the demo plays in the past.
    pub(crate) fn at(directory: DataDirectory, mirror: Option<Mirror>, clock: Arc<dyn Clock>) -> Self {
        let indexer = Indexer::new(ecosystems::all(), SETTINGS);
        let catalog = Store::new(directory.path());
        Self { directory, indexer, catalog, mirror, clock, most_evidence: EVIDENCE_BYTES }
    }

    /// Where everything is kept.
    pub(crate) fn directory(&self) -> &DataDirectory {
        &self.directory
    }

    /// How much evidence is kept, in bytes.
    pub(crate) fn most_evidence(&self) -> u64 {
        self.most_evidence
    }

    /// The ecosystems in use.
    pub(crate) fn ecosystems(&self) -> &Ecosystems {
        self.indexer.ecosystems()
    }

    /// The catalog's folder.
    pub(crate) fn catalog(&self) -> &Store {
        &self.catalog
    }

    /// The time now.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The evidence that is kept.
    pub(crate) fn evidence(&self) -> anyhow::Result<EvidenceStore> {
        Ok(EvidenceStore::open(self.directory.path())?)
    }

    /// The indexer: its wants tell which evidence is of today.
    pub(crate) fn indexer(&self) -> &Indexer {
        &self.indexer
    }

    /// Opens an image: its manifest and configuration are read and verified, and nothing of its layers.
    pub(crate) fn open(&self, image: &str, options: &ImageOptions) -> anyhow::Result<OpenedImage> {
        let argument: ImageArgument = image.parse()?;
        let options = SourceOptions { platform: options.platform()?, ..self.source_options(options) };
        Ok(source::open(&argument, &options)?)
    }

    /// Opens the image for each of the platforms that are asked for.
    pub(crate) fn open_platforms(
        &self,
        image: &str,
        options: &ImageOptions,
    ) -> anyhow::Result<OpenedPlatforms> {
        let Some(several) = options.several() else {
            let only = PlatformImage { name: String::new(), opened: Ok(self.open(image, options)?) };
            return Ok(OpenedPlatforms { images: vec![only], beside: Vec::new() });
        };
        let argument: ImageArgument = image.parse()?;
        Ok(source::open_platforms(&argument, several, &self.source_options(options))?)
    }

    /// Opens another image for one platform.
    pub(crate) fn open_for(
        &self,
        image: &str,
        platform: Option<Platform>,
        options: &ImageOptions,
    ) -> anyhow::Result<OpenedImage> {
        let argument: ImageArgument = image.parse()?;
        Ok(source::open(&argument, &SourceOptions { platform, ..self.source_options(options) })?)
    }

    fn source_options(&self, options: &ImageOptions) -> SourceOptions {
        SourceOptions { insecure: options.insecure, ..SourceOptions::new(self.directory.temporary()) }
    }

    /// Lists the packages of an image. Layers that are known are not read again.
    pub(crate) fn index(
        &self,
        image: &str,
        options: &ImageOptions,
        progress: &dyn Progress,
    ) -> anyhow::Result<IndexReport> {
        self.index_opened(self.open(image, options)?, progress)
    }

    /// Lists the packages of an image that is open.
    pub(crate) fn index_opened(
        &self,
        image: OpenedImage,
        progress: &dyn Progress,
    ) -> anyhow::Result<IndexReport> {
        let evidence = self.evidence()?;
        let (facts, packs) = match image {
            OpenedImage::Layers(image) => {
                let limits = Limits::default();
                let packs = read_image(&*image, &evidence, self.indexer.wants(), &limits, progress)?;
                (image.facts().clone(), packs)
            }
            OpenedImage::Root(root) => self.read_root(&root, &evidence)?,
            OpenedImage::Sbom(document) => {
                return Ok(sbom::read(&document.content, &document.reference, self.ecosystems())?);
            }
        };
        let report = self.indexer.index(&facts, &packs)?;
        evidence.evict(self.most_evidence)?;
        Ok(report)
    }

    fn read_root(
        &self,
        root: &RootFilesystem,
        evidence: &EvidenceStore,
    ) -> anyhow::Result<(ImageFacts, Vec<Pack>)> {
        let pack = read_directory(&root.path, evidence, self.indexer.wants(), &Limits::default())?;
        let facts = ImageFacts {
            reference: root.reference.clone(),
            digest: pack.digest().cloned().context("the evidence has no digest")?,
            platform: Platform::host().to_string(),
            layers: Vec::new(),
        };
        Ok((facts, vec![pack]))
    }

    /// Brings the feeds up to date that speak about these images, those with what is asked of their vulnerabilities, and no
    /// others.
    pub(crate) fn refresh(
        &self,
        indexes: &[&IndexReport],
        asked: &BTreeSet<Kind>,
        progress: &dyn update::Progress,
    ) -> anyhow::Result<UpdateReport> {
        let mut namespaces: Vec<String> = indexes
            .iter()
            .flat_map(|index| &index.packages)
            .filter(|package| self.has_feeds(package))
            .filter_map(|package| package.namespace.clone())
            .collect();
        namespaces.sort();
        namespaces.dedup();
        if namespaces.is_empty() {
            return Ok(UpdateReport::default());
        }
        namespaces.extend(asked.iter().map(|kind| kind.subject().to_owned()));
        // A folder is asked in no time, and whoever names one expects to see what is in it now.
        let recently = match self.mirror {
            Some(Mirror::Directory(_)) => None,
            Some(Mirror::Url(_)) | None => Some(ASKED_RECENTLY),
        };
        self.update(&Selection::Namespaces(namespaces), recently, progress)
    }

    /// Whether any feed could speak about a package: those of a distribution are asked about all of its packages.
    fn has_feeds(&self, indexed: &IndexedPackage) -> bool {
        let namespace = indexed.namespace.as_deref().unwrap_or_default();
        let language = self.ecosystems().of_namespace(namespace).filter(|one| one.identity.is_none());
        language.is_none_or(|language| may_be_spoken_about(language, &indexed.package).is_ok())
    }

    /// Brings feeds up to date.
    pub(crate) fn update(
        &self,
        selection: &Selection,
        max_age: Option<Duration>,
        progress: &dyn update::Progress,
    ) -> anyhow::Result<UpdateReport> {
        let updater = Updater::new(self.catalog.clone(), self.mirror.clone(), Arc::clone(&self.clock));
        Ok(updater.update(self.ecosystems(), selection, max_age, progress)?)
    }

    /// The catalog as of a day, or now.
    pub(crate) fn open_catalog(&self, as_of: Option<NaiveDate>) -> anyhow::Result<Catalog> {
        let instant = as_of.map_or_else(|| self.now(), end_of);
        Catalog::open(&self.catalog, self.ecosystems(), instant)
            .with_context(|| format!("the advisory data in {}", self.directory.path().display()))
    }

    /// Explains why a vulnerability is, or is not, reported for an image.
    pub(crate) fn explain(
        &self,
        id: &str,
        index: &IndexReport,
        catalog: &Catalog,
        policy: &Policy,
        as_of: Option<NaiveDate>,
    ) -> Explanation {
        let known = Known::search(id, |meant| catalog.about(meant));
        let traces = matching::trace(index, self.ecosystems(), catalog, &known.found.statements);
        let report = self.judge(index, catalog, policy, as_of);
        let exploitation = matching::exploitation(&known.identifiers, catalog);
        Explanation::of(&known, index, &report, traces, exploitation, catalog.keeper())
    }

    /// Judges an image.
    pub(crate) fn judge(
        &self,
        index: &IndexReport,
        catalog: &Catalog,
        policy: &Policy,
        as_of: Option<NaiveDate>,
    ) -> Report {
        let day = as_of.unwrap_or_else(|| self.now().date_naive());
        let judgement = matching::judge(index, self.ecosystems(), catalog, day);
        let report = report::build(index, judgement, policy, catalog.digest(), day, self.now());
        report.led_on(Elsewhere::new(index, self.ecosystems(), catalog))
    }
}

/// The last instant of a day: what became known on it is known.
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + chrono::TimeDelta::days(1) - chrono::TimeDelta::seconds(1)
}

/// The feeds that could not be brought up to date, with the reason: for a hint, because the report says it anyway.
pub(crate) fn failures(report: &UpdateReport) -> Vec<(String, String)> {
    let feeds = report.feeds.iter().filter_map(|(name, outcome)| match outcome {
        Outcome::Failed { error } => Some((name.clone(), error.clone())),
        Outcome::Quarantined { why } => Some((name.clone(), format!("quarantined: {why}"))),
        Outcome::Unchanged | Outcome::Updated { .. } | Outcome::Absent => None,
    });
    let discoveries = report.discoveries.iter().filter_map(|(name, result)| match result {
        Err(why) => Some((name.clone(), format!("looking for its feeds: {why}"))),
        Ok(_) => None,
    });
    feeds.chain(discoveries).collect()
}
