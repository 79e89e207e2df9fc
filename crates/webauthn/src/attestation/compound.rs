//! The format `compound` (§8.9): several statements about the same credential.

use super::statement::{Basis, Subject};
use super::{AttestationError, AttestationKind};
use crate::cbor::Value;
use crate::evidence::Findings;

/// §8.9, verification procedure: at least two statements, none of them compound again, and all
/// of them right. How many are enough is ours to say; fewer than all would let a bad one hide.
pub(super) fn verify<'a>(
    statement: &Value<'a>,
    subject: &Subject<'_>,
    findings: &mut Findings,
) -> Result<Basis<'a>, AttestationError> {
    let parts = statement.as_array().filter(|parts| parts.len() >= 2);
    let parts = parts.ok_or(AttestationError::Malformed)?;
    let mut named = Vec::new();
    for part in parts {
        let part = part.as_map().ok_or(AttestationError::Malformed)?;
        let format = part.named("fmt").and_then(Value::as_text);
        let format = format.ok_or(AttestationError::Malformed)?;
        if format == "compound" {
            return Err(AttestationError::Malformed);
        }
        named.push((format, part.named("attStmt").ok_or(AttestationError::Malformed)?));
    }
    let mut kinds = Vec::new();
    for (format, statement) in named {
        let mut own = Findings::default();
        kinds.push(super::judge_statement(format, statement, subject, &mut own));
        findings.contained(format, own);
    }
    Ok(Basis::Weighed(sum(&kinds)))
}

/// Of several the worst news counts, and then the best: one trusted statement beside a self-signed
/// one is a trusted statement.
fn sum(kinds: &[AttestationKind]) -> AttestationKind {
    let is_untrusted = |kind: &&AttestationKind| matches!(kind, AttestationKind::Unverified(_));
    let is_wrong = |kind: &&AttestationKind| match kind {
        AttestationKind::Unverified(error) => !error.is_about_trust(),
        AttestationKind::None | AttestationKind::SelfSigned | AttestationKind::Trusted => false,
    };
    let best = || {
        [AttestationKind::Trusted, AttestationKind::SelfSigned]
            .into_iter()
            .find(|kind| kinds.contains(kind))
    };
    let worst = kinds.iter().find(is_wrong).or_else(|| kinds.iter().find(is_untrusted));
    worst.copied().or_else(best).unwrap_or(AttestationKind::None)
}

#[cfg(test)]
mod tests;
