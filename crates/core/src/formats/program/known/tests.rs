use std::{collections::BTreeSet, io::Cursor};

use super::*;
use crate::{
    extract::Memory,
    formats::program::{Program, SEARCHER, limits, read},
};

/// What is proven of a program that has these bytes in it, by its name.
fn proven(name: &str, bytes: &[u8]) -> Vec<String> {
    let mut program = b"\x7fELF\x02\x01\x01".to_vec();
    program.resize(64, 0);
    program.extend(bytes);
    let extract = (SEARCHER.extract)(&mut Cursor::new(program), &Memory).unwrap();
    let program = if extract.is_empty() { Program::default() } else { read(&extract).unwrap().unwrap() };
    named(&program.proven, name.as_bytes())
        .iter()
        .map(|one| format!("{} {}", one.name, one.version))
        .collect()
}

#[test]
fn every_name_of_the_table_is_searched_and_no_other() {
    let of_table: BTreeSet<&str> = KNOWN.iter().flat_map(|known| known.files).copied().collect();
    assert_eq!(FILES.iter().copied().collect::<BTreeSet<_>>(), of_table);
}

#[test]
fn no_sign_is_within_another() {
    let signs: BTreeSet<&[u8]> = KNOWN.iter().map(|known| known.proof.sign()).collect();
    assert_eq!(signs.len(), KNOWN.len());
    for (one, other) in signs.iter().flat_map(|one| signs.iter().map(move |other| (one, other))) {
        assert!(one == other || !one.windows(other.len()).any(|part| part == *other), "{one:?} {other:?}");
    }
}

#[test]
fn versions_stand_beside_their_signs() {
    for (name, bytes, expected) in [
        ("bash", &b"@(#)Bash version 5.2.15(1) release GNU"[..], &["bash 5.2.15"][..]),
        ("busybox.static", b"\0BusyBox v1.35.0 (Debian 1:1.35.0-4)\0", &["busybox 1.35.0"]),
        ("libcurl.so.4.8.0", b"\0libcurl/7.88.1\0", &["curl 7.88.1"]),
        // With the library in it, and without.
        ("curl", b"\0curl/8.11.0\0libcurl/8.11.0\0", &["curl 8.11.0"]),
        ("curl", b"\0curl 7.88.1 (x86_64-pc-linux-gnu) %s\n\0curl/7.88.1\0", &["curl 7.88.1"]),
        ("libcurl.so.4", b"\0curl 7.88.1 (x86_64-pc-linux-gnu) %s\n\0", &["curl 7.88.1"]),
        ("wget", b"\0curl 7.88.1 (x86_64-pc-linux-gnu) %s\n\0", &[]),
        (
            "haproxy",
            b"HAProxy</a> version 2.6.12-1+deb12u4, released 2026/10/17",
            &["haproxy 2.6.12-1+deb12u4"],
        ),
        ("apache2", b"\0Apache/2\0Apache/2.4\0Apache/2.4.71\0Apache/2.4.71 (Debian)\0", &["httpd 2.4.71"]),
        ("memcached", b"\0memcached 1.6.18\n\0memcached and libevent license", &["memcached 1.6.18"]),
        ("nginx", b"\0nginx version: nginx/1.22.1\n\0", &["nginx 1.22.1"]),
        ("node", b"https://nodejs.org/download/release/v20.20.2/node-v20.20.2.tar.gz", &["node 20.20.2"]),
        ("libcrypto.so.3", b"\0OpenSSL 3.0.19 27 Jan 2026\0", &["openssl 3.0.19"]),
        ("perl", b"/usr/local/lib/perl5/5.36.0/x86_64-linux\0/usr/share/perl/5.36\0", &["perl 5.36.0"]),
        ("php8.2", b"X-Powered-By: PHP/8.2.36\0", &["php 8.2.36"]),
        ("postgres", b"postgres (PostgreSQL) 15.18 (Debian 15.18-0)", &["postgresql 15.18"]),
        ("ruby", b"ruby 1.8)\0ruby 3.1.2p20 (2022-04-12)", &["ruby 3.1.2p20"]),
        ("python3.11", b"\0PYTHONHASHSEED\0" as &[u8], &[]),
        ("python3.11", b"\0PYTHONHASHSEED\x003.11.2\x003.2.0\0", &["python 3.11.2"]),
        ("python3.11", b"\x003.11.2\0", &[]),
        (
            "redis-server",
            b"\0redis_version:%s\x002.0.0\x007.0.15\0A7.0.15host-1790282056000000000\0",
            &["redis 7.0.15"],
        ),
        // Whoever is linked against it is not it, and neither is what is called so and has none.
        ("curl", b"\0OpenSSL 3.0.19 27 Jan 2026\0", &[]),
        ("nginx", b"nginx version: nginx/\0", &[]),
        ("nginx", b"", &[]),
    ] {
        assert_eq!(proven(name, bytes), expected, "{name}");
    }
}

