//! What the settings form says becomes a draft, and what it gets wrong is named.

use identity::policy::fido2::DEFAULT_PROFILE;
use identity::policy::key_restrictions::{
    MICROSOFT_AUTHENTICATOR_ANDROID, MICROSOFT_AUTHENTICATOR_IOS,
};
use identity::policy::{PasskeyTypes, Target};

use super::*;

const KEY: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";

fn stored() -> Fido2Configuration {
    Fido2Configuration::initial()
}

/// The form as the page sends it: one profile with restrictions on and one key listed.
fn sent() -> Form {
    let field = |name: &str| format!("{name}.{DEFAULT_PROFILE}");
    Form::default()
        .with("state", "enabled")
        .with("scope", "all")
        .with("include", "all_users")
        .with("include_profile", &format!("all_users:{DEFAULT_PROFILE}"))
        .with("self_service", "yes")
        .with("profile", &DEFAULT_PROFILE.to_string())
        .with(&field("name"), "Default passkey profile")
        .with(&field("attestation"), "no")
        .with(&field("type"), "device_bound")
        .with(&field("restrict"), "yes")
        .with(&field("behavior"), "allow")
        .with(&field("aaguid"), KEY)
}

fn with(name: &str, value: &str) -> Form {
    sent().with(&format!("{name}.{DEFAULT_PROFILE}"), value)
}

fn kept(form: &Form) -> Vec<String> {
    let draft = draft(form, &stored());
    draft.profiles[0].kept().map(|aaguid| aaguid.to_string()).collect()
}

#[test]
fn what_is_stored_comes_back_unchanged() {
    let stored = stored();
    let patch = Draft::of(&stored).patch(&stored).unwrap();
    let groups = identity::policy::patch::NamedGroups::new();
    let limits = identity::Limits::default();
    let merged = identity::policy::patch::merge(&stored, &patch, &groups, &limits).unwrap();
    assert_eq!(merged, stored);
}

#[test]
fn the_form_says_what_it_shows() {
    let patch = draft(&sent(), &stored()).patch(&stored()).unwrap();
    let profile = &patch.profiles.unwrap()[0];
    assert_eq!(profile.types, Some(PasskeyTypes::DeviceBound));
    assert_eq!(patch.include.unwrap()[0].target, Target::AllUsers);
    assert_eq!(kept(&sent()), [KEY]);
}

/// S52
#[test]
fn the_app_option_adds_and_removes_exactly_two_models() {
    let both = [MICROSOFT_AUTHENTICATOR_ANDROID, MICROSOFT_AUTHENTICATOR_IOS];
    let ticked = with("authenticator", "on");
    let [android, ios] = both.map(|aaguid| aaguid.to_string());
    assert_eq!(kept(&ticked), [KEY, &android, &ios]);
    let unticked = with("aaguid", &android)
        .with(&format!("aaguid.{DEFAULT_PROFILE}"), &ios)
        .with(&format!("authenticator_was.{DEFAULT_PROFILE}"), "on");
    assert_eq!(kept(&unticked), [KEY]);
    // Listed by hand and never ticked: nothing happens.
    assert_eq!(kept(&with("aaguid", &android)), [KEY, &android]);
}

/// S69: the browser does not send disabled controls, and nothing may get lost by that.
#[test]
fn restrictions_that_are_off_keep_their_list() {
    let field = |name: &str| format!("{name}.{DEFAULT_PROFILE}");
    let off = sent()
        .without(&[&field("restrict"), &field("behavior")])
        .with(&field("restrict"), "no")
        .with(&field("aaguid"), &MICROSOFT_AUTHENTICATOR_IOS.to_string())
        .with(&field("authenticator_was"), "on");
    assert_eq!(kept(&off), [KEY.to_owned(), MICROSOFT_AUTHENTICATOR_IOS.to_string()]);
    let draft = draft(&off, &stored());
    assert_eq!(draft.profiles[0].kind, RestrictionKind::Block, "as stored");
}

/// S48, S67
#[test]
fn wrong_aaguids_are_named_and_stay_in_the_field() {
    let typed = "90a3ccdf-635c-4729\n00000000-0000-0000-0000-000000000000\n\
                 2fc0579f-8113-47ea-b116-bb5a8db9202a";
    let draft = draft(&with("aaguids", typed), &stored());
    assert_eq!(draft.profiles[0].additions, typed);
    assert_eq!(draft.profiles[0].rows.len(), 1);
    let text = &draft.faults[0].text;
    for part in ["line 1, 90a3ccdf-635c-4729", "line 2 is all zeros", "line 3", "already"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_removal_can_be_taken_back() {
    let removed = with("aaguid_remove", KEY);
    assert_eq!(kept(&removed), Vec::<String>::new());
    assert_eq!(draft(&removed, &stored()).profiles[0].rows.len(), 1, "still shown");
    let again = removed.with(&format!("aaguids.{DEFAULT_PROFILE}"), KEY);
    assert_eq!(kept(&again), [KEY]);
}

/// S60
#[test]
fn a_profile_in_use_cannot_be_deleted() {
    let mut draft = Draft::of(&stored());
    let id = ProfileId::new(uuid::Uuid::from_u128(7));
    draft.add_profile(id);
    assert_eq!(draft.not_deletable(id), None);
    draft.all_users_profiles.push(id);
    assert!(draft.not_deletable(id).unwrap().contains("1 target"));
    assert!(draft.not_deletable(DEFAULT_PROFILE).is_some());
}

#[test]
fn faults_of_the_merge_find_their_control() {
    let mut draft = Draft::of(&stored());
    let group = GroupId::new(uuid::Uuid::from_u128(9));
    draft.include.push((group, Vec::new()));
    assert_eq!(draft.place_of("includeTargets/1/id"), Place::Include(group));
    assert_eq!(draft.place_of("includeTargets"), Place::IncludeAdd);
    assert_eq!(draft.place_of("passkeyProfiles/0/name"), Place::Name(DEFAULT_PROFILE));
    let list = "passkeyProfiles/0/keyRestrictions/aaGuids/3";
    assert_eq!(draft.place_of(list), Place::Aaguids(DEFAULT_PROFILE));
    assert_eq!(draft.place_of("passkeyProfiles"), Place::Profiles);
}
