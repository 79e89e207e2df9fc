//! What an honest authenticator makes, taken apart and verified with the crypto library alone.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a broken response fails the test that reads it"
)]

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use ctap::{
    Attestation, AttestationAuthority, Binding, CeremonyError, DiscoverableStorage, KeyKind, Model,
    SoftwareAuthenticator, Verification, demo_credential, demo_sign,
};
use data_encoding::BASE64URL_NOPAD;
use minicbor::data::Type;
use serde_json::{Value, json};
use webauthn::{Aaguid, CredentialId, UserHandle};
use x509_parser::prelude::{FromDer as _, X509Certificate};

const ORIGIN: &str = "https://login.example";
const AAGUID: Aaguid = Aaguid::from_bytes(*b"0123456789abcdef");

fn creation() -> Value {
    json!({
        "rp": { "id": "login.example", "name": "Example" },
        "user": { "id": "dXNlci1oYW5kbGU", "name": "ana@example", "displayName": "Ana" },
        "challenge": "AAECAwQFBgcICQoLDA0ODw",
        "pubKeyCredParams": [
            { "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -8 }
        ],
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
        "attestation": "direct",
        "excludeCredentials": [],
    })
}

fn request() -> Value {
    json!({
        "rpId": "login.example",
        "challenge": "EBESExQVFhcYGRobHB0eHw",
        "userVerification": "required",
    })
}

fn with(mut options: Value, pointer: &str, value: Value) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    options.pointer_mut(parent).unwrap()[member] = value;
    options
}

fn authenticator(model: Model) -> SoftwareAuthenticator {
    SoftwareAuthenticator::new([1; 32], AAGUID, model)
}

fn bytes(json: &Value, pointer: &str) -> Vec<u8> {
    let text = json.pointer(pointer).and_then(Value::as_str).unwrap();
    BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
}

/// What a relying party reads in a registration.
struct Registration {
    format: String,
    statement: BTreeMap<String, Vec<Vec<u8>>>,
    authenticator_data: Vec<u8>,
    client_data: Vec<u8>,
    credential_id: Vec<u8>,
    key: BTreeMap<i64, Vec<u8>>,
}

impl Registration {
    fn read(response: &Value) -> Self {
        let object = bytes(response, "/response/attestationObject");
        let mut cbor = minicbor::Decoder::new(&object);
        assert_eq!(cbor.map().unwrap(), Some(3));
        assert_eq!(cbor.str().unwrap(), "fmt");
        let format = cbor.str().unwrap().to_owned();
        assert_eq!(cbor.str().unwrap(), "attStmt");
        let mut statement = BTreeMap::new();
        for _ in 0..cbor.map().unwrap().unwrap() {
            let key = cbor.str().unwrap().to_owned();
            let value = match cbor.datatype().unwrap() {
                Type::Bytes => vec![cbor.bytes().unwrap().to_vec()],
                Type::Array => {
                    let items = cbor.array().unwrap().unwrap();
                    (0..items).map(|_| cbor.bytes().unwrap().to_vec()).collect()
                }
                _ => vec![cbor.i64().unwrap().to_be_bytes().to_vec()],
            };
            statement.insert(key, value);
        }
        assert_eq!(cbor.str().unwrap(), "authData");
        let authenticator_data = cbor.bytes().unwrap().to_vec();
        assert_eq!(cbor.position(), object.len());
        assert_eq!(authenticator_data, bytes(response, "/response/authenticatorData"));

        let length =
            usize::from(u16::from_be_bytes([authenticator_data[53], authenticator_data[54]]));
        let credential_id = authenticator_data[55..55 + length].to_vec();
        let key = read_cose(&authenticator_data[55 + length..]);
        let client_data = bytes(response, "/response/clientDataJSON");
        Self { format, statement, authenticator_data, client_data, credential_id, key }
    }

    fn flags(&self) -> u8 {
        self.authenticator_data[32]
    }

    fn signed(&self) -> Vec<u8> {
        signed(&self.authenticator_data, &self.client_data)
    }
}

