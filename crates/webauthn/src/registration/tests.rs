//! §7.1 step by step: an honest answer passes, and one lie at each step does not.

use serde_json::json;

use super::*;
use crate::attestation::{AttestationError, AttestationKind};
use crate::cbor::CborError;
use crate::origin::Embedding;
use crate::testing::{
    AAGUID, Key, NO_STATEMENT, Registration, challenge, nobody, packed, relying_party,
};

const NOON: Timestamp = Timestamp(1_795_348_800_000);

/// Verifies against what an ordinary relying party expects, altered by the closure.
fn verify_as<'a>(
    response: &RegistrationResponse,
    alter: impl FnOnce(&mut Expectation<'a>),
) -> Result<VerifiedRegistration, RegistrationError> {
    let mut expectation = Expectation {
        relying_party: relying_party(),
        challenge: challenge(),
        user_verification: UserVerification::Required,
        user_presence: UserPresence::Required,
        algorithms: &[Algorithm::Es256],
        anchors: nobody(),
        at: NOON,
    };
    alter(&mut expectation);
    verify(response, &expectation)
}

/// The verdict on an honest registration altered by the closure, in the format `none`.
fn verdict(
    alter: impl FnOnce(&mut Registration),
) -> Result<VerifiedRegistration, RegistrationError> {
    let mut registration = Registration::honest();
    alter(&mut registration);
    verify_as(&registration.answer(NO_STATEMENT), |_| ())
}

fn refused(alter: impl FnOnce(&mut Registration)) -> (u8, &'static str) {
    let error = verdict(alter).unwrap_err();
    (error.step(), error.code())
}

#[test]
fn an_honest_registration_is_verified() {
    let registration = Registration::honest();
    let response = registration.answer(NO_STATEMENT);
    let verified = verify_as(&response, |_| ()).unwrap();
    assert_eq!(verified.credential_id().as_bytes(), [1; 32]);
    assert_eq!(verified.public_key().as_cose(), registration.said.cose);
    assert_eq!(verified.sign_count(), SignCount(0));
    assert_eq!(verified.aaguid(), AAGUID);
    assert!(verified.user_verified());
    assert!(!verified.backup_eligible() && !verified.backup_state());
    assert_eq!(verified.transports(), ["internal"]);
    assert_eq!(verified.attestation().format, "none");
    assert_eq!(verified.attestation().kind, AttestationKind::None);
    assert!(verified.attestation().certificates.is_empty());
    assert_eq!(verified.attestation_object(), response.attestation_object());
    assert_eq!(verified.client_data_json(), response.client_data_json());
}

#[test]
fn step_5_client_data_that_is_not_utf8_is_refused() {
    let registration = Registration::honest();
    let honest = registration.answer(NO_STATEMENT);
    let response = RegistrationResponse::new(
        honest.id().clone(),
        vec![0xff],
        honest.attestation_object().to_vec(),
        vec![],
    );
    let error = verify_as(&response.unwrap(), |_| ()).unwrap_err();
    assert_eq!((error.step(), error.code()), (5, "client-data-not-utf8"));
}

#[test]
fn step_6_client_data_that_is_not_json_is_refused() {
    assert_eq!(refused(|r| r.client_data = json!("text")), (6, "client-data-malformed"));
}

#[test]
fn step_7_an_assertion_is_refused() {
    let lie = |r: &mut Registration| r.client_data["type"] = json!("webauthn.get");
    assert_eq!(refused(lie), (7, "wrong-ceremony"));
}

/// S78
#[test]
fn step_8_another_challenge_is_refused() {
    let lie = |r: &mut Registration| r.client_data["challenge"] = json!("AAECAwQFBgcICQoLDA0ODw");
    assert_eq!(refused(lie), (8, "wrong-challenge"));
    let lie = |r: &mut Registration| {
        r.client_data["challenge"] = json!(format!("{}=", challenge().to_base64url()));
    };
    assert_eq!(refused(lie), (8, "wrong-challenge"));
}

/// S79
#[test]
fn step_9_another_origin_is_refused_however_alike() {
    for origin in [
        "https://login.example.evil",
        "https://login.example/",
        "https://login.example:443",
        "http://login.example",
        "https://LOGIN.example",
        "https://sub.login.example",
        "null",
        "",
    ] {
        let lie = |r: &mut Registration| r.client_data["origin"] = json!(origin);
        assert_eq!(refused(lie), (9, "wrong-origin"), "{origin}");
    }
}

