//! §8.4: an honest statement is worth what it says, and one lie in each part makes it worthless.

use crate::android::StatusList;
use crate::attestation::{AttestationError, AttestationKind};
use crate::genuine::{AndroidApp, DeviceVerdict, GenuineApp, Platform, ResponseKeys};
use crate::testing::AAGUID;
use crate::testing::android::{self, application, origin, purposes, root_of_trust, tagged};
use crate::testing::certificate::{Template, common_name, der, extension};
use crate::testing::{Key, Member, Registration, Root, judge, sha256, statement};
use crate::trust::{Demands, TrustAnchors};
use crate::x509::{PathError, oid};

fn all_applications() -> Vec<u8> {
    tagged(600, &der(0x05, &[]))
}

fn description(challenge: &[u8], software: &[Vec<u8>], hardware: &[Vec<u8>]) -> Vec<u8> {
    android::description([1, 1], challenge, software, hardware)
}

/// A phone that is asked to attest a new key.
struct Phone {
    registration: Registration,
    root: Root,
    software: Vec<Vec<u8>>,
    hardware: Vec<Vec<u8>>,
    leaf: Template,
    /// What we trust and demand beside the root.
    trust: fn(&mut TrustAnchors),
}

impl Phone {
    fn new() -> Self {
        Self {
            registration: Registration { format: "android-key", ..Registration::honest() },
            root: Root::new(),
            // something that is no concern of ours, and what is
            software: vec![tagged(701, &der(0x02, &[1, 2, 3]))],
            hardware: vec![purposes(&[2, 3]), origin(0)],
            leaf: Root::template(&common_name("Android Keystore Key")),
            trust: |_| (),
        }
    }

    fn description(&self) -> Vec<u8> {
        let hash = sha256(self.registration.client_data.to_string().as_bytes());
        description(&hash, &self.software, &self.hardware)
    }

    fn verdict(&self) -> AttestationKind {
        self.verdict_with(&self.description(), &self.registration.key)
    }

    /// With that description, in the certificate of that key, which also signs.
    fn verdict_with(&self, description: &[u8], key: &Key) -> AttestationKind {
        let leaf = self.leaf.clone();
        let leaf = leaf.with(extension(oid::ANDROID_KEY_DESCRIPTION, false, description));
        self.judge(-7, key, &[self.root.certify(&leaf, key)])
    }

    fn judge(&self, algorithm: i64, key: &Key, x5c: &[Vec<u8>]) -> AttestationKind {
        let signature = key.sign(&self.registration.to_be_signed());
        let members = [
            ("alg", Member::Integer(algorithm)),
            ("sig", Member::Bytes(&signature)),
            ("x5c", Member::Certificates(x5c)),
        ];
        let mut anchors = self.root.anchors();
        (self.trust)(&mut anchors);
        judge(&self.registration, &statement(&members), &anchors).kind
    }
}

fn unverified(error: AttestationError) -> AttestationKind {
    AttestationKind::Unverified(error)
}

#[test]
fn an_honest_statement_is_trusted() {
    assert_eq!(Phone::new().verdict(), AttestationKind::Trusted);
}

#[test]
fn step_1_members_and_algorithm_are_there() {
    let phone = Phone::new();
    let leaf = phone.leaf.clone().with(extension(
        oid::ANDROID_KEY_DESCRIPTION,
        false,
        &phone.description(),
    ));
    let x5c = [phone.root.certify(&leaf, &phone.registration.key)];
    let key = &phone.registration.key;
    assert_eq!(phone.judge(-7, key, &x5c), AttestationKind::Trusted);
    assert_eq!(phone.judge(-257, key, &x5c), unverified(AttestationError::Algorithm));
    assert_eq!(phone.judge(-7, key, &[]), unverified(AttestationError::Malformed));
}

#[test]
fn step_2_the_certified_key_signs() {
    let phone = Phone::new();
    let leaf = phone.leaf.clone().with(extension(
        oid::ANDROID_KEY_DESCRIPTION,
        false,
        &phone.description(),
    ));
    let x5c = [phone.root.certify(&leaf, &phone.registration.key)];
    let kind = phone.judge(-7, &Key::p256(), &x5c);
    assert_eq!(kind, unverified(AttestationError::Signature));
}