fn read_cose(cose: &[u8]) -> BTreeMap<i64, Vec<u8>> {
    let mut cbor = minicbor::Decoder::new(cose);
    let pairs = cbor.map().unwrap().unwrap();
    let key = (0..pairs)
        .map(|_| {
            let label = cbor.i64().unwrap();
            let value = match cbor.datatype().unwrap() {
                Type::Bytes => cbor.bytes().unwrap().to_vec(),
                _ => cbor.i64().unwrap().to_be_bytes().to_vec(),
            };
            (label, value)
        })
        .collect();
    assert_eq!(cbor.position(), cose.len(), "nothing follows the key");
    key
}

fn signed(authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
    [authenticator_data, digest(&SHA256, client_data).as_ref()].concat()
}

fn verifies(key: &BTreeMap<i64, Vec<u8>>, message: &[u8], signature: &[u8]) -> bool {
    match i64::from_be_bytes(key[&3].clone().try_into().unwrap()) {
        -7 => {
            let point = [&[4], key[&-2].as_slice(), key[&-3].as_slice()].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
        }
        -8 => UnparsedPublicKey::new(&ED25519, &key[&-2]).verify(message, signature),
        other => panic!("algorithm {other}"),
    }
    .is_ok()
}

#[test]
fn a_registration_says_what_the_options_and_the_model_say() {
    let made = authenticator(Model::security_key()).make_credential(&creation(), ORIGIN).unwrap();
    let registration = Registration::read(&made);
    assert_eq!(
        String::from_utf8(registration.client_data.clone()).unwrap(),
        r#"{"type":"webauthn.create","challenge":"AAECAwQFBgcICQoLDA0ODw","#.to_owned()
            + r#""origin":"https://login.example","crossOrigin":false}"#
    );
    let data = &registration.authenticator_data;
    assert_eq!(data[..32], *digest(&SHA256, b"login.example").as_ref());
    assert_eq!(registration.flags(), 0b0100_0101, "AT UV UP");
    assert_eq!(data[33..37], [0, 0, 0, 1]);
    assert_eq!(data[37..53], *AAGUID.as_bytes());
    assert_eq!(registration.credential_id, bytes(&made, "/id"));
    assert_eq!(made["id"], made["rawId"]);
    assert_eq!(made["type"], "public-key");
    assert_eq!(made["response"]["transports"], json!(["nfc", "usb"]));
    assert_eq!((registration.format.as_str(), registration.statement.len()), ("none", 0));
}

#[test]
fn an_assertion_verifies_with_the_registered_key_for_either_kind() {
    for (kind, alg) in [(KeyKind::Es256, -7), (KeyKind::EdDsa, -8)] {
        let mut device = authenticator(Model::security_key());
        let params = json!([{ "type": "public-key", "alg": alg }]);
        let options = with(creation(), "/pubKeyCredParams", params);
        let registration = Registration::read(&device.make_credential(&options, ORIGIN).unwrap());
        let assertion = device.get_assertion(&request(), ORIGIN).unwrap();
        let data = bytes(&assertion, "/response/authenticatorData");
        let client_data = bytes(&assertion, "/response/clientDataJSON");
        let signature = bytes(&assertion, "/response/signature");
        assert!(verifies(&registration.key, &signed(&data, &client_data), &signature), "{kind:?}");
        assert_eq!(data.len(), 37);
        assert_eq!((data[32], &data[33..]), (0b0000_0101, [0, 0, 0, 2].as_slice()));
        assert_eq!(bytes(&assertion, "/response/userHandle"), b"user-handle");
        let client_data: Value = serde_json::from_slice(&client_data).unwrap();
        assert_eq!(client_data["type"], "webauthn.get");
        assert_eq!(client_data["challenge"], request()["challenge"]);
    }
}

#[test]
fn self_attestation_is_signed_by_the_credential_itself() {
    let model = Model::security_key().attesting(Attestation::SelfSigned);
    let made = authenticator(model).make_credential(&creation(), ORIGIN).unwrap();
    let registration = Registration::read(&made);
    assert_eq!(registration.format, "packed");
    assert_eq!(registration.statement["alg"][0], (-7_i64).to_be_bytes());
    let signature = &registration.statement["sig"][0];
    assert!(verifies(&registration.key, &registration.signed(), signature));
    assert!(!registration.statement.contains_key("x5c"));
}

