//! Lines of the audit log and of the sign-in log as the pages show them.

use identity::audit::{
    Actor, AuditEntry, AuditTarget, AuditValue, ModifiedProperty, Recorded, SignInEntry,
};
use webauthn::Aaguid;

use super::super::shown::moment;
use super::super::view::{Fact, LogRow, Tone, Verdict};
use super::fact;
use crate::catalogue::Catalogue;

/// One change, made or refused.
pub(super) fn change(entry: &AuditEntry, catalogue: &Catalogue) -> LogRow {
    let mut details = circumstances(entry.ip.as_deref(), entry.user_agent.as_deref());
    details.extend(entry.aaguid.map(|aaguid| model(aaguid, catalogue)));
    details.extend(entry.details.iter().map(|(name, text)| fact(name, text.clone())));
    details.extend(entry.modified.iter().flat_map(modified));
    details.dedup_by(|one, other| one.term == other.term && one.value == other.value);
    LogRow {
        when: moment(entry.at),
        activity: entry.activity.display_name().to_owned(),
        actor: actor(&entry.actor),
        target: target(&entry.target),
        outcome: outcome(&entry.result, "Done", ""),
        correlation_id: entry.correlation.to_string(),
        details,
    }
}

/// One sign-in, accepted or refused, with what decided it (S143).
pub(super) fn sign_in(entry: &SignInEntry, catalogue: &Catalogue) -> LogRow {
    let mut details = circumstances(entry.ip.as_deref(), entry.user_agent.as_deref());
    details.extend(entry.aaguid.map(|aaguid| model(aaguid, catalogue)));
    LogRow {
        when: moment(entry.at),
        activity: format!("Sign-in: {}", entry.method.display_name()),
        actor: entry.upn.clone().unwrap_or_else(|| "Somebody unknown".to_owned()),
        target: String::new(),
        outcome: outcome(&entry.result, "Signed in", &entry.decided_by),
        correlation_id: entry.correlation.to_string(),
        details,
    }
}

fn outcome(result: &Recorded, done: &str, decided_by: &str) -> Verdict {
    match result {
        Recorded::Success => Verdict {
            tone: Tone::Good,
            label: done.to_owned(),
            reason: if decided_by.is_empty() {
                String::new()
            } else {
                format!("Decided by: {decided_by}")
            },
        },
        Recorded::Refused { code, reason } => Verdict {
            tone: Tone::Bad,
            label: "Refused".to_owned(),
            reason: format!("{code}: {reason}"),
        },
    }
}

fn actor(actor: &Actor) -> String {
    match actor {
        Actor::User { name, .. } => name.clone(),
        Actor::Application { name, .. } => format!("{name} (application)"),
        Actor::Operator => "Operator, on the command line".to_owned(),
        Actor::Anonymous => "Somebody not signed in".to_owned(),
    }
}

fn target(target: &AuditTarget) -> String {
    match target {
        AuditTarget::User { name, .. } => name.clone(),
        AuditTarget::Group { name, .. } => format!("{name} (group)"),
        AuditTarget::Application { name, .. } => format!("{name} (application)"),
        AuditTarget::Policy(id) => format!("{id} policy"),
        AuditTarget::Organisation => "The organisation".to_owned(),
    }
}

fn circumstances(ip: Option<&str>, user_agent: Option<&str>) -> Vec<Fact> {
    let address = ip.map(|ip| fact("Address", ip));
    let browser = user_agent.map(|agent| fact("Browser", agent));
    address.into_iter().chain(browser).collect()
}

fn model(aaguid: Aaguid, catalogue: &Catalogue) -> Fact {
    match catalogue.name(aaguid) {
        Some(name) => fact("Model", format!("{name} ({aaguid})")),
        None => fact("AAGUID", aaguid.to_string()),
    }
}

fn modified(property: &ModifiedProperty) -> [Fact; 2] {
    [
        fact(&format!("{} before", property.name), value(&property.old)),
        fact(&format!("{} after", property.name), value(&property.new)),
    ]
}

fn value(value: &AuditValue) -> String {
    match value {
        AuditValue::Null => "nothing".to_owned(),
        AuditValue::Text(text) | AuditValue::Json(text) => text.clone(),
        // Only fresh entries hold values; what is read back holds JSON.
        AuditValue::Fido2(_) | AuditValue::AccessPass(_) => "changed".to_owned(),
    }
}
