//! Identifiers that documents want and reports have not: made from what they are of.

use uuid::Uuid;

use crate::digest::Hasher;

/// A UUID of these texts: equal texts, equal UUID (version 8: RFC 9562, section 5.8).
pub(super) fn uuid<'a>(texts: impl IntoIterator<Item = &'a str>) -> Uuid {
    let mut hasher = Hasher::sha256();
    for text in texts {
        hasher.update_field(text);
    }
    let digest = hasher.finish();
    let mut bytes = [0; 16];
    let mut digits = digest.hex().bytes().filter_map(|digit| char::from(digit).to_digit(16));
    for byte in &mut bytes {
        let (high, low) = (digits.next().unwrap_or(0), digits.next().unwrap_or(0));
        *byte = u8::try_from(high * 16 + low).unwrap_or(0);
    }
    Uuid::new_v8(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_identifier_and_others_another() {
        let [one, same, other] = [["a", "bc"], ["a", "bc"], ["ab", "c"]].map(uuid);
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert_eq!(one.get_version_num(), 8);
    }
}
