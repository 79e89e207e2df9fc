//! The two halves against each other: the honest are accepted, every lie is refused by its code.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test that needs it")]

use ctap::{
    Attestation, AttestationAuthority, Binding, Lies, Model, SignatureLie, SoftwareAuthenticator,
    StatementLie, UserHandleLie, demo_credential,
};
use serde_json::Map;
use webauthn::attestation::AttestationKind;
use webauthn::authentication::{
    self, AllowList, CounterVerdict, StoredCredential, VerifiedAuthentication,
};
use webauthn::cose::{Algorithm, PublicKey};
use webauthn::credential::{AuthenticationResponse, RegistrationResponse};
use webauthn::options::{
    AttestationConveyance, CreationOptions, Descriptor, RequestOptions, ResidentKey,
};
use webauthn::registration::{self, VerifiedRegistration};
use webauthn::trust::{Anchor, TrustAnchors};
use webauthn::{
    Aaguid, Challenge, CredentialId, Embedding, Origin, RelyingParty, SignCount, Timestamp,
    UserHandle, UserPresence, UserVerification,
};

const ORIGIN: &str = "https://login.example";
const AAGUID: Aaguid = Aaguid::from_bytes(*b"0123456789abcdef");
const OTHER_AAGUID: Aaguid = Aaguid::from_bytes(*b"fedcba9876543210");
const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];
/// In the year 2026.
const NOW: Timestamp = Timestamp(1_795_000_000_000);

type Lie = fn(&mut Lies);

fn relying_party(embedding: Embedding) -> RelyingParty {
    let origins = vec![ORIGIN.parse().unwrap()];
    RelyingParty { id: "login.example".parse().unwrap(), origins, embedding }
}

fn challenge() -> Challenge {
    Challenge::new([9; 32]).unwrap()
}

fn user_handle() -> UserHandle {
    UserHandle::new(*b"a random handle").unwrap()
}

fn authority() -> AttestationAuthority {
    AttestationAuthority::new([3; 32], "Example Keys").unwrap()
}

fn authenticator(attestation: Attestation) -> SoftwareAuthenticator {
    let model = Model::security_key().attesting(attestation);
    SoftwareAuthenticator::new([1; 32], AAGUID, model)
}

fn creation_options() -> CreationOptions {
    CreationOptions {
        rp_id: "login.example".parse().unwrap(),
        rp_name: "Example".to_owned(),
        user_handle: user_handle(),
        user_name: "ana@login.example".to_owned(),
        user_display_name: "Ana".to_owned(),
        challenge: challenge(),
        algorithms: ALGORITHMS.to_vec(),
        timeout_ms: 60_000,
        exclude: vec![],
        resident_key: ResidentKey::Required,
        user_verification: UserVerification::Required,
        attachment: None,
        attestation: AttestationConveyance::Direct,
        hints: vec![],
        extensions: Map::new(),
    }
}

/// Registers and has the relying party judge; the code of the refusal otherwise.
fn register(
    device: &mut SoftwareAuthenticator,
    anchors: &TrustAnchors,
    embedding: Embedding,
) -> Result<VerifiedRegistration, &'static str> {
    let made = device.make_credential(&creation_options().to_json(), ORIGIN).unwrap();
    let response = RegistrationResponse::parse_json(made.to_string().as_bytes());
    let response = response.map_err(|error| error.code())?;
    let expectation = registration::Expectation {
        relying_party: &relying_party(embedding),
        challenge: &challenge(),
        user_verification: UserVerification::Required,
        user_presence: UserPresence::Required,
        algorithms: &ALGORITHMS,
        anchors,
        at: NOW,
    };
    registration::verify(&response, &expectation).map_err(|error| error.code())
}

fn register_simply(
    device: &mut SoftwareAuthenticator,
) -> Result<VerifiedRegistration, &'static str> {
    register(device, &TrustAnchors::default(), Embedding::Refused)
}

fn stored(registered: &VerifiedRegistration) -> StoredCredential {
    StoredCredential {
        id: registered.credential_id().clone(),
        public_key: registered.public_key().clone(),
        sign_count: registered.sign_count(),
        backup_eligible: registered.backup_eligible(),
    }
}

