//! `fido2AuthenticationMethod` on the wire.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use data_encoding::HEXLOWER;
use identity::passkey::{AttestationLevel, PasskeyName, PasskeyType};
use serde_json::{Value, json};
use webauthn::credential::{CredentialError, RegistrationResponse};

use crate::error::Error;
use crate::graph::ask::Version;
use crate::graph::body::{Member, Object, fault, needed};
use crate::graph::{moment, passkey_id};
use crate::operations::passkeys::PasskeyView;

/// The type, for lists that hold several.
pub(crate) const TYPE: &str = "#microsoft.graph.fido2AuthenticationMethod";

/// A passkey as Graph shows it.
pub(crate) fn to_json(view: &PasskeyView, version: Version) -> Value {
    let passkey = &view.passkey;
    let mut members = serde_json::Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("id", json!(passkey_id::token(&passkey.id)));
    put("displayName", json!(passkey.name.as_str()));
    put("createdDateTime", json!(moment::to_text(passkey.created_at)));
    if version == Version::Beta {
        put("lastUsedDateTime", json!(passkey.last_used_at.map(moment::to_text)));
    }
    put("aaGuid", json!(passkey.facts.aaguid.to_string()));
    put("model", json!(view.model.as_deref().unwrap_or_default()));
    put("attestationCertificates", json!(thumbprints(&view.certificates)));
    put("attestationLevel", json!(level(passkey.facts.attestation)));
    put("passkeyType", json!(passkey_type(passkey.facts.passkey_type)));
    Value::Object(members)
}

/// Names of certificates, as the real product makes them; nothing is decided by them.
fn thumbprints(certificates: &[Vec<u8>]) -> Vec<String> {
    let thumbprint =
        |der: &Vec<u8>| HEXLOWER.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref());
    certificates.iter().map(thumbprint).collect()
}

/// Graph's word for how far the origin was proven.
pub(crate) fn level(level: AttestationLevel) -> &'static str {
    match level {
        AttestationLevel::Attested => "attested",
        AttestationLevel::NotAttested => "notAttested",
    }
}

/// Graph's word for whether the key stays on its device: one word, unlike a policy's flags.
pub(crate) fn passkey_type(passkey_type: PasskeyType) -> &'static str {
    match passkey_type {
        PasskeyType::DeviceBound => "deviceBound",
        PasskeyType::Synced => "synced",
    }
}

/// What a client sends to register a passkey.
#[derive(Debug)]
pub(crate) struct NewPasskey {
    /// The authenticator's answer.
    pub(crate) response: RegistrationResponse,
    /// The name; none for one from the model.
    pub(crate) name: Option<PasskeyName>,
}

impl NewPasskey {
    /// Reads a body. Clients of several makes add members that say nothing, so inside the
    /// credential what is unknown is passed over, as the standard's own reader does.
    ///
    /// # Errors
    /// [`Error::BadRequest`] that names the property, the fault and the remedy.
    pub(crate) fn parse(mut body: Object) -> Result<Self, Error> {
        body.ignore(&["id", "createdDateTime", "lastUsedDateTime", "aaGuid", "model"]);
        body.ignore(&["attestationCertificates", "attestationLevel", "passkeyType"]);
        let path = body.path_of("displayName");
        let name = match body.clearable("displayName")? {
            Member::Absent | Member::Null => None,
            Member::Set(name) if name.trim().is_empty() => None,
            Member::Set(name) => Some(
                name.parse()
                    .map_err(|error| fault(path, &format!("{name:?} is no name: {error}")))?,
            ),
        };
        let credential = body.object("publicKeyCredential")?;
        let response = response(needed(credential, "publicKeyCredential")?)?;
        body.finish()?;
        Ok(Self { response, name })
    }
}

