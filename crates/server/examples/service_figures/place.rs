//! Where a measured service keeps its state: a directory, and SQLite in it or a PostgreSQL of its own.

use std::path::PathBuf;

use limpid_store::Database;
use limpid_testkit::postgres::Postgres;
use tempfile::TempDir;

use crate::{Failure, Wish, server::Server};

/// As a server is run that may not lose what it said it has: unlike those that tests start. `shared_buffers` is
/// PostgreSQL's own default.
const DURABLE: &str = "fsync = on\nfull_page_writes = on\nshared_buffers = '128MB'\nmax_wal_size = '4GB'";

/// See the module.
pub(crate) struct Place {
    directory: TempDir,
    limpid: PathBuf,
    url: String,
    _postgres: Option<Postgres>,
}

impl Place {
    pub(crate) fn new(wish: &Wish) -> Result<Self, Failure> {
        let directory = tempfile::tempdir()?;
        let (url, postgres) = match wish.database.as_str() {
            "sqlite" => (format!("sqlite:{}", directory.path().join("limpid.sqlite").display()), None),
            "postgres" => {
                let postgres = Postgres::start_with(DURABLE).ok_or("PostgreSQL is not installed")?;
                (postgres.database(), Some(postgres))
            }
            other => return Err(format!("there is no database {other}").into()),
        };
        Ok(Self { directory, limpid: wish.limpid.clone(), url, _postgres: postgres })
    }

    /// Where the service's advisory data comes from.
    pub(crate) fn mirror(&self) -> PathBuf {
        self.directory.path().join("mirror")
    }

    /// The database itself, to put things there and to look.
    pub(crate) fn database(&self) -> Result<Database, Failure> {
        Ok(Database::open(&self.url.parse()?, 4)?)
    }

    /// Starts the service here; `indexer` is more in the section of this name.
    pub(crate) fn serve(&self, indexer: &str) -> Result<Server, Failure> {
        let configuration = format!(
            "data = {:?}\n[log]\nlevel = \"warn\"\n[api]\nlisten = \"127.0.0.1:0\"\n\
             [introspection]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = {:?}\n\
             [updater]\non = false\nmirror = {:?}\nfeeds = [\"alpine\"]\n\
             [indexer]\n{indexer}\n[indexer.layers]\nallow_networks = [\"127.0.0.0/8\"]\n",
            self.directory.path().join("data"),
            self.url,
            self.mirror(),
        );
        let file = self.directory.path().join("limpid.toml");
        std::fs::write(&file, configuration)?;
        Server::start(&self.limpid, &file)
    }
}