/// Signs in and has the relying party judge; the code of the refusal otherwise.
fn sign_in(
    device: &mut SoftwareAuthenticator,
    credential: &StoredCredential,
    named: &[CredentialId],
) -> Result<VerifiedAuthentication, &'static str> {
    let allow = named.iter().map(|id| Descriptor { id: id.clone(), transports: vec![] });
    let options = RequestOptions {
        rp_id: "login.example".parse().unwrap(),
        challenge: challenge(),
        timeout_ms: 60_000,
        allow: allow.collect(),
        user_verification: UserVerification::Required,
        hints: vec![],
        extensions: Map::new(),
    };
    let made = device.get_assertion(&options.to_json(), ORIGIN).unwrap();
    let response = AuthenticationResponse::parse_json(made.to_string().as_bytes());
    let response = response.map_err(|error| error.code())?;
    let expectation = authentication::Expectation {
        relying_party: &relying_party(Embedding::Refused),
        challenge: &challenge(),
        user_verification: UserVerification::Required,
        credential,
        allowed: if named.is_empty() { AllowList::Discoverable } else { AllowList::Only(named) },
        user_handle: &user_handle(),
    };
    authentication::verify(&response, &expectation).map_err(|error| error.code())
}

fn attestation_kind(attestation: Attestation, anchor: Option<&[u8]>, lie: Lie) -> AttestationKind {
    let mut device = authenticator(attestation);
    lie(&mut device.lies);
    let mut anchors = TrustAnchors::default();
    if let Some(der) = anchor {
        anchors.trust_for(AAGUID, Anchor::from_certificate(der).unwrap());
    }
    register(&mut device, &anchors, Embedding::Refused).unwrap().attestation().kind
}

fn code(kind: AttestationKind) -> &'static str {
    match kind {
        AttestationKind::None => "none",
        AttestationKind::SelfSigned => "self-signed",
        AttestationKind::Trusted => "trusted",
        AttestationKind::Unverified(error) => error.code(),
    }
}

#[test]
fn the_honest_register_and_sign_in() {
    for model in [Model::security_key(), Model::phone_app(), Model::synced_provider()] {
        let mut device = SoftwareAuthenticator::new([1; 32], AAGUID, model.clone());
        let registered = register_simply(&mut device).unwrap();
        assert_eq!(registered.aaguid(), AAGUID);
        assert_eq!(registered.backup_eligible(), model.binding == Binding::Synced);
        assert_eq!(registered.transports(), model.transports);
        let credential = stored(&registered);
        assert!(sign_in(&mut device, &credential, &[]).unwrap().user_verified());
        let named = [credential.id.clone()];
        assert!(sign_in(&mut device, &credential, &named).is_ok());
    }
}

#[test]
fn a_demo_credential_signs_in_through_its_adopted_authenticator() {
    let demo = demo_credential(&[5; 32], 17, AAGUID).unwrap();
    let mut device = SoftwareAuthenticator::new([5; 32], AAGUID, Model::phone_app());
    device.adopt(17, "login.example".parse().unwrap(), user_handle());
    let credential = StoredCredential {
        id: demo.credential_id,
        public_key: PublicKey::parse(&demo.cose_public_key).unwrap(),
        sign_count: SignCount(0),
        backup_eligible: false,
    };
    let verified = sign_in(&mut device, &credential, &[]).unwrap();
    assert_eq!(verified.counter(), CounterVerdict::NotCounting);
}

#[test]
fn a_cloned_counting_authenticator_gives_itself_away() {
    let mut device = authenticator(Attestation::None);
    let mut credential = stored(&register_simply(&mut device).unwrap());
    let mut clone = device.clone();
    let first = sign_in(&mut device, &credential, &[]).unwrap();
    assert_eq!(first.counter(), CounterVerdict::Advanced);
    credential.sign_count = first.sign_count();
    let second = sign_in(&mut clone, &credential, &[]).unwrap();
    assert_eq!(second.counter(), CounterVerdict::WentBack);
}

