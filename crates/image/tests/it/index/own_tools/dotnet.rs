//! .NET, against `dotnet --list-runtimes`.

use std::os::unix::fs::PermissionsExt as _;

use limpid_testkit::registry::is_installed;

use super::*;

/// Where the runtime is that PyPI's package brings.
const RUNTIME: &str = "opt/lib/dotnetcore2/bin/dotnet";

#[test]
fn runtimes_are_those_that_dotnet_lists() {
    if !is_long() || !is_installed("pip3", "apt-get install python3-pip") || !has_registries() {
        eprintln!("SKIPPED: LIMPID_OWN_TOOLS is not set, or pip is not there");
        return;
    }
    let mut made = Made::new();
    let mut command = Command::new("pip3");
    command.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
    ran(command.arg(made.path("opt/lib")).arg("dotnetcore2==3.1.23"));
    fs::set_permissions(made.path(RUNTIME), fs::Permissions::from_mode(0o755)).unwrap();
    made.commit();
    let text = ran(Command::new(made.path(RUNTIME)).arg("--list-runtimes"));
    let told: Vec<String> =
        text.lines().map(|line| line.split(" [").next().unwrap().to_lowercase()).collect();
    let is_runtime = |name: &String| name.split(' ').next().unwrap().ends_with(".app");
    let found: Vec<String> =
        made.found("NuGet").into_iter().map(|(name, _)| name).filter(is_runtime).collect();
    assert_eq!((&found, told.len()), (&told, 1));
}
