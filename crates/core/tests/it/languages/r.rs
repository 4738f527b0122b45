//! R, against R itself.

use std::process::Command;

use super::orders::{Look, compare};

/// `numeric_version` is asked for all at once: one by one it takes a millisecond each.
const ORDER: &str = r#"
pairs <- do.call(rbind, strsplit(readLines(file("stdin"), warn = FALSE), "\t", fixed = TRUE))
number <- "^[0-9]+([.-][0-9]+)*$"
valid <- grepl(number, pairs[, 1]) & grepl(number, pairs[, 2])
largest <- function(text) suppressWarnings(vapply(strsplit(text, "[.-]"), function(part) max(as.numeric(part)), 0))
valid[valid] <- largest(pairs[valid, 1]) <= .Machine$integer.max & largest(pairs[valid, 2]) <= .Machine$integer.max
answers <- rep("!", nrow(pairs))
a <- numeric_version(pairs[valid, 1])
b <- numeric_version(pairs[valid, 2])
answers[valid] <- ifelse(a < b, "<", ifelse(a == b, "=", ">"))
writeLines(answers)
"#;

#[test]
fn r_is_the_order_of_r() {
    // Large for what it proves, so CI does without.
    if Command::new("Rscript").arg("--version").output().is_err() {
        eprintln!("SKIPPED: R is not installed (apt-get install r-base-core)");
        return;
    }
    let look = Look {
        lengths: &[1, 2, 3, 4],
        prefixes: &["", "", "", "", "", "", "0.", "v"],
        numbers: &["0", "1", "2", "10", "00", "01", "9", "20230101", "2147483647", "2147483648"],
        pieces: &["-1", ".1", "-0", ".0", "-10", "1", "0", ".9", "-01", ".2147483647", ".", "-", "a"],
    };
    compare("r", &look, Command::new("Rscript").args(["-e", ORDER]));
}
