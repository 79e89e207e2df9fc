//! §8.2: an honest statement is worth what it says, and one lie in each part makes it worthless.

use aws_lc_rs::signature::ECDSA_P384_SHA384_ASN1_SIGNING;

use crate::attestation::{AttestationError, AttestationKind};
use crate::testing::certificate::{
    Template, attestation_subject, authority, extension, name, no_authority, public_key,
};
use crate::testing::{Key, Registration, Root, cbor, judge, packed};
use crate::trust::{Anchor, TrustAnchors};
use crate::x509::{CertificateError, PathError, oid};

/// A maker whose root certifies the attestation key of a model.
struct Maker {
    root: Root,
    key: Key,
    leaf: Template,
}

impl Maker {
    fn new() -> Self {
        let leaf = Root::template(&attestation_subject()).with(no_authority());
        Self { root: Root::new(), key: Key::p256(), leaf }
    }

    fn leaf(&self) -> Vec<u8> {
        self.root.certify(&self.leaf, &self.key)
    }

    fn anchors(&self) -> TrustAnchors {
        self.root.anchors()
    }

    /// What an honest registration with a statement by this maker is worth.
    fn verdict(&self) -> AttestationKind {
        let registration = packed_registration();
        let signature = self.key.sign(&registration.to_be_signed());
        let statement = packed(-7, &signature, Some(&[self.leaf()]));
        judge(&registration, &statement, &self.anchors()).kind
    }
}

fn packed_registration() -> Registration {
    Registration { format: "packed", ..Registration::honest() }
}

fn unverified(error: AttestationError) -> AttestationKind {
    AttestationKind::Unverified(error)
}

/// S25
#[test]
fn a_statement_that_leads_to_an_anchor_is_trusted() {
    let maker = Maker::new();
    let registration = packed_registration();
    let signature = maker.key.sign(&registration.to_be_signed());
    let x5c = [maker.leaf()];
    let attestation = judge(&registration, &packed(-7, &signature, Some(&x5c)), &maker.anchors());
    assert_eq!(attestation.kind, AttestationKind::Trusted);
    assert_eq!(attestation.certificates, x5c);
    assert_eq!(attestation.format, "packed");
}

/// S26
#[test]
fn a_statement_that_leads_nowhere_is_not() {
    let maker = Maker::new();
    let registration = packed_registration();
    let signature = maker.key.sign(&registration.to_be_signed());
    let x5c = [maker.leaf()];
    let statement = packed(-7, &signature, Some(&x5c));
    let untrusted = unverified(AttestationError::Path(PathError::Untrusted));
    let nobody = judge(&registration, &statement, &TrustAnchors::default());
    assert_eq!(nobody.kind, untrusted);
    assert_eq!(nobody.certificates, x5c);
    // an anchor of another model does not speak for this one
    let mut anchors = TrustAnchors::default();
    let other = crate::aaguid::Aaguid::from_bytes([0xbb; 16]);
    anchors.trust_for(other, Anchor::from_public_key(&public_key(&maker.key)).unwrap());
    assert_eq!(judge(&registration, &statement, &anchors).kind, untrusted);
}

/// S26
#[test]
fn an_expired_certificate_is_not_trusted() {
    let mut maker = Maker::new();
    maker.leaf.until = "20250101000000Z";
    assert_eq!(maker.verdict(), unverified(AttestationError::Path(PathError::Expired)));
}

#[test]
fn a_pinned_key_is_trusted_in_whatever_certificate() {
    let maker = Maker::new();
    let mut anchors = TrustAnchors::default();
    anchors.trust(Anchor::from_public_key(&public_key(&maker.key)).unwrap());
    let registration = packed_registration();
    let signature = maker.key.sign(&registration.to_be_signed());
    for issuer in [&maker.root, &Root::new()] {
        let leaf = issuer.certify(&maker.leaf, &maker.key);
        let statement = packed(-7, &signature, Some(&[leaf]));
        let kind = judge(&registration, &statement, &anchors).kind;
        assert_eq!(kind, AttestationKind::Trusted);
    }
}

