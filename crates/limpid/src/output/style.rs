//! Colours, each with one meaning.
//!
//! They are fixed colours of middling brightness (never the theme's sixteen), so that they can be read on a dark and
//! on a light ground. Nothing is told by colour alone.

use anstyle::{Ansi256Color, Color, Style};
use limpid_core::{Severity, Verdict};

const RED: u8 = 196;
const ORANGE: u8 = 166;
const YELLOW: u8 = 136;
const BLUE: u8 = 67;
const GREEN: u8 = 28;
const MAGENTA: u8 = 133;
const GREY: u8 = 243;

const fn colour(number: u8) -> Style {
    Style::new().fg_color(Some(Color::Ansi256(Ansi256Color(number))))
}

/// Text as it is.
pub(crate) const PLAIN: Style = Style::new();
/// What the eye should find: names, titles.
pub(crate) const STRONG: Style = Style::new().bold();
/// Labels, and what does not count.
pub(crate) const QUIET: Style = colour(GREY);
/// What was not judged.
pub(crate) const NOT_JUDGED: Style = colour(MAGENTA);
/// What is as it should be.
pub(crate) const GOOD: Style = colour(GREEN);
/// What wants a look.
pub(crate) const NOTABLE: Style = colour(YELLOW);
/// The word in front of an error.
pub(crate) const ERROR: Style = colour(RED).bold();

/// The colour of a severity. `Unknown` has none: nothing is claimed by it, neither harm nor harmlessness.
pub(crate) fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Critical => colour(RED).bold(),
        Severity::High => colour(ORANGE),
        Severity::Medium => colour(YELLOW),
        Severity::Low => colour(BLUE),
        Severity::Negligible => QUIET,
        Severity::Unknown => PLAIN,
    }
}

/// The colour of a verdict.
pub(crate) fn of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Vulnerable => colour(RED).bold(),
        Verdict::Clean => colour(GREEN).bold(),
        Verdict::Unproven => colour(MAGENTA).bold(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of a colour of the 6×6×6 cube or the grey ramp, by WCAG 2.
    fn luminance(number: u8) -> f64 {
        let level = |step: u8| if step == 0 { 0.0 } else { f64::from(55 + 40 * step) };
        let (red, green, blue) = match number {
            16..=231 => {
                let place = number - 16;
                (level(place / 36), level(place / 6 % 6), level(place % 6))
            }
            232.. => (
                f64::from(8 + 10 * (number - 232)),
                f64::from(8 + 10 * (number - 232)),
                f64::from(8 + 10 * (number - 232)),
            ),
            0..16 => panic!("{number} depends on the theme"),
        };
        let linear = |value: f64| {
            let value = value / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    #[test]
    fn every_colour_can_be_read_on_black_and_on_white() {
        for number in [RED, ORANGE, YELLOW, BLUE, GREEN, MAGENTA, GREY] {
            let own = luminance(number) + 0.05;
            let (on_black, on_white) = (own / 0.05, 1.05 / own);
            assert!(
                on_black >= 3.0 && on_white >= 3.0,
                "{number}: {on_black:.2} on black, {on_white:.2} on white"
            );
        }
    }
}
