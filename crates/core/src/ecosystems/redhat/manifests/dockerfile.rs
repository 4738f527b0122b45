//! The labels of a Dockerfile, with its variables put in.
//!
//! Only what images' own files need: `LABEL`, `ENV` and `ARG`, continued lines, quotes, `$NAME` and `${NAME}`. A variable that is
//! not set stays as it is written, which no name of an image is.
//!
//! Source of the format: Dockerfile reference, “LABEL”, “ENV”, “ARG”, “Environment replacement”.

use std::collections::BTreeMap;

/// The labels, the last one of a name.
pub(super) fn labels(text: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    let mut labels = BTreeMap::new();
    for line in logical_lines(text) {
        let Some((instruction, rest)) = line.trim().split_once(char::is_whitespace) else { continue };
        let list = match instruction.to_ascii_uppercase().as_str() {
            "LABEL" => &mut labels,
            "ENV" | "ARG" => &mut variables,
            _ => continue,
        };
        list.extend(assignments(rest));
        let known = variables.clone();
        for value in labels.values_mut().chain(variables.values_mut()) {
            *value = expanded(value, &known);
        }
    }
    labels
}

/// Lines, each with those that continue it. Comments are left out.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        match line.trim_end().strip_suffix('\\') {
            Some(part) => {
                open.push_str(part);
                open.push(' ');
            }
            None => {
                open.push_str(line);
                lines.push(std::mem::take(&mut open));
            }
        }
    }
    lines.push(open);
    lines
}

/// `a=b "c"="d e"`, or the older `a b`.
fn assignments(text: &str) -> Vec<(String, String)> {
    let words = words(text);
    match words.as_slice() {
        [name, rest @ ..] if !name.contains('=') && !rest.is_empty() => vec![(name.clone(), rest.join(" "))],
        words => words
            .iter()
            .filter_map(|word| word.split_once('='))
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect(),
    }
}

/// Words without their quotes.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for one in text.chars() {
        match (quote, one) {
            (None, '"' | '\'') => quote = Some(one),
            (Some(open), close) if open == close => quote = None,
            (None, space) if space.is_whitespace() => words.push(String::new()),
            (_, plain) => words.iter_mut().next_back().into_iter().for_each(|word| word.push(plain)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn expanded(value: &str, variables: &BTreeMap<String, String>) -> String {
    let mut value = value.to_owned();
    if value.contains('$') {
        for (name, content) in variables.iter().rev().filter(|(_, content)| !content.contains('$')) {
            value = value.replace(&format!("${{{name}}}"), content).replace(&format!("${name}"), content);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_with_their_variables() {
        let text = "# LABEL name=no\nARG base=ubi8\nENV VERSION 8.6\nLABEL com.redhat.component=\"$base-container\" \\\n      \
                    name='ubi8/ubi' \"version\"=\"${VERSION}\" other=$UNKNOWN\nlabel release 12\nRUN x\n";
        let labels: Vec<(String, String)> = labels(text).into_iter().collect();
        let expected = [
            ("com.redhat.component", "ubi8-container"),
            ("name", "ubi8/ubi"),
            ("other", "$UNKNOWN"),
            ("release", "12"),
            ("version", "8.6"),
        ];
        assert_eq!(labels, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
}