#[test]
fn step_3_the_certified_key_is_the_new_key() {
    let phone = Phone::new();
    let kind = phone.verdict_with(&phone.description(), &Key::p256());
    assert_eq!(kind, unverified(AttestationError::PublicKey));
}

#[test]
fn step_4_the_challenge_is_of_this_registration() {
    let phone = Phone::new();
    let key = &phone.registration.key;
    let other = description(&sha256(b"another"), &phone.software, &phone.hardware);
    assert_eq!(phone.verdict_with(&other, key), unverified(AttestationError::Signature));
    let without = phone.root.certify(&phone.leaf, key);
    assert_eq!(phone.judge(-7, key, &[without]), unverified(AttestationError::Malformed));
}

#[test]
fn step_5_the_key_is_of_one_application_alone() {
    let mut phone = Phone::new();
    phone.software.push(all_applications());
    assert_eq!(phone.verdict(), unverified(AttestationError::KeyScope));
    let mut phone = Phone::new();
    phone.hardware.push(all_applications());
    assert_eq!(phone.verdict(), unverified(AttestationError::KeyScope));
}

#[test]
fn step_5_the_key_was_made_on_the_phone() {
    for (software, hardware, expected) in [
        (None, Some(0), AttestationKind::Trusted),
        (Some(0), None, AttestationKind::Trusted),
        (None, None, unverified(AttestationError::KeyOrigin)),
        (None, Some(2), unverified(AttestationError::KeyOrigin)),
        (Some(2), Some(0), unverified(AttestationError::KeyOrigin)),
    ] {
        let mut phone = Phone::new();
        phone.software = software.map(origin).into_iter().collect();
        phone.hardware = vec![purposes(&[2])];
        phone.hardware.extend(hardware.map(origin));
        assert_eq!(phone.verdict(), expected, "{software:?} {hardware:?}");
    }
}

#[test]
fn step_5_the_key_is_for_signing() {
    for (values, expected) in [
        (&[2][..], AttestationKind::Trusted),
        (&[3, 2], AttestationKind::Trusted),
        (&[3], unverified(AttestationError::KeyPurpose)),
        (&[], unverified(AttestationError::KeyPurpose)),
    ] {
        let mut phone = Phone::new();
        phone.hardware = vec![purposes(values), origin(0)];
        assert_eq!(phone.verdict(), expected, "{values:?}");
    }
}

#[test]
fn a_description_that_can_be_read_two_ways_is_refused() {
    let mut phone = Phone::new();
    phone.hardware.push(origin(0));
    assert_eq!(phone.verdict(), unverified(AttestationError::CertificateExtension));
    let phone = Phone::new();
    let whole = phone.description();
    for bent in [[&whole[..], &[0]].concat(), whole[..whole.len() - 1].to_vec(), vec![]] {
        let kind = phone.verdict_with(&bent, &phone.registration.key);
        assert_eq!(kind, unverified(AttestationError::CertificateExtension));
    }
}

#[test]
fn the_leafs_dates_say_nothing() {
    let mut phone = Phone::new();
    phone.leaf.from = "20400101000000Z";
    phone.leaf.until = "20300101000000Z";
    assert_eq!(phone.verdict(), AttestationKind::Trusted);
}

/// A chain of a leaf and the batch certificate that issued it.
fn batch_verdict(alter: impl FnOnce(&mut Template)) -> AttestationKind {
    let phone = Phone::new();
    let batch_key = Key::p256();
    let name = crate::testing::certificate::name(&[(oid::SERIAL_NUMBER, "87f4514475ba0a2b")]);
    let mut batch = Root::template(&name);
    alter(&mut batch);
    let leaf = Template::new(&batch.subject, &phone.leaf.subject)
        .with(extension(oid::ANDROID_KEY_DESCRIPTION, false, &phone.description()))
        .sign(&phone.registration.key, &batch_key);
    let x5c = [leaf, phone.root.certify(&batch, &batch_key)];
    phone.judge(-7, &phone.registration.key, &x5c)
}

#[test]
fn factory_certificates_may_have_expired_but_not_begin_later() {
    assert_eq!(batch_verdict(|_| ()), AttestationKind::Trusted);
    assert_eq!(batch_verdict(|batch| batch.until = "20260524171900Z"), AttestationKind::Trusted);
    let not_yet = unverified(AttestationError::Path(PathError::NotYetValid));
    assert_eq!(batch_verdict(|batch| batch.from = "20300101000000Z"), not_yet);
}

