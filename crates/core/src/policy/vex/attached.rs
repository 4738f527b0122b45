//! VEX documents that are attached to an image: as they are, or within what signs them.
//!
//! Sources: the in-toto attestation framework 1.0 (statement, DSSE envelope), and Sigstore's bundle, which has such an envelope.
//! Signatures are not looked at: who is asked for documents is somebody who is believed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{VexError, csaf, cyclonedx, invalid, items, openvex, read, text};
use crate::{
    Digest,
    policy::{Product, Statement},
};

/// How often one may be within another: a bundle has an envelope, which has a statement.
const DEPTH: usize = 3;

/// Whether something of this media type could be, or have in it, a VEX document.
pub fn may_be_vex(media_type: &str) -> bool {
    ["vex", "csaf", "cyclonedx", "in-toto", "dsse", "sigstore.bundle"]
        .iter()
        .any(|word| media_type.contains(word))
}

/// What a document that is attached to `subject` says of an image: of the subject itself, or of one of the platforms of an index,
/// of all of which it speaks. Each statement is by the document that it stands in.
///
/// # Errors
/// As [`read_attached`].
pub fn read_about(
    bytes: &[u8],
    document: &Digest,
    subject: &Digest,
    image: &Digest,
) -> Result<Vec<Statement>, VexError> {
    let renamed =
        |product: Product| Product { id: product.id.replace(subject.hex(), image.hex()), ..product };
    let own = |statement: Statement| Statement {
        by: format!("referrer {document} ({})", statement.by),
        products: statement.products.into_iter().map(renamed).collect(),
        ..statement
    };
    Ok(read_attached(bytes, subject)?.into_iter().flatten().map(own).collect())
}

/// Reads what is attached to `subject`. `None`: an attestation of something else than VEX.
///
/// # Errors
/// [`VexError`], also where an attestation is about another image.
pub fn read_attached(bytes: &[u8], subject: &Digest) -> Result<Option<Vec<Statement>>, VexError> {
    let mut document: Value = serde_json::from_slice(bytes)?;
    for _layer in 0..DEPTH {
        document = if let Some(envelope) = document.get("dsseEnvelope") {
            envelope.clone()
        } else if document.get("payloadType").is_some() {
            payload(&document)?
        } else if text(&document, "_type").starts_with("https://in-toto.io/Statement/") {
            return statement(&document, subject);
        } else {
            return read(bytes).map(Some);
        };
    }
    Err(VexError::Unknown)
}

fn payload(envelope: &Value) -> Result<Value, VexError> {
    let payload = STANDARD
        .decode(text(envelope, "payload"))
        .map_err(|error| invalid("payload", format!("it is no base64: {error}")))?;
    Ok(serde_json::from_slice(&payload)?)
}

fn statement(statement: &Value, subject: &Digest) -> Result<Option<Vec<Statement>>, VexError> {
    let is_subject = |one: &Value| {
        let digest = one.get("digest").and_then(|digests| digests.get(subject.algorithm()));
        digest.and_then(Value::as_str).is_some_and(|hex| hex.eq_ignore_ascii_case(subject.hex()))
    };
    let kind = text(statement, "predicateType");
    let predicate = statement.get("predicate").unwrap_or(&Value::Null);
    let read = if kind.starts_with("https://openvex.dev/ns") {
        openvex::read
    } else if kind.starts_with("https://cyclonedx.org/") {
        cyclonedx::read
    } else if predicate.pointer("/document/csaf_version").is_some() {
        csaf::read
    } else {
        return Ok(None);
    };
    if !items(statement, "subject").any(is_subject) {
        return Err(invalid("subject", "it is about another image than the one that it is attached to"));
    }
    read(predicate).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn vex() -> Value {
        json!({
            "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "A",
            "timestamp": "2026-01-01T00:00:00Z",
            "statements": [{"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:apk/alpine/zlib"}],
                "status": "not_affected", "justification": "vulnerable_code_not_present"}],
        })
    }

    fn attestation(kind: &str, subject: &Digest, predicate: &Value) -> Value {
        json!({
            "_type": "https://in-toto.io/Statement/v0.1", "predicateType": kind,
            "subject": [{"name": "app", "digest": {"sha256": subject.hex()}}], "predicate": predicate,
        })
    }

    fn envelope(statement: &Value) -> Value {
        let payload = STANDARD.encode(statement.to_string());
        json!({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "x"}]})
    }

    #[test]
    fn a_document_is_found_within_what_signs_it() {
        let subject = Digest::of(b"image");
        let signed = envelope(&attestation("https://openvex.dev/ns/v0.2.0", &subject, &vex()));
        let bundle =
            json!({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": signed});
        for document in [vex(), signed.clone(), bundle] {
            let read = read_attached(document.to_string().as_bytes(), &subject).unwrap().unwrap();
            assert_eq!((read.len(), read[0].ids.as_slice()), (1, ["CVE-2026-1".to_owned()].as_slice()));
        }
        // What is said of one image is not believed of another.
        let other = read_attached(signed.to_string().as_bytes(), &Digest::of(b"other")).unwrap_err();
        assert!(other.to_string().contains("about another image"), "{other}");
        let provenance = envelope(&attestation("https://slsa.dev/provenance/v1", &subject, &json!({})));
        assert_eq!(read_attached(provenance.to_string().as_bytes(), &subject).unwrap(), None);
        for wrong in ["{}", "no JSON", r#"{"payloadType": "x", "payload": "?"}"#] {
            read_attached(wrong.as_bytes(), &subject).unwrap_err();
        }
        let nested = (0..9).fold(vex(), |inner, _| json!({"dsseEnvelope": inner}));
        read_attached(nested.to_string().as_bytes(), &subject).unwrap_err();
    }
}
