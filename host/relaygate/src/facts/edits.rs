//! The header changes policies ask for, as changes of a message.
//!
//! Which names they must leave alone the policy crate has checked when they
//! answered, and it alone knows the difference between in and out.

use mail::message::{Edits, Field};
use policy::questions::headers::Edit;
use tracing::warn;

/// Enters what the policies ask for, in their order, on either way. What cannot
/// be entered is left out and told: the message is worth more.
pub(crate) fn enter(edits: &mut Edits, asked: &[Edit]) {
    for edit in asked {
        match edit {
            Edit::Add(field) => {
                if let Err(reason) = add(edits, &field.name, &field.value) {
                    warn!(reason, "header change of a policy left out");
                }
            }
            Edit::Remove(name) => edits.remove(name),
            Edit::RemoveValue(field) => edits.remove_value(&field.name, &field.value),
        }
    }
}

fn add(edits: &mut Edits, name: &str, value: &str) -> Result<(), String> {
    let field = Field::parse(name, value).map_err(|error| error.to_string())?;
    edits.add(&field).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use mail::message::Headers;
    use policy::questions::types;

    use super::*;

    fn field(name: &str, value: &str) -> types::Field {
        types::Field {
            name: name.into(),
            value: value.into(),
        }
    }

    #[test]
    fn what_policies_ask_for_happens() {
        let asked = [
            Edit::Remove("X-Relaygate-Email-Id".into()),
            Edit::RemoveValue(field("authentication-results", "mx.example; dmarc=pass")),
            Edit::Add(field("X-Note", "seen")),
            Edit::Add(field("X-Note", "bare\rCR")),
        ];
        let message =
            b"x-relaygate-email-id: 1\r\nAuthentication-Results: mx.example;\r\n dmarc=pass\r\n\
            Authentication-Results: mx.example; dmarc=fail\r\nFrom: a@b.example\r\n\r\n";
        let mut edits = Edits::default();
        enter(&mut edits, &asked);
        let headers = Headers::parse(message).expect("a header");
        let after = edits.apply(&headers).to_vec(message);
        assert_eq!(
            String::from_utf8_lossy(&after),
            "X-Note: seen\r\nAuthentication-Results: mx.example; dmarc=fail\r\nFrom: a@b.example\r\n\r\n"
        );
    }
}
