//! For which systems and processors a program must be built so that a vulnerability can be in it, as Go's database says of each
//! package of a module: `goos` and `goarch`.
//!
//! It leaves something out, so whatever is not understood stands for all: a package without them, a name that is none of Go's, a
//! list in another form.
//!
//! Sources: Go's vulnerability database, “Database schema” (`imports`); the names: Go's package internal/syslist.

use serde_json::Value;

use crate::formats::osv::limits::MOST_BUILDS;

const SYSTEMS: [&str; 18] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

const PROCESSORS: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// In the form of [`crate::advisory::Only::builds`]; empty where it may be in programs for any.
pub(super) fn of(specific: &Value) -> Vec<String> {
    all(specific).filter(|builds| builds.len() <= MOST_BUILDS).unwrap_or_default()
}

/// `None` where one of the packages is for all.
fn all(specific: &Value) -> Option<Vec<String>> {
    let mut builds = Vec::new();
    for import in specific.get("imports")?.as_array()? {
        let systems = names(import.get("goos"), &SYSTEMS)?;
        let processors = names(import.get("goarch"), &PROCESSORS)?;
        if systems.is_empty() && processors.is_empty() {
            return None;
        }
        let or_any = |names: Vec<String>| if names.is_empty() { vec![String::new()] } else { names };
        let processors = or_any(processors);
        let both = |system: String| processors.iter().map(move |processor| format!("{system}/{processor}"));
        builds.extend(or_any(systems).into_iter().flat_map(both));
    }
    builds.sort();
    builds.dedup();
    Some(builds)
}

/// The names of a list, in whatever form it is not there none; `None` where one is none of Go's.
fn names(list: Option<&Value>, known: &[&str]) -> Option<Vec<String>> {
    match list {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(list) => {
            let name = |one: &Value| one.as_str().filter(|name| known.contains(name)).map(str::to_owned);
            list.as_array()?.iter().map(name).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builds(imports: &str) -> Vec<String> {
        of(&serde_json::from_str(&format!(r#"{{"imports": {imports}}}"#)).unwrap())
    }

    #[test]
    fn each_package_of_a_module_says_what_it_is_built_for() {
        // Of GO-2023-2185, GO-2022-0187 and GO-2022-0247.
        let windows = r#"[{"path": "path/filepath", "goos": ["windows"]}, {"path": "internal/safefilepath", "goos": ["windows"]}]"#;
        assert_eq!(builds(windows), ["windows/"]);
        assert_eq!(
            builds(r#"[{"path": "crypto/elliptic", "goarch": ["amd64"], "symbols": ["p256"]}]"#),
            ["/amd64"]
        );
        assert_eq!(builds(r#"[{"path": "cmd/link", "goos": ["js"], "goarch": ["wasm"]}]"#), ["js/wasm"]);
        let two =
            r#"[{"goos": ["windows", "darwin"], "goarch": ["arm64"]}, {"goarch": ["386"], "goos": null}]"#;
        assert_eq!(builds(two), ["/386", "darwin/arm64", "windows/arm64"]);
    }

    #[test]
    fn what_is_not_understood_is_for_all() {
        for imports in [
            "null",
            "{}",
            "[]",
            r#"[{"goos": ["windows"]}, {"path": "os"}]"#,
            r#"[{"goos": ["windows"]}, {"goos": [], "goarch": []}]"#,
            r#"[{"goos": ["windows"]}, 1]"#,
            r#"[{"goos": ["Windows"]}]"#,
            r#"[{"goos": ["windows", "new"]}]"#,
            r#"[{"goos": "windows"}]"#,
            r#"[{"goos": [1]}]"#,
            r#"[{"goos": ["windows"], "goarch": ["new"]}]"#,
        ] {
            assert_eq!(builds(imports), [""; 0], "{imports}");
        }
        assert_eq!(of(&Value::Null), [""; 0]);
    }
}
