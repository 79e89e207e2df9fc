//! A preview in words.

use server::operations::policy::{AffectedPerson, Impact};

use crate::aaguids::model_name;
use crate::output::{Align, count, table};

/// What a change would do, for a person to read.
pub(super) fn words(impact: &Impact) -> String {
    let passkeys = |number| count(number, "passkey", "passkeys");
    let people = |number| count(number, "person", "people");
    let mut text = format!("{} sign in today\n", passkeys(impact.passkeys_before));
    text.push_str(&format!(
        "{} of {} would stop working\n",
        passkeys(impact.stopping_passkeys),
        people(impact.stopping_people)
    ));
    text.push_str(&format!("{} would have none left\n", people(impact.people_left_with_none)));
    if impact.starting_passkeys > 0 {
        let starting = passkeys(impact.starting_passkeys);
        text.push_str(&format!("{starting} refused today would work\n"));
    }
    if !impact.by_model.is_empty() {
        let heading = [
            ("AAGUID", Align::Left),
            ("model", Align::Left),
            ("would stop", Align::Right),
            ("because", Align::Left),
        ];
        let rows: Vec<Vec<String>> = impact
            .by_model
            .iter()
            .map(|line| {
                vec![
                    line.aaguid.to_string(),
                    model_name(line.model.as_deref(), line.aaguid.is_zero()).to_owned(),
                    line.passkeys.to_string(),
                    line.rule.to_string(),
                ]
            })
            .collect();
        text.push_str(&format!("\n{}", table(&heading, &rows)));
    }
    list(&mut text, "administrators", &impact.administrators);
    list(&mut text, "people", &impact.sample);
    if !impact.sample_is_complete {
        text.push_str("… and more: the API lists all\n");
    }
    for warning in &impact.warnings {
        text.push_str(&format!("\nwarning: {warning}\n"));
    }
    text
}

fn list(text: &mut String, heading: &str, people: &[AffectedPerson]) {
    if people.is_empty() {
        return;
    }
    text.push_str(&format!("\n{heading}:\n"));
    for affected in people {
        let user = &affected.person.user;
        let left = if affected.left_with_none { ", none left" } else { "" };
        let stopping = affected.passkeys.len();
        text.push_str(&format!("  {} ({stopping} would stop{left})\n", user.upn));
    }
}
