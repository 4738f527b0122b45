//! Node.js, against node-semver: npm's own copy, or Debian's.

use std::process::Command;

use limpid_testkit::registry::is_installed;

use super::orders::{Look, compare};

/// Finds the library.
const LIBRARY: &str = "
const {execPath} = process;
const {dirname, join} = require('path');
const places = ['semver', '/usr/share/nodejs/semver', '/usr/lib/node_modules/npm/node_modules/semver',
  join(dirname(execPath), '../lib/node_modules/npm/node_modules/semver')];
const find = () => {
  for (const place of places) {
    try { return require(place); } catch (error) { if (error.code !== 'MODULE_NOT_FOUND') throw error; }
  }
};
const semver = find();
";

const ORDER: &str = "
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n').slice(0, -1)) {
  const [a, b] = line.split('\\t').map((version) => semver.parse(version));
  console.log(a && b ? {'-1': '<', 0: '=', 1: '>'}[a.compare(b)] : '!');
}
";

#[test]
fn npm_is_the_order_of_node_semver() {
    if !is_installed("node", "apt-get install nodejs npm") {
        return;
    }
    let asked = Command::new("node")
        .args(["-e", &format!("{LIBRARY}if (!semver) process.exit(1)")])
        .status()
        .unwrap();
    if !asked.success() && !is_installed("npm", "apt-get install npm") {
        return;
    }
    let look = Look {
        lengths: &[1, 2, 3, 4],
        prefixes: &[
            "1.0.0-",
            "1.0.0-",
            "1.0.0-a.",
            "0.1.0-rc.",
            "1.0.0-a+",
            "9007199254740991.0.",
            "9007199254740992.0.",
            "0.1.",
            "0.1.",
            "v1.0.",
            " 1.",
            "",
            "=",
            "V1.0.",
            "v ",
        ],
        // Of larger numbers in pre-releases it compares the nearest ones that JavaScript has, where ours are exact.
        numbers: &["0", "1", "2", "10", "00", "01", "9", "19"],
        pieces: &[
            "-a",
            "-1",
            "-a.1",
            "-alpha.10",
            "-alpha.2",
            "-rc.1",
            "-0",
            "-01",
            "-0a",
            "-A",
            "--",
            "-x-y.z",
            ".1",
            ".0",
            ".01",
            ".a",
            ".",
            "+build",
            "+1",
            "+01.x",
            "+",
            "1",
            "0",
            "b",
            "_",
            " ",
        ],
    };
    compare("npm", &look, Command::new("node").args(["-e", &format!("{LIBRARY}{ORDER}")]));
}