#[test]
fn every_lie_in_a_registration_is_refused_by_its_code() {
    let lies: &[(Lie, &str)] = &[
        (|l| l.client_data_type = Some("webauthn.get".to_owned()), "wrong-ceremony"),
        (|l| l.challenge = Some(vec![8; 32]), "wrong-challenge"),
        (|l| l.origin = Some("https://login.example.evil".to_owned()), "wrong-origin"),
        (|l| l.origin = Some("https://login.example:8443".to_owned()), "wrong-origin"),
        (|l| l.cross_origin = Some(true), "cross-origin"),
        (|l| l.top_origin = Some("https://evil.example".to_owned()), "wrong-top-origin"),
        (|l| l.client_data_json = Some(b"{}".to_vec()), "client-data-malformed"),
        (|l| l.client_data_json = Some(vec![0xff]), "client-data-not-utf8"),
        (|l| l.rp_id = Some("evil.example".to_owned()), "wrong-relying-party"),
        (|l| l.user_present = Some(false), "user-not-present"),
        (|l| l.user_verified = Some(false), "user-not-verified"),
        (|l| l.backup_state = Some(true), "backup-flags"),
        (|l| l.flags_flipped = 0x40, "authenticator-data-trailing-bytes"),
        (|l| l.flags_flipped = 0x80, "cbor-malformed"),
        (|l| l.attested_credential_id = Some(vec![1; 32]), "credential-id-mismatch"),
        (|l| l.attested_credential_id = Some(vec![1; 1024]), "credential-id-length"),
        (|l| l.attested_credential_id = Some(vec![]), "credential-id-length"),
        (|l| l.algorithm = Some(-35), "public-key-mismatch"),
        (|l| l.algorithm = Some(-8), "public-key-mismatch"),
        (|l| l.algorithm = Some(-999), "public-key-algorithm"),
        (|l| l.cose_key = Some(off_curve_key()), "public-key-not-on-curve"),
        (|l| l.cose_key = Some(vec![0xa0]), "public-key-malformed"),
        (|l| l.authenticator_data_trailer = vec![0], "authenticator-data-trailing-bytes"),
        (|l| l.attestation_object_trailer = vec![0], "cbor-trailing-bytes"),
        (|l| l.format = Some("x".repeat(33)), "attestation-format-too-long"),
        (|l| l.id = Some(vec![1; 32]), "credential-two-ids"),
        (|l| l.raw_id = Some(vec![1; 32]), "credential-two-ids"),
        (
            |l| {
                l.id = Some(vec![1; 32]);
                l.raw_id = Some(vec![1; 32]);
            },
            "credential-id-mismatch",
        ),
        (|l| l.credential_type = Some("password".to_owned()), "credential-type"),
    ];
    for (number, (lie, expected)) in lies.iter().enumerate() {
        let mut device = authenticator(Attestation::None);
        lie(&mut device.lies);
        let refused = register_simply(&mut device).map(|_| "accepted");
        assert_eq!(refused, Err(*expected), "lie {number}");
    }
}

/// A P-256 key whose point has coordinates 1 and 1.
fn off_curve_key() -> Vec<u8> {
    let mut one = vec![0; 31];
    one.push(1);
    let head: &[u8] = &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
    [head, &one, &[0x22, 0x58, 32], &one].concat()
}

