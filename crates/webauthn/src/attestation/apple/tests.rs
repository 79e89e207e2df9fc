//! §8.8: an honest statement is worth what it says, and one lie in each part makes it worthless.

use crate::attestation::{AttestationError, AttestationKind};
use crate::testing::certificate::{common_name, der, extension};
use crate::testing::{Key, Member, Registration, Root, judge, sha256, statement};
use crate::x509::oid;

fn apple_registration() -> Registration {
    Registration { format: "apple", ..Registration::honest() }
}

/// The extension's value around a nonce.
fn wrapped(nonce: &[u8]) -> Vec<u8> {
    der(0x30, &der(0xa1, &der(0x04, nonce)))
}

fn verdict(registration: &Registration, value: Option<&[u8]>, key: &Key) -> AttestationKind {
    let root = Root::new();
    let mut leaf = Root::template(&common_name("Apple"));
    leaf.extensions.extend(value.map(|value| extension(oid::APPLE_NONCE, false, value)));
    let x5c = [root.certify(&leaf, key)];
    let members = [("alg", Member::Integer(-7)), ("x5c", Member::Certificates(&x5c))];
    judge(registration, &statement(&members), &root.anchors()).kind
}

#[test]
fn an_honest_statement_is_trusted() {
    let registration = apple_registration();
    let value = wrapped(&sha256(&registration.to_be_signed()));
    let kind = verdict(&registration, Some(&value), &registration.key);
    assert_eq!(kind, AttestationKind::Trusted);
}

#[test]
fn steps_2_to_4_the_nonce_is_of_this_registration() {
    let registration = apple_registration();
    let mut nonce = sha256(&registration.to_be_signed());
    nonce[31] ^= 1;
    for nonce in [&nonce[..], &nonce[..31], &[]] {
        let kind = verdict(&registration, Some(&wrapped(nonce)), &registration.key);
        assert_eq!(kind, AttestationKind::Unverified(AttestationError::Signature));
    }
    let kind = verdict(&registration, None, &registration.key);
    assert_eq!(kind, AttestationKind::Unverified(AttestationError::Malformed));
}

#[test]
fn step_4_the_extension_is_exactly_one_nonce() {
    let registration = apple_registration();
    let nonce = sha256(&registration.to_be_signed());
    let octets = der(0x04, &nonce);
    for value in [
        [wrapped(&nonce), vec![0]].concat(),
        der(0x30, &octets),
        der(0x30, &der(0xa2, &octets)),
        der(0x30, &[der(0xa1, &octets), der(0xa1, &octets)].concat()),
        der(0x30, &der(0xa1, &[&octets[..], &octets].concat())),
        nonce,
    ] {
        let kind = verdict(&registration, Some(&value), &registration.key);
        let bad = AttestationKind::Unverified(AttestationError::CertificateExtension);
        assert_eq!(kind, bad, "{value:02x?}");
    }
}

#[test]
fn step_5_the_certified_key_is_the_new_key() {
    let registration = apple_registration();
    let value = wrapped(&sha256(&registration.to_be_signed()));
    let kind = verdict(&registration, Some(&value), &Key::p256());
    assert_eq!(kind, AttestationKind::Unverified(AttestationError::PublicKey));
}

#[test]
fn step_1_certificates_are_there() {
    let registration = apple_registration();
    for x5c in [("x5c", Member::Certificates(&[])), ("alg", Member::Integer(-7))] {
        let kind = judge(&registration, &statement(&[x5c]), &Root::new().anchors()).kind;
        assert_eq!(kind, AttestationKind::Unverified(AttestationError::Malformed));
    }
}
