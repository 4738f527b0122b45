//! The specification of one gem: `specifications/NAME-VERSION.gemspec`, `specifications/default/…`, and those that Bundler has got
//! from a repository of source, `bundler/gems/NAME-REVISION/NAME.gemspec` or one folder below, two where a Gemfile asks for it.
//!
//! A specification is a program in Ruby, which is not run. RubyGems writes those that it installs in one form, of which it reads
//! the head itself. Where name and version are computed, that is a blind spot.
//!
//! Sources: of the form, RubyGems, `Gem::Specification#to_ruby` and `Gem::StubSpecification`, which Bundler writes anew; of the
//! places, `Bundler::Source::Path::DEFAULT_GLOB`.

use super::version;
use crate::{BlindSpot, FilePath, FoundFile, Package, Parsed, ParsedPackage, Reason};

/// Begins the line in the head that tells name, version, platform and more.
const STUB: &str = "# stub: ";

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    if !is_installed(file.path) {
        return parsed;
    }
    let path = file.path.to_string();
    let mut tell = |detail: String| {
        let spot = BlindSpot::new(Reason::DatabaseUnreadable, &*path, detail).with_packages(1);
        parsed.blind_spots.push(spot);
    };
    let content = String::from_utf8_lossy(file.content);
    let lines = || content.lines().map(str::trim);
    let stub = lines().take_while(|line| line.is_empty() || line.starts_with('#')).find_map(stub);
    let literals =
        lines().find_map(|line| literal(line, "name")).zip(lines().find_map(|line| literal(line, "version")));
    if let (Some(stub), Some(literals)) = (stub, literals)
        && stub != literals
    {
        tell(format!("its head says {} {}, and it itself {} {}", stub.0, stub.1, literals.0, literals.1));
    }
    if lines().rfind(|line| !line.is_empty()).is_some_and(|line| line != "end") {
        tell("it is cut off, or goes on after its end".to_owned());
    }
    let Some((name, version)) = stub.or(literals) else {
        tell("it has no readable name and version".to_owned());
        return parsed;
    };
    let package = Package {
        name: name.to_owned(),
        version: version.to_owned(),
        kind: "gem".to_owned(),
        ..Package::default()
    };
    parsed.packages.push(ParsedPackage::new(package));
    parsed
}

/// Whether gems are found by this specification; others lie in the folders of gems, for those who build them.
fn is_installed(path: &FilePath) -> bool {
    let mut folders = path.as_bytes().rsplit(|&byte| byte == b'/').skip(1);
    let folders: [Option<&[u8]>; 5] = std::array::from_fn(|_| folders.next());
    let is_of_bundler = |two: &[Option<&[u8]>]| matches!(two, [Some(b"gems"), Some(b"bundler")]);
    matches!(folders, [Some(b"specifications"), ..] | [Some(b"default"), Some(b"specifications"), ..])
        || folders.windows(2).skip(1).any(is_of_bundler)
}

/// Name and version of the line in the head.
fn stub(line: &str) -> Option<(&str, &str)> {
    let mut words = line.strip_prefix(STUB)?.split(' ');
    checked(words.next()?, words.next()?)
}

fn checked<'a>(name: &'a str, version: &'a str) -> Option<(&'a str, &'a str)> {
    (is_name(name) && is_version(version)).then_some((name, version))
}

/// The text that a line gives an attribute: `s.name = "rake".freeze`, `spec.version = Gem::Version.new('13.0.6')`.
fn literal<'a>(line: &'a str, attribute: &str) -> Option<&'a str> {
    let (name, value) = line.split_once('.')?.1.split_once('=')?;
    let value = Some(value.trim()).filter(|_| name.trim() == attribute)?;
    let value =
        value.strip_prefix("Gem::Version.new").map_or(value, |rest| rest.trim_start_matches(['(', ' ']));
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (text, rest) = value.get(1..)?.split_once(quote)?;
    let rest = rest.trim_start_matches([')', ' ']);
    let is_whole = rest.is_empty() || rest.starts_with(".freeze") || rest.starts_with('#');
    let is_right = if attribute == "name" { is_name(text) } else { is_version(text) };
    (is_whole && is_right).then_some(text)
}

/// Source: RubyGems, `Gem::Specification::VALID_NAME_PATTERN`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn is_version(version: &str) -> bool {
    !version.is_empty() && (version::VERSIONS.check)(version).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "usr/lib/ruby/gems/3.1.0/specifications/rake-13.0.6.gemspec";

    fn parse(path: &str, content: &str) -> (Vec<String>, usize) {
        let parsed = read(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] });
        let packages =
            parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version));
        (packages.collect(), parsed.blind_spots.len())
    }

    #[test]
    fn only_specifications_of_installed_gems_count() {
        let rake = "# stub: rake 13.0.6 ruby lib\nGem::Specification.new do |s|\nend\n";
        let found = (vec!["rake 13.0.6".to_owned()], 0);
        for installed in [
            PATH,
            "usr/lib/ruby/gems/3.1.0/specifications/default/rake-13.0.6.gemspec",
            "app/vendor/bundle/ruby/3.1.0/specifications/rake-13.0.6.gemspec",
            "usr/local/bundle/bundler/gems/rake-0123456789ab/rake.gemspec",
            "usr/local/bundle/bundler/gems/rails-0123456789ab/rake/rake.gemspec",
            "usr/local/bundle/bundler/gems/aws-0123456789ab/gems/rake/rake.gemspec",
        ] {
            assert_eq!(parse(installed, rake), found, "{installed}");
        }
        for other in [
            "usr/local/bundle/gems/rake-13.0.6/rake.gemspec",
            "usr/local/bundle/bundler/gems/rails-0123456789ab/a/b/c/rake.gemspec",
            "usr/local/bundle/bundler/gems/rake.gemspec",
            "app/app.gemspec",
            "a.gemspec",
        ] {
            assert_eq!(parse(other, rake), (vec![], 0), "{other}");
        }
    }

    #[test]
    fn what_is_written_as_text_is_read_and_what_is_computed_is_told() {
        let written = "Gem::Specification.new do |spec|\n  spec.name = 'a-b'\n  spec.version=Gem::Version.new(\"1.0.a\")\nend";
        assert_eq!(parse(PATH, written), (vec!["a-b 1.0.a".to_owned()], 0));
        for computed in [
            "Gem::Specification.new do |s|\n  s.name = \"a\"\n  s.version = A::VERSION\nend\n",
            "Gem::Specification.new do |s|\n  s.name = \"a\" + \"b\"\n  s.version = \"1\"\nend\n",
            "",
        ] {
            assert_eq!(parse(PATH, computed), (vec![], 1), "{computed}");
        }
        let other = "# stub: a 1 ruby lib\nGem::Specification.new do |s|\n  s.name = \"a\"\n  s.version = \"2\"\nend\n";
        assert_eq!(parse(PATH, other), (vec!["a 1".to_owned()], 1));
        assert_eq!(parse(PATH, "# stub: a 1 ruby lib\nGem::Spec"), (vec!["a 1".to_owned()], 1));
    }
}
