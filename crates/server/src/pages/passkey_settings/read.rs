//! Reading the settings form into a draft. The fields are described at
//! [`PasskeySettings`](super::super::view::PasskeySettings). It may hold thousands of models, so
//! each field is looked at a fixed number of times.

use std::collections::{BTreeMap, BTreeSet};

use identity::passkey::PasskeyType;
use identity::policy::key_restrictions::{Enforcement, MICROSOFT_AUTHENTICATOR, RestrictionKind};
use identity::policy::{AttestationEnforcement, Fido2Configuration, MethodState, SelfService};
use identity::{GroupId, ProfileId};
use webauthn::Aaguid;

use super::super::form::Form;
use super::draft::{Draft, DraftProfile, Fate, Row, Scope};
use super::fault::{Fault, Place};

/// Reads the form. What cannot be understood at all, because no page of ours sends it, is left
/// out; what a person typed wrongly stays in the draft with its fault.
pub(super) fn draft(form: &Form, stored: &Fido2Configuration) -> Draft {
    let mut ticked = ticked_profiles(form);
    let mut draft = Draft {
        state: if form.has("state", "enabled") {
            MethodState::Enabled
        } else {
            MethodState::Disabled
        },
        scope: if form.has("scope", "all") { Scope::AllUsers } else { Scope::Groups },
        all_users_profiles: ticked.remove("all_users").unwrap_or_default(),
        include: groups(form, "include", "include_remove")
            .into_iter()
            .map(|group| (group, ticked.remove(group.to_string().as_str()).unwrap_or_default()))
            .collect(),
        include_add: lines(form, "include_add"),
        exclude: groups(form, "exclude", "exclude_remove"),
        exclude_add: lines(form, "exclude_add"),
        self_service: if form.has("self_service", "yes") {
            SelfService::Allowed
        } else {
            SelfService::Denied
        },
        profiles: Vec::new(),
        faults: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    let profiles = form.all("profile").filter_map(|id| id.parse().ok());
    for id in profiles.filter(|id| seen.insert(*id)) {
        let (profile, fault) = profile(form, id, stored);
        draft.profiles.push(profile);
        draft.faults.extend(fault);
    }
    draft
}

fn groups(form: &Form, rows: &str, removed: &str) -> Vec<GroupId> {
    let removed: BTreeSet<&str> = form.all(removed).collect();
    let kept = form.all(rows).filter(|row| !removed.contains(row));
    let mut seen = BTreeSet::new();
    kept.filter_map(|row| row.parse().ok()).filter(|group| seen.insert(*group)).collect()
}

/// The profiles ticked for each target, `{t}:{p}`.
fn ticked_profiles(form: &Form) -> BTreeMap<&str, Vec<ProfileId>> {
    let mut ticked: BTreeMap<&str, Vec<ProfileId>> = BTreeMap::new();
    for (target, profile) in form.all("include_profile").filter_map(|it| it.split_once(':')) {
        if let Ok(profile) = profile.parse() {
            ticked.entry(target).or_default().push(profile);
        }
    }
    ticked
}

/// The field is sent once as it was typed, and once for each search result that was ticked; then
/// what was typed was the search, which has served its purpose.
fn lines(form: &Form, name: &str) -> String {
    let values: Vec<&str> = form.all(name).map(str::trim).filter(|it| !it.is_empty()).collect();
    let ticked: Vec<&str> =
        values.iter().copied().filter(|it| it.parse::<GroupId>().is_ok()).collect();
    if values.len() > 1 && !ticked.is_empty() { ticked.join("\n") } else { values.join("\n") }
}

fn profile(
    form: &Form,
    id: ProfileId,
    stored: &Fido2Configuration,
) -> (DraftProfile, Option<Fault>) {
    let name = |prefix: &str| format!("{prefix}.{id}");
    let is = |prefix: &str, value: &str| form.has(&name(prefix), value);
    let known = stored.profile(id).map(|profile| profile.key_restrictions.kind);
    let mut types = Vec::new();
    if is("type", "device_bound") {
        types.push(PasskeyType::DeviceBound);
    }
    if is("type", "synced") {
        types.push(PasskeyType::Synced);
    }
    let mut profile = DraftProfile {
        id,
        name: form.text(&name("name")).trim().to_owned(),
        attestation: if is("attestation", "yes") {
            AttestationEnforcement::RegistrationOnly
        } else {
            AttestationEnforcement::Disabled
        },
        types,
        enforcement: if is("restrict", "yes") { Enforcement::Enforced } else { Enforcement::Off },
        kind: match form.text(&name("behavior")) {
            "allow" => RestrictionKind::Allow,
            "block" => RestrictionKind::Block,
            // Switched off, the browser sends nothing: unchanged (S69).
            _ => known.unwrap_or(RestrictionKind::Allow),
        },
        rows: rows(form, id),
        additions: form.text(&name("aaguids")).to_owned(),
    };
    // While restrictions are off the option is off too and not sent; the list stays as it is.
    if profile.enforcement == Enforcement::Enforced {
        if is("authenticator", "on") {
            MICROSOFT_AUTHENTICATOR.into_iter().for_each(|aaguid| profile.keep(aaguid));
        } else if is("authenticator_was", "on") {
            profile.remove_microsoft_authenticator();
        }
    }
    let fault = take_additions(&mut profile);
    (profile, fault)
}

fn rows(form: &Form, id: ProfileId) -> Vec<Row> {
    let removed: BTreeSet<Aaguid> =
        form.all(&format!("aaguid_remove.{id}")).filter_map(|it| it.parse().ok()).collect();
    let mut seen = BTreeSet::new();
    let name = format!("aaguid.{id}");
    let listed = form.all(&name).filter_map(|it| it.parse().ok());
    let row = |aaguid| {
        let fate = if removed.contains(&aaguid) { Fate::Removed } else { Fate::Kept };
        Row { aaguid, fate }
    };
    listed.filter(|aaguid| seen.insert(*aaguid)).map(row).collect()
}

/// Moves what was typed into the list; all of it or, with one fault, nothing (S48, S67).
fn take_additions(profile: &mut DraftProfile) -> Option<Fault> {
    let kept: BTreeSet<Aaguid> = profile.kept().collect();
    let (mut found, mut order) = (BTreeSet::new(), Vec::new());
    let mut problems = Vec::new();
    for (number, line) in (1_usize..).zip(profile.additions.lines()) {
        let separators = |letter: char| letter.is_whitespace() || letter == ',' || letter == ';';
        for text in line.split(separators).filter(|text| !text.is_empty()) {
            match text.parse::<Aaguid>() {
                Err(_) => problems.push(format!(
                    "line {number}, {text}, is not an AAGUID such as \
                     90a3ccdf-635c-4729-a248-9b709135078f"
                )),
                Ok(aaguid) if aaguid.is_zero() && profile.kind == RestrictionKind::Allow => {
                    problems.push(format!(
                        "line {number} is all zeros, which stands for hidden models and matches \
                         no allow list"
                    ));
                }
                Ok(aaguid) if found.contains(&aaguid) => {
                    problems.push(format!("line {number}, {aaguid}, stands there twice"));
                }
                Ok(aaguid) if kept.contains(&aaguid) => {
                    problems.push(format!("line {number}, {aaguid}, is in the list already"));
                }
                Ok(aaguid) => {
                    found.insert(aaguid);
                    order.push(aaguid);
                }
            }
        }
    }
    if !problems.is_empty() {
        let text = format!("AAGUIDs: {}", problems.join("; "));
        return Some(Fault::new(Place::Aaguids(profile.id), text));
    }
    for row in &mut profile.rows {
        if found.remove(&row.aaguid) {
            row.fate = Fate::Kept;
        }
    }
    let new = order.into_iter().filter(|aaguid| found.contains(aaguid));
    profile.rows.extend(new.map(|aaguid| Row { aaguid, fate: Fate::Kept }));
    profile.additions.clear();
    None
}

#[cfg(test)]
mod tests;
