//! PHP, against `composer show`.

use limpid_testkit::registry::is_installed;
use serde_json::{Value, json};

use super::*;

/// A repository of one package of one version, in a folder.
fn package(made: &Made, name: &str, version: &str, more: &Value) -> Value {
    let folder = made.path("repository").join(name);
    write(&folder.join("composer.json"), &json!({"name": name}).to_string());
    let mut package = json!({"name": name, "version": version,
        "dist": {"type": "path", "url": folder, "reference": version}, "transport-options": {"symlink": false}});
    package.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"type": "package", "package": package})
}

fn composer(made: &Made, arguments: &[&str]) -> String {
    let mut command = Command::new("composer");
    command.args(arguments).arg("--no-interaction").current_dir(made.path("app"));
    ran(command.env("COMPOSER_HOME", made.path("home")).env("COMPOSER_ALLOW_SUPERUSER", "1"))
}

fn listed(made: &Made) -> Vec<String> {
    let list: Value = serde_json::from_str(&composer(made, &["show", "--format=json"])).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = list["installed"].as_array().unwrap().iter();
    // Behind the name of a branch it shows the commit.
    let version = |one: &Value| text(&one["version"]).split(' ').next().unwrap().to_owned();
    packages.map(|one| format!("{} {}", text(&one["name"]), version(one))).collect()
}

/// Installs what is required, and nothing else; a layer has the application alone.
fn install(made: &mut Made, repositories: &[Value], require: &Value) {
    let mut all = repositories.to_vec();
    all.push(json!({"packagist.org": false}));
    let project = json!({"repositories": all, "require": require, "minimum-stability": "dev"});
    write(&made.path("app/composer.json"), &project.to_string());
    composer(made, &["update", "--quiet", "--no-progress"]);
    for folder in ["repository", "home"] {
        fs::remove_dir_all(made.path(folder)).unwrap();
    }
    made.commit();
}

#[test]
fn what_composer_installs_is_what_composer_shows() {
    if !is_installed("composer", "apt-get install composer") {
        return;
    }
    let mut made = Made::new();
    let none = json!({});
    let replaces = json!({"replace": {"acme/within": "self.version"}, "require": {"psr/log": "*"}});
    let lower = [
        package(&made, "psr/log", "1.1.4", &none),
        package(&made, "acme/all", "v2.0.0-RC1", &replaces),
        package(&made, "acme/branch", "dev-main", &none),
        package(&made, "acme/gone", "0.9", &none),
        package(&made, "acme/nothing", "1.0.0", &json!({"type": "metapackage"})),
    ];
    let every =
        |names: &[&str]| -> Value { names.iter().map(|name| ((*name).to_owned(), json!("*"))).collect() };
    install(&mut made, &lower, &every(&["acme/all", "acme/branch", "acme/gone", "acme/nothing"]));
    let listed_lower = listed(&made);
    assert_eq!(listed_lower.len(), 5, "{listed_lower:?}");
    made.hold("Packagist", listed_lower);
    let upper = [
        package(&made, "psr/log", "3.0.0", &none),
        package(&made, "acme/all", "v2.0.0-RC1", &replaces),
        package(&made, "acme/branch", "dev-main", &none),
    ];
    install(&mut made, &upper, &every(&["acme/all", "acme/branch"]));
    made.hold("Packagist", listed(&made));
}
