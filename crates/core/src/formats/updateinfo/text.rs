//! The texts of an update.

use chrono::NaiveDateTime;

/// An instant in RFC 3339, from `2018-01-11 21:05`, with or without seconds; `None` where it is none. Updates are issued in
/// UTC.
pub(super) fn instant(text: &str) -> Option<String> {
    let text = text.trim();
    if chrono::DateTime::parse_from_rfc3339(text).is_ok() {
        return Some(text.to_owned());
    }
    let parse = |form: &&str| NaiveDateTime::parse_from_str(text, form).ok();
    let instant = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"].iter().find_map(parse)?;
    Some(instant.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Every CVE in a text, in its order.
pub(super) fn cves(text: &str) -> impl Iterator<Item = String> {
    text.split("CVE-").skip(1).filter_map(|rest| {
        let (year, rest) = rest.split_once('-')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (year.len() == 4 && digits(year) && digits(&number)).then(|| format!("CVE-{year}-{number}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_every_writer_are_read() {
        for (text, expected) in [
            ("2018-01-11 21:05", Some("2018-01-11T21:05:00Z")),
            ("2021-07-22 18:25:24", Some("2021-07-22T18:25:24Z")),
            ("2023-02-17T20:41:00Z", Some("2023-02-17T20:41:00Z")),
            ("2023-02-17T20:41:00", Some("2023-02-17T20:41:00Z")),
            ("", None),
            ("yesterday", None),
        ] {
            assert_eq!(instant(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn cves_are_found_within_a_text() {
        let found: Vec<_> = cves("CVE-2021-1 (CVE-2021-22), CVE-2021-x, CVE-21-1 XCVE-2021-3.").collect();
        assert_eq!(found, ["CVE-2021-1", "CVE-2021-22", "CVE-2021-3"]);
        assert_eq!(cves("nothing").count(), 0);
    }
}
