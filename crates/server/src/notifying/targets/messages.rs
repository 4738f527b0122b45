//! What is sent: the address of a notification, or its entries themselves, some in a message.
//!
//! The same notification makes the same messages with the same ids, so that who gets one twice can tell.

use serde::Serialize;

use super::{DeliveryError, Message};

/// One message for a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outgoing {
    /// Its id.
    pub(super) id: String,
    /// Its body, JSON.
    pub(super) body: Vec<u8>,
}

#[derive(Serialize)]
struct Address<'a> {
    notification_id: String,
    callback: &'a str,
}

/// The body that says where the entries can be read, as Clair writes it.
pub(super) fn address(message: &Message) -> Result<Vec<u8>, DeliveryError> {
    let address = Address { notification_id: message.notification.to_string(), callback: &message.callback };
    serde_json::to_vec(&address)
        .map_err(|error| DeliveryError(format!("the message cannot be written: {error}")))
}

/// The messages for a broker. `direct` is how many entries go into one; `None`: the address goes instead.
pub(super) fn outgoing(message: &Message, direct: Option<u64>) -> Result<Vec<Outgoing>, DeliveryError> {
    let id = message.notification;
    let Some(most) = direct else {
        return Ok(vec![Outgoing { id: id.to_string(), body: address(message)? }]);
    };
    if message.entries.is_empty() {
        // To send nothing would be to say that the target was told.
        return Err(DeliveryError(format!("notification {id} has no entries to send")));
    }
    // A number larger than memory means all of them; Clair takes 0 as 1.
    let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
    let chunks = message.entries.chunks(most).zip(1_u64..);
    Ok(chunks
        .map(|(entries, number)| Outgoing { id: format!("{id}/{number}"), body: array(entries) })
        .collect())
}

fn array(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut body = vec![b'['];
    body.extend(entries.join(&b','));
    body.push(b']');
    body
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn message(entries: &[&str]) -> Message {
        Message {
            notification: Uuid::from_u128(7),
            callback: "https://limpid.example/\"n\"".to_owned(),
            entries: entries.iter().map(|entry| entry.as_bytes().to_vec()).collect(),
        }
    }

    fn texts(outgoing: Vec<Outgoing>) -> Vec<(String, String)> {
        outgoing.into_iter().map(|one| (one.id, String::from_utf8(one.body).expect("UTF-8"))).collect()
    }

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    #[test]
    fn the_address_is_written_as_clair_writes_it() {
        let outgoing = outgoing(&message(&["{}"]), None).expect("a message");
        let body = format!(r#"{{"notification_id":"{ID}","callback":"https://limpid.example/\"n\""}}"#);
        assert_eq!(texts(outgoing), [(ID.to_owned(), body)]);
    }

    #[test]
    fn entries_are_rolled_up_and_none_is_lost() {
        let message = message(&[r#"{"a":1}"#, r#"{"b":2}"#, r#"{"c":3}"#]);
        let bodies = |direct| {
            let outgoing = texts(outgoing(&message, Some(direct)).expect("messages"));
            outgoing.into_iter().map(|(_, body)| body).collect::<Vec<_>>()
        };
        assert_eq!(bodies(2), [r#"[{"a":1},{"b":2}]"#, r#"[{"c":3}]"#]);
        assert_eq!(bodies(0), [r#"[{"a":1}]"#, r#"[{"b":2}]"#, r#"[{"c":3}]"#]);
        assert_eq!(bodies(u64::MAX), [r#"[{"a":1},{"b":2},{"c":3}]"#]);
        let ids: Vec<String> =
            outgoing(&message, Some(2)).expect("messages").into_iter().map(|one| one.id).collect();
        assert_eq!(ids, [format!("{ID}/1"), format!("{ID}/2")]);
    }

    #[test]
    fn a_notification_without_entries_is_not_told_in_silence() {
        let error = outgoing(&message(&[]), Some(5)).expect_err("nothing to send");
        assert_eq!(error.to_string(), format!("notification {ID} has no entries to send"));
    }
}