#[test]
fn others_must_be_valid_authorities() {
    let other = |batch: &mut Template| batch.subject = common_name("Droid CA2");
    let not_authority = unverified(AttestationError::Path(PathError::NotAuthority));
    assert_eq!(batch_verdict(other), not_authority);
    let expired = unverified(AttestationError::Path(PathError::Expired));
    let kind = batch_verdict(|batch| {
        other(batch);
        batch.extensions.push(crate::testing::certificate::authority(None));
        batch.until = "20260524171900Z";
    });
    assert_eq!(kind, expired);
}

#[test]
fn a_certified_key_certifies_no_further_ones() {
    let kind = batch_verdict(|batch| {
        batch.extensions.push(extension(oid::ANDROID_KEY_DESCRIPTION, false, &[0x30, 0]));
    });
    assert_eq!(kind, unverified(AttestationError::Path(PathError::NotAuthority)));
}

#[test]
fn who_demands_hardware_does_not_hear_the_system() {
    let demand = |trust: &mut TrustAnchors| {
        trust.demand(Demands { android_key_in_hardware: true, ..Demands::default() });
    };
    let mut phone = Phone::new();
    phone.trust = demand;
    assert_eq!(phone.verdict(), AttestationKind::Trusted);
    phone.hardware = vec![purposes(&[2])];
    phone.software = vec![origin(0)];
    assert_eq!(phone.verdict(), unverified(AttestationError::KeyOrigin));
    phone.hardware = vec![origin(0)];
    phone.software = vec![purposes(&[2])];
    assert_eq!(phone.verdict(), unverified(AttestationError::KeyPurpose));
    phone.trust = |_| ();
    assert_eq!(phone.verdict(), AttestationKind::Trusted);
}

#[test]
fn a_revoked_certificate_is_refused() {
    let mut phone = Phone::new();
    // the serial number of every certificate of these tests
    phone.trust = |trust| {
        trust.revoke(StatusList::parse(br#"{"entries":{"1":{"status":"REVOKED"}}}"#).unwrap());
    };
    assert_eq!(phone.verdict(), unverified(AttestationError::Revoked));
    phone.trust = |trust| {
        trust.revoke(StatusList::parse(br#"{"entries":{"2":{"status":"REVOKED"}}}"#).unwrap());
    };
    assert_eq!(phone.verdict(), AttestationKind::Trusted);
}

fn app() -> GenuineApp {
    GenuineApp {
        aaguid: AAGUID,
        name: "App".to_owned(),
        platform: Platform::Android(AndroidApp {
            package: "com.example.app".to_owned(),
            signing_digests: vec!["CQkJ".to_owned()],
            minimum_device: DeviceVerdict::Device,
            minimum_version: Some(5),
            response_keys: ResponseKeys::WithGoogle,
            max_age_ms: 0,
        }),
    }
}

#[test]
fn the_key_of_an_app_was_made_by_that_app_on_a_whole_phone() {
    let honest = || {
        let mut phone = Phone::new();
        phone.trust = |trust| trust.trust_app(app());
        phone.software.push(application("com.example.app", 5, &[9, 9, 9]));
        phone.hardware.push(root_of_trust(0xff, 0));
        phone
    };
    // right as it is, but a key alone does not show what runs beside it
    assert_eq!(honest().verdict(), unverified(AttestationError::AppEvidence));
    for (software, expected) in [
        (application("com.example.other", 5, &[9, 9, 9]), AttestationError::OtherApp),
        (application("com.example.app", 4, &[9, 9, 9]), AttestationError::OtherApp),
        (application("com.example.app", 5, &[9, 9, 8]), AttestationError::OtherApp),
    ] {
        let mut phone = honest();
        phone.software.pop();
        phone.software.push(software);
        assert_eq!(phone.verdict(), unverified(expected));
    }
    for root in [root_of_trust(0, 0), root_of_trust(0xff, 1), tagged(703, &der(0x05, &[]))] {
        let mut phone = honest();
        phone.hardware.pop();
        phone.hardware.push(root);
        assert_eq!(phone.verdict(), unverified(AttestationError::KeyProtection));
    }
}
