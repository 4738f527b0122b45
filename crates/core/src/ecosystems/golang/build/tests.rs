use crate::{
    FoundFile, Parsed,
    ecosystems::golang::DETECTOR,
    formats::program::{EXTRACTOR, GoBuild, Program},
};

fn parse(program: &Program) -> Parsed {
    let content = EXTRACTOR.write(program, false).unwrap();
    (DETECTOR.parse)(&FoundFile { path: &"bin/tool".into(), content: &content, companions: &[] })
}

fn built(modules: &str) -> Parsed {
    let build = GoBuild { version: "go1.22.1".to_owned(), modules: modules.to_owned() };
    parse(&Program { go: vec![build], ..Program::default() })
}

fn packages(parsed: &Parsed) -> Vec<String> {
    parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version)).collect()
}

#[test]
fn modules_are_those_that_the_program_is_built_from() {
    let parsed = built(
        "path\texample.org/tool/cmd\nmod\texample.org/tool\t(devel)\t\n\
         dep\tgolang.org/x/text\tv0.3.7\n=>\tgolang.org/x/text\tv0.14.0\th1:sum=\n\
         dep\texample.org/fork\tv1.0.0\n=>\t./fork\t(devel)\t\n\n\
         dep\texample.org/above\tv1.0.0\n=>\t..\\above\t\n\
         dep\texample.org/drive\tv1.0.0\n=>\tC:\\src\\drive\t\n\
         dep\texample.org/old\tv2.0.0+incompatible\th1:sum=\nbuild\t-compiler=gc\n",
    );
    assert_eq!(
        packages(&parsed),
        [
            "stdlib 1.22.1",
            "example.org/tool (devel)",
            "golang.org/x/text v0.14.0",
            "example.org/fork (devel)",
            "example.org/above (devel)",
            "example.org/drive (devel)",
            "example.org/old v2.0.0+incompatible",
        ]
    );
    assert_eq!(parsed.blind_spots, []);
}

#[test]
fn what_a_program_is_built_for_holds_for_all_that_it_is_built_from() {
    let of = |lines: &str| {
        let parsed = built(&format!("path\tcmd/a\ndep\ta.org/c\tv1.0.0\n{lines}"));
        assert_eq!(parsed.blind_spots, []);
        let one = |name: &str| {
            let mut named = parsed.packages.iter().filter(|one| one.package.name == name);
            named.next().unwrap().package.built_for.clone().unwrap_or_default()
        };
        (one("stdlib"), one("a.org/c"), one("toolchain"))
    };
    let linux = || "linux/amd64".to_owned();
    let both = "build\tCGO_ENABLED=0\nbuild\tGOARCH=amd64\nbuild\tGOOS=linux\nbuild\tGOAMD64=v1\n";
    assert_eq!(of(both), (linux(), linux(), String::new()));
    for unsaid in [
        "",
        "build\tGOOS=linux\n",
        "build\tGOARCH=amd64\n",
        "build\tGOOS=linux\nbuild\tGOOS=windows\nbuild\tGOARCH=amd64\n",
        "build\tGOOS=\nbuild\tGOARCH=amd64\n",
        "build\tGOOS=linux/x\nbuild\tGOARCH=amd64\n",
    ] {
        assert_eq!(of(unsaid), <(String, String, String)>::default(), "{unsaid}");
    }
    let build = |system: &str| GoBuild {
        version: "go1.22.1".to_owned(),
        modules: format!("path\ta.org/a\nbuild\tGOOS=darwin\nbuild\tGOARCH={system}\n"),
    };
    let parsed = parse(&Program { go: vec![build("amd64"), build("arm64")], ..Program::default() });
    assert!(parsed.packages.iter().all(|one| one.package.built_for.is_none()));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_stands() {
    for odd in [
        "dep",
        "dep\t\tv1.0.0",
        "dap\ta.org/a\tv1.0.0",
        "dep\ta.org/a\tv1.0.0\th1:=\u{b}dep\ta.org/b\tv1.0.0",
    ] {
        let parsed = built(&format!("path\ta.org/tool\n{odd}\ndep\ta.org/c\tv1.0.0\n"));
        assert_eq!(packages(&parsed), ["stdlib 1.22.1", "a.org/c v1.0.0"], "{odd}");
        assert_eq!(parsed.blind_spots.len(), 1, "{odd}");
    }
}

#[test]
fn programs_of_go_itself_are_its_toolchain() {
    assert_eq!(
        packages(&built("path\tcmd/go\nbuild\t-compiler=gc\n")),
        ["stdlib 1.22.1", "toolchain 1.22.1"]
    );
    assert_eq!(packages(&built("path\tcmd/go\nmod\tcmd\t(devel)\t\n")), ["stdlib 1.22.1", "cmd (devel)"]);
}

#[test]
fn a_program_that_does_not_tell_its_modules_says_so() {
    let parsed = built("");
    assert_eq!(packages(&parsed), ["stdlib 1.22.1"]);
    assert_eq!(parsed.blind_spots.len(), 1);
    let parsed = parse(&Program { go_unread: vec!["it is cut off".to_owned()], ..Program::default() });
    assert_eq!((parsed.packages.len(), parsed.blind_spots.len()), (0, 1));
}

#[test]
fn what_is_no_extract_of_a_program_is_somebody_elses() {
    let content = b"Metadata-Version: 2.1\n";
    let file = FoundFile { path: &"METADATA".into(), content, companions: &[] };
    assert_eq!((DETECTOR.parse)(&file), Parsed::default());
}
