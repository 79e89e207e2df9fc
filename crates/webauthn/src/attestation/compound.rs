//! The format `compound` (§8.9): several statements about the same credential.

use super::AttestationError;
use super::statement::{Evidence, Subject};
use crate::cbor::Value;

/// §8.9, verification procedure: at least two statements, none of them compound again, and all
/// of them right. How many are enough is ours to say; fewer than all would let a bad one hide.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
) -> Result<Evidence<'a>, AttestationError> {
    let parts = statement.as_array().filter(|parts| parts.len() >= 2);
    let parts = parts.ok_or(AttestationError::Malformed)?;
    let mut evidence = Vec::new();
    for part in parts {
        let part = part.as_map().ok_or(AttestationError::Malformed)?;
        let format = part.named("fmt").and_then(Value::as_text);
        let format = format.ok_or(AttestationError::Malformed)?;
        if format == "compound" {
            return Err(AttestationError::Malformed);
        }
        let statement = part.named("attStmt").ok_or(AttestationError::Malformed)?;
        evidence.push(super::verify(format, statement, subject)?);
    }
    Ok(Evidence::All(evidence))
}

#[cfg(test)]
mod tests;
