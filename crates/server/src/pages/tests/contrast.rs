//! Contrasts, computed from the style sheet: WCAG 2.2 AA, in both themes.

use std::collections::BTreeMap;

use crate::pages::assets::{SCRIPT, STYLE};

type Colour = [f64; 3];

fn colours() -> BTreeMap<&'static str, [Colour; 2]> {
    let mut colours = BTreeMap::new();
    for line in STYLE.lines() {
        let Some((name, rest)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(':')) else {
            continue;
        };
        let Some(pair) = rest.trim().strip_prefix("light-dark(").and_then(|rest| rest.strip_suffix(");"))
        else {
            continue;
        };
        let (light, dark) = pair.split_once(", ").expect("two colours");
        colours.insert(name, [colour(light), colour(dark)]);
    }
    colours
}

fn colour(text: &str) -> Colour {
    let digits = text.strip_prefix('#').expect("a colour");
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(digits.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0)
}

fn luminance(colour: Colour) -> f64 {
    let linear = |part: f64| {
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Asserts that one can be told from the other, in the light theme and in the dark one.
#[track_caller]
fn assert_apart(colours: &BTreeMap<&'static str, [Colour; 2]>, front: &str, ground: &str, least: f64) {
    for (theme, (front_colour, ground_colour)) in colours[front].iter().zip(colours[ground]).enumerate() {
        let found = contrast(*front_colour, ground_colour);
        assert!(found >= least, "{front} on {ground}: {found:.2} in theme {theme}");
    }
}

#[test]
fn text_and_shapes_can_be_told_from_their_ground_in_both_themes() {
    let colours = colours();
    let texts =
        ["ink", "quiet", "accent", "critical", "high", "medium", "low", "negligible", "unknown", "clean"];
    let grounds = [
        "ground",
        "surface",
        "sunken",
        "critical-ground",
        "unproven-ground",
        "clean-ground",
        "waiting-ground",
    ];
    for text in texts {
        for ground in grounds {
            assert_apart(&colours, text, ground, 4.5);
        }
    }
    for (front, ground) in [("on-accent", "accent"), ("ground", "ink")] {
        assert_apart(&colours, front, ground, 4.5);
    }
    // Edges of fields and buttons.
    for ground in ["ground", "surface"] {
        assert_apart(&colours, "edge", ground, 3.0);
    }
}

#[test]
fn the_files_reach_out_to_nobody() {
    for text in [STYLE, SCRIPT] {
        assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("@import"));
        assert!(!text.contains("url(") && !text.contains("innerHTML") && !text.contains("eval("));
    }
}
