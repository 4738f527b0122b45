//! Small images that are really there: layers on the loopback address, and manifests of them.
//!
//! An image has a base, one of twenty runtimes, and a top of its own; each layer has the whole database of packages as of
//! then, as package managers leave it.

use limpid_core::Digest;
use limpid_testkit::{
    http::{Answer, Server as Web},
    layer::gzip,
};
use serde_json::json;

use crate::{fleet::Fleet, random::Random};

/// Runtimes that images share.
pub(crate) const RUNTIMES: usize = 20;

/// Packages of base, runtime and top.
const PACKAGES: [usize; 3] = [15, 80, 150];

/// See the module.
pub(crate) struct Images {
    web: Web,
    base: Digest,
    runtimes: Vec<Digest>,
    tops: Vec<Digest>,
}

/// A manifest as a client of Clair's submits it.
pub(crate) struct Manifest {
    pub(crate) digest: Digest,
    pub(crate) body: Vec<u8>,
}

impl Images {
    pub(crate) fn new(fleet: &Fleet, tops: usize) -> Self {
        let web = Web::start();
        let [base, runtime, top] = PACKAGES;
        let layer = |number, packages| {
            let bytes = gzip(&fleet.system(number, packages).tar().finish());
            let digest = Digest::of(&bytes);
            web.answer(&format!("/{}", digest.hex()), Answer::ok(bytes));
            digest
        };
        Self {
            base: layer(0, base),
            runtimes: (0..RUNTIMES).map(|number| layer(4 * number, runtime)).collect(),
            tops: (0..tops).map(|number| layer(4 * (RUNTIMES + number), top)).collect(),
            web,
        }
    }

    /// How many images there are: every runtime with every top.
    pub(crate) fn count(&self) -> usize {
        self.runtimes.len() * self.tops.len()
    }

    /// An image. The first ones have a top that none before them had.
    pub(crate) fn manifest(&self, number: usize) -> Manifest {
        let (top, round) = (number % self.tops.len().max(1), number / self.tops.len().max(1));
        let runtime = (top + round) % self.runtimes.len().max(1);
        let layers = [Some(&self.base), self.runtimes.get(runtime), self.tops.get(top)];
        self.submitted(&format!("image {number}"), layers.into_iter().flatten())
    }

    /// An image of one layer with so many packages.
    pub(crate) fn large(&self, fleet: &Fleet, packages: usize) -> Manifest {
        let bytes = gzip(&fleet.system(Random::new(packages).below(1000) * 4, packages).tar().finish());
        let digest = Digest::of(&bytes);
        self.web.answer(&format!("/{}", digest.hex()), Answer::ok(bytes));
        self.submitted("large", std::iter::once(&digest))
    }

    fn submitted<'a>(&self, name: &str, layers: impl Iterator<Item = &'a Digest>) -> Manifest {
        let digest = Digest::of(name.as_bytes());
        let layer = |layer: &Digest| json!({"hash": layer, "uri": format!("{}/{}", self.web.url(), layer.hex()), "headers": {}});
        let body = json!({"hash": digest, "layers": layers.map(layer).collect::<Vec<_>>()});
        Manifest { digest, body: body.to_string().into_bytes() }
    }

    /// How many requests came since the last call.
    pub(crate) fn fetched(&self) -> usize {
        self.web.take_requests().len()
    }
}
