//! `kill -9` during pushes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use limpid_core::Digest;

use super::{
    super::support::{Asker, Home},
    chance::Chance,
    images::{Image, send_blob, send_manifest},
    node::{Node, Part},
    seed, setting, sound,
};

const CLIENTS: u64 = 6;
const REPOSITORIES: &[&str] = &["proof/one", "proof/two", "proof/three"];
/// A process serves up to so many pushes and retries before it is killed.
const TURNS: u64 = 40;

/// What clients did, and what they were told.
#[derive(Default)]
struct Ledger {
    /// Tags of images whose manifest was sent, with its number, whatever came of it.
    sent: BTreeMap<(usize, String), u64>,
    /// Those for which 201 was the answer.
    acknowledged: BTreeSet<(usize, String)>,
    /// Blobs for which 201 was the answer: in which repository, and of which image.
    blobs: BTreeSet<(usize, u64, usize)>,
    /// For each client's own tag: the images it was pointed to, in order, and how many of them there were at the last 201.
    moved: BTreeMap<u64, (Vec<u64>, usize)>,
    broken: u64,
}

/// Two layers of its own, and one that many share.
fn image(number: u64) -> Image {
    Image::new(number, &[1_000_000 + number, 2_000_000 + number, number % 7])
}

fn repository(number: u64) -> usize {
    usize::try_from(number).unwrap() % REPOSITORIES.len()
}

struct Pushing<'test> {
    node: &'test Node<'test>,
    ledger: &'test Mutex<Ledger>,
    client: u64,
    chance: Chance,
}

impl Pushing<'_> {
    /// Pushes an image, again where the connection breaks, as clients do; now and then it is given up.
    fn push(&mut self, number: u64) {
        let image = image(number);
        while let Err(_broken) = self.attempt(number, &image) {
            self.ledger.lock().unwrap().broken += 1;
            if self.chance.below(4) == 0 {
                return;
            }
        }
    }

    fn attempt(&mut self, number: u64, image: &Image) -> reqwest::Result<()> {
        let asker = self.node.asker();
        let at = repository(number);
        for (place, blob) in image.blobs.iter().enumerate() {
            send_blob(&asker, REPOSITORIES[at], blob, &mut self.chance)?.has(201);
            self.ledger.lock().unwrap().blobs.insert((at, number, place));
        }
        let tag = format!("v{number}");
        self.ledger.lock().unwrap().sent.insert((at, tag.clone()), number);
        send_manifest(&asker, REPOSITORIES[at], &tag, &image.manifest)?.has(201);
        self.ledger.lock().unwrap().acknowledged.insert((at, tag));
        if at == 0 {
            let client = self.client;
            let moved = |ledger: &mut Ledger| ledger.moved.entry(client).or_default().0.push(number);
            moved(&mut self.ledger.lock().unwrap());
            let reference = format!("{}?tag=moving-{client}", image.digest());
            send_manifest(&asker, REPOSITORIES[at], &reference, &image.manifest)?.has(201);
            let mut ledger = self.ledger.lock().unwrap();
            let (numbers, known) = ledger.moved.get_mut(&client).unwrap();
            *known = numbers.len();
        }
        Ok(())
    }
}

/// All tags of a repository.
fn tags(asker: &Asker, repository: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    loop {
        let last = tags.last().map(|tag| format!("&last={tag}")).unwrap_or_default();
        let page = asker.get(&format!("/v2/{repository}/tags/list?n=1000{last}")).has(200).json();
        let page = page["tags"].as_array().unwrap().clone();
        if page.is_empty() {
            return tags;
        }
        tags.extend(page.iter().map(|tag| tag.as_str().unwrap().to_owned()));
    }
}

fn assert_blob(asker: &Asker, repository: &str, blob: &[u8]) {
    assert!(asker.bytes(repository, &Digest::of(blob)) == blob, "{} in {repository}", Digest::of(blob));
}

impl Ledger {
    /// Asserts that what was acknowledged is there, byte by byte, and that nothing is that was never sent.
    fn assert_kept(&self, asker: &Asker) {
        for (at, name) in REPOSITORIES.iter().enumerate() {
            let there: BTreeSet<String> = tags(asker, name).into_iter().collect();
            for tag in &there {
                let known = self.sent.contains_key(&(at, tag.clone())) || tag.starts_with("moving-");
                assert!(known, "nobody sent {tag} to {name}");
            }
            for (_, tag) in self.acknowledged.iter().filter(|(repository, _)| *repository == at) {
                assert!(there.contains(tag), "{tag} of {name} was acknowledged");
            }
            for tag in there.iter().filter(|tag| !tag.starts_with("moving-")) {
                let image = image(self.sent[&(at, tag.clone())]);
                for reference in [tag, image.digest().as_str()] {
                    let path = format!("/v2/{name}/manifests/{reference}");
                    assert!(asker.get(&path).has(200).body == image.manifest, "{tag}");
                }
                image.blobs.iter().for_each(|blob| assert_blob(asker, name, blob));
            }
        }
        for (at, number, place) in &self.blobs {
            assert_blob(asker, REPOSITORIES[*at], &image(*number).blobs[*place]);
        }
        self.assert_moved(asker);
    }

    /// A tag that moves is where it was moved last, or where somebody tried to move it after that.
    fn assert_moved(&self, asker: &Asker) {
        for (client, (numbers, known)) in &self.moved {
            let answer = asker.get(&format!("/v2/{}/manifests/moving-{client}", REPOSITORIES[0]));
            if *known == 0 && answer.status == 404 {
                continue;
            }
            let body = answer.has(200).body;
            let may_be = numbers.iter().skip(known.saturating_sub(1));
            assert!(may_be.into_iter().any(|number| image(*number).manifest == body), "moving-{client}");
        }
    }
}

#[test]
fn what_was_acknowledged_outlives_any_number_of_kills() {
    Home::on_each(|home| {
        let pushes = setting("LIMPID_PROOF_PUSHES", 30);
        let (ledger, next) = (Mutex::new(Ledger::default()), AtomicU64::new(0));
        let clients = usize::try_from(CLIENTS).unwrap();
        let node = &Node::new(home, REPOSITORIES, clients, None);
        let killed = thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (ledger, next) = (&ledger, &next);
                scope.spawn(move || {
                    let _part = Part(node);
                    let chance = Chance::new(seed() * 1000 + client);
                    let mut pushing = Pushing { node, ledger, client, chance };
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= pushes {
                            return;
                        }
                        pushing.push(number);
                    }
                });
            }
            node.kill_again_and_again(&mut Chance::new(seed()), TURNS)
        });
        let ledger = ledger.into_inner().unwrap();
        let (_service, asker) = node.start();
        ledger.assert_kept(&asker);
        let sent: BTreeSet<String> =
            ledger.sent.values().map(|number| image(*number).digest().to_string()).collect();
        assert!(sound::manifests(home).is_subset(&sent), "a manifest is there that was never sent");
        println!(
            "{}: {pushes} pushes, {killed} kills, {} attempts broken off; {} manifests acknowledged, {} sent; {} blobs acknowledged",
            home.database("node").kind(),
            ledger.broken,
            ledger.acknowledged.len(),
            ledger.sent.len(),
            ledger.blobs.len(),
        );
    });
}
