//! A key of a whole phone convinces, and one lie in each part does not.

use super::*;
use crate::testing::Key;
use crate::testing::android::{application, description, origin, purposes, root_of_trust, tagged};
use crate::testing::certificate::{Template, authority, common_name, der, extension, name};

const AT: Timestamp = Timestamp(1_795_348_800_000);

/// A phone's chain: the key, the batch that certified it, and whatever a test makes of both.
struct Phone {
    levels: [u8; 2],
    software: Vec<Vec<u8>>,
    hardware: Vec<Vec<u8>>,
    leaf: Template,
    batch: Template,
    verified_boot: bool,
    revoked: &'static str,
}

impl Phone {
    fn new() -> Self {
        let batch = name(&[(oid::SERIAL_NUMBER, "87f4514475ba0a2b")]);
        Self {
            levels: [1, 1],
            software: vec![application("com.example.app", 5, &[9; 32])],
            hardware: vec![purposes(&[2]), origin(0), root_of_trust(0xff, 0)],
            leaf: Template::new(&batch, &common_name("Android Keystore Key")),
            batch: Template::new(&common_name("Root"), &batch),
            verified_boot: true,
            revoked: r#"{"entries":{}}"#,
        }
    }

    fn verdict(&self) -> (Result<(), AndroidError>, Findings) {
        self.verdict_with(&description(self.levels, b"challenge", &self.software, &self.hardware))
    }

    fn verdict_with(&self, described: &[u8]) -> (Result<(), AndroidError>, Findings) {
        let (root, batch, own) = (Key::p256(), Key::p256(), Key::p256());
        let described = extension(oid::ANDROID_KEY_DESCRIPTION, false, described);
        let leaf = self.leaf.clone().with(described).sign(&own, &batch);
        let batch = self.batch.sign(&batch, &root);
        let name = common_name("Root");
        let root = Template::new(&name, &name).with(authority(None)).sign(&root, &root);
        let anchor = Anchor::from_certificate(&root).unwrap();
        let expectation = Expectation {
            challenge: b"challenge",
            anchors: &[&anchor],
            revoked: &StatusList::parse(self.revoked.as_bytes()).unwrap(),
            verified_boot: self.verified_boot,
            at: AT,
        };
        let mut findings = Findings::default();
        (judge(&[&leaf, &batch], &expectation, &mut findings), findings)
    }
}

#[test]
fn a_key_of_a_whole_phone_convinces_and_says_what_it_is() {
    let mut phone = Phone::new();
    phone.hardware.push(tagged(706, &der(0x02, &[0x03, 0x17, 0x12])));
    phone.hardware.push(tagged(717, &der(0x04, b"Pixel 9")));
    let (verdict, findings) = phone.verdict();
    assert_eq!(verdict, Ok(()));
    assert!(findings.anchor().unwrap().contains("Root"));
    let fact = |name: &str| findings.fact(name).map(ToString::to_string);
    assert_eq!(fact("key-security-level").as_deref(), Some("trusted-environment"));
    assert_eq!(fact("verified-boot").as_deref(), Some("verified"));
    assert_eq!(fact("os-patch-level").as_deref(), Some("202514"));
    assert_eq!(fact("model").as_deref(), Some("Pixel 9"));
    assert_eq!(fact("packages").as_deref(), Some("com.example.app 5"));
}

#[test]
fn the_key_lives_in_hardware_and_so_does_who_says_so() {
    for (levels, expected) in [
        ([2, 2], Ok(())),
        ([0, 0], Err(AndroidError::SecurityLevel)),
        ([0, 1], Err(AndroidError::SecurityLevel)),
        ([2, 1], Err(AndroidError::SecurityLevel)),
        ([3, 3], Err(AndroidError::Malformed)),
    ] {
        let phone = Phone { levels, ..Phone::new() };
        assert_eq!(phone.verdict().0, expected, "{levels:?}");
    }
}

#[test]
fn what_the_system_says_about_the_origin_does_not_count() {
    let mut phone = Phone::new();
    phone.software.push(origin(0));
    phone.hardware = vec![purposes(&[2]), root_of_trust(0xff, 0)];
    assert_eq!(phone.verdict().0, Err(AndroidError::Origin));
    phone.hardware = vec![purposes(&[2]), origin(2), root_of_trust(0xff, 0)];
    assert_eq!(phone.verdict().0, Err(AndroidError::Origin));
}