#[test]
fn certified_attestation_leads_to_the_root_with_and_without_an_intermediate() {
    let direct = AttestationAuthority::new([9; 32], "Example Keys").unwrap();
    let indirect = direct.clone().with_intermediate().unwrap();
    for (authority, length) in [(direct, 1), (indirect, 2)] {
        let model = Model::security_key().attesting(Attestation::Certified(authority.clone()));
        let made = authenticator(model).make_credential(&creation(), ORIGIN).unwrap();
        let registration = Registration::read(&made);
        let chain = &registration.statement["x5c"];
        assert_eq!(chain.len(), length);

        let mut der: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        der.push(authority.root_der());
        let chain: Vec<X509Certificate<'_>> =
            der.iter().map(|der| X509Certificate::from_der(der).unwrap().1).collect();
        assert!(
            x509_key(&chain[0])
                .verify(&registration.signed(), &registration.statement["sig"][0])
                .is_ok()
        );
        for pair in chain.windows(2) {
            assert_eq!(pair[0].issuer().as_raw(), pair[1].subject().as_raw());
            let signature = &pair[0].signature_value.data;
            assert!(x509_key(&pair[1]).verify(pair[0].tbs_certificate.as_ref(), signature).is_ok());
            assert!(pair[1].is_ca());
        }
        let leaf = &chain[0];
        assert!(!leaf.is_ca());
        assert_eq!(leaf.version().0, 2);
        let units: Vec<_> =
            leaf.subject().iter_organizational_unit().map(|unit| unit.as_str().unwrap()).collect();
        assert_eq!(units, ["Authenticator Attestation"]);
        let extension = leaf
            .extensions()
            .iter()
            .find(|extension| extension.oid.to_id_string() == "1.3.6.1.4.1.45724.1.1.4")
            .unwrap();
        assert!(!extension.critical);
        assert_eq!(extension.value, [&[4, 16], AAGUID.as_bytes().as_slice()].concat());
    }
}

fn x509_key(certificate: &X509Certificate<'_>) -> UnparsedPublicKey<Vec<u8>> {
    let point = certificate.public_key().subject_public_key.data.to_vec();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
}

#[test]
fn no_statement_is_given_when_none_is_asked_for() {
    for options in [
        with(creation(), "/attestation", json!("none")),
        with(creation(), "/attestation", Value::Null),
    ] {
        let model = Model::security_key().attesting(Attestation::SelfSigned);
        let made = authenticator(model).make_credential(&options, ORIGIN).unwrap();
        assert_eq!(Registration::read(&made).format, "none");
    }
}

#[test]
fn the_backup_flags_follow_the_binding() {
    for (binding, flags) in
        [(Binding::DeviceBound, 0), (Binding::BackupEligible, 8), (Binding::Synced, 24)]
    {
        let model = Model { binding, ..Model::security_key() };
        let made = authenticator(model).make_credential(&creation(), ORIGIN).unwrap();
        assert_eq!(Registration::read(&made).flags() & 24, flags, "{binding:?}");
    }
}

#[test]
fn an_authenticator_that_does_not_count_says_zero() {
    let mut device = authenticator(Model::synced_provider());
    let made = device.make_credential(&creation(), ORIGIN).unwrap();
    assert_eq!(Registration::read(&made).authenticator_data[33..37], [0; 4]);
    let assertion = device.get_assertion(&request(), ORIGIN).unwrap();
    assert_eq!(bytes(&assertion, "/response/authenticatorData")[33..], [0; 4]);
}

#[test]
fn an_excluded_credential_stops_a_second_registration() {
    let mut device = authenticator(Model::security_key());
    let made = device.make_credential(&creation(), ORIGIN).unwrap();
    let list = json!([{ "type": "public-key", "id": made["id"] }]);
    let options = with(creation(), "/excludeCredentials", list);
    let refused = device.make_credential(&options, ORIGIN);
    assert_eq!(refused, Err(CeremonyError::InvalidState));
    assert_eq!(CeremonyError::InvalidState.name(), "InvalidStateError");
    assert_eq!(device.credentials().count(), 1);
}

