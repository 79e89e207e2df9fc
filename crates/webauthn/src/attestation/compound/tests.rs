//! §8.9: all statements must be right, and the best of them counts.

use crate::attestation::{AttestationError, AttestationKind};
use crate::testing::certificate::{attestation_subject, no_authority};
use crate::testing::{Key, NO_STATEMENT, Registration, Root, cbor, judge, packed};

/// An array of these formats and statements.
fn compound(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = cbor(|e| {
        e.array(u64::try_from(parts.len()).unwrap()).unwrap();
    });
    for (format, statement) in parts {
        bytes.extend(cbor(|e| {
            e.map(2).unwrap().str("fmt").unwrap().str(format).unwrap().str("attStmt").unwrap();
        }));
        bytes.extend(*statement);
    }
    bytes
}

/// A registration with a self-signed and a certified statement, and the root of the latter.
fn two() -> (Registration, Vec<u8>, Vec<u8>, Root) {
    let registration = Registration { format: "compound", ..Registration::honest() };
    let to_be_signed = registration.to_be_signed();
    let own = packed(-7, &registration.key.sign(&to_be_signed), None);
    let (root, key) = (Root::new(), Key::p256());
    let leaf = Root::template(&attestation_subject()).with(no_authority());
    let certified = packed(-7, &key.sign(&to_be_signed), Some(&[root.certify(&leaf, &key)]));
    (registration, own, certified, root)
}

#[test]
fn one_trusted_statement_beside_a_self_signed_one_is_trusted() {
    let (registration, own, certified, root) = two();
    let statement = compound(&[("packed", &own), ("packed", &certified)]);
    let attestation = judge(&registration, &statement, &root.anchors());
    assert_eq!(attestation.kind, AttestationKind::Trusted);
    assert_eq!(attestation.certificates.len(), 1);
    let statement = compound(&[("packed", &own), ("none", NO_STATEMENT)]);
    let attestation = judge(&registration, &statement, &root.anchors());
    assert_eq!(attestation.kind, AttestationKind::SelfSigned);
    let statement = compound(&[("none", NO_STATEMENT), ("none", NO_STATEMENT)]);
    assert_eq!(judge(&registration, &statement, &root.anchors()).kind, AttestationKind::None);
}

#[test]
fn one_bad_statement_spoils_all() {
    let (registration, own, certified, root) = two();
    let bad = packed(-7, &Key::p256().sign(&registration.to_be_signed()), None);
    for parts in [
        [("packed", &certified[..]), ("packed", &bad[..])],
        [("packed", &bad[..]), ("packed", &certified[..])],
    ] {
        let kind = judge(&registration, &compound(&parts), &root.anchors()).kind;
        assert_eq!(kind, AttestationKind::Unverified(AttestationError::Signature));
    }
    let unknown = compound(&[("packed", &certified), ("new", NO_STATEMENT)]);
    let kind = judge(&registration, &unknown, &root.anchors()).kind;
    assert_eq!(kind, AttestationKind::Unverified(AttestationError::UnknownFormat));
    let untrusted = compound(&[("packed", &own), ("packed", &certified)]);
    let kind = judge(&registration, &untrusted, &Root::new().anchors()).kind;
    assert!(matches!(kind, AttestationKind::Unverified(error) if error.is_about_trust()));
}

#[test]
fn there_are_at_least_two_and_none_is_compound_again() {
    let (registration, own, certified, root) = two();
    for statement in [
        compound(&[]),
        compound(&[("packed", &certified)]),
        compound(&[("packed", &certified), ("compound", NO_STATEMENT)]),
        certified.clone(),
        // a part without its format, a part that is no map
        [&[0x82, 0xa1, 0x67], &b"attStmt"[..], &own, NO_STATEMENT].concat(),
        vec![0x82, 0x01, 0x02],
    ] {
        let kind = judge(&registration, &statement, &root.anchors()).kind;
        assert_eq!(kind, AttestationKind::Unverified(AttestationError::Malformed));
    }
}