#[test]
fn the_phone_says_what_it_runs_and_runs_what_its_maker_signed() {
    let mut phone = Phone::new();
    phone.hardware.pop();
    assert_eq!(phone.verdict().0, Err(AndroidError::RootOfTrust));
    for (locked, state, expected) in [
        // some phones write one for true
        (1, 0, Ok(())),
        (0, 0, Err(AndroidError::Boot)),
        (0xff, 1, Err(AndroidError::Boot)),
        (0xff, 2, Err(AndroidError::Boot)),
        (0xff, 3, Err(AndroidError::Boot)),
        (0xff, 4, Err(AndroidError::RootOfTrust)),
    ] {
        let mut phone = Phone::new();
        phone.hardware.pop();
        phone.hardware.push(root_of_trust(locked, state));
        assert_eq!(phone.verdict().0, expected, "{locked} {state}");
        phone.verified_boot = false;
        let expected = if state == 4 { Err(AndroidError::RootOfTrust) } else { Ok(()) };
        assert_eq!(phone.verdict().0, expected, "{locked} {state}");
    }
}

#[test]
fn another_challenge_or_none_is_refused() {
    let phone = Phone::new();
    for challenge in [&b"challengf"[..], b"", b"challenge!"] {
        let described = description([1, 1], challenge, &phone.software, &phone.hardware);
        assert_eq!(phone.verdict_with(&described).0, Err(AndroidError::Challenge));
    }
}

#[test]
fn suspended_certificates_are_refused_like_revoked_ones() {
    for status in ["REVOKED", "SUSPENDED", "UNHEARD_OF"] {
        let list = format!(r#"{{"entries":{{"1":{{"status":"{status}"}}}}}}"#);
        let phone = Phone { revoked: list.leak(), ..Phone::new() };
        assert_eq!(phone.verdict().0, Err(AndroidError::Revoked), "{status}");
    }
}

#[test]
fn a_key_that_certifies_another_is_not_the_phones_batch() {
    let mut phone = Phone::new();
    let described = description([1, 1], b"challenge", &[], &phone.hardware);
    phone.batch.extensions.push(extension(oid::ANDROID_KEY_DESCRIPTION, false, &described));
    let (verdict, findings) = phone.verdict();
    assert_eq!(verdict, Err(AndroidError::Path(PathError::NotAuthority)));
    assert!(verdict.unwrap_err().is_about_trust());
    assert!(findings.has_failed());
}

#[test]
fn no_certificates_or_none_that_describes_is_refused() {
    let mut findings = Findings::default();
    let expectation = Expectation {
        challenge: b"",
        anchors: &[],
        revoked: &StatusList::default(),
        verified_boot: false,
        at: AT,
    };
    assert_eq!(judge(&[], &expectation, &mut findings), Err(AndroidError::Missing));
    let key = Key::p256();
    let plain = Template::new(&common_name("a"), &common_name("a")).sign(&key, &key);
    assert_eq!(judge(&[&plain], &expectation, &mut findings), Err(AndroidError::Missing));
    let bent = judge(&[&plain[1..]], &expectation, &mut findings);
    assert_eq!(bent, Err(AndroidError::Certificate(CertificateError::Malformed)));
}

#[test]
fn patch_levels_are_found_by_name() {
    let hardware = [tagged(705, &der(0x02, &[0x02, 0x71, 0x00]))];
    let described = description([1, 1], b"c", &[], &hardware);
    let read = KeyDescription::parse(&described).unwrap();
    assert_eq!(read.hardware_enforced.number("os-version"), Some(160_000));
    assert_eq!(read.hardware_enforced.number("os-patch-level"), None);
    assert_eq!(read.hardware_enforced.number("unheard-of"), None);
}

#[test]
fn a_bent_application_is_none_and_a_set_without_end_is_refused() {
    let bent = [tagged(709, &der(0x04, &[0x30, 0x05]))];
    let described = description([1, 1], b"c", &bent, &[]);
    let read = KeyDescription::parse(&described).unwrap();
    assert_eq!(read.software_enforced.application, None);
    let many = [purposes(&[2; 65])];
    let described = description([1, 1], b"c", &many, &[]);
    assert_eq!(KeyDescription::parse(&described), Err(NotKeyDescription));
}