#[test]
fn a_discoverable_credential_replaces_the_earlier_one_of_the_same_account() {
    let mut device = authenticator(Model::security_key());
    let first = device.make_credential(&creation(), ORIGIN).unwrap();
    let second = device.make_credential(&creation(), ORIGIN).unwrap();
    assert_ne!(first["id"], second["id"]);
    assert_eq!(device.credentials().count(), 1);
    let other = with(creation(), "/user/id", json!("b3RoZXI"));
    device.make_credential(&other, ORIGIN).unwrap();
    assert_eq!(device.credentials().count(), 2);
}

#[test]
fn only_an_allowed_credential_answers_and_the_person_can_pick() {
    let mut device = authenticator(Model::security_key());
    let first = device.make_credential(&creation(), ORIGIN).unwrap();
    let other = with(creation(), "/user/id", json!("b3RoZXI"));
    let second = device.make_credential(&other, ORIGIN).unwrap();
    assert_eq!(device.get_assertion(&request(), ORIGIN).unwrap()["id"], second["id"]);

    device.account = Some(UserHandle::new(*b"user-handle").unwrap());
    assert_eq!(device.get_assertion(&request(), ORIGIN).unwrap()["id"], first["id"]);
    device.account = None;

    let allowed = json!([{ "type": "public-key", "id": first["id"] }]);
    let options = with(request(), "/allowCredentials", allowed);
    assert_eq!(device.get_assertion(&options, ORIGIN).unwrap()["id"], first["id"]);

    let id = CredentialId::from_base64url(first["id"].as_str().unwrap()).unwrap();
    assert!(device.forget(&id));
    assert_eq!(device.get_assertion(&options, ORIGIN), Err(CeremonyError::NotAllowed));
}

#[test]
fn a_credential_that_is_not_discoverable_must_be_named_and_tells_no_account() {
    let mut device =
        authenticator(Model { storage: DiscoverableStorage::Absent, ..Model::security_key() });
    assert_eq!(device.make_credential(&creation(), ORIGIN), Err(CeremonyError::NotAllowed));
    let options =
        with(creation(), "/authenticatorSelection", json!({ "residentKey": "preferred" }));
    let options = with(options, "/extensions", json!({ "credProps": true }));
    let made = device.make_credential(&options, ORIGIN).unwrap();
    assert_eq!(made["clientExtensionResults"], json!({ "credProps": { "rk": false } }));
    assert_eq!(device.get_assertion(&request(), ORIGIN), Err(CeremonyError::NotAllowed));
    let allowed = json!([{ "type": "public-key", "id": made["id"] }]);
    let assertion = device.get_assertion(&with(request(), "/allowCredentials", allowed), ORIGIN);
    assert_eq!(assertion.unwrap().pointer("/response/userHandle"), None);
}

#[test]
fn user_verification_follows_wish_and_ability() {
    for (verification, wish, expected) in [
        (Verification::Unavailable, "required", Err(CeremonyError::NotAllowed)),
        (Verification::Unavailable, "preferred", Ok(0)),
        (Verification::WhenAsked, "required", Ok(4)),
        (Verification::WhenAsked, "preferred", Ok(4)),
        (Verification::WhenAsked, "discouraged", Ok(0)),
        (Verification::Always, "discouraged", Ok(4)),
    ] {
        let options = with(creation(), "/authenticatorSelection/userVerification", json!(wish));
        let model = Model { verification, ..Model::security_key() };
        let made = authenticator(model).make_credential(&options, ORIGIN);
        let flag = made.map(|made| Registration::read(&made).flags() & 4);
        assert_eq!(flag, expected, "{verification:?} {wish}");
    }
}

#[test]
fn a_look_alike_site_gets_nothing() {
    let mut device = authenticator(Model::security_key());
    for origin in [
        "https://login.example.evil",
        "https://evil-login.example",
        "https://example",
        "http://login.example",
    ] {
        let made = device.make_credential(&creation(), origin);
        assert_eq!(made, Err(CeremonyError::Security), "{origin}");
    }
    assert!(device.make_credential(&creation(), "https://eu.login.example:8443").is_ok());
    let local = with(creation(), "/rp/id", json!("localhost"));
    assert!(device.make_credential(&local, "http://localhost:8080").is_ok());
}

