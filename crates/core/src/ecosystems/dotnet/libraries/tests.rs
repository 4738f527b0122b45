use super::*;

const APP: &str = "app/shop.deps.json";
const RUNTIME: &str = "opt/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json";

fn parse(path: &str, content: &str) -> Parsed {
    read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] })
}

fn names(parsed: &Parsed) -> Vec<String> {
    parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version)).collect()
}

fn faults(parsed: &Parsed) -> Vec<&str> {
    parsed.blind_spots.iter().map(|spot| spot.detail.as_str()).collect()
}

#[test]
fn what_was_only_needed_to_build_is_not_there() {
    let parsed = parse(
        APP,
        r#"{"targets": {"net8.0": {
            "A/1.0": {"dependencies": {"B": "2.0"}, "compile": {"lib/a.dll": {}}},
            "B/2.0": {"runtime": {"lib/net8.0/_._": {}}},
            "C/3.0": {"runtime": {"lib/net8.0/C.dll": {}}, "resources": {"lib/net8.0/de/C.resources.dll": {"locale": "de"}}},
            "D/4.0": {"runtimeTargets": {"runtimes/unix/native/d.so": {}}, "native": {}},
            "E/5.0": {"something": {"new": {}}}, "F/6.0": {"something": 1}, "G/7.0": 1}},
        "libraries": {"A/1.0": {"type": "package"}, "B/2.0": {"type": "package"}, "C/3.0": {"type": "package"},
            "D/4.0": {"type": "package"}, "E/5.0": {"type": "package"}, "F/6.0": {"type": "package"}, "G/7.0": {"type": "package"},
            "H/8.0": {"type": "package"}, "shop/1.0.0": {"type": "project"}}}"#,
    );
    assert_eq!(names(&parsed), ["c 3.0", "d 4.0", "e 5.0", "f 6.0", "g 7.0", "h 8.0"]);
    assert_eq!(faults(&parsed), [""; 0]);
    let files: Vec<String> =
        parsed.packages.iter().flat_map(|one| one.files.iter()).map(|file| file.path.to_string()).collect();
    assert_eq!(files, ["app/de/C.resources.dll", "app/C.dll", "app/runtimes/unix/native/d.so", "app/new"]);
}

#[test]
fn a_runtime_that_comes_along_is_named_as_advisories_do() {
    let parsed = parse(
        APP,
        r#"{"libraries": {"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"type": "runtimepack"}}}"#,
    );
    assert_eq!(names(&parsed), ["microsoft.netcore.app.runtime.linux-x64 8.0.1"]);
}

#[test]
fn a_framework_has_the_release_of_its_folder() {
    let of = |system: &str| {
        let content = format!(
            r#"{{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0{system}"}}, "libraries": {{
                "runtime.linux-x64.Microsoft.NETCore.App/8.0.1-servicing.1": {{"type": "package"}}, "A/1": {{"type": "package"}}}}}}"#
        );
        parse(RUNTIME, &content)
    };
    let parsed = of("/linux-x64");
    let both = ["a 1", "microsoft.netcore.app 8.0.1", "microsoft.netcore.app.runtime.linux-x64 8.0.1"];
    assert_eq!((names(&parsed), parsed.blind_spots.len()), (both.map(str::to_owned).to_vec(), 0));
    for unknown in ["/linux-s390x", ""] {
        let parsed = of(unknown);
        assert_eq!((names(&parsed).len(), parsed.blind_spots.len()), (2, 1), "{unknown}");
    }
}

#[test]
fn what_is_not_understood_is_told() {
    for (libraries, fault) in [
        (r#"{"A": {"type": "package"}}"#, "libraries without a readable name and version: A"),
        (r#"{"A/1 2": {"type": "package"}}"#, "libraries without a readable name and version: A/1 2"),
        (r#"{"A/1": {}}"#, "libraries of a kind that is not known: A/1"),
        (r#"{"A/1": {"type": "reference"}}"#, "assemblies that came from no package: A/1"),
        ("{}", "it has no list of libraries"),
        ("null", "it has no list of libraries"),
    ] {
        let parsed = parse(APP, &format!("\u{feff}{{\"libraries\": {libraries}}}"));
        assert_eq!((faults(&parsed), parsed.packages.len()), (vec![fault], 0), "{libraries}");
    }
    for unreadable in
        ["", "[]", "1", r#"{"libraries": []}"#, r#"{"libraries": {"A/1": {"type": 1}}}"#, "{} {}"]
    {
        assert_eq!(parse(APP, unreadable).blind_spots.len(), 1, "{unreadable}");
    }
    let twice = r#"{"libraries": {"A/1": {"type": "package"}, "A/1": {"type": "package"}}}"#;
    assert_eq!(names(&parse(APP, twice)), ["a 1", "a 1"]);
}
