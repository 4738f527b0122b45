//! R, against `installed.packages()`.

use super::*;

fn source(made: &Made, name: &str, version: &str) -> PathBuf {
    let folder = made.path("source").join(name);
    let text = format!(
        "Package: {name}\nVersion: {version}\nTitle: Made\nDescription: Made for this.\nLicense: MIT\nAuthor: A\nMaintainer: A <a@b.c>\n"
    );
    write(&folder.join("DESCRIPTION"), &text);
    write(&folder.join("NAMESPACE"), "");
    folder
}

fn library(made: &Made) -> PathBuf {
    made.path("usr/local/lib/R/site-library")
}

fn install(made: &mut Made, packages: &[(&str, &str)]) {
    let sources: Vec<PathBuf> = packages.iter().map(|(name, version)| source(made, name, version)).collect();
    fs::create_dir_all(library(made)).unwrap();
    ran(Command::new("R")
        .args(["CMD", "INSTALL", "--no-docs", "--no-test-load", "-l"])
        .arg(library(made))
        .args(sources));
    fs::remove_dir_all(made.path("source")).unwrap();
}

fn listed(made: &Made) -> Vec<String> {
    let list = format!(
        "p <- installed.packages(lib.loc = '{}'); writeLines(paste(p[, 'Package'], p[, 'Version']))",
        library(made).display()
    );
    ran(Command::new("Rscript").args(["-e", &list])).lines().map(str::to_owned).collect()
}

#[test]
fn what_r_installs_is_what_r_lists() {
    // Large for what it proves, so CI does without.
    if Command::new("Rscript").arg("--version").output().is_err() {
        eprintln!("SKIPPED: R is not installed (apt-get install r-base-core)");
        return;
    }
    let mut made = Made::new();
    install(&mut made, &[("readxl", "1.3.0"), ("data.table", "1.14-8"), ("gone", "0.1")]);
    made.commit();
    made.hold("CRAN", listed(&made));
    install(&mut made, &[("readxl", "1.4.3")]);
    ran(Command::new("R").args(["CMD", "REMOVE", "-l"]).arg(library(&made)).arg("gone"));
    made.commit();
    made.hold("CRAN", listed(&made));
}