#[test]
fn every_lie_in_an_assertion_is_refused_by_its_code() {
    let lies: &[(Lie, &str)] = &[
        (|l| l.client_data_type = Some("webauthn.create".to_owned()), "wrong-ceremony"),
        (|l| l.challenge = Some(vec![8; 32]), "wrong-challenge"),
        (|l| l.origin = Some("http://login.example".to_owned()), "wrong-origin"),
        (|l| l.cross_origin = Some(true), "cross-origin"),
        (|l| l.top_origin = Some("https://evil.example".to_owned()), "wrong-top-origin"),
        (|l| l.client_data_json = Some(b"[]".to_vec()), "client-data-malformed"),
        (|l| l.rp_id = Some("evil.example".to_owned()), "wrong-relying-party"),
        (|l| l.user_present = Some(false), "user-not-present"),
        (|l| l.user_verified = Some(false), "user-not-verified"),
        (|l| l.backup_state = Some(true), "backup-flags"),
        (|l| l.backup_eligible = Some(true), "backup-eligibility-changed"),
        (|l| l.flags_flipped = 0x40, "authenticator-data-truncated"),
        (|l| l.authenticator_data_trailer = vec![0], "authenticator-data-trailing-bytes"),
        (|l| l.signature = SignatureLie::Flipped, "bad-signature"),
        (|l| l.signature = SignatureLie::Empty, "bad-signature"),
        (|l| l.signature = SignatureLie::ForeignKey, "bad-signature"),
        (|l| l.user_handle = UserHandleLie::Missing, "no-user-handle"),
        (|l| l.user_handle = UserHandleLie::Other(b"eve".to_vec()), "wrong-user-handle"),
        (|l| l.user_handle = UserHandleLie::Other(vec![]), "credential-member-malformed"),
        (|l| l.id = Some(vec![1; 32]), "credential-two-ids"),
        (|l| l.credential_type = Some("password".to_owned()), "credential-type"),
        (
            |l| {
                l.id = Some(vec![1; 32]);
                l.raw_id = Some(vec![1; 32]);
            },
            "credential-id-mismatch",
        ),
    ];
    for (number, (lie, expected)) in lies.iter().enumerate() {
        let mut device = authenticator(Attestation::None);
        let credential = stored(&register_simply(&mut device).unwrap());
        lie(&mut device.lies);
        let refused = sign_in(&mut device, &credential, &[]).map(|_| "accepted");
        assert_eq!(refused, Err(*expected), "lie {number}");
    }
}

#[test]
fn a_credential_that_was_not_asked_for_is_refused() {
    let mut device = authenticator(Attestation::None);
    let credential = stored(&register_simply(&mut device).unwrap());
    device.lies.id = Some(vec![1; 32]);
    device.lies.raw_id = Some(vec![1; 32]);
    let named = [credential.id.clone()];
    assert_eq!(sign_in(&mut device, &credential, &named), Err("credential-not-allowed"));
}

#[test]
fn a_counter_told_lower_is_a_signal_and_no_refusal() {
    let mut device = authenticator(Attestation::None);
    let credential = stored(&register_simply(&mut device).unwrap());
    device.lies.sign_count = Some(0);
    let verified = sign_in(&mut device, &credential, &[]).unwrap();
    assert_eq!(verified.counter(), CounterVerdict::WentBack);
}

#[test]
fn a_framed_page_is_accepted_from_the_expected_outermost_page_only() {
    let parent: Origin = "https://portal.example".parse().unwrap();
    for (top, expected) in [
        ("https://portal.example", Ok("accepted")),
        ("https://evil.example", Err("wrong-top-origin")),
    ] {
        let mut device = authenticator(Attestation::None);
        device.lies.cross_origin = Some(true);
        device.lies.top_origin = Some(top.to_owned());
        let embedding = Embedding::AllowedFrom(vec![parent.clone()]);
        let verdict = register(&mut device, &TrustAnchors::default(), embedding);
        assert_eq!(verdict.map(|_| "accepted"), expected, "{top}");
    }
}

#[test]
fn a_statement_is_worth_what_its_signer_is_worth() {
    let honest: Lie = |_| ();
    let direct = authority();
    let indirect = authority().with_intermediate().unwrap();
    let stranger = AttestationAuthority::new([4; 32], "Example Keys").unwrap();
    let certified = |authority: &AttestationAuthority| Attestation::Certified(authority.clone());
    for (attestation, anchor, expected) in [
        (Attestation::None, None, "none"),
        (Attestation::SelfSigned, None, "self-signed"),
        (certified(&direct), None, "attestation-untrusted"),
        (certified(&direct), Some(direct.root_der()), "trusted"),
        (certified(&indirect), Some(indirect.root_der()), "trusted"),
        (certified(&indirect), indirect.intermediate_der(), "trusted"),
        (certified(&stranger), Some(stranger.root_der()), "trusted"),
    ] {
        assert_eq!(code(attestation_kind(attestation, anchor, honest)), expected);
    }
    // the same names in the certificates do not make up for another key
    let forged = attestation_kind(certified(&stranger), Some(direct.root_der()), honest);
    assert!(matches!(forged, AttestationKind::Unverified(_)), "{forged:?}");
}

