//! Shared frameworks: the runtime that applications use together, `shared/NAME/VERSION/NAME.deps.json`.
//!
//! What a framework is made of has names of its own, with labels of how it was built (`3.1.23-servicing.22122.4`), by which it
//! would be before its own release. Its release is what its folder is named after. Advisories name a framework by its package
//! for one kind of system (`Microsoft.NETCore.App.Runtime.linux-x64`), those of old releases by its name alone: it is listed as both.
//!
//! Source of the layout: .NET's documentation, “.NET distribution packaging”; of the names: the advisories of GitHub's database
//! for .NET's runtime.

use crate::FilePath;

/// A shared framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Framework {
    /// Such as `Microsoft.NETCore.App`.
    pub(super) name: String,
    /// Its release.
    pub(super) version: String,
}

impl Framework {
    /// The framework whose list of libraries is at this path.
    pub(super) fn at(path: &FilePath) -> Option<Self> {
        let mut parts = path.as_bytes().rsplit(|&byte| byte == b'/').map(String::from_utf8_lossy);
        let [file, version, name, shared] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
        let is_list = file.strip_suffix(".deps.json") == Some(&name);
        (is_list && shared == "shared")
            .then(|| Self { name: name.into_owned(), version: version.into_owned() })
    }

    /// Whether a library is the framework itself, under one of its names.
    pub(super) fn is(&self, library: &str) -> bool {
        let (name, library) = (self.name.to_ascii_lowercase(), library.to_ascii_lowercase());
        match library.strip_prefix(&name) {
            Some(rest) => rest.is_empty() || rest == ".internal" || rest.starts_with(".runtime."),
            None => library.starts_with("runtime.") && library.ends_with(&format!(".{name}")),
        }
    }

    /// The package that advisories name, for the system that the framework was built for (`linux-x64`, `alpine.3.18-arm64`);
    /// `None` for a system for which they name none.
    pub(super) fn package(&self, system: &str) -> Option<String> {
        let (system, architecture) = system.rsplit_once('-')?;
        let family = match system {
            "win" => "win",
            _ if system.starts_with("osx") => "osx",
            _ if system.starts_with("win") => "win",
            _ if system.starts_with("alpine") || system.contains("musl") => "linux-musl",
            _ => "linux",
        };
        let is_named = matches!(architecture, "x64" | "x86" | "arm" | "arm64");
        is_named.then(|| format!("{}.Runtime.{family}-{architecture}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_framework_is_told_by_where_it_is() {
        let path = "usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json";
        let framework = Framework::at(&path.into()).unwrap();
        assert_eq!((&*framework.name, &*framework.version), ("Microsoft.NETCore.App", "8.0.1"));
        for other in [
            "app/app.deps.json",
            "shared/Microsoft.NETCore.App/8.0.1/other.deps.json",
            "usr/share/dotnet/packs/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json",
            "a.deps.json",
        ] {
            assert_eq!(Framework::at(&other.into()), None, "{other}");
        }
    }

    #[test]
    fn its_package_is_the_one_of_its_system() {
        let framework = Framework { name: "Microsoft.NETCore.App".to_owned(), version: "8.0.1".to_owned() };
        for (system, package) in [
            ("linux-x64", Some("Microsoft.NETCore.App.Runtime.linux-x64")),
            ("linux-musl-arm64", Some("Microsoft.NETCore.App.Runtime.linux-musl-arm64")),
            ("alpine.3.18-x64", Some("Microsoft.NETCore.App.Runtime.linux-musl-x64")),
            ("rhel.8-x64", Some("Microsoft.NETCore.App.Runtime.linux-x64")),
            ("win-x86", Some("Microsoft.NETCore.App.Runtime.win-x86")),
            ("win10-x64", Some("Microsoft.NETCore.App.Runtime.win-x64")),
            ("osx.12-arm64", Some("Microsoft.NETCore.App.Runtime.osx-arm64")),
            ("linux-s390x", None),
            ("any", None),
        ] {
            assert_eq!(framework.package(system).as_deref(), package, "{system}");
        }
        for own in [
            "Microsoft.NETCore.App",
            "microsoft.netcore.app.runtime.linux-x64",
            "runtime.linux-x64.Microsoft.NETCore.App",
            "Microsoft.NETCore.App.Internal",
        ] {
            assert!(framework.is(own), "{own}");
        }
        for other in
            ["Microsoft.NETCore.Apples", "System.Text.Json", "Microsoft.NETCore.App.Ref", "runtime.native"]
        {
            assert!(!framework.is(other), "{other}");
        }
    }
}
