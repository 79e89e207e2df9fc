//! An honest client and authenticator for tests, every one of whose statements can be altered.

pub(crate) mod android;
pub(crate) mod apple;
pub(crate) mod certificate;
pub(crate) mod token;

use std::sync::LazyLock;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _,
};
use data_encoding::BASE64URL_NOPAD;
use minicbor::Encoder;
use serde_json::{Value, json};

use crate::aaguid::Aaguid;
use crate::attestation::Attestation;
use crate::bytes::{Challenge, CredentialId, Timestamp, UserHandle};
use crate::cose::Algorithm;
use crate::credential::{AuthenticationResponse, RegistrationResponse};
use crate::options::UserVerification;
use crate::origin::{Embedding, RelyingParty};
use crate::registration::{self, Expectation, UserPresence};
use crate::trust::{Anchor, TrustAnchors};

use certificate::{Template, authority, common_name};

pub(crate) const AAGUID: Aaguid = Aaguid::from_bytes([0xaa; 16]);
const HANDLE: [u8; 4] = [4, 3, 2, 1];

static CHALLENGE: LazyLock<Challenge> = LazyLock::new(|| Challenge::new([0xc4; 32]).unwrap());

pub(crate) fn challenge() -> &'static Challenge {
    &CHALLENGE
}

static USER_HANDLE: LazyLock<UserHandle> = LazyLock::new(|| UserHandle::new(HANDLE).unwrap());

pub(crate) fn user_handle() -> &'static UserHandle {
    &USER_HANDLE
}

static RELYING_PARTY: LazyLock<RelyingParty> = LazyLock::new(|| RelyingParty {
    id: "login.example".parse().unwrap(),
    origins: vec!["https://login.example".parse().unwrap()],
    embedding: Embedding::Refused,
});

pub(crate) fn relying_party() -> &'static RelyingParty {
    &RELYING_PARTY
}

static NOBODY: LazyLock<TrustAnchors> = LazyLock::new(TrustAnchors::default);

/// No anchors.
pub(crate) fn nobody() -> &'static TrustAnchors {
    &NOBODY
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

pub(crate) fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}

/// CBOR written by the closure.
pub(crate) fn cbor(write: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut Encoder::new(&mut bytes));
    bytes
}

/// An ECDSA key that signs in DER.
pub(crate) struct Key(pub(crate) EcdsaKeyPair);

impl Key {
    pub(crate) fn p256() -> Self {
        Self::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)
    }

    pub(crate) fn generate(algorithm: &'static EcdsaSigningAlgorithm) -> Self {
        Self(EcdsaKeyPair::generate(algorithm).unwrap())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }

    /// The point without its leading 04.
    pub(crate) fn coordinates(&self) -> &[u8] {
        &self.0.public_key().as_ref()[1..]
    }

    /// As a `COSE_Key` with that algorithm and curve.
    pub(crate) fn cose(&self, algorithm: i64, curve: i64) -> Vec<u8> {
        let (x, y) = self.coordinates().split_at(self.coordinates().len() / 2);
        cbor(|e| {
            e.map(5).unwrap().i8(1).unwrap().i8(2).unwrap();
            e.i8(3).unwrap().i64(algorithm).unwrap();
            e.i8(-1).unwrap().i64(curve).unwrap();
            e.i8(-2).unwrap().bytes(x).unwrap().i8(-3).unwrap().bytes(y).unwrap();
        })
    }
}

/// What one authenticator says in authenticator data.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) rp_id: &'static str,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) aaguid: Aaguid,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) cose: Vec<u8>,
    /// Extensions, or whatever else follows.
    pub(crate) rest: Vec<u8>,
}

impl Said {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = sha256(self.rp_id.as_bytes());
        bytes.push(self.flags);
        bytes.extend(self.sign_count.to_be_bytes());
        if self.flags & 0x40 != 0 {
            bytes.extend(self.aaguid.as_bytes());
            bytes.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
            bytes.extend(&self.credential_id);
            bytes.extend(&self.cose);
        }
        bytes.extend(&self.rest);
        bytes
    }
}

/// A registration about to be answered: change what you like, then call for the answer.
pub(crate) struct Registration {
    pub(crate) key: Key,
    pub(crate) client_data: Value,
    pub(crate) said: Said,
    pub(crate) id: Vec<u8>,
    pub(crate) format: &'static str,
}

impl Registration {
    /// An honest one in the format `none`: user present and verified, device-bound.
    pub(crate) fn honest() -> Self {
        let key = Key::p256();
        let said = Said {
            rp_id: "login.example",
            flags: 0x45,
            sign_count: 0,
            aaguid: AAGUID,
            credential_id: vec![1; 32],
            cose: key.cose(-7, 1),
            rest: Vec::new(),
        };
        Self {
            key,
            client_data: json!({
                "type": "webauthn.create",
                "challenge": challenge().to_base64url(),
                "origin": "https://login.example",
                "crossOrigin": false,
            }),
            said,
            id: vec![1; 32],
            format: "none",
        }
    }

    /// What a statement signs: authenticator data and hash of the client data.
    pub(crate) fn to_be_signed(&self) -> Vec<u8> {
        [self.said.to_bytes(), sha256(self.client_data.to_string().as_bytes())].concat()
    }

    /// The attestation object with that statement, which is CBOR already.
    pub(crate) fn object(&self, statement: &[u8]) -> Vec<u8> {
        let mut object = cbor(|e| {
            e.map(3).unwrap().str("fmt").unwrap().str(self.format).unwrap();
            e.str("authData").unwrap().bytes(&self.said.to_bytes()).unwrap();
            e.str("attStmt").unwrap();
        });
        object.extend(statement);
        object
    }

