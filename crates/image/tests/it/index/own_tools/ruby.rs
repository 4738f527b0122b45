//! Ruby, against `gem list`.

use limpid_testkit::registry::is_installed;

use super::*;

/// Makes gems of names, versions and platforms.
const MAKE: &str = r#"
require "rubygems/package"
ARGV.each do |gem|
  name, version, platform = gem.split(":")
  Gem::Package.build(Gem::Specification.new do |made|
    made.name, made.version, made.platform = name, version, platform || "ruby"
    made.authors, made.summary, made.files = ["A"], "Made", []
  end)
end
"#;

fn gem(made: &Made, arguments: &[&str]) -> String {
    let home = made.path("usr/local/bundle");
    ran(Command::new("gem").args(arguments).env("GEM_HOME", &home).env("GEM_PATH", &home))
}

/// Those that Ruby itself brought are not in the image.
fn listed(made: &Made) -> Vec<String> {
    let mut listed = Vec::new();
    for line in gem(made, &["list", "--local", "--quiet"]).lines() {
        let (name, versions) = line.strip_suffix(')').unwrap().split_once(" (").unwrap();
        let own = versions.split(", ").filter(|version| !version.starts_with("default: "));
        listed.extend(own.map(|version| format!("{name} {}", version.split(' ').next().unwrap())));
    }
    listed
}

#[test]
fn what_gem_installs_is_what_gem_lists() {
    if !is_installed("gem", "apt-get install ruby") {
        return;
    }
    let gems = tempfile::tempdir().unwrap();
    let platform = "native_thing:1.2.3:x86_64-linux";
    let all = ["rack:2.2.8", "rack:3.0.0.beta1", "rack-test:2.1.0", "json-jwt:1.16.3", platform];
    ran(Command::new("ruby").args(["-e", MAKE]).args(all).current_dir(gems.path()));
    let file = |name: &str| gems.path().join(name).display().to_string();
    let install = |made: &Made, names: &[&str]| {
        let files: Vec<String> = names.iter().map(|name| file(&format!("{name}.gem"))).collect();
        let words: Vec<&str> = files.iter().map(String::as_str).collect();
        gem(made, &[&["install", "--local", "--no-document"], &words[..]].concat());
    };
    let mut made = Made::new();
    install(&made, &["rack-2.2.8", "json-jwt-1.16.3", "native_thing-1.2.3-x86_64-linux"]);
    made.commit();
    made.hold("RubyGems", listed(&made));
    install(&made, &["rack-3.0.0.beta1", "rack-test-2.1.0"]);
    gem(&made, &["uninstall", "json-jwt", "--all"]);
    made.commit();
    let listed = listed(&made);
    assert_eq!(listed.len(), 4, "{listed:?}");
    made.hold("RubyGems", listed);
}
