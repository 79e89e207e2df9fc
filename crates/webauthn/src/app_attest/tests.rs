//! An app's key, what it signs and its receipt: honest ones convince, one lie in each part not.

use super::*;
use crate::testing::apple::{APP_ID, App, Receipt};
use crate::testing::certificate::{Template, common_name, public_key};
use crate::testing::{Key, Said, cbor, sha256};

const AT: Timestamp = Timestamp(1_795_348_800_000);
const HASH: &[u8] = &[0x44; 32];

fn verdict(app: &App) -> Result<AttestedKey, AppAttestError> {
    verdict_with(app, |_| ())
}

fn verdict_with(
    app: &App,
    alter: impl FnOnce(&mut Expectation<'_>),
) -> Result<AttestedKey, AppAttestError> {
    let anchors = app.root.anchors();
    let anchors: Vec<_> = anchors.of(crate::testing::AAGUID).collect();
    let key_id = sha256(&app.point());
    let mut expectation = Expectation {
        app_id: APP_ID,
        environment: Environment::Production,
        key_id: Some(&key_id),
        client_data_hash: HASH,
        anchors: &anchors,
        receipt_anchors: &[],
        at: AT,
    };
    alter(&mut expectation);
    verify(&app.object(), &expectation, &mut Findings::default())
}

#[test]
fn an_honest_attestation_gives_the_key() {
    let app = App::new(HASH);
    let key = verdict(&app).unwrap();
    assert_eq!((key.point(), key.receipt()), (&app.point()[..], None));
    assert!(verdict_with(&app, |e| e.key_id = None).is_ok());
}

#[test]
fn each_lie_is_told() {
    use AppAttestError as E;
    let altered = |alter: fn(&mut App)| {
        let mut app = App::new(HASH);
        alter(&mut app);
        verdict(&app).unwrap_err()
    };
    assert_eq!(altered(|app| app.registration.format = "packed"), E::Format);
    assert_eq!(altered(|app| app.client_data_hash = vec![0x45; 32]), E::Nonce);
    assert_eq!(altered(|app| app.registration.said.rp_id = "ABCDE12345.com.example.other"), E::App);
    assert_eq!(altered(|app| app.registration.said.sign_count = 1), E::Counter);
    assert_eq!(
        altered(|app| app.registration.said.aaguid = crate::testing::AAGUID),
        E::Environment
    );
    assert_eq!(altered(|app| app.registration.said.credential_id[0] ^= 1), E::KeyId);
    assert_eq!(altered(|app| app.certified = Some(Key::p256())), E::KeyId);
    assert_eq!(altered(|app| app.registration.said.cose = Key::p256().cose(-7, 1)), E::Key);
    assert_eq!(altered(|app| app.registration.said.flags = 0), E::Malformed);
    assert_eq!(altered(|app| app.registration.said.rest = vec![0]), E::Malformed);
}

#[test]
fn what_is_expected_counts_exactly() {
    use AppAttestError as E;
    let app = App::new(HASH);
    let development = |e: &mut Expectation<'_>| e.environment = Environment::Development;
    assert_eq!(verdict_with(&app, development), Err(E::Environment));
    let other = sha256(b"another");
    let mut object = app.object();
    let expect = |object: &[u8], key_id: &[u8]| {
        let expectation = Expectation {
            app_id: APP_ID,
            environment: Environment::Production,
            key_id: Some(key_id),
            client_data_hash: HASH,
            anchors: &[],
            receipt_anchors: &[],
            at: AT,
        };
        verify(object, &expectation, &mut Findings::default()).unwrap_err()
    };
    assert_eq!(expect(&object, &other), E::KeyId);
    assert_eq!(expect(&object, &sha256(&app.point())), E::Path(PathError::Untrusted));
    assert!(E::Path(PathError::Untrusted).is_about_trust());
    object.push(0);
    assert_eq!(expect(&object, &other), E::Malformed);
}

#[test]
fn production_has_zeros_after_its_name() {
    assert!(Environment::Production.aaguid().starts_with(b"appattest"));
    assert_eq!(Environment::Production.aaguid()[9..], [0; 7]);
    assert_eq!(Environment::Development.aaguid(), b"appattestdevelop");
}

#[test]
fn a_receipt_may_be_missing_but_may_not_lie() {
    let mut app = App::new(HASH);
    app.receipt = b"no receipt at all".to_vec();
    assert_eq!(verdict(&app).unwrap().receipt(), None);
    let receipt = Receipt::new(&app.leaf());
    app.receipt = receipt.to_der();
    // nobody trusts its signer yet, but that is no lie
    assert_eq!(verdict(&app).unwrap().receipt(), Some(&app.receipt[..]));
    let last = app.receipt.len() - 1;
    app.receipt[last] ^= 1;
    let error = AppAttestError::Receipt(receipt::ReceiptError::Signature);
    assert_eq!(verdict(&app), Err(error));
    let mut other = Receipt::new(&app.leaf());
    other.set(2, b"ABCDE12345.com.example.other");
    app.receipt = other.to_der();
    assert_eq!(verdict(&app), Err(AppAttestError::Receipt(receipt::ReceiptError::App)));
}

fn receipt_verdict(
    receipt: &Receipt,
    bytes: &[u8],
    point: &[u8],
    alter: impl FnOnce(&mut receipt::Expectation<'_>),
) -> Result<receipt::Receipt, receipt::ReceiptError> {
    let anchors = receipt.root.anchors();
    let anchors: Vec<_> = anchors.of(crate::testing::AAGUID).collect();
    let mut expectation = receipt::Expectation {
        app_id: APP_ID,
        environment: Environment::Production,
        point,
        anchors: &anchors,
        max_age_ms: Some(300_000),
        at: AT,
    };
    alter(&mut expectation);
    receipt::verify(bytes, &expectation, &mut Findings::default())
}

#[test]
fn a_receipt_says_how_many_keys_the_device_made() {
    let app = App::new(HASH);
    let receipt = Receipt::new(&app.leaf());
    let hash = sha256(&receipt.content());
    for bytes in [receipt.to_der(), receipt.to_ber(), receipt.to_der_with_attributes(&hash)] {
        let read = receipt_verdict(&receipt, &bytes, &app.point(), |_| ()).unwrap();
        assert_eq!(read.risk_metric, Some(3));
        assert_eq!(read.created, AT.plus_ms(500));
        assert_eq!(read.not_before, Some(AT.plus_ms(24 * 60 * 60 * 1000)));
        let mut findings = Findings::default();
        assert_eq!(receipt::describe(&bytes, &mut findings), Ok(read));
        assert_eq!(findings.fact("app-id").unwrap().to_string(), APP_ID);
    }
}

#[test]
fn each_lie_in_a_receipt_is_told() {
    use receipt::ReceiptError as E;
    let app = App::new(HASH);
    let altered = |alter: &dyn Fn(&mut Receipt)| {
        let mut receipt = Receipt::new(&app.leaf());
        alter(&mut receipt);
        let bytes = receipt.to_der();
        receipt_verdict(&receipt, &bytes, &app.point(), |_| ()).unwrap_err()
    };
    let stranger = App::new(HASH).leaf();
    assert_eq!(altered(&|r| r.set(2, b"other")), E::App);
    assert_eq!(altered(&|r| r.set(3, &stranger)), E::Key);
    assert_eq!(altered(&|r| r.set(3, b"bent")), E::Key);
    assert_eq!(altered(&|r| r.set(7, b"sandbox")), E::Environment);
    assert_eq!(altered(&|r| r.set(12, b"soon")), E::Malformed);
    assert_eq!(altered(&|r| r.set(17, b"many")), E::Malformed);
    assert_eq!(altered(&|r| r.fields.push((17, b"0".to_vec()))), E::Malformed);
    assert_eq!(altered(&|r| r.set(12, b"2026-11-22T11:54:59Z")), E::Age);
    assert_eq!(altered(&|r| r.set(12, b"2026-11-22T12:01:01Z")), E::Age);
    assert_eq!(altered(&|r| r.set(21, b"2026-11-22T11:59:59Z")), E::Age);
    assert_eq!(altered(&|r| r.signer_template.extensions.clear()), E::Signer);
    assert_eq!(
        altered(&|r| r.signer_template.until = "20260101000000Z"),
        E::Path(PathError::Expired)
    );
}

#[test]
fn a_receipt_that_another_signed_or_somebody_altered_is_refused() {
    use receipt::ReceiptError as E;
    let app = App::new(HASH);
    let receipt = Receipt::new(&app.leaf());
    let bytes = receipt.to_der();
    let verdict = |bytes: &[u8]| {
        receipt_verdict(&receipt, bytes, &app.point(), |_| ()).map(|_| ()).unwrap_err()
    };
    // the content, where it says which app
    let at = bytes.windows(APP_ID.len()).position(|part| part == APP_ID.as_bytes()).unwrap();
    let mut altered = bytes.clone();
    altered[at] ^= 1;
    assert_eq!(verdict(&altered), E::Signature);
    let wrong_hash = receipt.to_der_with_attributes(&sha256(b"another"));
    assert_eq!(verdict(&wrong_hash), E::Signature);
    for length in [0, 1, 10, bytes.len() - 1] {
        assert_eq!(verdict(&bytes[..length]), E::Malformed);
    }
    assert_eq!(verdict(&[&bytes[..], &[0]].concat()), E::Malformed);
    let nobody = |e: &mut receipt::Expectation<'_>| e.anchors = &[];
    let verdict = receipt_verdict(&receipt, &bytes, &app.point(), nobody);
    assert_eq!(verdict, Err(E::Path(PathError::Untrusted)));
}

/// An assertion of that counter, and the key that signed it.
fn assertion(said: &Said, key: &Key) -> Vec<u8> {
    let data = said.to_bytes();
    let signature = key.sign(&sha256(&[&data[..], HASH].concat()));
    cbor(|e| {
        e.map(2).unwrap().str("signature").unwrap().bytes(&signature).unwrap();
        e.str("authenticatorData").unwrap().bytes(&data).unwrap();
    })
}

#[test]
fn an_assertion_is_of_the_key_the_app_and_the_moment() {
    use assertion::AssertionError as E;
    let key = Key::p256();
    // the flags claim a credential that does not follow, as Apple's do
    let said = Said { sign_count: 2, ..App::new(HASH).registration.said };
    let bytes = |said: &Said| {
        let mut bytes = said.clone();
        bytes.flags = 0;
        let mut data = bytes.to_bytes();
        data[32] = 0x40;
        let signature = key.sign(&sha256(&[&data[..], HASH].concat()));
        cbor(|e| {
            e.map(2).unwrap().str("signature").unwrap().bytes(&signature).unwrap();
            e.str("authenticatorData").unwrap().bytes(&data).unwrap();
        })
    };
    let info = public_key(&key);
    let verdict = |assertion: &[u8], public_key: &[u8], previous: u32, hash: &[u8]| {
        let expectation = assertion::Expectation {
            app_id: APP_ID,
            public_key,
            previous: SignCount(previous),
            client_data_hash: hash,
        };
        assertion::verify(assertion, &expectation, &mut Findings::default())
    };
    assert_eq!(verdict(&bytes(&said), &info, 1, HASH), Ok(SignCount(2)));
    for previous in [2, 3] {
        assert_eq!(verdict(&bytes(&said), &info, previous, HASH), Err(E::Counter));
    }
    let zero = Said { sign_count: 0, ..said.clone() };
    assert_eq!(verdict(&bytes(&zero), &info, 0, HASH), Err(E::Counter));
    assert_eq!(verdict(&bytes(&said), &info, 1, &[0x45; 32]), Err(E::Signature));
    assert_eq!(verdict(&bytes(&said), &public_key(&Key::p256()), 1, HASH), Err(E::Signature));
    assert_eq!(verdict(&bytes(&said), &[], 1, HASH), Err(E::Key));
    let other = Said { rp_id: "other", ..said.clone() };
    assert_eq!(verdict(&bytes(&other), &info, 1, HASH), Err(E::App));
    // a credential behind the counter is none of Apple's assertions
    assert_eq!(verdict(&assertion(&said, &key), &info, 1, HASH), Err(E::Malformed));
    assert_eq!(verdict(&[0xa0], &info, 1, HASH), Err(E::Malformed));
    assert_eq!(verdict(&[], &info, 1, HASH), Err(E::Malformed));
}

#[test]
fn a_key_on_another_curve_is_refused() {
    let name = common_name("key");
    let key = Key::generate(&aws_lc_rs::signature::ECDSA_P384_SHA384_ASN1_SIGNING);
    let leaf = Template::new(&name, &name).sign(&key, &Key::p256());
    assert!(!Certificate::parse(&leaf).unwrap().has_key_for(Algorithm::Es256));
    let mut app = App::new(HASH);
    app.certified = Some(key);
    assert_eq!(verdict(&app), Err(AppAttestError::Key));
}
