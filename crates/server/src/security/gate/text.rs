//! What the gate says: what stands against an image, by name, and the way out.

use super::{Cause, Policy, Refusal, causes::Standing};
use crate::limits::{GATE_NAMED, WARNING_BYTES};

/// Why more counts than what is above the base, though a gate is about that alone.
const UNKNOWN_BASE: &str = "; a gate is about what is above the base, and nobody knows here what the image was built on (its manifest names no \
     image of another repository that you may read and whose layers are its lowest), so that all findings count for it";

/// A refusal with what people need.
pub(super) fn refusal(namespace: &str, policy: &Policy, standing: Standing) -> Refusal {
    let Standing { mut causes, base_is_unknown } = standing;
    let has = |is: fn(&Cause) -> bool| causes.iter().any(is);
    let mut way_out = Vec::new();
    if has(|cause| matches!(cause, Cause::Finding { fixed_in, .. } if !fixed_in.is_empty())) {
        way_out.push("build the image with the fixed versions, and push it again".to_owned());
    }
    if has(|cause| matches!(cause, Cause::Unscanned { .. })) {
        way_out.push("wait until it is indexed, or ask for a rescan".to_owned());
    }
    if has(|cause| matches!(cause, Cause::Unproven { .. })) {
        way_out.push("have advisory data loaded for it, or mend what its report names".to_owned());
    }
    way_out.push(format!(
        "ask an administrator of {namespace} to let it pass, with a reason, at /api/v1/namespaces/{namespace}/gate"
    ));
    let more = causes.len().saturating_sub(GATE_NAMED);
    causes.truncate(GATE_NAMED);
    let mut named: Vec<String> = causes.iter().map(said).collect();
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    let message = format!(
        "{namespace} does not let {} be pulled: {}{}; {}",
        refused(policy),
        named.join(", "),
        if base_is_unknown { UNKNOWN_BASE } else { "" },
        way_out.join("; or ")
    );
    Refusal { message, causes, more, way_out }
}

fn refused(policy: &Policy) -> String {
    let mut kinds = Vec::new();
    if let Some(severity) = policy.severity {
        kinds.push(format!("images with findings of severity {severity} or worse"));
    }
    if policy.policy {
        kinds.push("images that its policy does not let pass".to_owned());
    }
    if policy.unproven {
        kinds.push("images that are not wholly judged".to_owned());
    }
    if policy.unscanned {
        kinds.push("images that are not indexed".to_owned());
    }
    kinds.join(" and ")
}

fn said(cause: &Cause) -> String {
    let (text, platform) = match cause {
        Cause::Finding { id, severity, package, version, fixed_in, fix_age, platform } => {
            let fix = if fixed_in.is_empty() { "no fix".to_owned() } else { format!("fixed in {fixed_in}") };
            let age = if fix_age.is_empty() { String::new() } else { format!("; {fix_age}") };
            (format!("{id} ({severity}, {package} {version}, {fix}{age})"), platform)
        }
        Cause::Unproven { why, platform } => (format!("not judged: {why}"), platform),
        Cause::Unscanned { why, platform } => (why.clone(), platform),
    };
    if platform.is_empty() { text } else { format!("{platform}: {text}") }
}

/// A text as the value of a `Warning` header: `299 - "…"`, in printable ASCII and no longer than clients take.
pub(crate) fn warning(message: &str) -> String {
    const AROUND: usize = "299 - \"\"".len();
    let mut text = String::new();
    for letter in message.chars() {
        let written = match letter {
            '"' | '\\' => '\'',
            ' '..='~' => letter,
            _other => '?',
        };
        if text.len() + AROUND >= WARNING_BYTES {
            break;
        }
        text.push(written);
    }
    format!("299 - \"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_a_header_whatever_is_in_it() {
        assert_eq!(warning("a \"b\" \\ ü\n"), "299 - \"a 'b' ' ??\"");
        assert_eq!(warning(&"x".repeat(10_000)).len(), WARNING_BYTES);
    }
}