#[test]
fn an_authenticator_without_an_offered_algorithm_or_of_another_attachment_is_not_used() {
    let mut device = authenticator(Model::security_key());
    let rsa = with(creation(), "/pubKeyCredParams", json!([{ "type": "public-key", "alg": -257 }]));
    assert_eq!(device.make_credential(&rsa, ORIGIN), Err(CeremonyError::NotSupported));
    let pointer = "/authenticatorSelection/authenticatorAttachment";
    let platform = with(creation(), pointer, json!("platform"));
    assert_eq!(device.make_credential(&platform, ORIGIN), Err(CeremonyError::NotAllowed));
}

#[test]
fn unreadable_options_are_named() {
    let mut device = authenticator(Model::security_key());
    for (options, member) in [
        (with(creation(), "/challenge", json!("AA==")), "challenge"),
        (with(creation(), "/user/id", json!("")), "user.id"),
        (with(creation(), "/rp/id", json!("https://a")), "rp.id"),
        (with(creation(), "/pubKeyCredParams", json!({})), "pubKeyCredParams"),
        (
            with(creation(), "/excludeCredentials", json!([{ "type": "public-key" }])),
            "excludeCredentials",
        ),
    ] {
        let refused = device.make_credential(&options, ORIGIN);
        assert_eq!(refused, Err(CeremonyError::Options(member)));
    }
}

#[test]
fn the_same_seed_makes_the_same_credentials_everywhere() {
    let make = || {
        let made = authenticator(Model::security_key()).make_credential(&creation(), ORIGIN);
        Registration::read(&made.unwrap()).authenticator_data
    };
    assert_eq!(make(), make());
}

#[test]
fn a_demo_credential_is_what_the_authenticator_of_that_seed_makes_and_can_sign_in() {
    let demo = demo_credential(&[1; 32], 0, AAGUID).unwrap();
    let mut device = authenticator(Model::phone_app());
    let made = Registration::read(&device.make_credential(&creation(), ORIGIN).unwrap());
    assert_eq!(demo.credential_id.as_bytes(), made.credential_id);
    assert_eq!(read_cose(&demo.cose_public_key), made.key);
    assert!(verifies(&made.key, b"message", &demo_sign(&[1; 32], 0, b"message").unwrap()));

    let third = demo_credential(&[1; 32], 3, AAGUID).unwrap();
    let mut device = authenticator(Model::phone_app());
    let handle = UserHandle::new(*b"somebody").unwrap();
    let id = device.adopt(3, "login.example".parse().unwrap(), handle);
    assert_eq!(id, third.credential_id);
    let assertion = device.get_assertion(&request(), ORIGIN).unwrap();
    let message = signed(
        &bytes(&assertion, "/response/authenticatorData"),
        &bytes(&assertion, "/response/clientDataJSON"),
    );
    let key = read_cose(&third.cose_public_key);
    assert!(verifies(&key, &message, &bytes(&assertion, "/response/signature")));
    assert_eq!(bytes(&assertion, "/response/userHandle"), b"somebody");
}

#[test]
fn graph_gets_its_own_shape_around_the_same_bytes() {
    let body =
        json!({ "challengeTimeoutDateTime": "2026-11-22T21:00:00Z", "publicKey": creation() });
    let made = authenticator(Model::phone_app()).make_graph_method(&body, ORIGIN, "Red key");
    let made = made.unwrap();
    assert_eq!(made["displayName"], "Red key");
    let credential = made["publicKeyCredential"].as_object().unwrap();
    let members: Vec<&str> = credential.keys().map(String::as_str).collect();
    assert_eq!(members, ["id", "response", "clientExtensionResults"]);
    let same = authenticator(Model::phone_app()).make_credential(&creation(), ORIGIN).unwrap();
    let response = &credential["response"];
    assert_eq!(response["attestationObject"], same["response"]["attestationObject"]);
    assert_eq!(response["clientDataJSON"], same["response"]["clientDataJSON"]);
}
