//! Judges the recorded and mutated cases beside the workspace, as far as formats are built.
#![expect(clippy::unwrap_used, reason = "a case that cannot be read is a failed test")]
#![expect(clippy::indexing_slicing, reason = "a member that is not there reads as null")]
#![expect(clippy::print_stderr, reason = "says how many cases were judged")]

use std::path::{Path, PathBuf};

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use webauthn::attestation::AttestationKind;
use webauthn::authentication::{self, AllowList, StoredCredential};
use webauthn::cose::{Algorithm, PublicKey};
use webauthn::credential::{AuthenticationResponse, RegistrationResponse};
use webauthn::registration;
use webauthn::trust::{Anchor, TrustAnchors};
use webauthn::{
    Challenge, Embedding, RelyingParty, SignCount, Timestamp, UserHandle, UserPresence,
    UserVerification,
};

/// The formats that are built so far.
const FORMATS: [&str; 7] =
    ["none", "packed", "tpm", "android-key", "fido-u2f", "apple", "compound"];

/// Ed448, which the crypto library does not have.
const UNSUPPORTED: &str = "ed448";

#[test]
fn registrations_are_judged_as_expected() {
    judge_all("registration", register);
}

#[test]
fn authentications_are_judged_as_expected() {
    judge_all("authentication", authenticate);
}

fn judge_all(kind: &str, judge: fn(&Value) -> Result<(), &'static str>) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/cases").join(kind);
    let Some(files) = files(&folder) else {
        eprintln!("{kind}: the folder of cases is absent, nothing was judged");
        return;
    };
    let (mut judged, mut left_out, mut wrong) = (0_usize, 0_usize, Vec::new());
    for file in files {
        let case: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let id = case["id"].as_str().unwrap();
        let is_built = case["fmt"].as_str().is_none_or(|format| FORMATS.contains(&format));
        if !is_built || id.contains(UNSUPPORTED) {
            left_out = left_out.strict_add(1);
            continue;
        }
        judged = judged.strict_add(1);
        let verdict = judge(&case);
        if verdict.is_ok() != (case["expected"] == "ok") {
            wrong.push(format!("{id}: {verdict:?}, but {}", case["reason"]));
        }
    }
    eprintln!("{kind}: {judged} cases judged, {left_out} of other formats left out");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files(folder: &Path) -> Option<Vec<PathBuf>> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    Some(files)
}

fn register(case: &Value) -> Result<(), &'static str> {
    let response = serde_json::to_vec(&case["response"]).unwrap();
    let response = RegistrationResponse::parse_json(&response).map_err(|error| error.code())?;
    let mut anchors = TrustAnchors::default();
    for pem in case["trustAnchors_pem"].as_array().into_iter().flatten() {
        let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_str().unwrap().as_bytes()).unwrap();
        anchors.trust(Anchor::from_certificate(&pem.contents).unwrap());
    }
    let algorithms: Vec<Algorithm> = match case["allowedAlgs"].as_array() {
        None => Algorithm::ALL.to_vec(),
        Some(allowed) => allowed
            .iter()
            .filter_map(|identifier| Algorithm::from_identifier(identifier.as_i64()?))
            .collect(),
    };
    let at = case["verificationTime"].as_str().unwrap_or("2026-11-22T00:00:00Z");
    let at: jiff::Timestamp = at.parse().unwrap();
    let expectation = registration::Expectation {
        relying_party: &relying_party(case),
        challenge: &challenge(case),
        user_verification: user_verification(case),
        user_presence: match case["conditionalCreate"] == true {
            true => UserPresence::NotRequired,
            false => UserPresence::Required,
        },
        algorithms: &algorithms,
        anchors: &anchors,
        at: Timestamp(at.as_millisecond()),
    };
    let verified = registration::verify(&response, &expectation).map_err(|error| error.code())?;
    match verified.attestation().kind {
        AttestationKind::Unverified(error)
            if !error.is_about_trust() || anchors != TrustAnchors::default() =>
        {
            Err(error.code())
        }
        AttestationKind::Unverified(_)
        | AttestationKind::None
        | AttestationKind::SelfSigned
        | AttestationKind::Trusted => Ok(()),
    }
}

fn authenticate(case: &Value) -> Result<(), &'static str> {
    let response = serde_json::to_vec(&case["response"]).unwrap();
    let response = AuthenticationResponse::parse_json(&response).map_err(|error| error.code())?;
    let public_key = bytes(&case["credentialPublicKey_cose_b64url"]);
    let public_key = PublicKey::parse(&public_key).map_err(|error| error.code())?;
    let id = match case["storedCredentialId"].as_str() {
        Some(id) => webauthn::CredentialId::from_base64url(id).unwrap(),
        None => response.id().clone(),
    };
    let sign_count = case["storedSignCount"].as_u64().unwrap_or_default();
    // cases that do not say whether it was eligible mean that nothing changed
    let flags = response.authenticator_data().get(32).copied().unwrap_or_default();
    let credential = StoredCredential {
        id,
        public_key,
        sign_count: SignCount(u32::try_from(sign_count).unwrap()),
        backup_eligible: case["backupEligibleStored"].as_bool().unwrap_or(flags & 0x08 != 0),
    };
    let anybody = UserHandle::new([1]).unwrap();
    let expectation = authentication::Expectation {
        relying_party: &relying_party(case),
        challenge: &challenge(case),
        user_verification: user_verification(case),
        credential: &credential,
        allowed: AllowList::Only(std::slice::from_ref(&credential.id)),
        user_handle: response.user_handle().unwrap_or(&anybody),
    };
    let verified = authentication::verify(&response, &expectation).map_err(|error| error.code())?;
    match verified.counter() {
        authentication::CounterVerdict::WentBack => Err("counter-went-back"),
        authentication::CounterVerdict::NotCounting | authentication::CounterVerdict::Advanced => {
            Ok(())
        }
    }
}

fn relying_party(case: &Value) -> RelyingParty {
    let origin = |value: &Value| value.as_str().unwrap().parse().unwrap();
    RelyingParty {
        id: case["rpId"].as_str().unwrap().parse().unwrap(),
        origins: match case["origin"].as_array() {
            Some(origins) => origins.iter().map(origin).collect(),
            None => vec![origin(&case["origin"])],
        },
        embedding: match case["crossOriginAllowed"] == true {
            true => Embedding::AllowedFrom(
                case["topOrigin"].as_str().into_iter().map(|top| top.parse().unwrap()).collect(),
            ),
            false => Embedding::Refused,
        },
    }
}

fn challenge(case: &Value) -> Challenge {
    Challenge::new(bytes(&case["challenge_b64url"])).unwrap()
}

fn user_verification(case: &Value) -> UserVerification {
    match case["userVerificationRequired"] == true {
        true => UserVerification::Required,
        false => UserVerification::Preferred,
    }
}

fn bytes(text: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(text.as_str().unwrap().as_bytes()).unwrap()
}
