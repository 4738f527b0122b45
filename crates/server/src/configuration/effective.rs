//! What is in force, for a person: TOML, with where each value was said. No secret is in it.

use toml::Value;
use url::Url;

use super::{
    keys::{KEYS, Shown},
    settings::Settings,
};

/// What stands in place of a secret.
const SECRET: &str = "[secret]";

/// Lines longer than this do not move the column of origins.
const WIDEST: usize = 64;

/// Every value, one a line.
pub(super) fn text(settings: &Settings) -> String {
    let mut lines = Vec::new();
    for key in KEYS {
        for path in settings.paths(key) {
            if let Some(setting) = settings.get(&path) {
                lines.push((format!("{path} = {}", shown(key.shown, &setting.value)), &setting.origin));
            }
        }
    }
    let lengths = lines.iter().map(|(line, _)| line.chars().count());
    let width = lengths.filter(|length| *length <= WIDEST).max().unwrap_or(0);
    lines.iter().map(|(line, origin)| format!("{line:width$}  # {origin}\n")).collect()
}

fn shown(shown: Shown, value: &Value) -> Value {
    match (shown, value) {
        (Shown::Whole, value) => value.clone(),
        (Shown::Address, value) => Value::String(value.as_str().map_or_else(|| SECRET.to_owned(), address)),
        // The names of headers are no secrets.
        (Shown::Nothing, Value::Table(table)) => {
            Value::Table(table.keys().map(|name| (name.clone(), Value::String(SECRET.to_owned()))).collect())
        }
        (Shown::Nothing, _) => Value::String(SECRET.to_owned()),
    }
}

/// An address without its password and without its query, which may have one too. Where it is not plain which part is the
/// password, nothing is shown.
fn address(text: &str) -> String {
    if !text.contains("://") {
        // A path; or a libpq string, of which each part may be quoted.
        let is_path = text.starts_with("sqlite:") || text.starts_with('/') || !text.contains('=');
        return if is_path { text.to_owned() } else { SECRET.to_owned() };
    }
    let Ok(mut url) = text.parse::<Url>() else { return SECRET.to_owned() };
    let has_user = !url.username().is_empty() || url.password().is_some();
    let plain = text.matches('@').count() == usize::from(has_user) && url.fragment().is_none();
    if !plain {
        return SECRET.to_owned();
    }
    let query = if url.query().is_some() { "?…" } else { "" };
    url.set_query(None);
    let user = url.username().to_owned();
    let password = if url.password().is_some() { format!(":{SECRET}") } else { String::new() };
    let bare = url.as_str().split_once("://").map(|(scheme, rest)| {
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        let at = if has_user { format!("{user}{password}@") } else { String::new() };
        format!("{scheme}://{at}{place}{query}")
    });
    bare.unwrap_or_else(|| SECRET.to_owned())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn no_part_of_a_password_is_shown() {
        for (text, expected) in [
            ("sqlite:/var/lib/limpid.sqlite", "sqlite:/var/lib/limpid.sqlite"),
            (
                "postgres://limpid:CANARY@db.example.com:5433/limpid",
                "postgres://limpid:[secret]@db.example.com:5433/limpid",
            ),
            (
                "postgres://limpid@db.example.com/limpid?sslmode=require",
                "postgres://limpid@db.example.com/limpid?…",
            ),
            ("postgres://db.example.com/limpid?password=CANARY", "postgres://db.example.com/limpid?…"),
            ("postgres://limpid:CAN/ARY@db.example.com/limpid", "[secret]"),
            ("postgres://limpid:1/CANARY@db.example.com/limpid", "[secret]"),
            ("postgres://limpid:1?CANARY@db.example.com/limpid", "[secret]"),
            ("postgres://limpid:1#CANARY@db.example.com/limpid", "[secret]"),
            ("postgres://limpid:CAN@ARY@db.example.com/limpid", "[secret]"),
            ("host=db.example.com password='CAN ARY'", "[secret]"),
            ("https://mirror.example.com/advisories", "https://mirror.example.com/advisories"),
            ("https://user:CANARY@mirror.example.com/", "https://user:[secret]@mirror.example.com/"),
        ] {
            assert_eq!(address(text), expected, "{text}");
        }
    }
}
