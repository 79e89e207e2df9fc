//! `keyward inspect`: shows what an attestation object, certificate, token, receipt or metadata
//! says, without judging it.

mod attestation;
mod certificate;
mod token;
mod tree;

use std::fs;
use std::io::{self, Read as _};

use anyhow::{Context as _, Result};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::Value;

use crate::command::Inspect;
use crate::failure::WrongInput;
use crate::output::{self, Audience};
use tree::Tree;

/// Prints what is in a file, as a tree or as JSON.
pub(crate) fn run(audience: Audience, asked: &Inspect) -> Result<()> {
    let place = asked.file.display();
    let bytes = if asked.file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        bytes
    } else {
        fs::read(&asked.file).with_context(|| format!("cannot read {place}"))?
    };
    let tree = read(&bytes).ok_or_else(|| {
        WrongInput(format!(
            "{place} is no attestation object, certificate, token, receipt or answer of a browser"
        ))
    })?;
    match audience {
        Audience::People => output::print(&tree.to_string()),
        Audience::Programs => output::print(&format!("{:#}", tree.to_json())),
    }
}

/// Finds out what it is. Text may be base64 of anything else.
fn read(bytes: &[u8]) -> Option<Tree> {
    let Some(text) = std::str::from_utf8(bytes).ok().map(str::trim) else {
        return binary(bytes);
    };
    if text.starts_with('{') {
        return answer(&serde_json::from_str(text).ok()?);
    }
    if text.contains("-----BEGIN CERTIFICATE-----") {
        return certificate::chain(&webauthn::x509::from_pem(text).ok()?);
    }
    if let Some(tree) = token::read(text) {
        return Some(tree);
    }
    let decoded = BASE64URL_NOPAD
        .decode(text.trim_end_matches('=').as_bytes())
        .or_else(|_| BASE64.decode(text.as_bytes()));
    match decoded {
        Ok(decoded) => binary(&decoded).or_else(|| binary(bytes)),
        Err(_) => binary(bytes),
    }
}

fn binary(bytes: &[u8]) -> Option<Tree> {
    certificate::chain(&[bytes.to_vec()])
        .or_else(|| certificate::receipt(bytes))
        .or_else(|| attestation::object(bytes))
        .or_else(|| attestation::assertion(bytes))
}

/// The answer of a browser, alone or in a case: what is in its attestation object or
/// authenticator data.
fn answer(json: &Value) -> Option<Tree> {
    for member in [
        "response",
        "attestationObject",
        "attestationObject_b64url",
        "receipt_b64url",
        "assertion_b64url",
    ] {
        let Some(inner) = json.get(member) else { continue };
        let tree = match inner.as_str() {
            Some(text) => read(text.as_bytes()),
            None => answer(inner),
        };
        if tree.is_some() {
            return tree;
        }
    }
    if let Some(certificates) = json.get("certs_pem").and_then(Value::as_array) {
        let pem: String = certificates.iter().filter_map(Value::as_str).collect();
        return read(pem.as_bytes());
    }
    if let Some(token) = json.get("token").and_then(Value::as_str) {
        return token::read(token);
    }
    let data = json.get("authenticatorData")?.as_str()?;
    attestation::data(&BASE64URL_NOPAD.decode(data.as_bytes()).ok()?)
}

#[cfg(test)]
mod tests;
