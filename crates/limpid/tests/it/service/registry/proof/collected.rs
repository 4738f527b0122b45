//! Pushes, mounts and removals beside garbage collection that never rests.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use limpid_core::Digest;

use super::{
    super::support::{Answer, Asker, Home},
    chance::Chance,
    images::{Image, layer, send_blob, send_manifest},
    node::{NODE, Node, Part},
    seed, setting, sound,
};
use crate::service::support::eventually;

const CLIENTS: u64 = 6;
const REPOSITORIES: &[&str] = &["proof/one", "proof/two", "proof/three"];
/// Few, so that what is removed is wanted again at once.
const IMAGES: u64 = 40;
const LAYERS: u64 = 16;
const TAGS: u64 = 8;
/// Milliseconds after which nobody's is garbage.
const GRACE: u64 = 1000;
/// A process serves up to so many things that clients do before it is killed.
const TURNS: u64 = 200;
/// How many of them there are in the suite.
const SHORT: u64 = 120;
/// How often a client looks again at what may be removed and pushed again while it looks.
const LOOKS: usize = 50;

#[derive(Default, Debug)]
struct Counts {
    pushed: u64,
    pulled: u64,
    mounted: u64,
    found_there: u64,
    /// Pushes that were told that a blob had gone meanwhile, or to come again.
    again: u64,
    removed: u64,
    broken: u64,
}

fn image(number: u64) -> Image {
    Image::new(number, &[number % LAYERS, (number * 7 + 3) % LAYERS])
}

struct Working<'test> {
    node: &'test Node<'test>,
    images: &'test [Image],
    counts: &'test Mutex<Counts>,
    chance: Chance,
}

impl Working<'_> {
    fn count(&self, add: impl FnOnce(&mut Counts)) {
        add(&mut self.counts.lock().unwrap());
    }

    fn repository(&mut self) -> &'static str {
        REPOSITORIES[usize::try_from(self.chance.below(REPOSITORIES.len() as u64)).unwrap()]
    }

    /// One thing that clients do.
    fn turn(&mut self) -> reqwest::Result<()> {
        let asker = self.node.asker();
        let (repository, tag) = (self.repository(), format!("t{}", self.chance.below(TAGS)));
        let images = self.images;
        let image = &images[usize::try_from(self.chance.below(IMAGES)).unwrap()];
        match self.chance.below(12) {
            0..6 => self.push(&asker, repository, &tag, image),
            6 => self.remove(&asker, &format!("/v2/{repository}/manifests/{tag}")),
            7 => self.remove(&asker, &format!("/v2/{repository}/manifests/{}", image.digest())),
            8 => {
                let blob = Digest::of(&layer(self.chance.below(LAYERS)));
                self.remove(&asker, &format!("/v2/{repository}/blobs/{blob}"))
            }
            9 => {
                // An upload that nobody goes on with.
                let begun =
                    asker.try_send("POST", &format!("/v2/{repository}/blobs/uploads/"), &[], "")?.has(202);
                let bytes = layer(self.chance.below(LAYERS));
                asker.try_send("PATCH", begun.header("location"), &[], bytes).map(drop)
            }
            _ => self.pull(&asker, repository, &tag),
        }
    }

    fn remove(&self, asker: &Asker, path: &str) -> reqwest::Result<()> {
        let status = asker.try_send("DELETE", path, &[], "")?.status;
        assert!([202, 404, 405].contains(&status), "{path}: {status}");
        self.count(|counts| counts.removed += u64::from(status == 202));
        Ok(())
    }

    /// Pushes as Docker does: asks first, mounts where it can, sends what is missing.
    fn push(&mut self, asker: &Asker, repository: &str, tag: &str, image: &Image) -> reqwest::Result<()> {
        for blob in &image.blobs {
            let digest = Digest::of(blob);
            let path = format!("/v2/{repository}/blobs/{digest}");
            if asker.try_send("HEAD", &path, &[], "")?.status == 200 {
                self.count(|counts| counts.found_there += 1);
                continue;
            }
            let from = self.repository();
            let path = format!("/v2/{repository}/blobs/uploads/?mount={digest}&from={from}");
            if asker.try_send("POST", &path, &[], "")?.status == 201 {
                self.count(|counts| counts.mounted += 1);
                continue;
            }
            let sent = send_blob(asker, repository, blob, &mut self.chance)?;
            if sent.status != 201 {
                // The upload, or the blob that was put, has outlived its grace on a machine that is busy.
                return self.comes_again(&sent, &[404, 416, 503]);
            }
        }
        let sent = send_manifest(asker, repository, tag, &image.manifest)?;
        if sent.status != 201 {
            // Somebody removed a blob, or its grace was over.
            assert!(
                sent.status == 503 || sent.json()["errors"][0]["code"] == "MANIFEST_BLOB_UNKNOWN",
                "{sent:?}"
            );
            return self.comes_again(&sent, &[400, 503]);
        }
        self.count(|counts| counts.pushed += 1);
        self.look(asker, repository, image.digest().as_str())
    }

    fn comes_again(&self, answer: &Answer, statuses: &[u16]) -> reqwest::Result<()> {
        assert!(statuses.contains(&answer.status), "{answer:?}");
        self.count(|counts| counts.again += 1);
        Ok(())
    }

    fn pull(&self, asker: &Asker, repository: &str, tag: &str) -> reqwest::Result<()> {
        let answer = asker.try_send("GET", &format!("/v2/{repository}/manifests/{tag}"), &[], "")?;
        if answer.status == 404 {
            return Ok(());
        }
        let digest = answer.has(200).header("docker-content-digest").to_owned();
        self.count(|counts| counts.pulled += 1);
        self.look(asker, repository, &digest)
    }

    /// Asserts that a manifest has all its blobs as long as it is there.
    fn look(&self, asker: &Asker, repository: &str, digest: &str) -> reqwest::Result<()> {
        let image = self.images.iter().find(|image| image.digest().as_str() == digest);
        let image = image.expect("a manifest that was pushed");
        for blob in &image.blobs {
            let path = format!("/v2/{repository}/blobs/{}", Digest::of(blob));
            let mut lacking = 0;
            loop {
                let manifest =
                    asker.try_send("GET", &format!("/v2/{repository}/manifests/{digest}"), &[], "")?;
                if manifest.status == 404 {
                    return Ok(());
                }
                assert!(manifest.has(200).body == image.manifest);
                let answer = asker.try_send("GET", &path, &[], "")?;
                if answer.status != 404 {
                    assert!(answer.has(200).body == *blob, "{path}");
                    break;
                }
                lacking += 1;
                assert!(lacking < LOOKS, "{digest} is there and lacks {path}");
            }
        }
        Ok(())
    }
}

