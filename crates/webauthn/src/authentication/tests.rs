//! §7.2 step by step: an honest answer passes, and one lie at each step does not.

use serde_json::json;

use super::*;
use crate::origin::Embedding;
use crate::testing::{Key, SignIn, challenge, relying_party, sha256, user_handle};

fn stored(sign_in: &SignIn) -> StoredCredential {
    StoredCredential {
        id: CredentialId::new(sign_in.id.clone()).unwrap(),
        public_key: PublicKey::parse(&sign_in.said.cose).unwrap(),
        sign_count: SignCount(0),
        backup_eligible: false,
    }
}

/// Verifies against what is on record, altered by the closure.
fn verify_as<'a>(
    response: &AuthenticationResponse,
    credential: &'a StoredCredential,
    alter: impl FnOnce(&mut Expectation<'a>),
) -> Result<VerifiedAuthentication, AuthenticationError> {
    let mut expectation = Expectation {
        relying_party: relying_party(),
        challenge: challenge(),
        user_verification: UserVerification::Required,
        credential,
        allowed: AllowList::Discoverable,
        user_handle: user_handle(),
    };
    alter(&mut expectation);
    verify(response, &expectation)
}

/// The verdict on an honest sign-in altered by the closure and then signed.
fn verdict(alter: impl FnOnce(&mut SignIn)) -> Result<VerifiedAuthentication, AuthenticationError> {
    let mut sign_in = SignIn::honest();
    let credential = stored(&sign_in);
    alter(&mut sign_in);
    verify_as(&sign_in.answer(), &credential, |_| ())
}

fn refused(alter: impl FnOnce(&mut SignIn)) -> (u8, &'static str) {
    let error = verdict(alter).unwrap_err();
    (error.step(), error.code())
}

#[test]
fn an_honest_sign_in_is_verified() {
    let verified = verdict(|_| ()).unwrap();
    assert!(verified.user_verified());
    assert!(!verified.backup_state());
    assert_eq!(verified.sign_count(), SignCount(1));
    assert_eq!(verified.counter(), CounterVerdict::Advanced);
}

#[test]
fn step_5_a_credential_that_was_not_asked_for_is_refused() {
    let sign_in = SignIn::honest();
    let credential = stored(&sign_in);
    let other = CredentialId::new([2; 32]).unwrap();
    let response = sign_in.answer();
    for (allowed, is_verified) in [
        (&[other.clone(), credential.id.clone()][..], true),
        (&[other][..], false),
        (&[][..], false),
    ] {
        let verdict = verify_as(&response, &credential, |e| e.allowed = AllowList::Only(allowed));
        assert_eq!(verdict.is_ok(), is_verified);
        if let Err(error) = verdict {
            assert_eq!((error.step(), error.code()), (5, "credential-not-allowed"));
        }
    }
}

#[test]
fn step_6_the_record_of_another_credential_is_refused() {
    assert_eq!(refused(|s| s.id = vec![2; 32]), (6, "credential-id-mismatch"));
}

/// S110
#[test]
fn step_6_another_account_is_refused() {
    assert_eq!(refused(|s| s.user_handle = Some(vec![9])), (6, "wrong-user-handle"));
    let mut sign_in = SignIn::honest();
    sign_in.user_handle = Some(vec![9]);
    let credential = stored(&sign_in);
    let ids = [credential.id.clone()];
    let verdict = verify_as(&sign_in.answer(), &credential, |e| e.allowed = AllowList::Only(&ids));
    assert_eq!(verdict, Err(AuthenticationError::UserHandle));
}

/// S108
#[test]
fn step_6_the_account_must_be_named_unless_it_was_before() {
    assert_eq!(refused(|s| s.user_handle = None), (6, "no-user-handle"));
    let mut sign_in = SignIn::honest();
    sign_in.user_handle = None;
    let credential = stored(&sign_in);
    let ids = [credential.id.clone()];
    let verdict = verify_as(&sign_in.answer(), &credential, |e| e.allowed = AllowList::Only(&ids));
    assert!(verdict.is_ok());
}

#[test]
fn steps_8_and_9_client_data_must_be_utf8_and_json() {
    let sign_in = SignIn::honest();
    let data = sign_in.said.to_bytes();
    for (client_data, expected) in
        [(&[0xff][..], (8, "client-data-not-utf8")), (&b"{}"[..], (9, "client-data-malformed"))]
    {
        let signature = sign_in.key.sign(&[&data[..], &sha256(client_data)].concat());
        let response = sign_in.answer_with(client_data, &data, &signature);
        let error = verify_as(&response, &stored(&sign_in), |_| ()).unwrap_err();
        assert_eq!((error.step(), error.code()), expected);
    }
}

#[test]
fn step_10_a_registration_is_refused() {
    let lie = |s: &mut SignIn| s.client_data["type"] = json!("webauthn.create");
    assert_eq!(refused(lie), (10, "wrong-ceremony"));
}

/// S111
#[test]
fn step_11_another_challenge_is_refused() {
    let lie = |s: &mut SignIn| s.client_data["challenge"] = json!("AAECAwQFBgcICQoLDA0ODw");
    assert_eq!(refused(lie), (11, "wrong-challenge"));
}

/// S110
#[test]
fn step_12_another_origin_is_refused() {
    let lie = |s: &mut SignIn| s.client_data["origin"] = json!("https://login.example.evil");
    assert_eq!(refused(lie), (12, "wrong-origin"));
}

