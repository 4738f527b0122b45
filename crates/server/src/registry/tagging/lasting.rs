//! How long the tags of an image last, as the image says: the annotation or label `quay.expires-after`, such as `12h` or `2w`.

use std::{collections::BTreeMap, io::Read as _};

use chrono::TimeDelta;
use limpid_core::Digest;
use limpid_store::registry as stored;
use serde::Deserialize;

use crate::{
    engine::Engine,
    limits::IMAGE_CONFIGURATION_BYTES,
    registry::{
        RegistryError,
        manifest::{Content, Kind},
    },
};

const LABEL: &str = "quay.expires-after";

#[derive(Default, Deserialize)]
struct Configuration {
    #[serde(default)]
    config: Option<Settings>,
}

#[derive(Default, Deserialize)]
struct Settings {
    #[serde(default, rename = "Labels")]
    labels: Option<BTreeMap<String, String>>,
}

/// How long the tags of a manifest last that is pushed to a repository, given by its whole name; and what is to be said where that is
/// not understood. Blocks.
pub(in crate::registry) fn lasts(
    engine: &Engine,
    repository: &str,
    content: &Content,
) -> Result<(Option<TimeDelta>, Option<String>), RegistryError> {
    let said = match (content.annotations.get(LABEL), &content.kind) {
        (Some(said), _) => Some(said.clone()),
        (None, Kind::Image { config, .. }) if config.size <= IMAGE_CONFIGURATION_BYTES => {
            label(engine, repository, &config.digest)?
        }
        (None, Kind::Image { .. } | Kind::Index { .. } | Kind::Artifact { .. }) => None,
    };
    let Some(said) = said else { return Ok((None, None)) };
    let lasts = time(&said);
    let warning =
        format!("{LABEL} is not understood, so the tag does not expire: a number and s, m, h, d or w");
    Ok((lasts, lasts.is_none().then_some(warning)))
}

/// The label in a configuration. One that is not there is told by the push; one that cannot be read says nothing.
fn label(engine: &Engine, repository: &str, digest: &Digest) -> Result<Option<String>, RegistryError> {
    let found = engine.database.read(|tx| {
        let Some(repository) = stored::find_repository(tx, repository)? else { return Ok(None) };
        stored::find_blob(tx, repository.number, digest)
    })?;
    let Some(blob) = found else { return Ok(None) };
    let mut bytes = Vec::new();
    let file = engine.blobs.open_file(&blob.stored)?;
    file.take(IMAGE_CONFIGURATION_BYTES).read_to_end(&mut bytes).map_err(|error| {
        limpid_store::BlobError::Unavailable(format!("the configuration of an image: {error}"))
    })?;
    let Ok(configuration) = serde_json::from_slice::<Configuration>(&bytes) else { return Ok(None) };
    let labels = configuration.config.unwrap_or_default().labels.unwrap_or_default();
    Ok(labels.get(LABEL).cloned())
}

/// As Quay reads it.
fn time(said: &str) -> Option<TimeDelta> {
    let said = said.trim();
    let (number, unit) = said.split_at_checked(said.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok().filter(|number| *number > 0 && !said.starts_with('+'))?;
    let number = i64::from(number);
    match unit {
        "s" => TimeDelta::try_seconds(number),
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        "w" => TimeDelta::try_weeks(number),
        _unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_quay_reads_them() {
        for (said, seconds) in
            [("30s", 30), ("5m", 300), ("12h", 43_200), ("1d", 86_400), (" 2w ", 1_209_600)]
        {
            assert_eq!(time(said).map(|time| time.num_seconds()), Some(seconds), "{said}");
        }
        for wrong in ["", "h", "0d", "-1h", "+1h", "1.5h", "1y", "12", "1 h", "99999999999d", "1ü"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }
}
