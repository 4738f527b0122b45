//! .NET, against NuGet itself.

use std::{env, fs, path::PathBuf, process::Command};

use super::orders::{Look, compare};

const ORDER: &str = r#"
using System;
using NuGet.Versioning;

class Order {
    static void Main() {
        for (string line; (line = Console.In.ReadLine()) != null; ) {
            string[] pair = line.Split('\t');
            NuGetVersion a, b;
            if (!NuGetVersion.TryParse(pair[0], out a) || !NuGetVersion.TryParse(pair[1], out b)) {
                Console.Out.WriteLine("!");
                continue;
            }
            int order = VersionComparer.Default.Compare(a, b);
            Console.Out.WriteLine(order < 0 ? "<" : order == 0 ? "=" : ">");
        }
    }
}
"#;

const LOOK: Look = Look {
    lengths: &[1, 2, 3, 3, 3, 4, 4, 5],
    prefixes: &["", "", "", "", "", "", "", "", "", " ", "v", "-"],
    numbers: &[
        "0",
        "1",
        "2",
        "10",
        "0",
        "1",
        "2",
        "10",
        "00",
        "01",
        "9",
        "2147483647",
        "2147483648",
        " 1",
        "1 ",
    ],
    pieces: &[
        "-a",
        "-A",
        "-1",
        "-01",
        "-0",
        "-alpha.1",
        "-Alpha.2",
        "-beta-1",
        "-rc.10",
        "-1.a",
        "-2147483648",
        ".1",
        ".a",
        ".B",
        ".-1",
        ".0",
        ".10",
        ".2147483648",
        "--",
        "-",
        "+",
        "+build",
        "+01",
        "+a.b",
        ".",
        "0",
        "1",
        "x",
        "_",
        " ",
    ],
};

/// NuGet's own program is one file of .NET Framework, which Mono runs: too large for what it proves, so CI does without.
#[test]
fn nuget_is_the_order_of_nuget() {
    let Some(nuget) = env::var_os("LIMPID_NUGET").map(PathBuf::from) else {
        eprintln!("SKIPPED: LIMPID_NUGET does not name a nuget.exe, of version 5 or later");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("Order.cs"), ORDER).unwrap();
    fs::copy(nuget, at("NuGet.exe")).unwrap();
    let built = Command::new("mcs").args(["-r:NuGet.exe", "Order.cs"]).current_dir(folder.path()).status();
    assert!(built.unwrap().success());
    compare("nuget", &LOOK, Command::new("mono").arg(at("Order.exe")));
}