    /// The answer with that statement.
    pub(crate) fn answer(&self, statement: &[u8]) -> RegistrationResponse {
        RegistrationResponse::new(
            CredentialId::new(self.id.clone()).unwrap(),
            self.client_data.to_string().into_bytes(),
            self.object(statement),
            vec!["internal".to_owned()],
        )
        .unwrap()
    }
}

/// The empty map.
pub(crate) const NO_STATEMENT: &[u8] = &[0xa0];

/// A member of a statement.
pub(crate) enum Member<'a> {
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Certificates(&'a [Vec<u8>]),
}

/// A statement of these members.
pub(crate) fn statement(members: &[(&str, Member<'_>)]) -> Vec<u8> {
    cbor(|e| {
        e.map(u64::try_from(members.len()).unwrap()).unwrap();
        for (name, member) in members {
            e.str(name).unwrap();
            match member {
                Member::Integer(integer) => e.i64(*integer).map(|_| ()).unwrap(),
                Member::Text(text) => e.str(text).map(|_| ()).unwrap(),
                Member::Bytes(bytes) => e.bytes(bytes).map(|_| ()).unwrap(),
                Member::Certificates(certificates) => {
                    e.array(u64::try_from(certificates.len()).unwrap()).unwrap();
                    for certificate in *certificates {
                        e.bytes(certificate).unwrap();
                    }
                }
            }
        }
    })
}

/// The statement of `packed`: algorithm, signature, and certificates if there are any.
pub(crate) fn packed(algorithm: i64, signature: &[u8], x5c: Option<&[Vec<u8>]>) -> Vec<u8> {
    let mut members = vec![("alg", Member::Integer(algorithm)), ("sig", Member::Bytes(signature))];
    members.extend(x5c.map(|x5c| ("x5c", Member::Certificates(x5c))));
    statement(&members)
}

/// What an otherwise honest registration with that statement is worth at noon of 22 November 2026.
pub(crate) fn judge(
    registration: &Registration,
    statement: &[u8],
    anchors: &TrustAnchors,
) -> Attestation {
    let expectation = Expectation {
        relying_party: relying_party(),
        challenge: challenge(),
        user_verification: UserVerification::Required,
        user_presence: UserPresence::Required,
        algorithms: &Algorithm::ALL,
        anchors,
        at: Timestamp(1_795_348_800_000),
    };
    let verified = registration::verify(&registration.answer(statement), &expectation).unwrap();
    verified.attestation().clone()
}

/// A maker's root and whatever it certifies.
pub(crate) struct Root {
    key: Key,
}

impl Root {
    pub(crate) fn new() -> Self {
        Self { key: Key::p256() }
    }

    /// A template for a certificate of this maker.
    pub(crate) fn template(subject: &[u8]) -> Template {
        Template::new(&common_name("Root"), subject)
    }

    pub(crate) fn certify(&self, template: &Template, key: &Key) -> Vec<u8> {
        template.sign(key, &self.key)
    }

    /// The root as the one anchor of the model that the authenticator of these tests is.
    pub(crate) fn anchors(&self) -> TrustAnchors {
        let root = Self::template(&common_name("Root")).with(authority(None));
        let root = self.certify(&root, &self.key);
        let mut anchors = TrustAnchors::default();
        anchors.trust_for(AAGUID, Anchor::from_certificate(&root).unwrap());
        anchors
    }
}

/// A sign-in about to be answered: change what you like, then call for the answer.
pub(crate) struct SignIn {
    pub(crate) key: Key,
    pub(crate) client_data: Value,
    pub(crate) said: Said,
    pub(crate) id: Vec<u8>,
    pub(crate) user_handle: Option<Vec<u8>>,
}

impl SignIn {
    /// An honest one: user present and verified, device-bound, counting to one.
    pub(crate) fn honest() -> Self {
        let Registration { key, said, id, .. } = Registration::honest();
        Self {
            key,
            client_data: json!({
                "type": "webauthn.get",
                "challenge": challenge().to_base64url(),
                "origin": "https://login.example",
                "crossOrigin": false,
            }),
            said: Said { flags: 0x05, sign_count: 1, ..said },
            id,
            user_handle: Some(HANDLE.to_vec()),
        }
    }

    /// The answer, signed as it stands.
    pub(crate) fn answer(&self) -> AuthenticationResponse {
        let client_data = self.client_data.to_string().into_bytes();
        let data = self.said.to_bytes();
        let signature = self.key.sign(&[&data[..], &sha256(&client_data)].concat());
        self.answer_with(&client_data, &data, &signature)
    }

    /// The answer made of these parts.
    pub(crate) fn answer_with(
        &self,
        client_data: &[u8],
        data: &[u8],
        signature: &[u8],
    ) -> AuthenticationResponse {
        let mut json = json!({
            "id": BASE64URL_NOPAD.encode(&self.id),
            "rawId": BASE64URL_NOPAD.encode(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": BASE64URL_NOPAD.encode(client_data),
                "authenticatorData": BASE64URL_NOPAD.encode(data),
                "signature": BASE64URL_NOPAD.encode(signature),
            },
            "clientExtensionResults": {},
        });
        if let Some(handle) = &self.user_handle {
            json["response"]["userHandle"] = json!(BASE64URL_NOPAD.encode(handle));
        }
        AuthenticationResponse::parse_json(json.to_string().as_bytes()).unwrap()
    }
}
