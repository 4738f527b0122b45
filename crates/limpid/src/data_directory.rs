//! The data directory: advisory data, evidence and temporary files, and nothing elsewhere.

use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;

use crate::arguments::Common;

/// Where everything that Limpid keeps is.
#[derive(Debug, Clone)]
pub(crate) struct DataDirectory(PathBuf);

impl DataDirectory {
    /// The directory that was asked for, or the platform's. It is made when something is first written.
    pub(crate) fn of(common: &Common) -> anyhow::Result<Self> {
        match &common.db {
            Some(directory) => Ok(Self(directory.clone())),
            None => {
                let strategy = etcetera::choose_base_strategy()
                    .context("no home directory is known, so say where the data is: --db DIR")?;
                Ok(Self(strategy.data_dir().join("limpid")))
            }
        }
    }

    /// A directory that a test or the demo made.
    pub(crate) fn at(directory: &Path) -> Self {
        Self(directory.to_path_buf())
    }

    /// The directory itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// For files without a name, while archives are read.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.0.join("tmp")
    }
}
