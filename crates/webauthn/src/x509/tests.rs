//! Paths: which certificates lead to an anchor, and what stops them.

use aws_lc_rs::signature::{
    ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING,
    ECDSA_P521_SHA512_ASN1_SIGNING,
};

use super::*;
use crate::testing::Key;
use crate::testing::certificate::{
    Template, authority, common_name, der, extension, key_usage, no_authority, public_key,
};
use crate::trust::Anchor;

const AT: Timestamp = Timestamp(1_795_348_800_000);

/// Two authorities below a root, and a leaf below those; first the leaf, last the root.
struct Family {
    keys: [Key; 4],
    templates: [Template; 4],
}

const NAMES: [&str; 4] = ["Leaf", "Lower", "Upper", "Root"];
const ISSUERS: [usize; 4] = [1, 2, 3, 3];

impl Family {
    fn new() -> Self {
        let template = |position: usize| {
            let issuer = common_name(NAMES[ISSUERS[position]]);
            let template = Template::new(&issuer, &common_name(NAMES[position]));
            template.with(if position == 0 { no_authority() } else { authority(None) })
        };
        Self {
            keys: [Key::p256(), Key::p256(), Key::p256(), Key::p256()],
            templates: [template(0), template(1), template(2), template(3)],
        }
    }

    fn certificates(&self) -> Vec<Vec<u8>> {
        (0..4).map(|n| self.templates[n].sign(&self.keys[n], &self.keys[ISSUERS[n]])).collect()
    }

    /// Whether leaf and both authorities lead to the root.
    fn verdict(&self) -> Result<(), PathError> {
        let certificates = self.certificates();
        trusted(&certificates[..3], &certificates[3..])
    }
}

fn trusted(chain: &[Vec<u8>], anchors: &[Vec<u8>]) -> Result<(), PathError> {
    let anchors: Vec<_> =
        anchors.iter().map(|der| Anchor::from_certificate(der).unwrap()).collect();
    trusted_by(chain, &anchors)
}

fn trusted_by(chain: &[Vec<u8>], anchors: &[Anchor]) -> Result<(), PathError> {
    let chain: Vec<_> = chain.iter().map(Vec::as_slice).collect();
    find_trust(&chain, &anchors.iter().collect::<Vec<_>>(), PathRules::Ordinary, AT)
        .map(|_| ())
        .map_err(|stop| stop.error)
}

#[test]
fn a_path_ends_at_a_root_that_came_along_or_not() {
    let certificates = Family::new().certificates();
    assert_eq!(trusted(&certificates[..3], &certificates[3..]), Ok(()));
    assert_eq!(trusted(&certificates, &certificates[3..]), Ok(()));
}

#[test]
fn an_anchor_may_stand_anywhere_in_the_path() {
    let certificates = Family::new().certificates();
    for position in 0..4 {
        let anchor = &certificates[position..=position];
        assert_eq!(trusted(&certificates, anchor), Ok(()), "anchor at {position}");
    }
    assert_eq!(trusted(&certificates[..1], &certificates[1..2]), Ok(()));
    assert_eq!(trusted(&certificates[..1], &certificates[2..]), Err(PathError::Untrusted));
    assert_eq!(trusted(&[], &certificates), Err(PathError::Untrusted));
    assert_eq!(trusted(&certificates, &[]), Err(PathError::Untrusted));
}

#[test]
fn a_root_that_came_along_is_not_therefore_trusted() {
    let (mine, other) = (Family::new().certificates(), Family::new().certificates());
    assert_eq!(trusted(&mine, &other[3..]), Err(PathError::Untrusted));
    assert_eq!(trusted(&mine[..3], &other[3..]), Err(PathError::Untrusted));
}

#[test]
fn a_renewed_anchor_with_the_same_name_and_key_is_the_same() {
    let mut family = Family::new();
    let certificates = family.certificates();
    family.templates[3].until = "20500101000000Z";
    let renewed = family.certificates();
    assert_ne!(certificates[3], renewed[3]);
    assert_eq!(trusted(&certificates[3..], &renewed[3..]), Ok(()));
}

#[test]
fn a_pinned_key_is_an_anchor_by_itself() {
    let family = Family::new();
    let certificates = family.certificates();
    for key in &family.keys {
        let anchor = Anchor::from_public_key(&public_key(key)).unwrap();
        assert_eq!(trusted_by(&certificates[..3], &[anchor]), Ok(()));
    }
    let stranger = Anchor::from_public_key(&public_key(&Key::p256())).unwrap();
    assert_eq!(trusted_by(&certificates[..3], &[stranger]), Err(PathError::Untrusted));
    assert!(Anchor::from_public_key(&[0x30, 0x00]).is_err());
    let trailing = [public_key(&family.keys[0]), vec![0]].concat();
    assert!(Anchor::from_public_key(&trailing).is_err());
}

