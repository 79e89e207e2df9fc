//! Tokens: signed ones with what they say, encrypted ones with their headers, and metadata.

use serde_json::Value;
use webauthn::jose::{Header, Jwe, Jws};

use super::certificate;
use super::tree::Tree;

/// A token in compact form.
pub(super) fn read(text: &str) -> Option<Tree> {
    if let Ok(token) = Jwe::parse(text) {
        return Some(header(Tree::new("encrypted token"), token.header()));
    }
    let token = Jws::parse(text).ok()?;
    let payload = token.unverified_payload().ok()?;
    let Ok(payload) = serde_json::from_slice::<Value>(&payload) else {
        return Some(header(Tree::new("signed token, not verified"), token.header()));
    };
    if payload.get("entries").is_some_and(Value::is_array) {
        return Some(metadata(
            header(Tree::new("metadata, not verified"), token.header()),
            &payload,
        ));
    }
    let tree = header(Tree::new("signed token, not verified"), token.header());
    Some(tree.branch(json("payload", &payload)))
}

fn header(tree: Tree, header: &Header) -> Tree {
    let mut tree = tree.line(format!("algorithm: {}", header.algorithm));
    for (name, text) in [("encryption", &header.encryption), ("type", &header.token_type)] {
        if let Some(text) = text {
            tree = tree.line(format!("{name}: {text}"));
        }
    }
    tree.branches(
        Some(&header.certificates)
            .filter(|chain| !chain.is_empty())
            .and_then(|chain| certificate::chain(chain)),
    )
}

/// The list's number and date, and a line for each model.
fn metadata(tree: Tree, payload: &Value) -> Tree {
    let text = |value: &Value, path: &str| match value.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "-".to_owned(),
    };
    let entries = payload.get("entries").and_then(Value::as_array);
    let models = entries.into_iter().flatten().map(|entry| {
        let name = text(entry, "/metadataStatement/description");
        let id = match entry.get("aaguid") {
            Some(_) => text(entry, "/aaguid"),
            None => text(entry, "/attestationCertificateKeyIdentifiers/0"),
        };
        let reports = entry.get("statusReports").and_then(Value::as_array);
        let reports = reports.into_iter().flatten();
        let reports: Vec<_> = reports
            .map(|report| format!("{} {}", text(report, "/status"), text(report, "/effectiveDate")))
            .collect();
        Tree::new(format!("{id} {name}: {}", reports.join(", ")))
    });
    tree.line(format!("number: {}", text(payload, "/no")))
        .line(format!("next update: {}", text(payload, "/nextUpdate")))
        .branch(Tree::new("models").branches(models))
}

fn json(name: &str, value: &Value) -> Tree {
    match value {
        Value::Object(members) => {
            Tree::new(name).branches(members.iter().map(|(key, inner)| json(key, inner)))
        }
        Value::Array(elements) => {
            Tree::new(name).branches(elements.iter().map(|inner| json("-", inner)))
        }
        Value::String(text) => Tree::new(format!("{name}: {text}")),
        Value::Null | Value::Bool(_) | Value::Number(_) => Tree::new(format!("{name}: {value}")),
    }
}