#[test]
fn a_build_of_a_vendor_names_its_builder_and_one_that_cannot_be_read_is_no_build_of_the_makers() {
    let nobody = "a builder whose name cannot be read";
    for (bytes, expected) in [
        (&b"\0nginx version: nginx/1.25.3 (nginx-plus-r31)\n\0"[..], Some("nginx-plus-r31")),
        (b"\0nginx version: nginx/1.18.0 (Ubuntu)\0", Some("Ubuntu")),
        (b"\0nginx version: nginx/1.25.3 (\0", Some(nobody)),
        (b"\0nginx version: nginx/1.25.3 (\xff\xfe)\0", Some(nobody)),
        (&[&b"\0nginx version: nginx/1.25.3 ("[..], &[b'x'; 200], b")\0"].concat(), Some(nobody)),
        (b"\0nginx version: nginx/1.25.3\0 (x)", None),
        (b"\0OpenSSL 1.1.1w  11 Sep 2023\0", None),
        (b"\0OpenSSL 1.1.1 (compatible; BoringSSL)\0", Some("compatible; BoringSSL")),
    ] {
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(64, 0);
        program.extend(bytes);
        let extract = (SEARCHER.extract)(&mut Cursor::new(program), &Memory).unwrap();
        let proven = read(&extract).unwrap().unwrap().proven;
        assert_eq!(proven.iter().map(|one| one.builder.as_deref()).collect::<Vec<_>>(), [expected]);
    }
    // What is no nginx of its authors is none that is known.
    assert_eq!(proven("nginx", b"\0nginx version: openresty/1.25.3.1\0"), Vec::<String>::new());
}

#[test]
fn what_stands_across_two_parts_is_found_once() {
    let sign = b"\0nginx version: nginx/1.22.1\0";
    let part = usize::try_from(super::super::limits::SEARCHED_AT_ONCE).unwrap();
    for before in [part - 64 - 28, part - 64 - 14, part - 64 - 1, part - 64] {
        let bytes = [&vec![b'x'; before][..], sign, b"more"].concat();
        assert_eq!(proven("nginx", &bytes), ["nginx 1.22.1"], "{before}");
    }
}

#[test]
fn a_search_that_ends_at_its_bound_says_so() {
    let texts: String = (0..limits::MOST_ALONE).map(|number| format!("\0{number}.0\0")).collect();
    let mut program = b"\x7fELF\x02\x01\x01".to_vec();
    program.resize(64, 0);
    program.extend(format!("\0PYTHONHASHSEED\0{texts}\x003.11.2\0").bytes());
    let extract = (SEARCHER.extract)(&mut Cursor::new(program), &Memory).unwrap();
    let program = read(&extract).unwrap().unwrap();
    assert_eq!(program.proven, []);
    assert_eq!(program.self_unread, ["it has more texts that could be its version than are looked at"]);
}