#[test]
fn the_order_is_the_statements() {
    let certificates = Family::new().certificates();
    let shuffled = [certificates[0].clone(), certificates[2].clone(), certificates[1].clone()];
    assert_eq!(trusted(&shuffled, &certificates[3..]), Err(PathError::Untrusted));
}

#[test]
fn every_certificate_but_the_anchor_must_be_valid_now() {
    for position in 0..4 {
        let mut family = Family::new();
        family.templates[position].until = "20200202000000Z";
        let expected = if position == 3 { Ok(()) } else { Err(PathError::Expired) };
        assert_eq!(family.verdict(), expected, "{position}");
        family.templates[position].from = "20390101000000Z";
        family.templates[position].until = "20400101000000Z";
        let expected = if position == 3 { Ok(()) } else { Err(PathError::NotYetValid) };
        assert_eq!(family.verdict(), expected, "{position}");
    }
}

#[test]
fn validity_includes_its_first_and_last_second() {
    let mut family = Family::new();
    // the moment of judgement: 2026-11-22 12:00:00 UTC
    for (from, until, expected) in [
        ("20261122120000Z", "20261122120000Z", Ok(())),
        ("20261122120001Z", "20270101000000Z", Err(PathError::NotYetValid)),
        ("20200101000000Z", "20261122115959Z", Err(PathError::Expired)),
    ] {
        family.templates[0].from = from;
        family.templates[0].until = until;
        assert_eq!(family.verdict(), expected, "{from} {until}");
    }
}

#[test]
fn only_an_authority_issues() {
    for position in [1, 2] {
        for extensions in [
            vec![],
            vec![no_authority()],
            // digital signature only
            vec![authority(None), key_usage(0x80)],
        ] {
            let mut family = Family::new();
            family.templates[position].extensions = extensions;
            assert_eq!(family.verdict(), Err(PathError::NotAuthority), "{position}");
        }
        let mut family = Family::new();
        family.templates[position].extensions = vec![authority(None), key_usage(0x04)];
        assert_eq!(family.verdict(), Ok(()));
    }
}

#[test]
fn path_lengths_are_kept() {
    let mut family = Family::new();
    family.templates[1].extensions = vec![authority(Some(0))];
    family.templates[2].extensions = vec![authority(Some(1))];
    assert_eq!(family.verdict(), Ok(()));
    family.templates[2].extensions = vec![authority(Some(0))];
    assert_eq!(family.verdict(), Err(PathError::PathLength));
    // what an anchor says about itself does not matter
    family.templates[2].extensions = vec![authority(None)];
    family.templates[3].extensions = vec![authority(Some(0))];
    assert_eq!(family.verdict(), Ok(()));
}

#[test]
fn a_critical_extension_that_nobody_knows_is_refused() {
    let unknown = [0x2a, 0x03, 0x04];
    for position in 0..3 {
        let mut family = Family::new();
        family.templates[position].extensions.push(extension(&unknown, false, &[0x05, 0x00]));
        assert_eq!(family.verdict(), Ok(()));
        let mut family = Family::new();
        family.templates[position].extensions.push(extension(&unknown, true, &[0x05, 0x00]));
        assert_eq!(family.verdict(), Err(PathError::CriticalExtension), "{position}");
    }
    // name constraints that nobody reads would widen what an authority may issue
    let mut family = Family::new();
    let constraints = extension(&[0x55, 0x1d, 0x1e], true, &[0x30, 0x00]);
    family.templates[1].extensions.push(constraints);
    assert_eq!(family.verdict(), Err(PathError::CriticalExtension));
    // certificate policies, as in Windows Hello's certificates
    let mut family = Family::new();
    let policy = der(0x30, &der(0x30, &der(0x06, &[0x2a, 0x03])));
    family.templates[0].extensions.push(extension(&[0x55, 0x1d, 0x20], true, &policy));
    assert_eq!(family.verdict(), Ok(()));
}

