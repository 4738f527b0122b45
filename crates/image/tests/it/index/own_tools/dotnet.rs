//! .NET, against `dotnet --list-runtimes`, and against Mono for what assemblies say of themselves.

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

/// Whether anything was told by itself alone, which no list has.
fn told_by_themselves(report: &IndexReport) -> Vec<String> {
    let evidence = report.packages.iter().filter_map(|one| one.package.evidence.clone());
    let mut told: Vec<String> = evidence.collect();
    told.sort();
    told.dedup();
    told
}

/// What a runtime's list has tells nothing of itself; where the list is gone, all of it does. Mono, which reads assemblies too, says
/// the same names and versions.
#[test]
fn assemblies_are_called_as_mono_reads_them() {
    if !is_long() || !is_installed("pip3", "apt-get install python3-pip") || !has_registries() {
        eprintln!("SKIPPED: LIMPID_OWN_TOOLS is not set, or pip is not there");
        return;
    }
    let mut made = Made::new();
    let mut command = Command::new("pip3");
    command.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
    ran(command.arg(made.path("opt/lib")).args(["dotnetcore2==3.1.23", "pythonnet==3.0.3"]));
    made.commit();
    assert_eq!(told_by_themselves(&made.report()), [""; 0]);
    let runtime = made.path("opt/lib/dotnetcore2/bin/shared/Microsoft.NETCore.App/3.1.23");
    fs::remove_file(runtime.join("Microsoft.NETCore.App.deps.json")).unwrap();
    made.commit();
    let told = told_by_themselves(&made.report());
    if !is_installed("mcs", "apt-get install mono-mcs") {
        return;
    }
    let source = made.root.path().join("names.cs");
    let text = r#"class Names { static void Main(string[] files) { foreach (var file in files) try {
        var name = System.Reflection.AssemblyName.GetAssemblyName(file);
        System.Console.WriteLine("assembly " + name.Name + " " + name.Version);
    } catch (System.BadImageFormatException) {} } }"#;
    write(&source, text);
    let program = made.root.path().join("names.exe");
    ran(Command::new("mcs").arg(format!("-out:{}", program.display())).arg(&source));
    let libraries = fs::read_dir(&runtime).unwrap().map(|entry| entry.unwrap().path());
    let libraries = libraries.filter(|path| path.extension().is_some_and(|one| one == "dll"));
    let mut expected: Vec<String> =
        ran(Command::new("mono").arg(&program).args(libraries)).lines().map(str::to_owned).collect();
    expected.sort();
    let names = told.iter().map(|one| one.split(',').next().unwrap().to_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert_eq!(names, expected);
    assert!(names.len() > 150, "{}", names.len());
    let is_of_product =
        |one: &&String| one.contains("product version 3.1.23+") && one.contains("file version 4.700.");
    assert!(told.iter().filter(is_of_product).count() > 150, "{told:?}");
    let versions = made.report().packages.iter().filter(|one| one.package.evidence.is_some()).count();
    assert_eq!(versions, told.len());
}
