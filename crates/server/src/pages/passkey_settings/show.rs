//! The draft as the page shows it.

use std::collections::BTreeMap;

use identity::passkey::PasskeyType;
use identity::policy::fido2::DEFAULT_PROFILE;
use identity::policy::key_restrictions::{Enforcement, RestrictionKind};
use identity::policy::{
    AttestationEnforcement, Fido2Configuration, MethodState, SelfService, Versioned,
};
use identity::{GroupId, Limits, ProfileId};
use webauthn::Aaguid;

use super::super::view::{
    AaguidRow, Behavior, CatalogueEntry, Choice, Field, Frame, GroupOption, PasskeySettings,
    PasskeyTypes, ProfileForm, Restrictions, Tab, TargetRow, Targets,
};
use super::super::words::GroupNames;
use super::draft::{Draft, DraftProfile, Fate, Scope};
use super::fault::{Place, at};
use super::sentence;
use crate::catalogue::Catalogue;

/// What the page shows beside the draft.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// What is stored now.
    pub(super) stored: Versioned<Fido2Configuration>,
    /// Names of the groups that the draft names.
    pub(super) names: GroupNames,
    /// Their direct members.
    pub(super) members: BTreeMap<GroupId, u64>,
    /// Security groups to propose.
    pub(super) proposals: Vec<GroupOption>,
    /// Security groups found by what was typed for inclusion and for exclusion.
    pub(super) found: [Vec<GroupOption>; 2],
    /// Passkeys by model.
    pub(super) in_use: BTreeMap<Aaguid, u64>,
    /// Why the reader may not change; empty when he may.
    pub(super) read_only: String,
}

/// The page.
pub(super) fn page(
    draft: &Draft,
    tab: Tab,
    around: &Surroundings,
    frame: Frame,
    (catalogue, limits): (&Catalogue, &Limits),
) -> PasskeySettings {
    let no_more = draft.profiles.len() >= limits.profiles;
    PasskeySettings {
        frame,
        version: around.stored.version.0.to_string(),
        read_only: around.read_only.clone(),
        tab,
        problems: draft.faults.iter().map(super::fault::Fault::problem).collect(),
        conflict: None,
        enabled: draft.state == MethodState::Enabled,
        targets: targets(draft, around),
        self_service: draft.self_service == SelfService::Allowed,
        profiles: draft.profiles.iter().map(|it| profile(draft, it, around, catalogue)).collect(),
        no_more_profiles: if no_more {
            format!("There are {} profiles, the most that are allowed.", limits.profiles)
        } else {
            String::new()
        },
        catalogue: entries(around, catalogue),
    }
}

fn targets(draft: &Draft, around: &Surroundings) -> Targets {
    let field =
        |value: &str, place| Field { value: value.to_owned(), error: at(&draft.faults, place) };
    let row = |group: GroupId, place| TargetRow {
        id: group.to_string(),
        name: around.names.get(&group).cloned().unwrap_or_else(|| group.to_string()),
        members: around.members.get(&group).copied().unwrap_or_default(),
        profiles: Vec::new(),
        error: at(&draft.faults, place),
    };
    let [include_found, exclude_found] = around.found.clone();
    Targets {
        all_users: draft.scope == Scope::AllUsers,
        all_users_profiles: choices(draft, &draft.all_users_profiles),
        include: draft
            .include
            .iter()
            .map(|(group, profiles)| TargetRow {
                profiles: choices(draft, profiles),
                ..row(*group, Place::Include(*group))
            })
            .collect(),
        include_add: field(&draft.include_add, Place::IncludeAdd),
        include_found,
        exclude: draft.exclude.iter().map(|group| row(*group, Place::Exclude(*group))).collect(),
        exclude_add: field(&draft.exclude_add, Place::ExcludeAdd),
        exclude_found,
        groups: around.proposals.clone(),
    }
}

/// The profiles of a target; none ticked means the default one (S63).
fn choices(draft: &Draft, chosen: &[ProfileId]) -> Vec<Choice> {
    let is_chosen =
        |id: ProfileId| chosen.contains(&id) || (chosen.is_empty() && id == DEFAULT_PROFILE);
    draft
        .profiles
        .iter()
        .map(|profile| Choice {
            id: profile.id.to_string(),
            name: if profile.name.is_empty() {
                "New profile".to_owned()
            } else {
                profile.name.clone()
            },
            chosen: is_chosen(profile.id),
        })
        .collect()
}

fn profile(
    draft: &Draft,
    profile: &DraftProfile,
    around: &Surroundings,
    catalogue: &Catalogue,
) -> ProfileForm {
    let field =
        |value: &str, place| Field { value: value.to_owned(), error: at(&draft.faults, place) };
    ProfileForm {
        id: profile.id.to_string(),
        name: field(&profile.name, Place::Name(profile.id)),
        attestation: profile.attestation == AttestationEnforcement::RegistrationOnly,
        types: PasskeyTypes {
            device_bound: profile.types.contains(&PasskeyType::DeviceBound),
            synced: profile.types.contains(&PasskeyType::Synced),
            error: at(&draft.faults, Place::Types(profile.id)),
        },
        restrictions: Restrictions {
            enforced: profile.enforcement == Enforcement::Enforced,
            behavior: match profile.kind {
                RestrictionKind::Allow => Behavior::Allow,
                RestrictionKind::Block => Behavior::Block,
            },
            authenticator: profile.restrictions().lists_microsoft_authenticator(),
            aaguids: profile
                .rows
                .iter()
                .map(|row| AaguidRow {
                    aaguid: row.aaguid.to_string(),
                    name: catalogue.name(row.aaguid).unwrap_or_default().to_owned(),
                    in_use: around.in_use.get(&row.aaguid).copied().unwrap_or_default(),
                    removed: row.fate == Fate::Removed,
                })
                .collect(),
            additions: field(&profile.additions, Place::Aaguids(profile.id)),
        },
        sentence: sentence::of_profile(profile, catalogue),
        warnings: sentence::warnings(profile, &around.stored.value, &around.in_use),
        not_deletable: draft.not_deletable(profile.id).unwrap_or_default(),
    }
}

/// Every known model and every model in use, for the picker.
fn entries(around: &Surroundings, catalogue: &Catalogue) -> Vec<CatalogueEntry> {
    let known = catalogue.by_name();
    let unknown = around.in_use.keys().filter(|aaguid| catalogue.name(**aaguid).is_none());
    let mut entries: Vec<CatalogueEntry> = unknown
        .map(|aaguid| (*aaguid, String::new()))
        .chain(known.into_iter().map(|(aaguid, name)| (aaguid, name.to_owned())))
        .filter(|(aaguid, _)| !aaguid.is_zero())
        .map(|(aaguid, name)| CatalogueEntry {
            aaguid: aaguid.to_string(),
            name,
            in_use: around.in_use.get(&aaguid).copied().unwrap_or_default(),
        })
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.in_use));
    entries
}