#[test]
fn an_empty_list_of_certificates_is_no_self_attestation() {
    let registration = packed_registration();
    let signature = registration.key.sign(&registration.to_be_signed());
    let statement = packed(-7, &signature, Some(&[]));
    let kind = judge(&registration, &statement, &TrustAnchors::default()).kind;
    assert_eq!(kind, unverified(AttestationError::Malformed));
}

#[test]
fn self_attestation_is_by_the_new_key_with_its_own_algorithm() {
    let registration = packed_registration();
    let to_be_signed = registration.to_be_signed();
    let nobody = TrustAnchors::default();
    let verdict = |algorithm, signature: &[u8]| {
        judge(&registration, &packed(algorithm, signature, None), &nobody).kind
    };
    let signature = registration.key.sign(&to_be_signed);
    assert_eq!(verdict(-7, &signature), AttestationKind::SelfSigned);
    assert_eq!(verdict(-9, &signature), unverified(AttestationError::Algorithm));
    assert_eq!(verdict(-257, &signature), unverified(AttestationError::Algorithm));
    assert_eq!(verdict(-12345, &signature), unverified(AttestationError::Algorithm));
    let other = Key::p256().sign(&to_be_signed);
    assert_eq!(verdict(-7, &other), unverified(AttestationError::Signature));
    let old = registration.key.sign(&to_be_signed[1..]);
    assert_eq!(verdict(-7, &old), unverified(AttestationError::Signature));
}

#[test]
fn members_must_be_there_and_of_their_type() {
    let registration = packed_registration();
    let signature = registration.key.sign(&registration.to_be_signed());
    let leaf = Maker::new().leaf();
    for statement in [
        vec![0xa0],
        vec![0x80],
        cbor(|e| {
            e.map(1).unwrap().str("alg").unwrap().i8(-7).unwrap();
        }),
        cbor(|e| {
            e.map(1).unwrap().str("sig").unwrap().bytes(&signature).unwrap();
        }),
        cbor(|e| {
            e.map(3).unwrap().str("alg").unwrap().i8(-7).unwrap();
            e.str("sig").unwrap().bytes(&signature).unwrap();
            e.str("ecdaaKeyId").unwrap().bytes(&[1]).unwrap();
        }),
        cbor(|e| {
            e.map(3).unwrap().str("alg").unwrap().i8(-7).unwrap();
            e.str("sig").unwrap().bytes(&signature).unwrap();
            e.str("x5c").unwrap().bytes(&leaf).unwrap();
        }),
        cbor(|e| {
            e.map(3).unwrap().str("alg").unwrap().i8(-7).unwrap();
            e.str("sig").unwrap().bytes(&signature).unwrap();
            e.str("x5c").unwrap().array(2).unwrap().bytes(&leaf).unwrap().i8(1).unwrap();
        }),
    ] {
        let kind = judge(&registration, &statement, &TrustAnchors::default()).kind;
        assert_eq!(kind, unverified(AttestationError::Malformed), "{statement:02x?}");
    }
}

#[test]
fn the_signature_is_by_the_certificates_key() {
    let maker = Maker::new();
    let registration = packed_registration();
    let anchors = maker.anchors();
    let verdict = |algorithm, signature: &[u8]| {
        let statement = packed(algorithm, signature, Some(&[maker.leaf()]));
        judge(&registration, &statement, &anchors).kind
    };
    let to_be_signed = registration.to_be_signed();
    let by_the_new_key = registration.key.sign(&to_be_signed);
    assert_eq!(verdict(-7, &by_the_new_key), unverified(AttestationError::Signature));
    let honest = maker.key.sign(&to_be_signed);
    for algorithm in [-35, -8, -257, -47, -48] {
        let error = unverified(AttestationError::Algorithm);
        assert_eq!(verdict(algorithm, &honest), error, "{algorithm}");
    }
    assert_eq!(verdict(-9, &honest), AttestationKind::Trusted);
}

