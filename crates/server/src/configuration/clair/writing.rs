//! Writes settings as a file of this service, for a person to read and to keep.

use toml::Value;

use crate::configuration::{keys::KEYS, kinds::UNAUTHENTICATED, settings::Settings};

/// The file. `from` is the name of what it was made from.
pub(super) fn toml(from: &str, settings: &Settings) -> String {
    let mut text = format!(
        "# Made by limpid serve --convert-clair from {}.\n# The secrets of that file are in it.\n",
        from.escape_debug()
    );
    let mut table = "";
    let mut paths: Vec<(String, String)> = Vec::new();
    for key in KEYS {
        for path in settings.paths(key) {
            if let Some((table, name)) = path.rsplit_once('.') {
                paths.push((table.to_owned(), name.to_owned()));
            }
        }
    }
    for (of, name) in &paths {
        let path = format!("{of}.{name}");
        let Some(setting) = settings.get(&path) else { continue };
        if table != of {
            text.push_str(&format!("\n[{of}]\n"));
            table = of;
        }
        text.push_str(&format!("{name} = {}\n", written(&setting.value)));
        if path == "api.listen" && settings.get("auth.psk.key").is_none() {
            text.push_str(&format!(
                "# There is no key, as in Clair's file, and Limpid wants to hear that this is meant:\n\
                 # unauthenticated = \"{UNAUTHENTICATED}\"\n"
            ));
        }
    }
    text
}

/// A value on one line.
fn written(value: &Value) -> String {
    value.to_string()
}
