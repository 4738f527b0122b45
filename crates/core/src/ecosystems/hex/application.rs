//! The description of a compiled application: `ebin/NAME.app`.
//!
//! It is one term, `{application, NAME, [{vsn, "1.2.3"}, …]}`, which is read and never run.
//!
//! Source of the form: Erlang/OTP's documentation, app(4).

use super::terms::{self, Term};
use crate::{BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    if file.path.parent().name() != b"ebin" {
        return parsed;
    }
    match package(&String::from_utf8_lossy(file.content)) {
        Ok(package) => parsed.packages.push(ParsedPackage::new(package)),
        Err(detail) => {
            let spot = BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
            parsed.blind_spots.push(spot.with_packages(1));
        }
    }
    parsed
}

/// The application; or what is wrong with its description.
fn package(content: &str) -> Result<Package, String> {
    let term = terms::read(content).map_err(|fault| format!("it cannot be read: {fault}"))?;
    let Term::Tuple(parts) = term else { return Err(NO_APPLICATION.to_owned()) };
    let [Term::Atom(kind), Term::Atom(name), Term::List(keys)] = parts.as_slice() else {
        return Err(NO_APPLICATION.to_owned());
    };
    let version = keys.iter().find_map(version);
    match version.filter(|version| kind == "application" && is_plain(name) && is_plain(version)) {
        Some(version) => Ok(Package {
            name: name.clone(),
            version: version.to_owned(),
            kind: "hex".to_owned(),
            ..Package::default()
        }),
        None => Err(NO_APPLICATION.to_owned()),
    }
}

const NO_APPLICATION: &str = "it describes no application with a name and a version";

/// The value of `{vsn, "1.2.3"}`.
fn version(key: &Term) -> Option<&str> {
    let Term::Tuple(parts) = key else { return None };
    match parts.as_slice() {
        [Term::Atom(key), Term::Text(version)] if key == "vsn" => Some(version),
        _ => None,
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|one| one.is_whitespace() || one.is_control())
}

/// Who brought an application of this name, where that is the language itself.
pub(super) fn brought_by(name: &str) -> Option<&'static str> {
    let is_one_of = |names: &[&str]| names.contains(&name);
    if is_one_of(&OTP) {
        Some("Erlang/OTP")
    } else if is_one_of(&ELIXIR) {
        Some("Elixir")
    } else {
        None
    }
}

/// The applications of Erlang/OTP since its release 17.
const OTP: [&str; 63] = [
    "asn1",
    "common_test",
    "compiler",
    "cosEvent",
    "cosEventDomain",
    "cosFileTransfer",
    "cosNotification",
    "cosProperty",
    "cosTime",
    "cosTransactions",
    "crypto",
    "debugger",
    "dialyzer",
    "diameter",
    "edoc",
    "eldap",
    "erl_docgen",
    "erl_interface",
    "erts",
    "et",
    "eunit",
    "ftp",
    "gs",
    "hipe",
    "ic",
    "inets",
    "jinterface",
    "kernel",
    "megaco",
    "mnesia",
    "nteventlog",
    "observer",
    "odbc",
    "orber",
    "os_mon",
    "ose",
    "otp_mibs",
    "parsetools",
    "percept",
    "public_key",
    "reltool",
    "runtime_tools",
    "sasl",
    "snmp",
    "ssh",
    "ssl",
    "stdlib",
    "syntax_tools",
    "test_server",
    "tftp",
    "tools",
    "typer",
    "webtool",
    "wx",
    "xmerl",
    // Older names of parts of them.
    "appmon",
    "docbuilder",
    "inviso",
    "mnesia_session",
    "pman",
    "toolbar",
    "tv",
    "eva",
];

const ELIXIR: [&str; 6] = ["eex", "elixir", "ex_unit", "iex", "logger", "mix"];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str, content: &str) -> (Vec<String>, usize) {
        let parsed = read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] });
        let packages =
            parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version));
        (packages.collect(), parsed.blind_spots.len())
    }

    #[test]
    fn an_application_is_read_and_what_is_none_is_told() {
        let ranch =
            "%% é\n{application, 'ranch', [\n\t{id, \"\"}, {vsn, \"2.1.0\"},\n{env, [{a, <<\"b\">>}]}]}.";
        let found = (vec!["ranch 2.1.0".to_owned()], 0);
        assert_eq!(parse("lib/ranch-2.1.0/ebin/ranch.app", ranch), found);
        assert_eq!(parse("app/_build/prod/lib/ranch/ebin/ranch.app", ranch), found);
        assert_eq!(parse("Applications/ranch.app", ranch), (vec![], 0));
        for odd in [
            "",
            "{application, ranch, []}.",
            "{application, ranch, [{vsn, git}]}.",
            "{application, ranch, [{vsn, \"1 2\"}]}.",
            "{release, ranch, [{vsn, \"1\"}]}.",
            "{application, \"ranch\", [{vsn, \"1\"}]}.",
            "[].",
            "{application, ranch, [{vsn, \"1\"}]}. {}.",
        ] {
            assert_eq!(parse("ebin/ranch.app", odd), (vec![], 1), "{odd}");
        }
    }

    #[test]
    fn what_the_language_brings_is_told_apart() {
        assert_eq!(brought_by("ssl"), Some("Erlang/OTP"));
        assert_eq!(brought_by("logger"), Some("Elixir"));
        assert_eq!(brought_by("ranch"), None);
    }
}
