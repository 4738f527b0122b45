//! Portage's database: a package is many files, which are read together, also where layers brought them one by one.

use super::*;

const GENTOO: &str = "ID=gentoo\nPRETTY_NAME=\"Gentoo Linux\"\n";

#[test]
fn a_package_is_its_folder() {
    let system = [kept("etc/os-release", GENTOO), Item::Program("bin/bash"), Item::Program("bin/zsh")];
    let bash = [
        kept("var/db/pkg/app-shells/bash-5.1_p16-r6/PF", "bash-5.1_p16-r6\n"),
        kept("var/db/pkg/app-shells/bash-5.1_p16-r6/SLOT", "0/5.1\n"),
        kept("var/db/pkg/app-shells/bash-5.1_p16-r6/CHOST", "x86_64-pc-linux-gnu\n"),
        kept("var/db/pkg/app-shells/bash-5.1_p16-r6/CONTENTS", "dir /bin\nobj /bin/bash 0123 1672531200\n"),
    ];
    let repository = [kept("var/db/pkg/app-shells/bash-5.1_p16-r6/repository", "gentoo\n")];
    let report = index_with(&Indexer::new(ecosystems::all(), ""), &[&system, &bash, &repository]);
    let found = named(&report, "app-shells/bash");
    assert_eq!(found.namespace.as_deref(), Some("Gentoo"));
    assert_eq!(found.purl, "pkg:ebuild/app-shells/bash@5.1_p16-r6?arch=amd64&distro=gentoo");
    assert_eq!(found.package.module.as_deref(), Some("0"));
    assert_eq!(found.package.repository.as_deref(), Some("gentoo"));
    // The other program is nobody's.
    assert_eq!(spots(&report), [(Reason::UnidentifiedExecutables, "1 program", 0)]);
}
