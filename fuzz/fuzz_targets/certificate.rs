//! Certificates: read or refused, and what is read can be asked everything and be an anchor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webauthn::cose::Algorithm;
use webauthn::trust::Anchor;
use webauthn::x509::{Certificate, oid};

fuzz_target!(|bytes: &[u8]| {
    let Ok(certificate) = Certificate::parse(bytes) else {
        assert!(Anchor::from_certificate(bytes).is_err());
        return;
    };
    assert_eq!(certificate.as_der(), bytes);
    let _ = certificate.is_authority();
    let _ = certificate.extension(oid::FIDO_AAGUID);
    let _ = certificate.subject_has(oid::COUNTRY, |value| value.len() == 2);
    for algorithm in Algorithm::ALL {
        assert!(certificate.verify(algorithm, b"message", b"signature").is_err());
    }
    let anchor = Anchor::from_certificate(bytes).unwrap();
    assert_eq!(anchor.public_key(), certificate.public_key());
});
