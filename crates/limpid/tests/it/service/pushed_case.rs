//! The public case through the registry, as people see it: one image, pushed to an old deployment and to a new one. Both pages say
//! the truth. The old one gets a newer program, and then newer data, and becomes equal to the new one by itself.
//!
//! The pages are read in a real browser; each step leaves pictures in `target/screenshots/public-case`.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use limpid_testkit::{
    alpine::System,
    browser::Browser,
    registry::{has_skopeo, skopeo_copy},
};
use serde_json::Value;

use super::support::{Options, Program, Service, eventually};
use crate::support::Place;

/// Of the image of Alpine 3.10.4, as it is: the database of installed packages and what the system calls itself.
const INSTALLED: &[u8] = include_bytes!("../../fixtures/public-case/installed");
const OS_RELEASE: &str = include_str!("../../fixtures/public-case/os-release");
/// What Alpine's security database of v3.10 says of the packages in it.
const ADVISORIES: &[u8] = include_bytes!("../../fixtures/public-case/main.json");
/// What must be found, by another program: package, version, source, identifier, version that fixes.
const EXPECTED: &str = include_str!("../../fixtures/public-case/expected.tsv");

const PASSWORD: &str = "a password for the browser";
const TAGS: &str = "/repository/library/alpine/-/tags";
const REPORT: &str = "/repository/library/alpine/-/image/3.10";
const ROWS: &str = "#findings ~ .scroll tbody tr";

/// A deployment, and how its pages are reached.
struct Deployment {
    place: Place,
    options: Options,
    service: Service,
    /// The browser keeps sessions by this name.
    host: &'static str,
}

impl Deployment {
    /// One whose advisory data has never heard of v3.10, or has.
    fn start(name: &str, host: &'static str, program: Program, knows_release: bool) -> Self {
        let place = Place::new();
        place.mirror().alpine("v3.9", "main", &[("busybox", "1.29.3-r11", &["CVE-2021-28831"])]);
        if knows_release {
            publish_release(&place);
        }
        let password = place.write("admin", PASSWORD);
        let options = Options::new(name).env("LIMPID_REGISTRY_ADMIN_PASSWORD_FILE", &password);
        let service = Service::start(&place, &options.clone().program(program));
        service.loaded();
        Self { place, options, service, host }
    }

    /// Ends the program, and starts the one of today on what it left.
    fn upgraded(self) -> Self {
        let Self { place, options, service, host } = self;
        service.terminate();
        assert_eq!(service.ended(), Some(0));
        let service = Service::start(&place, &options);
        Self { place, options, service, host }
    }

    fn authority(&self) -> &str {
        self.service.public.as_deref().unwrap().strip_prefix("http://").unwrap()
    }

    fn page(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority().replace("127.0.0.1", self.host))
    }

    /// Pushes as people do, and returns the digest of what is there then.
    fn push(&self, archive: &str) -> String {
        let credentials = format!("admin:{PASSWORD}");
        let target = format!("{}/alpine:3.10", self.authority());
        skopeo_copy(archive, &target, &["--dest-creds", &credentials, "--preserve-digests"]);
        self.tag()["manifest_digest"].as_str().unwrap().to_owned()
    }

    /// The tag with its summary, as it is kept: asking for it judges nothing.
    fn tag(&self) -> Value {
        let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
        let path = format!("http://{}/api/v1/repository/library/alpine/tag/", self.authority());
        let answer = client.get(path).basic_auth("admin", Some(PASSWORD)).send().unwrap();
        let listed: Value = serde_json::from_str(&answer.text().unwrap()).unwrap();
        listed["tags"][0].clone()
    }

    /// Waits until the kept summary has been made for these reasons, by itself.
    fn becomes(&self, verdict: &str, reasons: &[&str]) {
        eventually(&format!("{} is {verdict}: {reasons:?}", self.host), || {
            let summary = self.tag()["limpid"]["summary"].clone();
            let told = summary["reasons"].as_array().cloned().unwrap_or_default();
            let is_it = summary["verdict"] == verdict && summary["is_current"] == true && told == reasons;
            is_it.then_some(())
        });
    }

    /// Its report, without the one part that two runs may differ in.
    fn report(&self, digest: &str) -> Value {
        let path = format!("/api/v1/manifests/{digest}/report");
        let mut report = self.service.get(&path).has(200).json();
        report.as_object_mut().unwrap().remove("observed").unwrap();
        report
    }
}