#[test]
fn garbage_collection_takes_garbage_and_nothing_else() {
    Home::on_each(|home| {
        // So long, or in the suite so many things that clients do.
        let seconds = setting("LIMPID_PROOF_SECONDS", 0);
        let time = Duration::from_secs(seconds);
        let clients = usize::try_from(CLIENTS).unwrap();
        let images: &Vec<Image> = &(0..IMAGES).map(image).collect();
        let node = &Node::new(home, REPOSITORIES, clients, Some(GRACE));
        let (begun, counts, done) = (Instant::now(), Mutex::new(Counts::default()), AtomicU64::new(0));
        let is_going_on = || {
            let done = done.fetch_add(1, Ordering::Relaxed);
            if seconds > 0 { begun.elapsed() < time } else { done < SHORT }
        };
        let killed = thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (counts, is_going_on) = (&counts, &is_going_on);
                scope.spawn(move || {
                    let _part = Part(node);
                    let chance = Chance::new(seed() * 1000 + client);
                    let mut working = Working { node, images, counts, chance };
                    while is_going_on() {
                        if working.turn().is_err() {
                            working.count(|counts| counts.broken += 1);
                        }
                    }
                });
            }
            node.kill_again_and_again(&mut Chance::new(seed()), TURNS)
        });
        let before = sound::bytes(home);
        // Nobody wants anything any more: what is left is what manifests need, to the byte.
        let mut garbage = Vec::new();
        let collected = (0..5).any(|_| {
            let (service, _) = node.start();
            let is_clean = || {
                garbage = sound::garbage(home);
                garbage.iter().all(|name| name.starts_with("tmp/")).then_some(())
            };
            eventually("garbage is collected", is_clean);
            service.kill();
            // What a process that was killed had begun is looked for once by each that comes after it.
            garbage.is_empty()
        });
        assert!(collected, "{garbage:?}");
        sound::assert_sound(home);
        let (kind, after) = (home.database(NODE).kind(), sound::bytes(home));
        println!(
            "{kind}: {:?}, {killed} kills, {:?}; {before} bytes stored at the end, {after} after that",
            begun.elapsed(),
            counts.into_inner().unwrap(),
        );
    });
}
