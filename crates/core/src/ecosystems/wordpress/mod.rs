//! WordPress, its plugins and its themes, where their files are plain.
//!
//! No advisory data that is free to read speaks about them in a form that is read here: they are listed, and told as not judged.

mod files;
mod limits;

use crate::{
    ecosystem::{Detector, Ecosystem, Notes, PurlNames},
    feed::FeedFamily,
    formats::{plain, plugin},
    revision,
    scope::own_namespace,
    wants::{Pattern, Want},
};

/// WordPress and what it is made larger with.
pub(super) const ECOSYSTEM: Ecosystem = Ecosystem {
    id: "wordpress",
    name: "WordPress",
    osv_name: "WordPress",
    namespace_within: |_| None,
    clair_names: &[],
    purl: PurlNames::language("wordpress", Some('/')),
    detectors: &[&DETECTOR],
    identity: None,
    versions: &plain::VERSIONS,
    upgrade: crate::upgrade::NONE,
    feeds: &FeedFamily::NONE,
    scope: own_namespace,
    crosses: false,
    end_of_life: |_| None,
    notes: Notes {
        recognised: "`wp-includes/version.php`; headers of plugins (in `plugins` and `mu-plugins`) and of themes",
        releases: "nothing: no advisory data speaks about it",
        severity: "nobody",
        not_covered: &[
            "all of it is listed and not judged, which counts",
            "plugins and themes in other folders than those of WordPress; the tag in a plugin's `readme.txt`, which names what is published and not what is installed",
        ],
    },
    revision: revision::of("ecosystems/wordpress"),
};

const DETECTOR: Detector = Detector {
    id: "wordpress",
    revision: revision::of("ecosystems/wordpress"),
    wants: &[
        Want::new(Pattern::Name("version.php"), limits::MOST_VERSION_BYTES),
        Want::new(Pattern::Name("style.css"), limits::MOST_STYLE_BYTES),
        Want::extract(Pattern::NameEnding(".php"), plugin::MOST_BYTES, &plugin::EXTRACTOR),
    ],
    companions: &[],
    parse: files::read,
};
