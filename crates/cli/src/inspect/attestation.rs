//! Attestation objects, authenticator data and assertions.

use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cbor::{self, Value};
use webauthn::cose::PublicKey;

use super::certificate::{self, shortened};
use super::token;
use super::tree::Tree;

/// An attestation object, of a passkey or of an app.
pub(super) fn object(bytes: &[u8]) -> Option<Tree> {
    let object = AttestationObject::parse(bytes).ok()?;
    let data = data(object.authenticator_data());
    let data = data.unwrap_or_else(|| Tree::new("authenticator data: unreadable"));
    let statement = value("statement", object.statement());
    Some(
        Tree::new(format!("attestation object, format {}", object.format()))
            .branch(data)
            .branch(statement),
    )
}

/// Authenticator data.
pub(super) fn data(bytes: &[u8]) -> Option<Tree> {
    let data = AuthenticatorData::parse(bytes).ok()?;
    let flags = [
        ("user present", data.user_present()),
        ("user verified", data.user_verified()),
        ("backup eligible", data.backup_eligible()),
        ("backed up", data.backup_state()),
    ];
    let flags: Vec<_> = flags.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
    let mut tree = Tree::new("authenticator data")
        .line(format!("relying party id hash: {}", shortened(data.rp_id_hash())))
        .line(format!("flags: {}", flags.join(", ")))
        .line(format!("signature counter: {}", data.sign_count().0));
    if let Some(attested) = data.attested() {
        let key = match PublicKey::parse(attested.public_key) {
            Ok(key) => format!("{:?} ({})", key.algorithm(), key.algorithm().identifier()),
            Err(error) => format!("unusable: {error}"),
        };
        tree = tree
            .line(format!("model: {}", attested.aaguid))
            .line(format!("credential id: {}", shortened(attested.credential_id)))
            .line(format!("public key: {key}"));
    }
    if !data.extensions().is_empty() {
        tree = tree.branch(value("extensions", &Value::Map(data.extensions().clone())));
    }
    Some(tree)
}

/// An assertion of an app.
pub(super) fn assertion(bytes: &[u8]) -> Option<Tree> {
    let read = cbor::read(bytes, cbor::MAX_DEPTH).ok()?;
    let map = read.as_map()?;
    let data = map.named("authenticatorData")?.as_bytes()?;
    let signature = map.named("signature")?.as_bytes()?;
    Some(
        Tree::new("assertion of an app")
            .line(format!("authenticator data: {}", shortened(data)))
            .line(format!("signature: {}", shortened(signature))),
    )
}

/// A value under its name; what is known inside is shown as what it is.
fn value(name: &str, value: &Value<'_>) -> Tree {
    match value {
        Value::Integer(integer) => Tree::new(format!("{name}: {integer}")),
        Value::Bool(flag) => Tree::new(format!("{name}: {flag}")),
        Value::Other(raw) => Tree::new(format!("{name}: {}", shortened(raw))),
        Value::Text(text) => match token::read(text) {
            Some(tree) => Tree::new(name).branch(tree),
            None => Tree::new(format!("{name}: {text}")),
        },
        Value::Bytes(bytes) => match known(bytes) {
            Some(tree) => Tree::new(name).branch(tree),
            None => Tree::new(format!("{name}: {}", shortened(bytes))),
        },
        Value::Array(elements) => {
            let numbered = elements.iter().enumerate();
            let element = |(index, element): (usize, &_)| self::value(&index.to_string(), element);
            Tree::new(name).branches(numbered.map(element))
        }
        Value::Map(map) => Tree::new(name).branches(map.iter().map(|(key, inner)| {
            let key = match key {
                Value::Text(text) => (*text).to_owned(),
                Value::Integer(integer) => integer.to_string(),
                Value::Bytes(_)
                | Value::Bool(_)
                | Value::Array(_)
                | Value::Map(_)
                | Value::Other(_) => "?".to_owned(),
            };
            self::value(&key, inner)
        })),
    }
}

fn known(bytes: &[u8]) -> Option<Tree> {
    certificate::chain(&[bytes.to_vec()])
        .or_else(|| certificate::receipt(bytes))
        .or_else(|| object(bytes))
        .or_else(|| token::read(std::str::from_utf8(bytes).ok()?))
}