#[test]
fn every_link_must_be_signed_by_the_next() {
    let family = Family::new();
    let certificates = family.certificates();
    for position in 0..2 {
        let mut altered = certificates.clone();
        altered[position] = family.templates[position].sign(&family.keys[position], &Key::p256());
        assert_eq!(trusted(&altered[..3], &certificates[3..]), Err(PathError::Signature));
    }
}

#[test]
fn the_signature_algorithm_is_one_we_accept_and_the_issuer_can_use() {
    let algorithm = |oid: &[u8]| der(0x30, &der(0x06, oid));
    let sha1 = algorithm(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01]);
    for named in [sha1, algorithm(oid::RSA_SHA256), algorithm(oid::ED25519)] {
        let mut family = Family::new();
        family.templates[0].signed_by = named;
        assert_eq!(family.verdict(), Err(PathError::SignatureAlgorithm));
    }
}

#[test]
fn other_curves_issue_with_other_hashes() {
    for (signing, named, expected) in [
        (&ECDSA_P384_SHA384_ASN1_SIGNING, oid::ECDSA_SHA384, Ok(())),
        (&ECDSA_P521_SHA512_ASN1_SIGNING, oid::ECDSA_SHA512, Ok(())),
        (&ECDSA_P256K1_SHA256_ASN1_SIGNING, oid::ECDSA_SHA256, Ok(())),
        (&ECDSA_P256K1_SHA256_ASN1_SIGNING, oid::ECDSA_SHA384, Err(PathError::SignatureAlgorithm)),
        (&ECDSA_P384_SHA384_ASN1_SIGNING, oid::ECDSA_SHA256, Err(PathError::Signature)),
    ] {
        let mut family = Family::new();
        family.keys[1] = Key::generate(signing);
        family.templates[0].signed_by = der(0x30, &der(0x06, named));
        assert_eq!(family.verdict(), expected);
    }
}

#[test]
fn the_work_is_bounded() {
    let family = Family::new();
    let certificates = family.certificates();
    let nine = vec![certificates[0].clone(); 9];
    assert_eq!(trusted(&nine, &certificates[..1]), Err(PathError::TooDeep));
    // a hundred anchors that all claim to have issued the leaf
    let name = common_name("Lower");
    let template = Template::new(&name, &name).with(authority(None));
    let impostors: Vec<_> =
        (0..100).map(|_| Key::p256()).map(|key| template.sign(&key, &key)).collect();
    assert_eq!(trusted(&certificates[..1], &impostors), Err(PathError::TooMuchWork));
    assert_eq!(trusted(&certificates[..1], &impostors[..64]), Err(PathError::Untrusted));
}

#[test]
fn malformed_certificates_are_refused() {
    let certificates = Family::new().certificates();
    let leaf = &certificates[0];
    assert!(Certificate::parse(leaf).is_ok());
    for length in 0..leaf.len() {
        assert!(Certificate::parse(&leaf[..length]).is_err(), "{length}");
    }
    let trailing = [&leaf[..], &[0]].concat();
    let error = Certificate::parse(&trailing).unwrap_err();
    assert_eq!(error, CertificateError::TrailingBytes);
    let chain = [leaf.clone(), vec![0x30, 0x00]];
    assert_eq!(trusted(&chain, &certificates[3..]), Err(PathError::Malformed));
}

#[test]
fn signed_and_unsigned_algorithm_must_agree() {
    let leaf = Family::new().certificates().swap_remove(0);
    let named = der(0x06, oid::ECDSA_SHA256);
    let at = leaf.windows(named.len()).rposition(|part| part == named).unwrap();
    let mut swapped = leaf;
    // SHA-384 instead, outside of what is signed
    swapped[at + named.len() - 1] = 0x03;
    assert_eq!(Certificate::parse(&swapped).unwrap_err(), CertificateError::Malformed);
}

#[test]
fn sha1_counts_in_certificates_from_before_it_was_broken() {
    use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
    use aws_lc_rs::signature::KeyPair as _;
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let bits = [&[0][..], key.public_key().as_ref()].concat();
    let rsa = der(0x30, &[der(0x06, oid::RSA), der(0x05, &[])].concat());
    let info = der(0x30, &[rsa, der(0x03, &bits)].concat());
    let (_, info) = SubjectPublicKeyInfo::from_der(&info).unwrap();
    let accepted = |issued: i64| issuing_algorithm(oid::RSA_SHA1, &info, Timestamp(issued));
    assert!(accepted(1_577_836_799_999).is_some());
    assert!(accepted(1_577_836_800_000).is_none());
    // and never in a message, which has no date
    assert!(accepted(i64::MAX).is_none());
}
