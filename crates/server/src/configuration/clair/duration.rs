//! Durations as Go writes them (`1h30m`, `90m0s`, `1.5h`), in whole seconds.

/// The seconds of a duration, rounded down; `None` where it is none, or less than nothing.
pub(super) fn seconds(text: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 8] = [
        ("h", 3600.0),
        ("ms", 1e-3),
        ("m", 60.0),
        ("us", 1e-6),
        ("µs", 1e-6),
        ("μs", 1e-6),
        ("ns", 1e-9),
        ("s", 1.0),
    ];
    if text == "0" {
        return Some(0);
    }
    let mut total = 0.0;
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (digits, after) = rest.split_at_checked(end)?;
        let Ok(number) = digits.parse::<f64>() else { return None };
        let (unit, factor) = UNITS.into_iter().find(|(unit, _)| after.starts_with(unit))?;
        total += number * factor;
        rest = after.strip_prefix(unit)?;
    }
    // The largest that Go knows is 292 years.
    (total < 1e10).then_some(total as u64)
}

/// The same as this service writes it.
pub(super) fn written(seconds: u64) -> String {
    for (length, unit) in [(3600, "h"), (60, "m")] {
        if seconds > 0 && seconds.is_multiple_of(length) {
            return format!("{}{unit}", seconds / length);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::{seconds, written};

    #[test]
    fn as_go_reads_them() {
        for (text, expected) in [
            ("6h", Some(21_600)),
            ("1h30m0s", Some(5_400)),
            ("1.5h", Some(5_400)),
            ("500ms", Some(0)),
            ("1m500ms", Some(60)),
            ("0", Some(0)),
            ("", None),
            ("6", None),
            ("-1h", None),
            ("6 h", None),
            ("1d", None),
            ("99999999999h", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        assert_eq!([21_600, 5_400, 61, 0].map(written), ["6h", "90m", "61s", "0s"]);
    }
}
