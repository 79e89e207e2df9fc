//! Merging a partial configuration: what stays, what is replaced, and what is refused by name.

use identity::directory::SecurityGroup;
use identity::policy::fido2::DEFAULT_PROFILE;
use identity::policy::key_restrictions::Enforcement;
use identity::policy::patch::{Fido2Patch, NamedGroups, ProfilePatch, RestrictionsPatch, merge};
use identity::policy::{AttestationEnforcement, Fido2Configuration, RestrictionKind, Target};
use identity::{Limits, Refusal};
use webauthn::Aaguid;

use crate::world::{allow, group, include, model, profile, profile_id};

fn named() -> NamedGroups {
    [(group(1), SecurityGroup::Yes), (group(2), SecurityGroup::No)].into()
}

fn merged(current: &Fido2Configuration, patch: &Fido2Patch) -> Result<Fido2Configuration, Refusal> {
    merge(current, patch, &named(), &Limits::default())
}

/// The property that a refusal names.
fn faulty(result: Result<Fido2Configuration, Refusal>) -> String {
    match result {
        Err(Refusal::Property { property, .. }) => property,
        other => panic!("{other:?}"),
    }
}

fn restrictions(kind: RestrictionKind, aaguids: Vec<Aaguid>) -> RestrictionsPatch {
    RestrictionsPatch {
        enforcement: Some(Enforcement::Enforced),
        kind: Some(kind),
        aaguids: Some(aaguids),
    }
}

fn patch_of(id: identity::ProfileId) -> ProfilePatch {
    ProfilePatch { id, name: None, types: None, attestation: None, key_restrictions: None }
}

/// S49, S74, S75: the seed's members are the default profile's, and a list replaces the list.
#[test]
fn the_tenant_wide_members_write_the_default_profile() {
    let mut current = Fido2Configuration::initial();
    current.profiles[0].key_restrictions = allow(&[3]);
    let patch = Fido2Patch {
        attestation: Some(AttestationEnforcement::RegistrationOnly),
        key_restrictions: Some(restrictions(RestrictionKind::Allow, vec![model(1), model(2)])),
        ..Fido2Patch::default()
    };
    let result = merged(&current, &patch).unwrap();
    let default = result.profile(DEFAULT_PROFILE).unwrap();
    assert_eq!(default.attestation, AttestationEnforcement::RegistrationOnly);
    assert_eq!(default.key_restrictions, allow(&[1, 2]));
}

#[test]
fn a_profile_member_that_a_client_drops_keeps_its_stored_value() {
    let mut current = Fido2Configuration::initial();
    current.profiles[0].types = identity::policy::PasskeyTypes::DeviceBound;
    let patch = Fido2Patch {
        profiles: Some(vec![ProfilePatch {
            attestation: Some(AttestationEnforcement::RegistrationOnly),
            ..patch_of(DEFAULT_PROFILE)
        }]),
        ..Fido2Patch::default()
    };
    let result = merged(&current, &patch).unwrap();
    assert_eq!(result.profiles[0].types, identity::policy::PasskeyTypes::DeviceBound);
    assert_eq!(result.profiles[0].attestation, AttestationEnforcement::RegistrationOnly);
}

/// S75: a round trip sends both views; the one that was edited wins, two wishes are refused.
#[test]
fn of_two_views_the_edited_one_wins_and_two_wishes_are_refused() {
    let current = Fido2Configuration::initial();
    let wish = |legacy, in_profile| Fido2Patch {
        key_restrictions: Some(legacy),
        profiles: Some(vec![ProfilePatch {
            key_restrictions: Some(in_profile),
            ..patch_of(DEFAULT_PROFILE)
        }]),
        ..Fido2Patch::default()
    };
    let stored = RestrictionsPatch {
        enforcement: Some(Enforcement::Off),
        kind: Some(RestrictionKind::Block),
        aaguids: Some(Vec::new()),
    };
    let edited = restrictions(RestrictionKind::Allow, vec![model(1)]);
    let other = restrictions(RestrictionKind::Allow, vec![model(2)]);
    for patch in [wish(stored.clone(), edited.clone()), wish(edited.clone(), stored)] {
        let result = merged(&current, &patch).unwrap();
        assert_eq!(result.profiles[0].key_restrictions, allow(&[1]));
    }
    assert_eq!(faulty(merged(&current, &wish(edited, other))), "keyRestrictions");
}

