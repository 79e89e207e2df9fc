//! Certificates, and receipts that carry them.

use data_encoding::HEXLOWER;
use webauthn::android::KeyDescription;
use webauthn::app_attest::receipt;
use webauthn::evidence::Findings;
use webauthn::x509::{Certificate, oid};

use super::tree::Tree;

/// A chain in the order in which it came.
pub(super) fn chain(certificates: &[Vec<u8>]) -> Option<Tree> {
    let mut tree = Tree::new(match certificates.len() {
        0 => return None,
        1 => "certificate".to_owned(),
        several => format!("{several} certificates"),
    });
    for der in certificates {
        tree = tree.branch(one(&Certificate::parse(der).ok()?));
    }
    Some(tree)
}

fn one(certificate: &Certificate<'_>) -> Tree {
    let subject = match certificate.subject_text() {
        text if text.is_empty() => "(no subject)".to_owned(),
        text => text,
    };
    let role = match certificate.is_authority() {
        Ok(true) => "authority: yes",
        Ok(false) => "authority: no",
        Err(_) => "authority: unreadable",
    };
    let mut tree = Tree::new(subject)
        .line(format!("issued by: {}", certificate.issuer_text()))
        .line(format!("serial number: {}", certificate.serial_text()))
        .line(format!("valid: {}", certificate.validity_text()))
        .line(format!("key: {}", certificate.key_text()))
        .line(format!("signed by algorithm: {}", certificate.signature_algorithm_text()))
        .line(role);
    for (identifier, is_critical, value) in certificate.extensions() {
        let critical = if is_critical { ", critical" } else { "" };
        tree = tree.line(format!("extension {identifier}{critical}: {}", shortened(value)));
    }
    if let Some(extension) = certificate.extension(oid::ANDROID_KEY_DESCRIPTION) {
        tree = tree.branch(key_description(extension.value));
    }
    tree
}

fn key_description(value: &[u8]) -> Tree {
    let tree = Tree::new("key description of android");
    match KeyDescription::parse(value) {
        Err(error) => tree.line(error.to_string()),
        Ok(description) => {
            let mut findings = Findings::default();
            description.tell(&mut findings);
            tree.line(format!("challenge: {}", shortened(description.challenge))).facts(&findings)
        }
    }
}

/// A receipt of Apple's.
pub(super) fn receipt(bytes: &[u8]) -> Option<Tree> {
    let mut findings = Findings::default();
    receipt::describe(bytes, &mut findings).ok()?;
    Some(Tree::new("receipt of app attest, not verified").facts(&findings))
}

/// Bytes in hexadecimal, cut short.
pub(super) fn shortened(bytes: &[u8]) -> String {
    const MOST: usize = 32;
    match bytes.get(..MOST) {
        Some(first) if bytes.len() > MOST => {
            format!("{}… ({} bytes)", HEXLOWER.encode(first), bytes.len())
        }
        Some(_) | None => HEXLOWER.encode(bytes),
    }
}