#[test]
fn step_10_a_framed_page_is_refused_unless_embedding_is_allowed() {
    assert_eq!(refused(|r| r.client_data["crossOrigin"] = json!(true)), (10, "cross-origin"));
    let mut registration = Registration::honest();
    registration.client_data["crossOrigin"] = json!(true);
    let mut party = relying_party().clone();
    party.embedding = Embedding::AllowedFrom(Vec::new());
    let verified = verify_as(&registration.answer(NO_STATEMENT), |e| e.relying_party = &party);
    assert!(verified.is_ok());
}

#[test]
fn step_11_another_outermost_page_is_refused() {
    let lie = |r: &mut Registration| r.client_data["topOrigin"] = json!("https://shop.example");
    assert_eq!(refused(lie), (11, "wrong-top-origin"));
    let mut registration = Registration::honest();
    lie(&mut registration);
    for (parent, is_verified) in [("https://shop.example", true), ("https://evil.example", false)] {
        let mut party = relying_party().clone();
        party.embedding = Embedding::AllowedFrom(vec![parent.parse().unwrap()]);
        let verdict = verify_as(&registration.answer(NO_STATEMENT), |e| e.relying_party = &party);
        assert_eq!(verdict.is_ok(), is_verified, "{parent}");
    }
}

#[test]
fn step_13_an_attestation_object_with_anything_after_it_is_refused() {
    let registration = Registration::honest();
    let response = registration.answer(&[NO_STATEMENT, &[0]].concat());
    let error = verify_as(&response, |_| ()).unwrap_err();
    assert_eq!((error.step(), error.code()), (13, "cbor-trailing-bytes"));
}

#[test]
fn step_13_an_attestation_object_that_is_not_one_map_is_refused() {
    let registration = Registration::honest();
    for (object, code) in [
        (vec![0x80], "attestation-object-malformed"),
        (vec![0xa0], "attestation-object-malformed"),
        (vec![], "cbor-malformed"),
        (vec![0x81; 64], "cbor-too-deep"),
    ] {
        let response = RegistrationResponse::new(
            CredentialId::new(registration.id.clone()).unwrap(),
            registration.client_data.to_string().into_bytes(),
            object,
            vec![],
        );
        let error = verify_as(&response.unwrap(), |_| ()).unwrap_err();
        assert_eq!((error.step(), error.code()), (13, code));
    }
}

#[test]
fn step_13_authenticator_data_must_be_whole_and_hold_a_credential() {
    let trailing = (13, "authenticator-data-trailing-bytes");
    assert_eq!(refused(|r| r.said.rest = vec![0]), trailing);
    assert_eq!(refused(|r| r.said.flags = 0x05), (13, "no-credential"));
    assert_eq!(refused(|r| r.said.flags |= 0x80), (13, "cbor-malformed"));
    let error = verdict(|r| r.said.cose = vec![0xff]).unwrap_err();
    let expected = AuthenticatorDataError::PublicKey(CborError::Malformed);
    assert_eq!(error, RegistrationError::AuthenticatorData(expected));
}

#[test]
fn step_13_extension_outputs_are_tolerated() {
    let verified = verdict(|r| {
        r.said.flags |= 0x80;
        r.said.rest = vec![0xa1, 0x61, b'x', 0xf5];
    });
    assert!(verified.is_ok());
}

/// S79
#[test]
fn step_14_another_rp_id_is_refused() {
    assert_eq!(refused(|r| r.said.rp_id = "evil.example"), (14, "wrong-relying-party"));
    assert_eq!(refused(|r| r.said.rp_id = "example"), (14, "wrong-relying-party"));
}

#[test]
fn step_15_nobody_present_is_refused_unless_made_in_passing() {
    assert_eq!(refused(|r| r.said.flags &= !0x01), (15, "user-not-present"));
    let mut registration = Registration::honest();
    registration.said.flags &= !0x01;
    let response = registration.answer(NO_STATEMENT);
    let verified = verify_as(&response, |e| e.user_presence = UserPresence::NotRequired);
    assert!(verified.is_ok());
}

/// S79
#[test]
fn step_16_nobody_verified_is_refused_where_verification_is_required() {
    assert_eq!(refused(|r| r.said.flags &= !0x04), (16, "user-not-verified"));
    let mut registration = Registration::honest();
    registration.said.flags &= !0x04;
    let response = registration.answer(NO_STATEMENT);
    let verified =
        verify_as(&response, |e| e.user_verification = UserVerification::Preferred).unwrap();
    assert!(!verified.user_verified());
}

