//! Addresses of databases. Nothing that is shown of one carries its password.

use std::{fmt, path::PathBuf, str::FromStr};

use super::{StoreError, postgres::Settings};

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:PATH`, or a bare path: one file, for one machine.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`, or a libpq string (`host=… dbname=…`). `sslmode` may be `require`, `verify-ca`
    /// or `verify-full`: each means TLS with a certificate that is valid for the host, by the platform's roots or by those
    /// of `sslrootcert`. Without it there is no TLS.
    Postgres(String),
}

/// What a libpq string may begin with.
const LIBPQ_KEYS: &[&str] = &[
    "application_name",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "user",
];

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("sqlite:") {
            return sqlite(path);
        }
        if is_postgres(text) {
            Settings::parse(text)?;
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.split_once("://") {
            // The rest of it may carry a password.
            Some((scheme, _)) => Err(StoreError::Unusable(format!(
                "{scheme}://… is no database that Limpid knows: use sqlite:PATH or postgres://…"
            ))),
            None => sqlite(text),
        }
    }
}

fn sqlite(path: &str) -> Result<DatabaseUrl, StoreError> {
    if path.is_empty() {
        return Err(StoreError::Unusable("the address of the database is empty".to_owned()));
    }
    Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://")
        || text.starts_with("postgresql://")
        || text.split_once('=').is_some_and(|(key, _)| LIBPQ_KEYS.contains(&key.trim_end()))
}

/// Without password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

/// Without password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(text) => match Settings::parse(text) {
                Ok(settings) => settings.fmt(formatter),
                Err(_unreadable) => formatter.write_str("postgres://(an address that cannot be read)"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{DatabaseUrl, StoreError};

    fn shown(text: &str) -> String {
        text.parse::<DatabaseUrl>().unwrap().to_string()
    }

    #[test]
    fn a_path_is_sqlite() {
        for text in ["sqlite:/var/lib/limpid/a.db", "/var/lib/limpid/a.db", " /var/lib/limpid/a.db\n"] {
            assert_eq!(text.parse(), Ok(DatabaseUrl::Sqlite(PathBuf::from("/var/lib/limpid/a.db"))));
        }
        assert_eq!(shown("a=b/c.db"), "sqlite:a=b/c.db");
    }

    #[test]
    fn postgres_is_known_in_all_spellings_and_shown_without_password() {
        let url = "postgresql://clair:s3cr%40t@db.example:6432/clair?sslmode=verify-full&pool_max_conns=10";
        assert_eq!(shown(url), "postgres://clair@db.example:6432/clair");
        let libpq = r"host=/run/postgresql user = clair password='s3c\'rt x' dbname=clair sslmode=disable";
        assert_eq!(shown(libpq), "postgres://clair@/run/postgresql/clair");
        assert_eq!(shown("postgres://db/x?password=s3cret&user=me"), "postgres://me@db/x");
        assert_eq!(shown("postgres://me:s3cret@a:1,b:2/x"), "postgres://me@a:1,b:2/x");
        let url: DatabaseUrl = url.parse().unwrap();
        assert_eq!(format!("{url:?}"), "DatabaseUrl(postgres://clair@db.example:6432/clair)");
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_telling_the_password() {
        for text in [
            "",
            "sqlite:",
            "mysql://me:s3cret@host/x",
            "postgres://me:s3cret@host:port/x",
            "postgres://me:s3cret@host/x?nonsense=1",
            "postgres://me:s3cret@host/x?sslmode=sometimes",
            "host=a password=s3cret oh",
            "host=a password='s3cret",
        ] {
            let error = text.parse::<DatabaseUrl>().unwrap_err();
            assert!(matches!(error, StoreError::Unusable(_)), "{text}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
        assert!(!DatabaseUrl::Postgres("password=s3cret x".to_owned()).to_string().contains("s3cret"));
    }
}
