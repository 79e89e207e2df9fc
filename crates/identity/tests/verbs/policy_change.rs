//! Changing the FIDO2 configuration: the last way in, conflicts, confirmation, the record.

use std::collections::BTreeSet;

use identity::access::{Action, Caller, authorize};
use identity::administration::{
    AdministratorAccess, PolicyChange, PolicyFacts, change_access_pass_configuration,
    change_fido2_configuration, is_last_way_in,
};
use identity::audit::{Actor, AuditValue};
use identity::passkey::{AttestationLevel, PasskeyFacts, PasskeyType};
use identity::policy::key_restrictions::{Enforcement, MICROSOFT_AUTHENTICATOR_IOS};
use identity::policy::patch::{Fido2Patch, RestrictionsPatch};
use identity::policy::{
    AccessPassConfiguration, Fido2Configuration, MethodState, RestrictionKind, Versioned,
};
use identity::{Change, Limits, Outcome, Refusal, UserId, Version};
use webauthn::Aaguid;

use crate::people::context;

const KEY: PasskeyFacts = PasskeyFacts {
    aaguid: Aaguid::from_bytes([5; 16]),
    passkey_type: PasskeyType::DeviceBound,
    attestation: AttestationLevel::NotAttested,
};

fn facts(administrators: Vec<AdministratorAccess>) -> PolicyFacts {
    PolicyFacts {
        current: Versioned { value: Fido2Configuration::initial(), version: Version(3) },
        groups: [].into(),
        administrators,
        passes: AccessPassConfiguration::initial(),
    }
}

fn administrator(passkeys: &[PasskeyFacts], has_usable_pass: bool) -> AdministratorAccess {
    let user = UserId::new(uuid::Uuid::from_u128(if has_usable_pass { 2 } else { 1 }));
    AdministratorAccess {
        user,
        groups: BTreeSet::new(),
        passkeys: passkeys.to_vec(),
        has_usable_pass,
    }
}

fn only_the_app() -> PolicyChange {
    PolicyChange::Patch(Box::new(Fido2Patch {
        key_restrictions: Some(RestrictionsPatch {
            enforcement: Some(Enforcement::Enforced),
            kind: Some(RestrictionKind::Allow),
            aaguids: Some(vec![MICROSOFT_AUTHENTICATOR_IOS]),
        }),
        ..Fido2Patch::default()
    }))
}

fn change(
    facts: &PolicyFacts,
    request: &PolicyChange,
    if_match: Option<Version>,
    impact: Option<(u64, u64)>,
) -> Outcome<Fido2Configuration> {
    let permit = authorize(&Caller::Operator, Action::WriteMethodsPolicy).unwrap();
    let limits = Limits::default();
    let request = (request, if_match, impact);
    change_fido2_configuration(&Actor::Operator, &permit, facts, request, (&limits, &context()))
}

/// S9
#[test]
fn a_change_may_not_take_the_last_way_in_from_policy_administrators() {
    let alone = facts(vec![administrator(&[KEY], false)]);
    let refusal = change(&alone, &only_the_app(), None, None).verdict.unwrap_err();
    assert_eq!(refusal, Refusal::AdministratorsLockedOut);
    let app = PasskeyFacts { aaguid: MICROSOFT_AUTHENTICATOR_IOS, ..KEY };
    for spare in [administrator(&[app], false), administrator(&[], true)] {
        let two = facts(vec![administrator(&[KEY], false), spare]);
        assert!(change(&two, &only_the_app(), None, None).verdict.is_ok());
    }
}

/// S9: switching the method off is the same loss.
#[test]
fn switching_the_method_off_is_refused_when_nobody_could_switch_it_on_again() {
    let off = PolicyChange::Patch(Box::new(Fido2Patch {
        state: Some(MethodState::Disabled),
        ..Fido2Patch::default()
    }));
    let refusal =
        change(&facts(vec![administrator(&[KEY], false)]), &off, None, None).verdict.unwrap_err();
    assert_eq!(refusal, Refusal::AdministratorsLockedOut);
}

/// S9: with passkeys off, the passes are the way in, and stay it.
#[test]
fn switching_passes_off_is_refused_when_they_are_the_last_way_in() {
    let mut facts = facts(vec![administrator(&[KEY], true)]);
    let current = Versioned { value: AccessPassConfiguration::initial(), version: Version(0) };
    let off = AccessPassConfiguration {
        state: MethodState::Disabled,
        ..AccessPassConfiguration::initial()
    };
    let permit = authorize(&Caller::Operator, Action::WriteMethodsPolicy).unwrap();
    let mut try_it = |state| {
        facts.current.value.state = state;
        change_access_pass_configuration(
            &Actor::Operator,
            &permit,
            &current,
            &off,
            &facts,
            &context(),
        )
        .verdict
    };
    assert!(try_it(MethodState::Enabled).is_ok(), "the passkey is a way in");
    assert_eq!(try_it(MethodState::Disabled).unwrap_err(), Refusal::AdministratorsLockedOut);
}

/// S9
#[test]
fn the_last_administrator_who_can_sign_in_is_known() {
    let one = facts(vec![administrator(&[KEY], false)]);
    let user = one.administrators[0].user;
    assert!(is_last_way_in(&one, user));
    let two = facts(vec![administrator(&[KEY], false), administrator(&[], true)]);
    assert!(!is_last_way_in(&two, user), "the other has a pass");
    assert!(!is_last_way_in(&facts(vec![administrator(&[], false)]), user), "had none before");
}

#[test]
fn where_nobody_had_a_way_in_before_nothing_is_lost() {
    let nobody = facts(vec![administrator(&[], false)]);
    assert!(change(&nobody, &only_the_app(), None, None).verdict.is_ok());
}

/// S15
#[test]
fn the_second_of_two_administrators_gets_a_conflict() {
    let facts = facts(Vec::new());
    let stale = change(&facts, &only_the_app(), Some(Version(2)), None);
    assert_eq!(stale.verdict.unwrap_err(), Refusal::VersionConflict);
    assert!(change(&facts, &only_the_app(), Some(Version(3)), None).verdict.is_ok());
}

/// S50
#[test]
fn where_confirmation_is_asked_for_the_counts_are_in_the_answer() {
    let outcome = change(&facts(Vec::new()), &only_the_app(), None, Some((12, 9)));
    let refusal = outcome.verdict.unwrap_err();
    assert_eq!(refusal, Refusal::ConfirmationNeeded { passkeys: 12, people: 9 });
    assert!(refusal.to_string().contains("12 passkeys of 9 people"));
    assert!(change(&facts(Vec::new()), &only_the_app(), None, Some((0, 0))).verdict.is_ok());
}

/// S71: old and new value stand in the record, and the write names the version it stands on.
#[test]
fn a_change_records_old_and_new_and_a_refusal_records_its_code() {
    let outcome = change(&facts(Vec::new()), &only_the_app(), None, None);
    let new = outcome.verdict.unwrap();
    let [Change::ReplaceFido2Configuration { expected, .. }, Change::Audit(entry)] =
        outcome.changes.as_slice()
    else {
        panic!("{:?}", outcome.changes);
    };
    assert_eq!(*expected, Version(3));
    assert_eq!(entry.modified[0].old, AuditValue::Fido2(Box::new(Fido2Configuration::initial())));
    assert_eq!(entry.modified[0].new, AuditValue::Fido2(Box::new(new)));
    let refused = change(&facts(Vec::new()), &only_the_app(), Some(Version(1)), None);
    assert!(matches!(refused.changes.as_slice(), [Change::Audit(_)]), "nothing but the record");
}
