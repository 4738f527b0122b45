//! PHP, against Composer's library.

use std::{path::Path, process::Command};

use limpid_testkit::registry::is_installed;

use super::orders::{Look, compare};

/// Branches have no order.
const ORDER: &str = r#"
require '/usr/share/php/Composer/Semver/autoload.php';
$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
    try {
        [$a, $b] = array_map([$parser, 'normalize'], explode("\t", rtrim($line, "\n")));
        if (str_starts_with($a, 'dev-') || str_starts_with($b, 'dev-')) {
            echo "!\n";
        } else {
            echo version_compare($a, $b, '<') ? '<' : (version_compare($a, $b, '==') ? '=' : '>'), "\n";
        }
    } catch (UnexpectedValueException $exception) {
        echo "!\n";
    }
}
"#;

#[test]
fn composer_is_the_order_of_composer() {
    if !is_installed("php", "apt-get install composer") {
        return;
    }
    if !Path::new("/usr/share/php/Composer/Semver/autoload.php").exists() {
        eprintln!("SKIPPED: PHP has no composer/semver (apt-get install composer)");
        return;
    }
    let look = Look {
        lengths: &[1, 2, 3, 4],
        prefixes: &["", "", "", "", "v", "V", "dev-", "201"],
        numbers: &["0", "1", "2", "10", "00", "01", "9", "99999", "123456", "2010", "20100102", "12", "x"],
        pieces: &[
            "a", "b", "rc", "RC", "alpha", "beta", "patch", "pl", "p", "stable", "dev", "-dev", ".x-dev",
            "-beta1", "-RC.2", ".0", ".1", ".", "-", "_", "+build", "1", "2", "01", "-alpha", "-patch2",
            "@dev", "-stable", "-01", ":02", ".*",
        ],
    };
    compare("composer", &look, Command::new("php").args(["-r", ORDER]));
}
