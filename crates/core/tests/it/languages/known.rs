//! Well-known programs as Debian builds them: what their bytes prove is what their packages say.
//!
//! Programs that are installed are read where they are.

use std::{fs, path::Path, process::Command};

use limpid_core::{FoundFile, ecosystems, extract::Memory, wants::WantList};

/// Name and version of what a file is found to be.
fn found(path: &Path) -> Vec<String> {
    let detector = ecosystems::all().of_namespace("programs").unwrap().detectors[0];
    let file_path = path.to_str().unwrap().trim_start_matches('/').into();
    let kept = WantList::new(detector.wants.iter().copied()).kept(&file_path, true).unwrap();
    let extractor = kept.extractor.unwrap();
    let extract = (extractor.extract)(&mut fs::File::open(path).unwrap(), &Memory).unwrap();
    let file = FoundFile { path: &file_path, content: &extract, companions: &[] };
    let parsed = (detector.parse)(&file);
    assert_eq!(parsed.blind_spots, [], "{}", path.display());
    parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version)).collect()
}

/// The version of an installed Debian package, without what is Debian's; `None` where it is not installed.
fn packaged(package: &str) -> Option<String> {
    let output = Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]).output().ok()?;
    let version = String::from_utf8(output.stdout).unwrap();
    let version = version.split_once(':').map_or(&*version, |(_, rest)| rest);
    let (upstream, _) = version.rsplit_once('-')?;
    let upstream = upstream.split(['+', '~']).next().unwrap_or_default();
    output.status.success().then(|| upstream.to_owned())
}

#[test]
fn programs_of_the_system_are_what_their_packages_say() {
    let mut read = 0;
    for (package, path, name) in [
        ("bash", "/usr/bin/bash", "bash"),
        ("busybox", "/usr/bin/busybox", "busybox"),
        ("perl-base", "/usr/bin/perl", "perl"),
        ("libssl3", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "openssl"),
        ("openssl", "/usr/bin/openssl", "openssl"),
        ("curl", "/usr/bin/curl", "curl"),
        ("libcurl4", "/usr/lib/x86_64-linux-gnu/libcurl.so.4", "curl"),
        ("libpython3.11", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", "python"),
        ("postgresql-15", "/usr/lib/postgresql/15/bin/postgres", "postgresql"),
        ("php8.2-cli", "/usr/bin/php8.2", "php"),
        ("nginx", "/usr/sbin/nginx", "nginx"),
        ("haproxy", "/usr/sbin/haproxy", "haproxy"),
        ("memcached", "/usr/bin/memcached", "memcached"),
        ("apache2-bin", "/usr/sbin/apache2", "httpd"),
    ] {
        let (Some(version), true) = (packaged(package), Path::new(path).exists()) else {
            eprintln!("SKIPPED: {package} is not installed (apt-get install {package})");
            continue;
        };
        let found = found(Path::new(path));
        // What some add to it is theirs: HAProxy has all of Debian's version.
        let is_it = |one: &String| one.starts_with(&format!("{name} {version}"));
        assert!(found.len() == 1 && found.iter().all(is_it), "{path}: {found:?}, and {package} is {version}");
        read += 1;
    }
    eprintln!("{read} programs were read");
}
