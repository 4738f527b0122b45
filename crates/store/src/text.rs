//! Texts that people read and strangers write.

use crate::limits;

/// As much of an error as is kept.
pub(crate) fn error(text: &str) -> &str {
    text.get(..text.floor_char_boundary(limits::ERROR_BYTES)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{error, limits};

    #[test]
    fn an_error_is_cut_between_characters() {
        assert_eq!(error("no route to host"), "no route to host");
        let long = "ü".repeat(limits::ERROR_BYTES);
        assert_eq!(error(&long), "ü".repeat(limits::ERROR_BYTES / 2));
        let odd = format!("x{long}");
        assert_eq!(error(&odd).len(), limits::ERROR_BYTES - 1);
    }
}
