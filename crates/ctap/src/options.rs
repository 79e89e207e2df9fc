//! Options as the relying party sends them, read from the standard's JSON (§5.1.8, §5.1.9).

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use webauthn::{CredentialId, Origin, RpId, UserHandle};

use crate::error::CeremonyError;

/// How much the relying party wants something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    Required,
    Preferred,
    Discouraged,
}

/// `PublicKeyCredentialCreationOptionsJSON`.
pub(crate) struct CreationOptions {
    pub(crate) challenge: Vec<u8>,
    pub(crate) rp_id: RpId,
    pub(crate) user_handle: UserHandle,
    /// COSE identifiers in the relying party's order.
    pub(crate) algorithms: Vec<i64>,
    pub(crate) excluded: Vec<CredentialId>,
    pub(crate) resident_key: Requirement,
    pub(crate) user_verification: Requirement,
    pub(crate) attachment: Option<String>,
    pub(crate) asks_for_attestation: bool,
    pub(crate) asks_for_properties: bool,
}

impl CreationOptions {
    /// Reads the options and checks that the page at `origin` may use their relying party id.
    pub(crate) fn parse(options: &Value, origin: &str) -> Result<Self, CeremonyError> {
        let user_handle = options
            .pointer("/user/id")
            .and_then(Value::as_str)
            .and_then(|text| UserHandle::from_base64url(text).ok())
            .ok_or(CeremonyError::Options("user.id"))?;
        let selection = options.pointer("/authenticatorSelection").unwrap_or(&Value::Null);
        let attestation = options.pointer("/attestation").and_then(Value::as_str);
        Ok(Self {
            challenge: challenge(options)?,
            rp_id: rp_id(options.pointer("/rp/id"), "rp.id", origin)?,
            user_handle,
            algorithms: algorithms(options)?,
            excluded: credentials(options, "excludeCredentials")?,
            resident_key: resident_key(selection),
            user_verification: requirement(selection.get("userVerification")),
            attachment: selection
                .get("authenticatorAttachment")
                .and_then(Value::as_str)
                .map(str::to_owned),
            asks_for_attestation: attestation.is_some_and(|wish| wish != "none"),
            asks_for_properties: options.pointer("/extensions/credProps") == Some(&true.into()),
        })
    }
}

/// `PublicKeyCredentialRequestOptionsJSON`.
pub(crate) struct RequestOptions {
    pub(crate) challenge: Vec<u8>,
    pub(crate) rp_id: RpId,
    pub(crate) allowed: Vec<CredentialId>,
    pub(crate) user_verification: Requirement,
}

impl RequestOptions {
    /// Reads the options and checks that the page at `origin` may use their relying party id.
    pub(crate) fn parse(options: &Value, origin: &str) -> Result<Self, CeremonyError> {
        Ok(Self {
            challenge: challenge(options)?,
            rp_id: rp_id(options.get("rpId"), "rpId", origin)?,
            allowed: credentials(options, "allowCredentials")?,
            user_verification: requirement(options.get("userVerification")),
        })
    }
}

fn challenge(options: &Value) -> Result<Vec<u8>, CeremonyError> {
    options
        .get("challenge")
        .and_then(Value::as_str)
        .and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok())
        .ok_or(CeremonyError::Options("challenge"))
}

/// The relying party id asked for, or the origin's host without one (§5.1.3 step 8).
///
/// It must be the host or a parent of it: this is what makes a passkey useless to a look-alike
/// site. Pages without TLS have no passkeys, except on this machine.
fn rp_id(asked: Option<&Value>, member: &'static str, origin: &str) -> Result<RpId, CeremonyError> {
    let origin: Origin = origin.parse().map_err(|_| CeremonyError::Options("origin"))?;
    let host = origin.host();
    let rp_id: RpId = asked
        .map_or(host, Value::as_str)
        .and_then(|text| text.parse().ok())
        .ok_or(CeremonyError::Options(member))?;
    let Some(host) = host else {
        // an app's origin: its platform has checked the link between app and site
        return Ok(rp_id);
    };
    let is_secure = origin.is_https() || host == "localhost" || host.ends_with(".localhost");
    let is_own = host == rp_id.as_str()
        || host.strip_suffix(rp_id.as_str()).is_some_and(|rest| rest.ends_with('.'));
    if is_secure && is_own { Ok(rp_id) } else { Err(CeremonyError::Security) }
}

/// The identifiers in order; the two defaults of §5.1.3 step 10 if the list is empty.
fn algorithms(options: &Value) -> Result<Vec<i64>, CeremonyError> {
    let offered = options
        .get("pubKeyCredParams")
        .and_then(Value::as_array)
        .ok_or(CeremonyError::Options("pubKeyCredParams"))?;
    if offered.is_empty() {
        return Ok(vec![-7, -257]);
    }
    let usable = offered.iter().filter(|one| is_public_key(one));
    Ok(usable.filter_map(|one| one.get("alg").and_then(Value::as_i64)).collect())
}

/// The ids of a list of descriptors; an absent list is empty, unknown types are passed over.
fn credentials(options: &Value, member: &'static str) -> Result<Vec<CredentialId>, CeremonyError> {
    let Some(list) = options.get(member).filter(|list| !list.is_null()) else {
        return Ok(Vec::new());
    };
    let list = list.as_array().ok_or(CeremonyError::Options(member))?;
    let known = list.iter().filter(|one| is_public_key(one));
    known
        .map(|one| {
            one.get("id")
                .and_then(Value::as_str)
                .and_then(|text| CredentialId::from_base64url(text).ok())
                .ok_or(CeremonyError::Options(member))
        })
        .collect()
}

fn is_public_key(descriptor: &Value) -> bool {
    descriptor.get("type").and_then(Value::as_str) == Some("public-key")
}

/// Absent or unknown means preferred, as §5.4.4 says of user verification.
fn requirement(wish: Option<&Value>) -> Requirement {
    match wish.and_then(Value::as_str) {
        Some("required") => Requirement::Required,
        Some("discouraged") => Requirement::Discouraged,
        _ => Requirement::Preferred,
    }
}

/// Without `residentKey` the older `requireResidentKey` decides (§5.4.4).
fn resident_key(selection: &Value) -> Requirement {
    match (selection.get("residentKey"), selection.get("requireResidentKey")) {
        (Some(wish), _) => requirement(Some(wish)),
        (None, Some(Value::Bool(true))) => Requirement::Required,
        (None, _) => Requirement::Discouraged,
    }
}