fn publish_release(place: &Place) {
    place.mirror().document("secdb.alpinelinux.org/v3.10/main.json", ADVISORIES);
    place.mirror().alpine("v3.10", "community", &[("unrelated", "1-r0", &["CVE-2000-1"])]);
}

/// A browser that goes through the story, and keeps pictures of it.
struct Story {
    browser: Browser,
    step: usize,
}

impl Story {
    fn start() -> Option<Self> {
        Some(Self { browser: Browser::start()?, step: 0 })
    }

    fn sign_in(&mut self, deployment: &Deployment) {
        self.browser.open(&deployment.page("/sign-in"));
        self.browser.type_into("#name", "admin");
        self.browser.type_into("#password", PASSWORD);
        self.browser.follow("main button");
    }

    /// Keeps the page as it is, light and dark.
    fn picture(&mut self, name: &str) {
        self.step += 1;
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        for theme in ["light", "dark"] {
            self.browser.shape(1280, theme);
            let file = format!("public-case/{:02}-{name}-{theme}.png", self.step);
            self.browser.picture(&directory.join(file));
        }
    }

    fn open(&mut self, deployment: &Deployment, path: &str, name: &str) {
        self.browser.open(&deployment.page(path));
        self.picture(name);
    }

    fn one(&mut self, selector: &str) -> String {
        let texts = self.browser.texts(selector);
        assert_eq!(texts.len(), 1, "{selector}: {texts:?}");
        texts[0].clone()
    }

    /// The tag and its report say that nothing is proven, for this reason, and nowhere that it is clean.
    fn is_unproven(&mut self, deployment: &Deployment, name: &str, reason: &str) {
        self.open(deployment, TAGS, &format!("{name}-tags"));
        assert_eq!(self.one("tbody .verdict-word"), "Unproven");
        self.open(deployment, REPORT, &format!("{name}-report"));
        assert_eq!(self.one(".verdict h2"), "Unproven");
        assert_eq!(self.browser.texts(".spot:not(.noted) h3 code"), [reason]);
        assert_eq!(self.browser.texts(ROWS), [""; 0]);
        let page = self.one("main");
        assert!(!page.contains("Clean"), "{page}");
        assert!(page.contains("Way out:"), "{page}");
    }

    /// The tag and its report tell all that is known.
    fn is_vulnerable(&mut self, deployment: &Deployment, name: &str) -> Vec<String> {
        self.open(deployment, TAGS, &format!("{name}-tags"));
        assert_eq!(self.one("tbody .verdict-word"), "Vulnerable");
        assert_eq!(self.one("tbody .counts"), "20 Unknown");
        self.open(deployment, REPORT, &format!("{name}-report"));
        assert_eq!(self.one(".verdict h2"), "Vulnerable");
        let rows = self.browser.texts(ROWS);
        let expected: BTreeSet<String> = EXPECTED.lines().skip(1).map(row).collect();
        assert_eq!(rows.len(), expected.len());
        assert_eq!(rows.iter().cloned().collect::<BTreeSet<_>>(), expected);
        rows
    }
}

/// A line of what is expected, as the page shows it.
fn row(line: &str) -> String {
    let [package, version, source, identifier, fixed] =
        line.split('\t').collect::<Vec<_>>().try_into().unwrap();
    let from = if source == package { String::new() } else { format!(" from {source}") };
    format!("Unknown {identifier} Why, and where to read {package}{from} {version} → , fixed in {fixed} 1")
}