#[test]
fn the_root_of_the_same_authority_made_twice_is_the_same_anchor() {
    let (one, two) = (authority(), authority());
    let kind =
        attestation_kind(Attestation::Certified(one), Some(two.root_der()), |_: &mut Lies| ());
    assert_eq!(kind, AttestationKind::Trusted);
}

#[test]
fn every_lie_in_a_certified_statement_takes_its_worth() {
    let lies: &[(Lie, &str)] = &[
        (|l| l.aaguid = Some(OTHER_AAGUID), "attestation-aaguid"),
        (|l| l.statement = StatementLie::Dropped, "attestation-malformed"),
        (|l| l.statement = StatementLie::EmptyChain, "attestation-malformed"),
        (|l| l.statement = StatementLie::ReversedChain, "attestation-signature"),
        (|l| l.statement_signature = SignatureLie::Flipped, "attestation-signature"),
        (|l| l.statement_signature = SignatureLie::Empty, "attestation-signature"),
        (|l| l.statement_signature = SignatureLie::ForeignKey, "attestation-signature"),
        (|l| l.statement_algorithm = Some(-257), "attestation-algorithm"),
        (|l| l.format = Some("none".to_owned()), "attestation-not-empty"),
        (|l| l.format = Some("Packed".to_owned()), "attestation-format-unknown"),
        (
            |l| l.certificate.organizational_unit = Some("Sales".to_owned()),
            "attestation-certificate-subject",
        ),
        (|l| l.certificate.is_authority = Some(true), "attestation-certificate-authority"),
        (|l| l.certificate.aaguid = Some(OTHER_AAGUID), "attestation-aaguid"),
        (|l| l.certificate.aaguid_is_critical = Some(true), "attestation-certificate-extension"),
        (
            |l| l.certificate.validity = window("200101000000Z", "210101000000Z"),
            "certificate-expired",
        ),
        (
            |l| l.certificate.validity = window("400101000000Z", "410101000000Z"),
            "certificate-not-yet-valid",
        ),
    ];
    let authority = authority().with_intermediate().unwrap();
    let mut anchors = TrustAnchors::default();
    anchors.trust(Anchor::from_certificate(authority.root_der()).unwrap());
    for (number, (lie, expected)) in lies.iter().enumerate() {
        let mut device = authenticator(Attestation::Certified(authority.clone()));
        lie(&mut device.lies);
        let registered = register(&mut device, &anchors, Embedding::Refused);
        let kind =
            registered.expect("bad statements do not fail a registration").attestation().kind;
        assert_eq!(code(kind), *expected, "lie {number}");
    }
}

fn window(from: &str, until: &str) -> Option<(String, String)> {
    Some((from.to_owned(), until.to_owned()))
}

#[test]
fn every_lie_in_a_self_signed_statement_takes_its_worth() {
    let lies: &[(Lie, &str)] = &[
        (|l| l.statement_signature = SignatureLie::ForeignKey, "attestation-signature"),
        (|l| l.statement_algorithm = Some(-8), "attestation-algorithm"),
        (|l| l.statement = StatementLie::Dropped, "attestation-malformed"),
    ];
    for (lie, expected) in lies {
        assert_eq!(code(attestation_kind(Attestation::SelfSigned, None, *lie)), *expected);
    }
}

#[test]
fn an_unasked_statement_is_sent_only_by_the_lying() {
    let mut options = creation_options();
    options.attestation = AttestationConveyance::None;
    for (lies, format) in [(false, "none"), (true, "packed")] {
        let mut device = authenticator(Attestation::SelfSigned);
        device.lies.unasked_attestation = lies;
        let made = device.make_credential(&options.to_json(), ORIGIN).unwrap();
        let response = RegistrationResponse::parse_json(made.to_string().as_bytes()).unwrap();
        let object = webauthn::attestation::AttestationObject::parse(response.attestation_object());
        assert_eq!(object.unwrap().format(), format);
    }
}
