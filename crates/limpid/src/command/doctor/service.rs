//! A service, by its configuration: what the service itself looks at, and the hosts that its feeds come from.

use std::{collections::BTreeSet, path::Path};

use limpid_catalog::Mirror;
use limpid_core::ecosystems;
use limpid_server::{
    configuration::{self, ConfigurationFile, Role},
    doctor::{self, Check},
};

use super::{data, network, surroundings};
use crate::{arguments::Common, command::serve};

const SETTINGS: &str = "settings";

/// Everything that can be told of a service that is configured so.
pub(super) fn checks(common: &Common, file: &Path) -> Vec<Check> {
    let sources = serve::sources(common, Some(ConfigurationFile::Limpid(file.to_path_buf())), Vec::new());
    let loaded = match configuration::load(&sources) {
        Ok(loaded) => loaded,
        Err(unusable) => {
            let wrong = |problem: &dyn std::fmt::Display| {
                Check::wrong(SETTINGS, problem.to_string(), "docs/service.md has all keys")
            };
            return unusable.problems.iter().map(|problem| wrong(problem)).collect();
        }
    };
    let configuration = loaded.configuration;
    let mut checks = vec![Check::fine(SETTINGS, format!("{} can be used", file.display()))];
    checks.extend(loaded.warnings.into_iter().map(|warning| Check::note(SETTINGS, warning, "")));
    checks.push(data::directory("data directory", &configuration.data));
    checks.extend(doctor::examine(&configuration, common.offline));
    if configuration.roles.contains(&Role::Updater) && configuration.updater.on {
        let wanted: BTreeSet<String> = configuration
            .updater
            .feeds
            .iter()
            .filter_map(|one| one.split('/').next())
            .map(str::to_owned)
            .collect();
        let mirror = configuration.updater.mirror.as_deref().map(|text| {
            let Ok(mirror) = text.parse::<Mirror>();
            mirror
        });
        checks.extend(surroundings::proxies());
        checks.extend(network::checks(&ecosystems::all(), &wanted, mirror.as_ref(), common.offline));
    }
    checks
}
