//! What an app on an Apple device sends with a passkey, ours and others'.

use crate::app_attest::{AppAttestError, Environment};
use crate::attestation::{Attestation, AttestationError, AttestationKind};
use crate::genuine::{GenuineApp, IosApp, Platform};
use crate::testing::apple::App;
use crate::testing::{AAGUID, Member, Registration, Root, judge, sha256, statement};
use crate::trust::TrustAnchors;
use crate::x509::{Certificate, PathError};

fn genuine(bundle: &str) -> GenuineApp {
    GenuineApp {
        aaguid: AAGUID,
        name: "App".to_owned(),
        platform: Platform::Ios(IosApp {
            team: "ABCDE12345".to_owned(),
            bundle: bundle.to_owned(),
            environment: Environment::Production,
        }),
    }
}

/// A passkey and the app that made it, attested over that passkey.
fn passkey() -> (Registration, App) {
    let registration = Registration { format: "apple-appattest", ..Registration::honest() };
    let app = App::new(&sha256(&registration.to_be_signed()));
    (registration, app)
}

fn verdict(registration: &Registration, app: &App, apps: &[GenuineApp]) -> Attestation {
    let mut anchors = app.root.anchors();
    apps.iter().for_each(|app| anchors.trust_app(app.clone()));
    let object = app.object();
    judge(registration, &statement(&[("object", Member::Bytes(&object))]), &anchors)
}

#[test]
fn a_passkey_of_a_genuine_app_is_trusted() {
    let (registration, app) = passkey();
    let attestation = verdict(&registration, &app, &[genuine("com.example.app")]);
    assert_eq!(attestation.kind, AttestationKind::Trusted);
    let [leaf] = &attestation.certificates[..] else { panic!("one certificate") };
    assert_eq!(Certificate::parse(leaf).unwrap().key_bits(), app.point());
    assert!(attestation.findings.to_string().contains("app-id: ABCDE12345.com.example.app"));
    let both = [genuine("com.example.other"), genuine("com.example.app")];
    assert_eq!(verdict(&registration, &app, &both).kind, AttestationKind::Trusted);
}

#[test]
fn another_app_another_passkey_and_another_model_are_not() {
    let (registration, app) = passkey();
    let unverified = |apps: &[GenuineApp]| verdict(&registration, &app, apps).kind;
    let error = |error| AttestationKind::Unverified(AttestationError::AppAttest(error));
    assert_eq!(unverified(&[genuine("com.example.other")]), error(AppAttestError::App));
    let unknown = AttestationKind::Unverified(AttestationError::UnknownApp);
    assert_eq!(unverified(&[]), unknown);
    let (other, _) = passkey();
    let kind = verdict(&other, &app, &[genuine("com.example.app")]).kind;
    assert_eq!(kind, error(AppAttestError::Nonce));
    let (registration, mut app) = passkey();
    app.root = Root::new();
    let mut nobody = TrustAnchors::default();
    nobody.trust_app(genuine("com.example.app"));
    let object = app.object();
    let members = statement(&[("object", Member::Bytes(&object))]);
    let kind = judge(&registration, &members, &nobody).kind;
    assert_eq!(kind, error(AppAttestError::Path(PathError::Untrusted)));
}

#[test]
fn a_model_that_is_an_app_needs_the_apps_word() {
    let (root, key) = (Root::new(), crate::testing::Key::p256());
    let registration = Registration { format: "packed", ..Registration::honest() };
    let leaf = Root::template(&crate::testing::certificate::attestation_subject())
        .with(crate::testing::certificate::no_authority());
    let signature = key.sign(&registration.to_be_signed());
    let packed = crate::testing::packed(-7, &signature, Some(&[root.certify(&leaf, &key)]));
    let mut anchors = root.anchors();
    assert_eq!(judge(&registration, &packed, &anchors).kind, AttestationKind::Trusted);
    anchors.trust_app(genuine("com.example.app"));
    let kind = judge(&registration, &packed, &anchors).kind;
    assert_eq!(kind, AttestationKind::Unverified(AttestationError::AppEvidence));
}

#[test]
fn an_app_whose_own_key_is_the_passkey_is_judged_like_apples_passkeys() {
    let honest = || {
        let mut app = App::new(&[]);
        app.registration.said.rp_id = "login.example";
        app.registration.said.flags = 0x45;
        app.registration.said.aaguid = AAGUID;
        app.client_data_hash = sha256(app.registration.client_data.to_string().as_bytes());
        app
    };
    let verdict = |app: &App| judge(&app.registration, &app.statement(), &app.root.anchors()).kind;
    assert_eq!(verdict(&honest()), AttestationKind::Trusted);
    let error = |error| AttestationKind::Unverified(AttestationError::AppAttest(error));
    let mut app = honest();
    app.client_data_hash[0] ^= 1;
    assert_eq!(verdict(&app), error(AppAttestError::Nonce));
    let mut app = honest();
    app.registration.said.credential_id = vec![1; 32];
    app.registration.id = vec![1; 32];
    assert_eq!(verdict(&app), error(AppAttestError::KeyId));
    let mut app = honest();
    app.certified = Some(crate::testing::Key::p256());
    assert_eq!(verdict(&app), AttestationKind::Unverified(AttestationError::PublicKey));
}

#[test]
fn other_statements_are_malformed() {
    let (registration, app) = passkey();
    let anchors = app.root.anchors();
    for members in [
        statement(&[]),
        statement(&[("object", Member::Text("text"))]),
        statement(&[("x5c", Member::Certificates(&[]))]),
    ] {
        let kind = judge(&registration, &members, &anchors).kind;
        assert_eq!(kind, AttestationKind::Unverified(AttestationError::Malformed));
    }
}
