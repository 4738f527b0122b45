//! Databases that rpm and Berkeley DB themselves write.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use limpid_testkit::registry::is_installed;

use super::{parse, shown};

const SPECIFICATIONS: [(&str, &str); 2] =
    [("demo.spec", include_str!("demo.spec")), ("plain.spec", include_str!("plain.spec"))];

/// What rpm is asked to say of each package.
const QUERY: &str = "%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\t%{VENDOR}\\t%{MODULARITYLABEL}\\t[%{FILENAMES},]\\n";

fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Builds the packages, and installs them into a database; returns it and what rpm says of it.
fn install(folder: &Path) -> (PathBuf, Vec<String>) {
    let database = folder.join("database");
    fs::create_dir(&database).unwrap();
    for (name, text) in SPECIFICATIONS {
        fs::write(folder.join(name), text).unwrap();
        let top = format!("_topdir {}", folder.display());
        run(Command::new("rpmbuild").args(["-bb", "--define", &top]).arg(folder.join(name)));
    }
    let rpm = || {
        let mut command = Command::new("rpm");
        command.env("HOME", folder).arg("--dbpath").arg(&database);
        command
    };
    let mut packages = Vec::new();
    for architecture in fs::read_dir(folder.join("RPMS")).unwrap() {
        packages.extend(fs::read_dir(architecture.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
    }
    run(rpm().args(["--justdb", "--nodeps", "-i"]).args(packages));
    let said = run(rpm().args(["-qa", "--qf", QUERY]));
    (database.join("rpmdb.sqlite"), said.lines().map(as_shown).collect())
}

/// rpm's line in the form of ours: the source package with its epoch, the module without version and context.
fn as_shown(line: &str) -> String {
    let columns: Vec<&str> = line.split('\t').collect();
    let epoch = columns[1].split_once(':').map_or(String::new(), |(epoch, _)| format!("{epoch}:"));
    let file = columns[3].strip_suffix(".src.rpm").unwrap();
    let (rest, release) = file.rsplit_once('-').unwrap();
    let (name, version) = rest.rsplit_once('-').unwrap();
    let source = format!("{name}-{epoch}{version}-{release}");
    let module: Vec<&str> = columns[5].split(':').take(2).collect();
    let files = columns[6].trim_end_matches(',').replace("(none)", "");
    [columns[0], columns[1], columns[2], &source, columns[4], &module.join(":"), &files].join("\t")
}

fn listed(path: &str, content: &[u8]) -> Vec<String> {
    let parsed = parse(path, content);
    assert_eq!(parsed.blind_spots, [], "{path}");
    let mut listed: Vec<String> = parsed.packages.iter().map(shown).collect();
    listed.sort();
    listed
}

/// The headers in the database, in the form that `db_load` reads, with numbers of packages in the given order of bytes.
fn dump(database: &Path, order: u32, page_size: u32) -> String {
    let number = |number: u32| if order == 4321 { number.to_be_bytes() } else { number.to_le_bytes() };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let connection = rusqlite::Connection::open(database).unwrap();
    let mut statement = connection.prepare("SELECT hnum, blob FROM Packages").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Vec<u8>>(1)?))).unwrap();
    let mut dump = format!(
        "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize={page_size}\ndb_lorder={order}\nHEADER=END\n 00000000\n {}\n",
        hex(&number(3))
    );
    for row in rows {
        let (key, blob) = row.unwrap();
        dump.push_str(&format!(" {}\n {}\n", hex(&number(key)), hex(&blob)));
    }
    dump + "DATA=END\n"
}

#[test]
fn databases_of_the_real_tools_are_read_as_rpm_itself_reads_them() {
    if !is_installed("rpmbuild", "apt-get install rpm") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (database, mut expected) = install(folder.path());
    expected.sort();
    assert_eq!(expected.len(), 3);
    assert_eq!(listed("var/lib/rpm/rpmdb.sqlite", &fs::read(&database).unwrap()), expected);
    if !is_installed("db_load", "apt-get install db-util") {
        return;
    }
    for order in [1234, 4321] {
        for page_size in [512, 4096, 65536] {
            let name = folder.path().join(format!("Packages.{order}.{page_size}"));
            let dump_file = name.with_extension("dump");
            fs::write(&dump_file, dump(&database, order, page_size)).unwrap();
            run(Command::new("db_load").arg("-f").arg(dump_file).arg(&name));
            // The name of the file does not say of which kind it is.
            assert_eq!(listed("usr/lib/sysimage/rpm/Packages.db", &fs::read(&name).unwrap()), expected);
        }
    }
}
