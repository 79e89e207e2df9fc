//! §8.6: an honest statement is worth what it says, and one lie in each part makes it worthless.

use aws_lc_rs::signature::ECDSA_P384_SHA384_ASN1_SIGNING;

use crate::attestation::{AttestationError, AttestationKind};
use crate::testing::certificate::common_name;
use crate::testing::{Key, Member, Registration, Root, judge, sha256, statement};

fn u2f_registration() -> Registration {
    Registration { format: "fido-u2f", ..Registration::honest() }
}

/// What a U2F authenticator signs, its parts in order.
fn parts(registration: &Registration) -> [Vec<u8>; 5] {
    [
        vec![0],
        sha256(registration.said.rp_id.as_bytes()),
        sha256(registration.client_data.to_string().as_bytes()),
        registration.said.credential_id.clone(),
        [&[4], registration.key.coordinates()].concat(),
    ]
}

fn verdict(registration: &Registration, key: &Key, parts: &[Vec<u8>]) -> AttestationKind {
    let root = Root::new();
    let leaf = root.certify(&Root::template(&common_name("U2F")), key);
    let signature = key.sign(&parts.concat());
    let members = [("sig", Member::Bytes(&signature)), ("x5c", Member::Certificates(&[leaf]))];
    judge(registration, &statement(&members), &root.anchors()).kind
}

#[test]
fn an_honest_statement_is_trusted() {
    let registration = u2f_registration();
    let kind = verdict(&registration, &Key::p256(), &parts(&registration));
    assert_eq!(kind, AttestationKind::Trusted);
}

#[test]
fn every_part_of_the_message_counts() {
    let registration = u2f_registration();
    for part in 0..5 {
        let mut altered = parts(&registration);
        altered[part][0] ^= 1;
        let kind = verdict(&registration, &Key::p256(), &altered);
        let bad = AttestationKind::Unverified(AttestationError::Signature);
        assert_eq!(kind, bad, "part {part}");
    }
}

#[test]
fn both_keys_are_on_p256() {
    let algorithm = AttestationKind::Unverified(AttestationError::Algorithm);
    let registration = u2f_registration();
    let other = Key::generate(&ECDSA_P384_SHA384_ASN1_SIGNING);
    assert_eq!(verdict(&registration, &other, &parts(&registration)), algorithm);
    let mut registration = u2f_registration();
    registration.said.cose = other.cose(-35, 2);
    registration.key = other;
    assert_eq!(verdict(&registration, &Key::p256(), &parts(&registration)), algorithm);
}

#[test]
fn exactly_one_certificate_and_a_signature_are_there() {
    let registration = u2f_registration();
    let (root, key) = (Root::new(), Key::p256());
    let leaf = root.certify(&Root::template(&common_name("U2F")), &key);
    let signature = key.sign(&parts(&registration).concat());
    for x5c in [&[][..], &[leaf.clone(), leaf.clone()]] {
        let members = [("sig", Member::Bytes(&signature)), ("x5c", Member::Certificates(x5c))];
        let kind = judge(&registration, &statement(&members), &root.anchors()).kind;
        assert_eq!(kind, AttestationKind::Unverified(AttestationError::Malformed));
    }
    let members = [("x5c", Member::Certificates(&[leaf]))];
    let kind = judge(&registration, &statement(&members), &root.anchors()).kind;
    assert_eq!(kind, AttestationKind::Unverified(AttestationError::Malformed));
}
