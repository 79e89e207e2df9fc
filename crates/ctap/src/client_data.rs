//! The client data as the client platform writes it (WebAuthn Level 3 §5.8.1).

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use crate::lies::Lies;

/// Which ceremony the client takes part in.
#[derive(Clone, Copy)]
pub(crate) enum Ceremony {
    Registration,
    Authentication,
}

/// The bytes of `clientDataJSON`, members in the order that §5.8.1.1 fixes.
pub(crate) fn write(ceremony: Ceremony, challenge: &[u8], origin: &str, lies: &Lies) -> Vec<u8> {
    if let Some(bytes) = &lies.client_data_json {
        return bytes.clone();
    }
    let honest_type = match ceremony {
        Ceremony::Registration => "webauthn.create",
        Ceremony::Authentication => "webauthn.get",
    };
    let challenge = lies.challenge.as_deref().unwrap_or(challenge);
    let mut client_data = json!({
        "type": lies.client_data_type.as_deref().unwrap_or(honest_type),
        "challenge": BASE64URL_NOPAD.encode(challenge),
        "origin": lies.origin.as_deref().unwrap_or(origin),
        "crossOrigin": lies.cross_origin.unwrap_or(false),
    });
    if let (Some(top_origin), Some(members)) = (&lies.top_origin, client_data.as_object_mut()) {
        members.insert("topOrigin".to_owned(), json!(top_origin));
    }
    client_data.to_string().into_bytes()
}
