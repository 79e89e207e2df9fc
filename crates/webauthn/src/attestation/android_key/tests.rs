//! §8.4: an honest statement is worth what it says, and one lie in each part makes it worthless.

use crate::attestation::{AttestationError, AttestationKind};
use crate::testing::certificate::{Template, common_name, der, extension};
use crate::testing::{Key, Member, Registration, Root, judge, sha256, statement};
use crate::x509::{PathError, oid};

/// A member of an authorization list under a tag of one or of two digits.
fn tagged(number: u16, value: &[u8]) -> Vec<u8> {
    match u8::try_from(number) {
        Ok(short @ 0..31) => der(0xa0 | short, value),
        _ => {
            let [high, low] = [number >> 7, number & 0x7f].map(|n| u8::try_from(n).unwrap());
            let element = der(0xbf, value);
            [&element[..1], &[0x80 | high, low], &element[1..]].concat()
        }
    }
}

fn purposes(values: &[u8]) -> Vec<u8> {
    let integers: Vec<_> = values.iter().map(|value| der(0x02, &[*value])).collect();
    tagged(1, &der(0x31, &integers.concat()))
}

fn origin(value: u8) -> Vec<u8> {
    tagged(702, &der(0x02, &[value]))
}

fn all_applications() -> Vec<u8> {
    tagged(600, &der(0x05, &[]))
}

fn description(challenge: &[u8], software: &[Vec<u8>], hardware: &[Vec<u8>]) -> Vec<u8> {
    let fields = [
        der(0x02, &[4]),
        der(0x0a, &[1]),
        der(0x02, &[41]),
        der(0x0a, &[1]),
        der(0x04, challenge),
        der(0x04, &[]),
        der(0x30, &software.concat()),
        der(0x30, &hardware.concat()),
    ];
    der(0x30, &fields.concat())
}

/// A phone that is asked to attest a new key.
struct Phone {
    registration: Registration,
    root: Root,
    software: Vec<Vec<u8>>,
    hardware: Vec<Vec<u8>>,
    leaf: Template,
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
        judge(&self.registration, &statement(&members), &self.root.anchors()).kind
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