/// `limpid compare`: the names of the inputs that differ, and the explanation.
fn compared(old: &Deployment, new: &Deployment, digest: &str) -> (Vec<String>, String) {
    let [a, b] = [old, new].map(|one| format!("{}@{digest}", one.service.api));
    let comparison = old.place.run(&format!("compare {a} {b} --format json")).ended(0).json();
    let inputs = comparison["inputs"].as_object().unwrap().iter();
    let differing =
        inputs.filter(|(_, input)| input["same"] == false).map(|(name, _)| name.clone()).collect();
    let mut said = comparison["explanation"].as_str().unwrap().to_owned();
    for change in comparison["blind_spots"].as_array().unwrap() {
        let side = if change["a"].is_null() { "b" } else { "a" };
        let reason = change[side]["reason"].as_str().unwrap();
        let [what, cause] = [&change["change"], &change["cause"]].map(|word| word.as_str().unwrap());
        write!(said, "\n{what} {reason}: {cause}").unwrap();
    }
    let findings = comparison["findings"].as_array().unwrap();
    write!(said, "\n{} findings differ", findings.len()).unwrap();
    assert!(findings.iter().all(|one| one["change"] == "added"), "{comparison:#}");
    (differing, said)
}

#[test]
fn an_old_deployment_says_what_it_does_not_know_and_becomes_equal_to_a_new_one() {
    if !has_skopeo() {
        return;
    }
    let Some(mut story) = Story::start() else { return };
    let system = System::declared(OS_RELEASE).in_database(INSTALLED);
    let old = Deployment::start("old", "127.0.0.1", Program::Earlier, false);
    let new = Deployment::start("new", "localhost", Program::Limpid, true);
    let archive = old.place.image("alpine.tar", &system);
    let digest = old.push(&archive);
    assert_eq!(new.push(&archive), digest);
    for deployment in [&old, &new] {
        story.sign_in(deployment);
    }

    // The same image, and both tell the truth of what they know.
    new.becomes("vulnerable", &["end-of-life"]);
    let expected = story.is_vulnerable(&new, "new");
    old.becomes("unproven", &["no-distribution"]);
    story.is_unproven(&old, "old-program-old-data", "no-distribution");
    let (differing, said) = compared(&old, &new, &digest);
    assert_eq!(differing, ["catalog", "index_state"]);
    assert_eq!(
        said,
        "The image, the policy and the day are the same; the index state differs, so another version of the detectors read \
         the image (14 packages under another release or source package); the advisory data differs: only B has \
         alpine/v3.10/community and alpine/v3.10/main. 20 findings are new in B because of the index state. 1 blind spot is \
         new in B and 1 blind spot is gone in B. The verdict was unproven and is vulnerable.\n\
         removed no-distribution: index-state\nadded end-of-life: index-state\n20 findings differ"
    );

    // A newer program on the same data reads the image anew, and nobody asks for it.
    let old = old.upgraded();
    old.becomes("unproven", &["release-not-covered"]);
    story.is_unproven(&old, "new-program-old-data", "release-not-covered");
    let (differing, said) = compared(&old, &new, &digest);
    assert_eq!(differing, ["catalog"]);
    assert_eq!(
        said,
        "The image, the index state, the policy and the day are the same; the advisory data differs: B knows Alpine:v3.10 \
         (alpine/v3.10/community, alpine/v3.10/main), A did not. 20 findings are new in B because of the advisory data, none \
         because of the image. 1 blind spot is new in B and 1 blind spot is gone in B. The verdict was unproven and is \
         vulnerable.\n\
         removed release-not-covered: advisory-data\nadded end-of-life: advisory-data\n20 findings differ"
    );

    // Its operator brings the data up to date; of the image nobody says anything.
    publish_release(&old.place);
    story.browser.open(&old.page("/feeds"));
    story.browser.follow("form[action='/feeds/update'] button");
    old.becomes("vulnerable", &["end-of-life"]);
    assert_eq!(story.is_vulnerable(&old, "new-program-new-data"), expected);
    story.open(&old, "/feeds", "new-program-new-data-feeds");
    let (differing, said) = compared(&old, &new, &digest);
    assert_eq!(differing, [""; 0]);
    assert_eq!(
        said,
        "The image, the index state, the advisory data, the policy and the day are the same. So are the reports. The \
         verdict is vulnerable on both sides.\n0 findings differ"
    );
    assert_eq!(old.report(&digest), new.report(&digest), "byte for byte, but for when it was made");
    assert_eq!(story.browser.faults(), Vec::<String>::new());
}
