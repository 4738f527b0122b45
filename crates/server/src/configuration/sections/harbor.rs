//! Who may use Harbor's scanner adapter API. Nobody is let in by what was forgotten.

use crate::configuration::{Harbor, reader::Reader};

pub(super) fn harbor(reader: &mut Reader<'_>) -> Option<Harbor> {
    let Some((key, path)) = reader.secret("harbor.api_key") else {
        let tried =
            ["harbor.api_key", "harbor.api_key_file"].iter().any(|path| reader.settings.get(path).is_some());
        if tried {
            return None;
        }
        // Whoever began the table does not mean “anybody”.
        if reader.settings.table("harbor").is_some() {
            reader.missing("harbor.api_key", "it is what Harbor sends");
            return None;
        }
        return Some(Harbor::default());
    };
    // Headers carry it, and a blank at an end would be lost there. Nothing of the key is said.
    if !key.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
        reader.said(&path, "the key must be of letters, digits and signs of ASCII, without blanks");
        return None;
    }
    Some(Harbor { api_key: Some(key) })
}
