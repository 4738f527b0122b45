//! Clair's connection strings: up to three, which must lead to one database here, and options of Clair's pool, which no
//! other client knows.

use std::collections::BTreeMap;

use url::Url;

/// A connection string in parts.
pub(super) struct Connection {
    /// The string, without the pool's options.
    pub(super) text: String,
    /// The pool's options.
    pub(super) pool: BTreeMap<String, String>,
    /// What tells which database it is: host, port and name.
    place: Place,
}

#[derive(Debug, PartialEq, Eq)]
struct Place {
    host: String,
    port: String,
    database: String,
}

impl Connection {
    /// Whether both lead to the same database, whoever logs in.
    pub(super) fn same_database(&self, other: &Self) -> bool {
        self.place == other.place
    }

    /// The database for people, without user and password.
    pub(super) fn place(&self) -> String {
        format!("{}:{}/{}", self.place.host, self.place.port, self.place.database)
    }
}

const POOL: &str = "pool_";

/// Reads a string; `None` where it is none.
pub(super) fn parse(text: &str) -> Option<Connection> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return parse_url(text);
    }
    let words = words(text)?;
    let (pool, kept): (Vec<_>, Vec<_>) = words.into_iter().partition(|(name, _, _)| name.starts_with(POOL));
    let find = |wanted: &str| {
        kept.iter().rev().find(|(name, _, _)| name == wanted).map(|(_, value, _)| value.clone())
    };
    let user = find("user").unwrap_or_default();
    let place = Place {
        host: find("host").or_else(|| find("hostaddr")).unwrap_or_else(|| "localhost".to_owned()),
        port: find("port").unwrap_or_else(|| "5432".to_owned()),
        database: find("dbname").or_else(|| find("database")).unwrap_or(user),
    };
    // Where there is nothing of the pool's the string passes as it is.
    let text = if pool.is_empty() {
        text.to_owned()
    } else {
        kept.iter().map(|(_, _, written)| written.as_str()).collect::<Vec<_>>().join(" ")
    };
    Some(Connection { text, pool: pool.into_iter().map(|(name, value, _)| (name, value)).collect(), place })
}

fn parse_url(text: &str) -> Option<Connection> {
    let Ok(url) = text.parse::<Url>() else { return None };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let pool: BTreeMap<String, String> =
        pairs.into_iter().filter(|(name, _)| name.starts_with(POOL)).collect();
    let query = url.query().unwrap_or_default();
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.starts_with(POOL) && !pair.is_empty()).collect();
    // Cut and not written anew: a password is to stay as it was written, letter by letter.
    let text = match text.split_once('?') {
        Some((before, _)) if !pool.is_empty() && kept.is_empty() => before.to_owned(),
        Some((before, _)) if !pool.is_empty() => format!("{before}?{}", kept.join("&")),
        Some(_) | None => text.to_owned(),
    };
    let database = url.path().trim_start_matches('/');
    let place = Place {
        host: url.host_str().unwrap_or("localhost").to_owned(),
        port: url.port().unwrap_or(5432).to_string(),
        database: if database.is_empty() { url.username() } else { database }.to_owned(),
    };
    Some(Connection { text, pool, place })
}

/// The words of a libpq string: name, value, and how it was written. `name=value`, spaces around `=`, values in single
/// quotes, and backslashes, as libpq has them.
fn words(text: &str) -> Option<Vec<(String, String, String)>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let begun = rest;
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_end();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return None;
        }
        let (value, after) = value(after.trim_start())?;
        let length = begun.len().checked_sub(after.len())?;
        let (written, _) = begun.split_at_checked(length)?;
        words.push((name.to_owned(), value, written.trim_end().to_owned()));
        rest = after.trim_start();
    }
    (!words.is_empty()).then_some(words)
}

/// The value at the beginning, and what comes after it.
fn value(text: &str) -> Option<(String, &str)> {
    let (quoted, text) = text.strip_prefix('\'').map_or((false, text), |text| (true, text));
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        let (_, after) = text.split_at_checked(place)?;
        match character {
            '\\' => value.push(characters.next()?.1),
            '\'' if quoted => return Some((value, after.strip_prefix('\'')?)),
            space if !quoted && space.is_whitespace() => return Some((value, after)),
            other => value.push(other),
        }
    }
    (!quoted).then_some((value, ""))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_is_the_pools_is_taken_out_and_the_rest_stays_letter_by_letter() {
        for (text, expected, pool, place) in [
            (
                "host=db port=5433 dbname=clair user=clair",
                "host=db port=5433 dbname=clair user=clair",
                "",
                "db:5433/clair",
            ),
            (
                "host=db user = clair pool_max_conns=20  password='a b\\'c' sslmode=disable",
                "host=db user = clair password='a b\\'c' sslmode=disable",
                "pool_max_conns=20",
                "db:5432/clair",
            ),
            (
                "postgres://clair:p%40ss@db/clair?pool_max_conns=20&sslmode=disable",
                "postgres://clair:p%40ss@db/clair?sslmode=disable",
                "pool_max_conns=20",
                "db:5432/clair",
            ),
            (
                "postgres://clair@db:1/?pool_min_conns=2",
                "postgres://clair@db:1/",
                "pool_min_conns=2",
                "db:1/clair",
            ),
            ("postgresql://db/x?sslmode=disable", "postgresql://db/x?sslmode=disable", "", "db:5432/x"),
        ] {
            let connection = parse(text).unwrap();
            let options: Vec<String> =
                connection.pool.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!((connection.text.as_str(), options.join(" ").as_str()), (expected, pool), "{text}");
            assert_eq!(connection.place(), place, "{text}");
        }
    }

    #[test]
    fn what_is_no_connection_string_is_none() {
        for text in ["", "clair", "host", "=x", "host='db", "host=db\\", "a b=c", "postgres://["] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_database_is_the_same_whoever_logs_in_and_however_it_is_written() {
        let url = parse("postgres://one:x@db/clair").unwrap();
        assert!(url.same_database(&parse("host=db dbname=clair user=two").unwrap()));
        assert!(!url.same_database(&parse("host=db dbname=matcher user=one").unwrap()));
    }
}
