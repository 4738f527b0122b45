//! Lua: rocks that LuaRocks has installed.
//!
//! No advisory data that is free to read speaks about them: they are listed, and told as not judged.

mod limits;
mod manifest;

use crate::{
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    feed::FeedFamily,
    formats::plain,
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// Lua and its packages.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "lua",
    name: "Lua",
    osv_name: "LuaRocks",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames::language("luarocks", None),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &plain::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &FeedFamily::NONE,
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "LuaRocks' `rock_manifest` of installed rocks",
        releases: "nothing: no advisory data speaks about it",
        severity: "nobody",
        not_covered: &[
            "all of it is listed and not judged, which counts",
            "Lua itself; modules that were copied",
        ],
    },
    revision: revision::of("ecosystems/lua"),
};

const DETECTOR: Detector = Detector {
    id: "lua",
    revision: revision::of("ecosystems/lua"),
    wants: &[Want::new(Pattern::Name("rock_manifest"), limits::MOST_MANIFEST_BYTES)],
    companions: &[],
    parse: manifest::read,
};