#[test]
fn step_17_backed_up_but_not_eligible_is_refused() {
    assert_eq!(refused(|r| r.said.flags |= 0x10), (17, "backup-flags"));
    let verified = verdict(|r| r.said.flags |= 0x08).unwrap();
    assert!(verified.backup_eligible() && !verified.backup_state());
    let verified = verdict(|r| r.said.flags |= 0x18).unwrap();
    assert!(verified.backup_eligible() && verified.backup_state());
}

/// S79
#[test]
fn step_20_an_algorithm_that_was_not_offered_is_refused() {
    let lie = |r: &mut Registration| r.said.cose = r.key.cose(-9, 1);
    assert_eq!(refused(lie), (20, "algorithm-not-offered"));
    let response = Registration::honest().answer(NO_STATEMENT);
    let error = verify_as(&response, |e| e.algorithms = &[]).unwrap_err();
    assert_eq!(error, RegistrationError::Algorithm);
}

#[test]
fn step_20_a_key_that_cannot_be_used_is_refused_even_without_a_statement() {
    assert_eq!(refused(|r| r.said.cose = r.key.cose(-7, 2)), (20, "public-key-mismatch"));
    assert_eq!(refused(|r| r.said.cose = r.key.cose(-35, 1)), (20, "public-key-mismatch"));
    let off_curve = |r: &mut Registration| {
        let last = r.said.cose.len() - 1;
        r.said.cose[last] ^= 1;
    };
    assert_eq!(refused(off_curve), (20, "public-key-not-on-curve"));
    assert_eq!(refused(|r| r.said.cose = r.key.cose(-7777, 1)), (20, "public-key-algorithm"));
}

/// S28
#[test]
fn step_21_an_unknown_format_is_verified_but_worth_nothing() {
    let verified = verdict(|r| r.format = "abcdefghijklmnopqrstuvwxyz012345").unwrap();
    let unknown = AttestationKind::Unverified(AttestationError::UnknownFormat);
    assert_eq!(verified.attestation().kind, unknown);
    assert_eq!(verified.attestation().format, "abcdefghijklmnopqrstuvwxyz012345");
    let verified = verdict(|r| r.format = "NONE").unwrap();
    assert_eq!(verified.attestation().kind, unknown);
    let lie = |r: &mut Registration| r.format = "abcdefghijklmnopqrstuvwxyz0123456";
    assert_eq!(refused(lie), (21, "attestation-format-too-long"));
}

/// S29
#[test]
fn step_22_a_bad_statement_is_worth_nothing() {
    let mut registration = Registration::honest();
    registration.format = "packed";
    let signature = Key::p256().sign(&registration.to_be_signed());
    let verified = verify_as(&registration.answer(&packed(-7, &signature, None)), |_| ()).unwrap();
    let bad = AttestationKind::Unverified(AttestationError::Signature);
    assert_eq!(verified.attestation().kind, bad);
}

#[test]
fn step_25_credential_ids_have_limits_and_must_agree() {
    let longest = verdict(|r| {
        r.id = vec![2; 1023];
        r.said.credential_id = vec![2; 1023];
    });
    assert!(longest.is_ok());
    let too_long = |r: &mut Registration| r.said.credential_id = vec![1; 1024];
    assert_eq!(refused(too_long), (25, "credential-id-length"));
    assert_eq!(refused(|r| r.said.credential_id = vec![]), (25, "credential-id-length"));
    assert_eq!(refused(|r| r.id = vec![2; 32]), (25, "credential-id-mismatch"));
}

#[test]
fn no_flipped_bit_of_a_self_signed_registration_passes_for_the_same() {
    let mut registration = Registration::honest();
    registration.format = "packed";
    let signature = registration.key.sign(&registration.to_be_signed());
    let honest = registration.answer(&packed(-7, &signature, None));
    let verified = verify_as(&honest, |_| ()).unwrap();
    assert_eq!(verified.attestation().kind, AttestationKind::SelfSigned);
    let (client_data, object) = (honest.client_data_json(), honest.attestation_object());
    for bit in 0..(client_data.len() + object.len()) * 8 {
        let mut bytes = [client_data, object].concat();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let (client_data, object) = bytes.split_at(client_data.len());
        let response = RegistrationResponse::new(
            honest.id().clone(),
            client_data.to_vec(),
            object.to_vec(),
            vec![],
        );
        let verdict = verify_as(&response.unwrap(), |_| ());
        let kind = verdict.map(|verified| verified.attestation().kind);
        assert!(!matches!(kind, Ok(AttestationKind::SelfSigned)), "bit {bit} passed");
        assert!(!matches!(kind, Ok(AttestationKind::Trusted)), "bit {bit} passed");
    }
}
