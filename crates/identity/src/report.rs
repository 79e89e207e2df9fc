//! Verb: the inventory of authenticators, each model with its verdict under today's policy.

use std::collections::BTreeMap;

use webauthn::{Aaguid, Timestamp};

use crate::impact::{PasskeyClass, sign_in_verdict};
use crate::policy::{Fido2Configuration, Rule, Verdict};

/// One model as the store counted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelCount {
    /// The model.
    pub aaguid: Aaguid,
    /// Passkeys on record.
    pub passkeys: u64,
    /// People who hold at least one.
    pub people: u64,
    /// When one of them last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}

/// One line of the inventory (S139).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryLine {
    /// What was counted.
    pub count: ModelCount,
    /// Passkeys of enabled people that may sign in today.
    pub usable: u64,
    /// Passkeys of enabled people that may not.
    pub refused: u64,
    /// The first rule that refuses some, for the reason column.
    pub rule: Option<Rule>,
}

/// Judges every model by its classes: one line a model, in the order of `counts`.
#[must_use]
pub fn inventory(
    configuration: &Fido2Configuration,
    counts: &[ModelCount],
    classes: &[PasskeyClass],
) -> Vec<InventoryLine> {
    let mut by_model: BTreeMap<Aaguid, (u64, u64, Option<Rule>)> = BTreeMap::new();
    for class in classes {
        let (usable, refused, rule) = by_model.entry(class.facts.aaguid).or_default();
        match sign_in_verdict(configuration, class) {
            Verdict::Allowed { .. } => *usable = usable.saturating_add(class.passkeys),
            Verdict::Refused(reason) => {
                *refused = refused.saturating_add(class.passkeys);
                rule.get_or_insert(reason);
            }
        }
    }
    counts
        .iter()
        .map(|count| {
            let (usable, refused, rule) = by_model.remove(&count.aaguid).unwrap_or_default();
            InventoryLine { count: *count, usable, refused, rule }
        })
        .collect()
}
