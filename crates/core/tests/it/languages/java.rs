//! Java, against Maven itself and the archives of its repository.

use std::{
    env, fs,
    io::BufReader,
    path::{Path, PathBuf},
    process::Command,
};

use limpid_core::{Detector, FilePath, FoundFile, Parsed, ecosystems, extract::Memory};
use limpid_testkit::registry::is_installed;

use super::orders::{Look, compare};

/// Asks Maven for the order of the two versions on each line.
const ORDER: &str = r#"
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Order {
    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out));
        for (String line; (line = in.readLine()) != null; ) {
            String[] pair = line.split("\t", -1);
            int order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
            out.println(order < 0 ? "<" : order == 0 ? "=" : ">");
        }
        out.flush();
    }
}
"#;

const LOOK: Look = Look {
    lengths: &[1, 2, 3, 4],
    prefixes: &["", "", "", "", "v", "-", ".", "a"],
    numbers: &[
        "0",
        "1",
        "2",
        "10",
        "00",
        "01",
        "9",
        "999999999",
        "1000000000",
        "0000000000",
        "999999999999999999",
        "99999999999999999999",
        "0000000000000000000",
    ],
    pieces: &[
        "a",
        "b",
        "m",
        "x",
        "alpha",
        "beta",
        "milestone",
        "rc",
        "cr",
        "SNAPSHOT",
        "ga",
        "final",
        "Final",
        "release",
        "sp",
        "jre",
        "foo",
        "1",
        "0",
        "2",
        "01",
        ".",
        "-",
        ".",
        "-",
        "-1",
        ".0",
        "-0",
        ".x",
        "-x",
        "a1",
        "-alpha-1",
        "_",
        "+",
        "~",
        "v20210413",
        "-jre",
        "-rc1",
        ".Final",
        "-beta",
    ],
};

/// Debian's Maven is older than 3.9 and has another order, so its library has to be named.
#[test]
fn maven_is_the_order_of_maven() {
    let Some(library) = env::var_os("LIMPID_MAVEN_ARTIFACT").map(PathBuf::from) else {
        eprintln!(
            "SKIPPED: LIMPID_MAVEN_ARTIFACT names no maven-artifact-3.9.….jar; its answers are a fixture"
        );
        return;
    };
    if !is_installed("javac", "apt-get install default-jdk-headless") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("Order.java");
    fs::write(&source, ORDER).unwrap();
    compare("maven", &LOOK, Command::new("java").arg("-cp").arg(library).arg(source));
}

fn detector() -> &'static Detector {
    let java = *ecosystems::all().of_namespace("Maven").unwrap();
    java.detectors[0]
}

fn read(archive: &Path, path: &FilePath) -> Parsed {
    let want = detector().wants.iter().find(|want| want.pattern.matches(path)).unwrap();
    let mut source = BufReader::new(fs::File::open(archive).unwrap());
    let extract = (want.extractor.unwrap().extract)(&mut source, &Memory).unwrap();
    (detector().parse)(&FoundFile { path, content: &extract, companions: &[] })
}

/// All archives below a folder, sorted.
fn archives(folder: &Path) -> Vec<PathBuf> {
    let mut archives = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            archives.extend(self::archives(&path));
        } else if path.extension().is_some_and(|ending| ending == "jar" || ending == "hpi") {
            archives.push(path);
        }
    }
    archives.sort();
    archives
}

/// A repository of Maven's says by its folders what each of its archives is: `LIMPID_MAVEN_REPOSITORY=~/.m2/repository`.
#[test]
fn archives_of_a_repository_are_what_their_folders_say() {
    let Some(repository) = env::var_os("LIMPID_MAVEN_REPOSITORY").map(PathBuf::from) else {
        eprintln!("SKIPPED: LIMPID_MAVEN_REPOSITORY names no local repository of Maven's");
        return;
    };
    let (mut by_group, mut by_artifact, mut wrong) = (0, 0, Vec::new());
    for archive in archives(&repository) {
        let below = archive.strip_prefix(&repository).unwrap();
        let parts: Vec<&str> = below.iter().map(|part| part.to_str().unwrap()).collect();
        let [group @ .., artifact, version, file] = parts.as_slice() else { panic!("{below:?}") };
        let expected = format!("{}:{artifact}", group.join("."));
        let parsed = read(&archive, &FilePath::new(format!("lib/{file}").as_bytes()));
        // What stands behind the version in a name may be a part of it.
        let classifier =
            file.strip_prefix(&format!("{artifact}-{version}")).and_then(|rest| rest.rsplit_once('.'));
        let whole = format!("{version}{}", classifier.map_or("", |(classifier, _)| classifier));
        let is_found = |name: &str| {
            let mut packages = parsed.packages.iter().map(|one| &one.package);
            packages.any(|package| {
                package.name == name && [*version, whole.as_str()].contains(&&*package.version)
            })
        };
        match (is_found(&expected), is_found(artifact)) {
            (true, _) => by_group += 1,
            (false, true) => by_artifact += 1,
            (false, false) => wrong.push(format!("{below:?}: {:?}", parsed.packages)),
        }
        for spot in parsed.blind_spots {
            eprintln!("{below:?}: {}", spot.detail);
        }
    }
    eprintln!("{by_group} by group and artifact, {by_artifact} by artifact alone, {} otherwise", wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
    assert!(by_group > 0 && by_artifact > 0);
}