fn response(mut credential: Object) -> Result<RegistrationResponse, Error> {
    let path = credential.path_of("id");
    let id = needed(credential.text("id")?, &path)?;
    let id = passkey_id::lenient(&id)
        .ok_or_else(|| fault(path, "is not a credential id in base64url: send what came back"))?;
    let path = credential.path_of("response");
    let mut response = needed(credential.object("response")?, &path)?;
    let client_data = bytes(&mut response, "clientDataJSON")?;
    let attestation = bytes(&mut response, "attestationObject")?;
    let transports = transports(&mut response)?;
    RegistrationResponse::new(id, client_data, attestation, transports).map_err(too_long)
}

fn bytes(response: &mut Object, name: &'static str) -> Result<Vec<u8>, Error> {
    let path = response.path_of(name);
    let text = needed(response.text(name)?, &path)?;
    passkey_id::lenient_bytes(&text)
        .filter(|bytes| !bytes.is_empty())
        .ok_or_else(|| fault(path, "is not base64url: send what the authenticator answered"))
}

fn transports(response: &mut Object) -> Result<Vec<String>, Error> {
    Ok(response.parsed_list("transports")?.unwrap_or_default())
}

fn too_long(error: CredentialError) -> Error {
    let member = error.member().map_or("response", |member| member.name());
    fault(format!("publicKeyCredential/response/{member}"), error.message())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::*;

    fn parse(body: &Value) -> Result<NewPasskey, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        NewPasskey::parse(Object::parse(&headers, body.to_string().as_bytes())?)
    }

    fn body() -> Value {
        json!({
            "@odata.type": "#microsoft.graph.fido2AuthenticationMethod",
            "displayName": "Red key",
            "publicKeyCredential": {
                "@odata.type": "#microsoft.graph.webauthnPublicKeyCredential",
                "id": "AQID",
                "rawId": "AQID",
                "type": "public-key",
                "response": {
                    "@odata.type": "#x",
                    "clientDataJSON": "e30",
                    "attestationObject": "oA==",
                    "authenticatorData": "AA",
                },
                "clientExtensionResults": { "credProps": { "rk": true } },
            },
        })
    }

    #[test]
    fn the_documented_body_is_read_with_the_noise_of_several_clients() {
        let new = parse(&body()).unwrap();
        assert_eq!(new.response.id().as_bytes(), [1, 2, 3]);
        assert_eq!(new.response.client_data_json(), b"{}");
        assert_eq!(new.response.attestation_object(), [0xa0]);
        assert_eq!(new.name.unwrap().as_str(), "Red key");
    }

    #[test]
    fn no_name_is_left_to_the_model() {
        for name in [json!(null), json!(""), json!("  ")] {
            let mut body = body();
            body["displayName"] = name;
            assert!(parse(&body).unwrap().name.is_none());
        }
    }

    #[test]
    fn each_wrong_member_is_named_with_its_path() {
        let credential = "publicKeyCredential";
        for (path, pointer, value) in [
            ("displayName", "/displayName", json!("x".repeat(65))),
            ("displayName", "/displayName", json!(1)),
            (credential, "/publicKeyCredential", json!("x")),
            ("publicKeyCredential/id", "/publicKeyCredential/id", json!("!")),
            ("publicKeyCredential/id", "/publicKeyCredential/id", json!(null)),
            ("publicKeyCredential/response", "/publicKeyCredential/response", json!([])),
            (
                "publicKeyCredential/response/clientDataJSON",
                "/publicKeyCredential/response/clientDataJSON",
                json!("{}"),
            ),
            (
                "publicKeyCredential/response/attestationObject",
                "/publicKeyCredential/response/attestationObject",
                json!(""),
            ),
            (
                "publicKeyCredential/response/attestationObject",
                "/publicKeyCredential/response/attestationObject",
                json!("A".repeat(200_000)),
            ),
        ] {
            let mut body = body();
            *body.pointer_mut(pointer).unwrap() = value;
            match parse(&body) {
                Err(Error::BadRequest { property: Some(property), .. }) => {
                    assert_eq!(property, path);
                }
                other => panic!("{path}: {other:?}"),
            }
        }
        assert!(parse(&json!({})).is_err());
    }
}