/// S6
#[test]
fn only_security_groups_that_exist_may_be_targets() {
    let current = Fido2Configuration::initial();
    for (number, path) in [(2, "includeTargets/1/id"), (3, "includeTargets/1/id")] {
        let patch = Fido2Patch {
            include: Some(vec![
                include(Target::AllUsers, &[]),
                include(Target::Group(group(number)), &[]),
            ]),
            ..Fido2Patch::default()
        };
        assert_eq!(faulty(merged(&current, &patch)), path);
    }
    let patch =
        Fido2Patch { exclude: Some(vec![Target::Group(group(1))]), ..Fido2Patch::default() };
    assert!(merged(&current, &patch).is_ok());
}

/// S14: many groups come and go in one save.
#[test]
fn several_groups_change_in_one_save() {
    let groups: NamedGroups = (0..40).map(|n| (group(n), SecurityGroup::Yes)).collect();
    let targets = |range: std::ops::Range<u128>| {
        range.map(|n| include(Target::Group(group(n)), &[])).collect()
    };
    let mut current = Fido2Configuration::initial();
    current.include = targets(0..20);
    let patch = Fido2Patch { include: Some(targets(20..40)), ..Fido2Patch::default() };
    let result = merge(&current, &patch, &groups, &Limits::default()).unwrap();
    assert_eq!(result.include.len(), 20);
}

/// S48
#[test]
fn duplicate_and_all_zero_aaguids_are_refused_where_they_stand() {
    let current = Fido2Configuration::initial();
    let patch = |kind, aaguids| Fido2Patch {
        key_restrictions: Some(restrictions(kind, aaguids)),
        ..Fido2Patch::default()
    };
    let twice = patch(RestrictionKind::Allow, vec![model(1), model(2), model(1)]);
    assert_eq!(faulty(merged(&current, &twice)), "keyRestrictions/aaGuids/2");
    let zero = patch(RestrictionKind::Allow, vec![Aaguid::ZERO]);
    assert_eq!(faulty(merged(&current, &zero)), "keyRestrictions/aaGuids/0");
    let blocked = patch(RestrictionKind::Block, vec![Aaguid::ZERO]);
    assert!(merged(&current, &blocked).is_ok(), "hidden models may be blocked");
}

/// S60
#[test]
fn neither_an_assigned_profile_nor_the_default_one_can_be_deleted() {
    let mut current = Fido2Configuration::initial();
    current.profiles.push(profile(1));
    current.include = vec![include(Target::AllUsers, &[1])];
    let without = |ids: &[u128]| Fido2Patch {
        profiles: Some(ids.iter().map(|n| patch_of(profile_id(*n))).collect()),
        ..Fido2Patch::default()
    };
    let assigned = faulty(merged(&current, &without(&[0])));
    assert_eq!(assigned, "includeTargets/0/allowedPasskeyProfiles/0");
    assert_eq!(faulty(merged(&current, &without(&[1]))), "passkeyProfiles");
}

#[test]
fn a_new_profile_needs_all_its_members() {
    let current = Fido2Configuration::initial();
    let patch = Fido2Patch {
        profiles: Some(vec![patch_of(DEFAULT_PROFILE), patch_of(profile_id(1))]),
        ..Fido2Patch::default()
    };
    assert_eq!(faulty(merged(&current, &patch)), "passkeyProfiles/1/name");
}

/// S17
#[test]
fn a_configuration_over_the_size_limit_is_refused_with_size_and_limit() {
    let limits = Limits { policy_bytes: 2_000, ..Limits::default() };
    let aaguids = (0..100_u8).map(|n| Aaguid::from_bytes([n.wrapping_add(1); 16])).collect();
    let patch = Fido2Patch {
        key_restrictions: Some(restrictions(RestrictionKind::Allow, aaguids)),
        ..Fido2Patch::default()
    };
    let refusal = merge(&Fido2Configuration::initial(), &patch, &named(), &limits).unwrap_err();
    let text = refusal.to_string();
    assert!(text.contains("2000") && text.contains("5020"), "{text}");
}

#[test]
fn too_many_profiles_and_too_many_targets_are_refused() {
    let current = Fido2Configuration::initial();
    let limits = Limits { profiles: 1, targets: 1, ..Limits::default() };
    let two_targets =
        Fido2Patch { exclude: Some(vec![Target::Group(group(1))]), ..Fido2Patch::default() };
    assert_eq!(faulty(merge(&current, &two_targets, &named(), &limits)), "includeTargets");
    let mut two_profiles = current;
    two_profiles.profiles.push(profile(1));
    let result = merge(&two_profiles, &Fido2Patch::default(), &named(), &limits);
    assert_eq!(faulty(result), "passkeyProfiles");
}
