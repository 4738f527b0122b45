//! The files that say a version: that of WordPress itself, the main files of plugins, and the style sheets of themes.
//!
//! A plugin and a theme are called as their folder is: that is their name at wordpress.org; the name in the header is for people.

use crate::{
    BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason, extract::is_extract,
    formats::plugin::Header,
};

/// See [`crate::Detector::parse`].
pub(super) fn read(file: &FoundFile<'_>) -> Parsed {
    let path = file.path.to_string();
    let folders: Vec<&str> = path.split('/').collect();
    let said = match folders.as_slice() {
        [.., "wp-includes", "version.php"] => Some(("wordpress".to_owned(), version(file.content))),
        [.., "themes", theme, "style.css"] => {
            Header::read(file.content, "Theme Name").map(|header| (format!("themes/{theme}"), header.version))
        }
        [.., "plugins" | "mu-plugins", name] => plugin(file, name.strip_suffix(".php").unwrap_or(name)),
        [.., "plugins", plugin_folder, _] => plugin(file, plugin_folder),
        _ => None,
    };
    let mut parsed = Parsed::default();
    match said {
        Some((name, version)) if is_plain(&version) => {
            let package = Package { name, version, kind: "wordpress".to_owned(), ..Package::default() };
            parsed.packages.push(ParsedPackage::new(package));
        }
        Some((name, _)) => {
            let detail = format!("it does not say which version of {name} it is");
            let spot = BlindSpot::new(Reason::DatabaseUnreadable, path, detail);
            parsed.blind_spots.push(spot.with_packages(1));
        }
        None => {}
    }
    parsed
}

/// A plugin, by the header of its main file.
fn plugin(file: &FoundFile<'_>, name: &str) -> Option<(String, String)> {
    if !is_extract(file.content) {
        return None;
    }
    // What cannot be read has no version, and is told.
    let header =
        Header::of_extract(file.content).unwrap_or(Header { name: name.to_owned(), version: String::new() });
    Some((format!("plugins/{name}"), header.version))
}

/// The version that `$wp_version` is set to; empty where it is not.
fn version(content: &[u8]) -> String {
    let text = String::from_utf8_lossy(content);
    let mut values = text.lines().filter_map(|line| {
        let value = line.trim().strip_prefix("$wp_version")?.trim_start().strip_prefix('=')?.trim();
        let value = value.strip_suffix(';')?.trim();
        let quoted = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
        quoted('\'').or_else(|| quoted('"'))
    });
    values.next().unwrap_or_default().to_owned()
}

fn is_plain(version: &str) -> bool {
    version.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !version.chars().any(|one| one.is_whitespace() || one.is_control())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{extract::Memory, formats::plugin::EXTRACTOR};

    fn parse(path: &str, content: &str) -> (Vec<String>, usize) {
        let extract = (EXTRACTOR.extract)(&mut Cursor::new(content.as_bytes()), &Memory).unwrap();
        let is_whole = path.ends_with("version.php") || path.ends_with(".css");
        let content = if is_whole { content.as_bytes() } else { &extract };
        let parsed = read(&FoundFile { path: &path.into(), content, companions: &[] });
        let named = parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version));
        (named.collect(), parsed.blind_spots.len())
    }

    #[test]
    fn what_is_installed_is_named_by_its_folder_and_its_header() {
        let html = "var/www/html";
        let plugin = "<?php\n/*\nPlugin Name: Acme Forms\nVersion: 1.2.3\n*/\n";
        let theme = "/*\nTheme Name: Acme\nVersion: 2.0\n*/\nbody { margin: 0 }\n";
        let core = "<?php\n/**\n * The WordPress version string.\n */\n$wp_version = '6.4.2';\n$wp_db_version = 56657;\n";
        let found = |path: &str, content: &str| parse(&format!("{html}/{path}"), content);
        let one = |text: &str| (vec![text.to_owned()], 0);
        assert_eq!(found("wp-includes/version.php", core), one("wordpress 6.4.2"));
        assert_eq!(found("wp-content/plugins/acme-forms/acme.php", plugin), one("plugins/acme-forms 1.2.3"));
        assert_eq!(found("wp-content/plugins/hello.php", plugin), one("plugins/hello 1.2.3"));
        assert_eq!(found("wp-content/mu-plugins/guard.php", plugin), one("plugins/guard 1.2.3"));
        assert_eq!(found("wp-content/themes/acme/style.css", theme), one("themes/acme 2.0"));
    }

    #[test]
    fn what_says_no_version_is_told_and_what_is_nothing_is_not() {
        let told = (vec![], 1);
        assert_eq!(parse("wp-includes/version.php", "<?php\n$wp_version = get();\n"), told);
        assert_eq!(parse("wp-includes/version.php", ""), told);
        assert_eq!(parse("wp-content/plugins/a/a.php", "<?php\n// Plugin Name: A\n"), told);
        assert_eq!(parse("wp-content/themes/a/style.css", "/* Theme Name: A */"), told);
        let nothing = (vec![], 0);
        assert_eq!(parse("moodle/mod/quiz/version.php", "<?php\n$wp_version = '1';\n"), nothing);
        assert_eq!(parse("app/css/style.css", "/* Theme Name: A\nVersion: 1 */"), nothing);
        assert_eq!(parse("wp-content/themes/a/style.css", "body {}"), nothing);
        assert_eq!(
            parse("wp-content/plugins/a/inc/b.php", "<?php\n// Plugin Name: A\n// Version: 1\n"),
            nothing
        );
    }
}
