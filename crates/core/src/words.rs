//! Numbers, sizes, instants and ages in words for people: the same on every page.

use chrono::{DateTime, SecondsFormat, Utc};

/// `1,173`.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 finding`, `1,173 findings`, `2 advisories`.
pub fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{} {}", number(count), plural(noun)) }
}

/// Of nouns that are used here: of those that end in `y` only `day` and its like have a vowel before it.
fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        Some(_) | None => format!("{noun}s"),
    }
}

/// A size in bytes for people: `812 B`, `12.3 MB` (powers of ten).
pub fn size(bytes: u64) -> String {
    const STEPS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let step = STEPS.into_iter().find(|(step, _)| bytes >= *step);
    step.map_or_else(
        || format!("{bytes} B"),
        |(step, unit)| format!("{}.{} {unit}", bytes / step, bytes % step * 10 / step),
    )
}

/// How long before `now` something was, in the largest unit that fits: `3 hours ago`.
pub fn age(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = now.signed_duration_since(then).num_minutes();
    let (count, unit) = match minutes {
        ..1 => return "just now".to_owned(),
        1..60 => (minutes, "minute"),
        60..2880 => (minutes / 60, "hour"),
        2880.. => (minutes / 1440, "day"),
    };
    format!("{} ago", counted(count.unsigned_abs(), unit))
}

/// An instant as programs read it: RFC 3339, whole seconds.
pub fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The first few of a list, and how many more there are.
pub fn first_few<T: AsRef<str>>(items: &[T], few: usize, noun: &str) -> String {
    let first: Vec<&str> = items.iter().take(few).map(AsRef::as_ref).collect();
    let mut text = first.join(", ");
    if items.len() > few {
        let more = counted((items.len() - few) as u64, &format!("more {noun}"));
        text.push_str(&format!(" and {more}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sizes_and_ages() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [999, 1_500, 12_340_000, 3_000_000_000].map(size),
            ["999 B", "1.5 kB", "12.3 MB", "3.0 GB"]
        );
        let now: DateTime<Utc> = "2022-08-03T12:00:00Z".parse().expect("an instant");
        assert_eq!(
            [counted(1, "advisory"), counted(2, "advisory"), counted(1_000, "day"), counted(0, "finding")],
            ["1 advisory", "2 advisories", "1,000 days", "0 findings"]
        );
        let ages =
            ["2022-08-03T12:00:30Z", "2022-08-03T11:59:00Z", "2022-08-02T09:00:00Z", "2022-07-03T12:00:00Z"]
                .map(|then| age(then.parse().expect("an instant"), now));
        assert_eq!(ages, ["just now", "1 minute ago", "27 hours ago", "31 days ago"]);
    }
}