#[test]
fn other_curves_attest_with_their_own_algorithm() {
    let mut maker = Maker::new();
    maker.key = Key::generate(&ECDSA_P384_SHA384_ASN1_SIGNING);
    let registration = packed_registration();
    let signature = maker.key.sign(&registration.to_be_signed());
    let statement = packed(-35, &signature, Some(&[maker.leaf()]));
    let kind = judge(&registration, &statement, &maker.anchors()).kind;
    assert_eq!(kind, AttestationKind::Trusted);
    let statement = packed(-7, &signature, Some(&[maker.leaf()]));
    let kind = judge(&registration, &statement, &maker.anchors()).kind;
    assert_eq!(kind, unverified(AttestationError::Algorithm));
}

#[test]
fn the_certificate_is_of_version_3() {
    let mut maker = Maker::new();
    maker.leaf.version = 0;
    maker.leaf.extensions.clear();
    assert_eq!(maker.verdict(), unverified(AttestationError::CertificateVersion));
}

#[test]
fn the_subject_is_as_the_standard_demands() {
    let right = [
        (oid::COUNTRY, "SE"),
        (oid::ORGANIZATION, "Maker"),
        (oid::ORGANIZATIONAL_UNIT, "Authenticator Attestation"),
        (oid::COMMON_NAME, "Model"),
    ];
    for missing in 0..right.len() {
        let mut maker = Maker::new();
        let mut attributes = right.to_vec();
        attributes.remove(missing);
        maker.leaf.subject = name(&attributes);
        assert_eq!(maker.verdict(), unverified(AttestationError::CertificateSubject));
    }
    for (position, wrong) in [
        (0, "SWE"),
        (0, "S1"),
        (1, ""),
        (2, "authenticator attestation"),
        (2, "Authenticator Attestation "),
        (3, ""),
    ] {
        let mut maker = Maker::new();
        let mut attributes = right;
        attributes[position].1 = wrong;
        maker.leaf.subject = name(&attributes);
        assert_eq!(maker.verdict(), unverified(AttestationError::CertificateSubject), "{wrong}");
    }
}

#[test]
fn the_certificate_is_no_authoritys() {
    let mut maker = Maker::new();
    maker.leaf.extensions = vec![authority(None)];
    assert_eq!(maker.verdict(), unverified(AttestationError::CertificateIsAuthority));
    maker.leaf.extensions = Vec::new();
    assert_eq!(maker.verdict(), AttestationKind::Trusted);
}

/// S26
#[test]
fn the_certificate_speaks_for_the_authenticators_model() {
    let model = |bytes: &[u8]| [&[0x04, 0x10], bytes].concat();
    for (is_critical, value, expected) in [
        (false, model(&[0xaa; 16]), AttestationKind::Trusted),
        (false, model(&[0xbb; 16]), unverified(AttestationError::Aaguid)),
        (true, model(&[0xaa; 16]), unverified(AttestationError::CertificateExtension)),
        (false, vec![0xaa; 16], unverified(AttestationError::CertificateExtension)),
        (false, model(&[0xaa; 15]), unverified(AttestationError::CertificateExtension)),
        (false, model(&[0xaa; 17]), unverified(AttestationError::CertificateExtension)),
    ] {
        let mut maker = Maker::new();
        maker.leaf.extensions.push(extension(oid::FIDO_AAGUID, is_critical, &value));
        assert_eq!(maker.verdict(), expected, "{value:02x?}");
    }
}

#[test]
fn a_certificate_that_cannot_be_read_is_refused() {
    let maker = Maker::new();
    let registration = packed_registration();
    let signature = maker.key.sign(&registration.to_be_signed());
    for (leaf, error) in [
        (vec![0x30, 0x00], CertificateError::Malformed),
        ([maker.leaf(), vec![0]].concat(), CertificateError::TrailingBytes),
    ] {
        let statement = packed(-7, &signature, Some(&[leaf]));
        let kind = judge(&registration, &statement, &maker.anchors()).kind;
        assert_eq!(kind, unverified(AttestationError::Certificate(error)));
    }
    let mut maker = Maker::new();
    maker.leaf.extensions.push(no_authority());
    let repeated = AttestationError::Certificate(CertificateError::RepeatedExtension);
    assert_eq!(maker.verdict(), unverified(repeated));
}