#[test]
fn step_12_a_related_origin_is_accepted() {
    let mut sign_in = SignIn::honest();
    sign_in.client_data["origin"] = json!("https://related.example");
    let mut party = relying_party().clone();
    party.origins.push("https://related.example".parse().unwrap());
    let response = sign_in.answer();
    assert!(verify_as(&response, &stored(&sign_in), |e| e.relying_party = &party).is_ok());
}

#[test]
fn steps_13_and_14_a_frame_is_refused_unless_embedding_is_allowed() {
    let frame = |s: &mut SignIn| s.client_data["crossOrigin"] = json!(true);
    assert_eq!(refused(frame), (13, "cross-origin"));
    let top = |s: &mut SignIn| s.client_data["topOrigin"] = json!("https://shop.example");
    assert_eq!(refused(top), (14, "wrong-top-origin"));
    let mut sign_in = SignIn::honest();
    frame(&mut sign_in);
    top(&mut sign_in);
    let mut party = relying_party().clone();
    party.embedding = Embedding::AllowedFrom(vec!["https://shop.example".parse().unwrap()]);
    let response = sign_in.answer();
    assert!(verify_as(&response, &stored(&sign_in), |e| e.relying_party = &party).is_ok());
}

/// S110
#[test]
fn step_15_another_rp_id_is_refused() {
    assert_eq!(refused(|s| s.said.rp_id = "evil.example"), (15, "wrong-relying-party"));
}

#[test]
fn step_15_authenticator_data_must_be_whole() {
    let trailing = (15, "authenticator-data-trailing-bytes");
    assert_eq!(refused(|s| s.said.rest = vec![0]), trailing);
    let sign_in = SignIn::honest();
    let response = sign_in.answer_with(sign_in.answer().client_data_json(), &[1], &[]);
    let error = verify_as(&response, &stored(&sign_in), |_| ()).unwrap_err();
    assert_eq!((error.step(), error.code()), (15, "authenticator-data-truncated"));
}

#[test]
fn step_16_nobody_present_is_refused() {
    assert_eq!(refused(|s| s.said.flags &= !0x01), (16, "user-not-present"));
}

/// S110
#[test]
fn step_17_nobody_verified_is_refused_where_verification_is_required() {
    assert_eq!(refused(|s| s.said.flags &= !0x04), (17, "user-not-verified"));
    let mut sign_in = SignIn::honest();
    sign_in.said.flags &= !0x04;
    let credential = stored(&sign_in);
    let verified = verify_as(&sign_in.answer(), &credential, |e| {
        e.user_verification = UserVerification::Discouraged;
    });
    assert!(!verified.unwrap().user_verified());
}

#[test]
fn step_18_backed_up_but_not_eligible_is_refused() {
    assert_eq!(refused(|s| s.said.flags |= 0x10), (18, "backup-flags"));
}

#[test]
fn step_19_eligibility_may_not_change() {
    assert_eq!(refused(|s| s.said.flags |= 0x08), (19, "backup-eligibility-changed"));
    let mut sign_in = SignIn::honest();
    let mut credential = stored(&sign_in);
    credential.backup_eligible = true;
    let verdict = verify_as(&sign_in.answer(), &credential, |_| ());
    assert_eq!(verdict, Err(AuthenticationError::BackupEligibility));
    sign_in.said.flags |= 0x18;
    let verified = verify_as(&sign_in.answer(), &credential, |_| ()).unwrap();
    assert!(verified.backup_state());
}

/// S110
#[test]
fn step_21_the_signature_of_another_key_is_refused() {
    assert_eq!(refused(|s| s.key = Key::p256()), (21, "bad-signature"));
}

/// S112
#[test]
fn step_22_a_counter_that_does_not_advance_is_reported() {
    let mut sign_in = SignIn::honest();
    for (before, now, expected) in [
        (0, 0, CounterVerdict::NotCounting),
        (0, 1, CounterVerdict::Advanced),
        (7, 8, CounterVerdict::Advanced),
        (7, u32::MAX, CounterVerdict::Advanced),
        (7, 7, CounterVerdict::WentBack),
        (7, 6, CounterVerdict::WentBack),
        (7, 0, CounterVerdict::WentBack),
    ] {
        let mut credential = stored(&sign_in);
        credential.sign_count = SignCount(before);
        sign_in.said.sign_count = now;
        let verified = verify_as(&sign_in.answer(), &credential, |_| ()).unwrap();
        assert_eq!((verified.counter(), verified.sign_count()), (expected, SignCount(now)));
    }
}

#[test]
fn no_flipped_bit_passes() {
    let sign_in = SignIn::honest();
    let credential = stored(&sign_in);
    let honest = sign_in.answer();
    let parts = [honest.client_data_json(), honest.authenticator_data(), honest.signature()];
    for (part, length) in parts.iter().map(|part| part.len()).enumerate() {
        for bit in 0..length * 8 {
            let mut altered = parts.map(<[u8]>::to_vec);
            altered[part][bit / 8] ^= 1 << (bit % 8);
            let [client_data, data, signature] = altered;
            let response = sign_in.answer_with(&client_data, &data, &signature);
            let verdict = verify_as(&response, &credential, |_| ());
            assert!(verdict.is_err(), "bit {bit} of part {part} passed");
        }
    }
}
