//! §8.3: an honest statement is worth what it says, and one lie in each part makes it worthless.

use aws_lc_rs::digest;

use crate::attestation::{AttestationError, AttestationKind};
use crate::testing::certificate::{
    Template, authority, common_name, der, extension, name, no_authority,
};
use crate::testing::{AAGUID, Key, Member, Registration, Root, judge, sha256, statement};
use crate::x509::oid;

fn sized(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// A key on P-256 as a module describes it, with that hash for its name and scheme.
fn pub_area(key: &Key, name_hash: u8, scheme: &[u8]) -> Vec<u8> {
    let (x, y) = key.coordinates().split_at(32);
    let attributes = [0, 6, 4, 0x72];
    [
        &[0, 0x23, 0, name_hash],
        &attributes[..],
        &sized(&[7; 32]),
        // symmetric, scheme, curve, key derivation
        &[0, 0x10],
        scheme,
        &[0, 3],
        &[0, 0x10],
        &sized(x),
        &sized(y),
    ]
    .concat()
}

/// What a module certifies about a key of that name.
fn cert_info(extra_data: &[u8], name: &[u8]) -> Vec<u8> {
    [
        &[0xff, 0x54, 0x43, 0x47, 0x80, 0x17],
        &sized(&[1; 34])[..],
        &sized(extra_data),
        &[0; 17],
        &[0; 8],
        &sized(name),
        &sized(&[2; 34]),
    ]
    .concat()
}

fn sha256_name(pub_area: &[u8]) -> Vec<u8> {
    [&[0, 0x0b][..], &sha256(pub_area)].concat()
}

/// Maker, model and version in a directory name.
fn alternative_name(attributes: &[(&[u8], &str)], is_critical: bool) -> Vec<u8> {
    let names = der(0x30, &der(0xa4, &name(attributes)));
    extension(oid::SUBJECT_ALTERNATIVE_NAME, is_critical, &names)
}

const MODULE: [(&[u8], &str); 3] = [
    (oid::TPM_MANUFACTURER, "id:494E5443"),
    (oid::TPM_MODEL, "Model"),
    (oid::TPM_VERSION, "id:13"),
];

fn usage(identifier: &[u8]) -> Vec<u8> {
    extension(&[0x55, 0x1d, 0x25], false, &der(0x30, &der(0x06, identifier)))
}

/// A module that is asked to attest a new key.
struct Module {
    registration: Registration,
    root: Root,
    key: Key,
    leaf: Template,
    version: &'static str,
    algorithm: i64,
    pub_area: Vec<u8>,
    cert_info: Vec<u8>,
}

impl Module {
    fn new() -> Self {
        let registration = Registration { format: "tpm", ..Registration::honest() };
        let pub_area = pub_area(&registration.key, 0x0b, &[0, 0x10]);
        Self {
            cert_info: cert_info(&sha256(&registration.to_be_signed()), &sha256_name(&pub_area)),
            registration,
            root: Root::new(),
            key: Key::p256(),
            leaf: Root::template(&name(&[]))
                .with(no_authority())
                .with(alternative_name(&MODULE, true))
                .with(usage(oid::TPM_ATTESTATION_KEY)),
            version: "2.0",
            algorithm: -7,
            pub_area,
        }
    }

    /// With that description of the key, honestly certified.
    fn describing(pub_area: Vec<u8>) -> Self {
        let mut module = Self::new();
        let extra_data = sha256(&module.registration.to_be_signed());
        module.cert_info = cert_info(&extra_data, &sha256_name(&pub_area));
        module.pub_area = pub_area;
        module
    }

    fn verdict(&self) -> AttestationKind {
        let leaf = self.root.certify(&self.leaf, &self.key);
        self.verdict_with(&self.key.sign(&self.cert_info), &[leaf])
    }

    fn verdict_with(&self, signature: &[u8], x5c: &[Vec<u8>]) -> AttestationKind {
        let members = [
            ("ver", Member::Text(self.version)),
            ("alg", Member::Integer(self.algorithm)),
            ("x5c", Member::Certificates(x5c)),
            ("sig", Member::Bytes(signature)),
            ("certInfo", Member::Bytes(&self.cert_info)),
            ("pubArea", Member::Bytes(&self.pub_area)),
        ];
        judge(&self.registration, &statement(&members), &self.root.anchors()).kind
    }
}

fn unverified(error: AttestationError) -> AttestationKind {
    AttestationKind::Unverified(error)
}

#[test]
fn an_honest_statement_is_trusted() {
    assert_eq!(Module::new().verdict(), AttestationKind::Trusted);
}

#[test]
fn step_1_version_algorithm_and_certificates_are_there() {
    let mut module = Module::new();
    module.version = "1.2";
    assert_eq!(module.verdict(), unverified(AttestationError::Malformed));
    let module = Module::new();
    let kind = module.verdict_with(&module.key.sign(&module.cert_info), &[]);
    assert_eq!(kind, unverified(AttestationError::Malformed));
    for algorithm in [-8, -48, -35, -257] {
        let mut module = Module::new();
        module.algorithm = algorithm;
        // another hash already differs from what the module was given
        let kind = module.verdict();
        let expected = [AttestationError::Algorithm, AttestationError::Signature].map(unverified);
        assert!(expected.contains(&kind), "{algorithm} {kind:?}");
    }
}

#[test]
fn step_2_the_key_described_is_the_new_key() {
    let module = Module::describing(pub_area(&Key::p256(), 0x0b, &[0, 0x10]));
    assert_eq!(module.verdict(), unverified(AttestationError::PublicKey));
}

#[test]
fn step_2_coordinates_are_compared_as_numbers() {
    let mut module = Module::new();
    let (x, y) = module.registration.key.coordinates().split_at(32);
    let mut described = module.pub_area[..module.pub_area.len() - 68].to_vec();
    described.extend(sized(&[&[0], x].concat()));
    described.extend(sized(&[&[0, 0], y].concat()));
    let extra_data = sha256(&module.registration.to_be_signed());
    module.cert_info = cert_info(&extra_data, &sha256_name(&described));
    module.pub_area = described;
    assert_eq!(module.verdict(), AttestationKind::Trusted);
}

#[test]
fn step_2_schemes_of_any_size_are_passed_over() {
    for scheme in [&[0, 0x10][..], &[0, 0x18, 0, 0x0b], &[0, 0x1a, 0, 0x0b, 0, 1]] {
        let module = Module::new();
        let described = pub_area(&module.registration.key, 0x0b, scheme);
        let extra_data = sha256(&module.registration.to_be_signed());
        let cert_info = cert_info(&extra_data, &sha256_name(&described));
        let module = Module { pub_area: described, cert_info, ..module };
        assert_eq!(module.verdict(), AttestationKind::Trusted, "{scheme:?}");
    }
}

#[test]
fn step_2_a_description_with_anything_missing_or_added_is_refused() {
    let whole = Module::new().pub_area;
    for length in 0..whole.len() {
        let kind = Module::describing(whole[..length].to_vec()).verdict();
        assert_eq!(kind, unverified(AttestationError::Malformed), "{length}");
    }
    let longer = [&whole[..], &[0]].concat();
    let kind = Module::describing(longer).verdict();
    assert_eq!(kind, unverified(AttestationError::Malformed));
}

#[test]
fn step_4_names_may_be_made_with_any_hash_of_the_registry() {
    for (number, hash) in [
        (0x04, &digest::SHA1_FOR_LEGACY_USE_ONLY),
        (0x0b, &digest::SHA256),
        (0x0c, &digest::SHA384),
        (0x0d, &digest::SHA512),
        (0x27, &digest::SHA3_256),
        (0x28, &digest::SHA3_384),
        (0x29, &digest::SHA3_512),
    ] {
        let module = Module::new();
        let described = pub_area(&module.registration.key, number, &[0, 0x10]);
        let name = [&[0, number], digest::digest(hash, &described).as_ref()].concat();
        let cert_info = cert_info(&sha256(&module.registration.to_be_signed()), &name);
        let module = Module { pub_area: described, cert_info, ..module };
        assert_eq!(module.verdict(), AttestationKind::Trusted, "{number:#x}");
    }
    let module = Module::new();
    let described = pub_area(&module.registration.key, 0x12, &[0, 0x10]);
    let kind = Module::describing(described).verdict();
    assert_eq!(kind, unverified(AttestationError::Malformed));
}

#[test]
fn step_4_what_is_certified_is_this_key_for_this_registration() {
    let honest = Module::new();
    let extra_data = sha256(&honest.registration.to_be_signed());
    let name = sha256_name(&honest.pub_area);
    let verdict = |cert_info: Vec<u8>| Module { cert_info, ..Module::new() }.verdict();
    let other = cert_info(&sha256(b"another"), &name);
    assert_eq!(verdict(other), unverified(AttestationError::Signature));
    // these are of the honest module's registration, whose key is another each time
    let mut module = Module::new();
    let own = sha256(&module.registration.to_be_signed());
    module.cert_info = cert_info(&own, &sha256_name(b"another"));
    assert_eq!(module.verdict(), unverified(AttestationError::PublicKey));
    for (position, value) in [(0, 0xfe), (5, 0x18)] {
        let mut bent = cert_info(&extra_data, &name);
        bent[position] = value;
        assert_eq!(verdict(bent), unverified(AttestationError::Malformed), "{position}");
    }
    let whole = cert_info(&extra_data, &name);
    for length in 0..whole.len() {
        let kind = verdict(whole[..length].to_vec());
        assert_eq!(kind, unverified(AttestationError::Malformed), "{length}");
    }
    let kind = verdict([&whole[..], &[0]].concat());
    assert_eq!(kind, unverified(AttestationError::Malformed));
}

#[test]
fn step_5_the_certificates_key_signs() {
    let module = Module::new();
    let leaf = module.root.certify(&module.leaf, &module.key);
    let signature = Key::p256().sign(&module.cert_info);
    let kind = module.verdict_with(&signature, &[leaf]);
    assert_eq!(kind, unverified(AttestationError::Signature));
}

#[test]
fn step_6_the_certificate_is_a_modules() {
    let verdict = |alter: &dyn Fn(&mut Template)| {
        let mut module = Module::new();
        alter(&mut module.leaf);
        module.verdict()
    };
    let subject = unverified(AttestationError::CertificateSubject);
    assert_eq!(verdict(&|leaf| leaf.subject = common_name("TPM")), subject);
    assert_eq!(verdict(&|leaf| leaf.extensions.truncate(1)), subject);
    let alternative = |attributes: &[(&[u8], &str)], is_critical| {
        verdict(&|leaf| leaf.extensions[1] = alternative_name(attributes, is_critical))
    };
    assert_eq!(alternative(&MODULE, false), subject);
    for missing in 0..3 {
        let mut attributes = MODULE.to_vec();
        attributes.remove(missing);
        assert_eq!(alternative(&attributes, true), subject, "{missing}");
    }
    for vendor in ["494E5443", "id:494E544", "id:494E54433", "id:494E544G", ""] {
        let mut attributes = MODULE;
        attributes[0].1 = vendor;
        assert_eq!(alternative(&attributes, true), subject, "{vendor}");
    }
    let wrong_use = unverified(AttestationError::CertificateExtension);
    assert_eq!(verdict(&|leaf| leaf.extensions.truncate(2)), wrong_use);
    let server = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
    assert_eq!(verdict(&|leaf| leaf.extensions[2] = usage(&server)), wrong_use);
    let is_authority = unverified(AttestationError::CertificateIsAuthority);
    assert_eq!(verdict(&|leaf| leaf.extensions[0] = authority(None)), is_authority);
}

#[test]
fn step_7_the_certificate_speaks_for_the_authenticators_model() {
    for (model, expected) in [
        (*AAGUID.as_bytes(), AttestationKind::Trusted),
        ([0xbb; 16], unverified(AttestationError::Aaguid)),
    ] {
        let mut module = Module::new();
        let value = [&[0x04, 0x10], &model[..]].concat();
        module.leaf.extensions.push(extension(oid::FIDO_AAGUID, false, &value));
        assert_eq!(module.verdict(), expected);
    }
}
