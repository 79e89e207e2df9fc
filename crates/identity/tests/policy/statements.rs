//! The policy statements of behaviour, one by one.

use identity::passkey::{AttestationLevel, PasskeyFacts, PasskeyType};
use identity::policy::key_restrictions::Enforcement;
use identity::policy::{
    AttestationEnforcement, Fido2Configuration, MethodState, Moment, PasskeyTypes, ProfileRule,
    Rule, SelfService, Target, Verdict,
};

use crate::world::{allow, ask, block, group, include, model, passkey, profile};

const DEVICE: PasskeyType = PasskeyType::DeviceBound;
const SYNCED: PasskeyType = PasskeyType::Synced;

fn code(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed { .. } => "allowed",
        Verdict::Refused(rule) => rule.code(),
    }
}

fn two_profiles() -> Fido2Configuration {
    Fido2Configuration {
        include: vec![
            include(Target::Group(group(1)), &[1]),
            include(Target::Group(group(2)), &[2]),
        ],
        profiles: vec![profile(0), profile(1), profile(2)],
        ..Fido2Configuration::initial()
    }
}

/// S10
#[test]
fn a_disabled_method_lets_nobody_register_or_sign_in() {
    let configuration =
        Fido2Configuration { state: MethodState::Disabled, ..Fido2Configuration::initial() };
    for moment in [Moment::SelfRegistration, Moment::Provisioning, Moment::SignIn] {
        let verdict = ask(&configuration, &[], &passkey(1, DEVICE), moment);
        assert_eq!(code(&verdict), "passkey-method-disabled");
    }
}

/// S11
#[test]
fn everybody_may_register_when_all_users_are_targeted() {
    let configuration = Fido2Configuration::initial();
    let verdict = ask(&configuration, &[], &passkey(1, SYNCED), Moment::SelfRegistration);
    assert!(verdict.is_allowed());
}

/// S12
#[test]
fn who_is_in_no_target_is_refused() {
    let verdict = ask(&two_profiles(), &[group(3)], &passkey(1, DEVICE), Moment::SelfRegistration);
    assert_eq!(verdict, Verdict::Refused(Rule::NotTargeted));
}

/// S13
#[test]
fn who_is_included_and_excluded_is_refused_at_registration_and_sign_in() {
    let mut configuration = two_profiles();
    configuration.exclude.push(Target::Group(group(3)));
    for moment in [Moment::SelfRegistration, Moment::SignIn] {
        let verdict = ask(&configuration, &[group(1), group(3)], &passkey(1, DEVICE), moment);
        assert_eq!(verdict, Verdict::Refused(Rule::Excluded(Target::Group(group(3)))));
    }
}

/// S19, S20, S21, S22
#[test]
fn without_self_service_people_still_sign_in_and_administrators_still_provision() {
    let configuration =
        Fido2Configuration { self_service: SelfService::Denied, ..Fido2Configuration::initial() };
    let facts = passkey(1, DEVICE);
    let own = ask(&configuration, &[], &facts, Moment::SelfRegistration);
    assert_eq!(code(&own), "self-service-denied");
    assert!(ask(&configuration, &[], &facts, Moment::Provisioning).is_allowed());
    assert!(ask(&configuration, &[], &facts, Moment::SignIn).is_allowed());
}

/// S24, S25, S30, S31, S32
#[test]
fn enforced_attestation_counts_at_registration_only_and_never_admits_a_synced_passkey() {
    let mut configuration = Fido2Configuration::initial();
    configuration.profiles[0].attestation = AttestationEnforcement::RegistrationOnly;
    let unattested = passkey(1, DEVICE);
    let attested = PasskeyFacts { attestation: AttestationLevel::Attested, ..unattested };
    let synced = PasskeyFacts { passkey_type: SYNCED, ..attested };
    let register = Moment::SelfRegistration;
    assert_eq!(code(&ask(&configuration, &[], &unattested, register)), "attestation-missing");
    assert!(ask(&configuration, &[], &attested, register).is_allowed());
    assert_eq!(code(&ask(&configuration, &[], &synced, register)), "attestation-missing");
    assert!(ask(&configuration, &[], &unattested, Moment::SignIn).is_allowed());
}

/// S40, S41, S43, S44
#[test]
fn a_model_off_the_allow_list_is_refused_and_works_again_when_it_returns() {
    let mut configuration = Fido2Configuration::initial();
    configuration.profiles[0].key_restrictions = allow(&[1, 2]);
    for moment in [Moment::SelfRegistration, Moment::SignIn] {
        assert!(ask(&configuration, &[], &passkey(1, DEVICE), moment).is_allowed());
        let other = ask(&configuration, &[], &passkey(3, DEVICE), moment);
        assert_eq!(code(&other), "model-not-listed");
    }
    configuration.profiles[0].key_restrictions = allow(&[2]);
    let removed = ask(&configuration, &[], &passkey(1, DEVICE), Moment::SignIn);
    assert_eq!(code(&removed), "model-not-listed");
    configuration.profiles[0].key_restrictions = allow(&[2, 1]);
    assert!(ask(&configuration, &[], &passkey(1, DEVICE), Moment::SignIn).is_allowed());
}

/// S42
#[test]
fn a_blocked_model_is_refused_and_others_pass() {
    let mut configuration = Fido2Configuration::initial();
    configuration.profiles[0].key_restrictions = block(&[1]);
    let blocked = ask(&configuration, &[], &passkey(1, DEVICE), Moment::SignIn);
    assert_eq!(code(&blocked), "model-blocked");
    assert!(ask(&configuration, &[], &passkey(2, DEVICE), Moment::SignIn).is_allowed());
}

/// S46
#[test]
fn switching_restrictions_off_revives_what_they_blocked() {
    let mut configuration = Fido2Configuration::initial();
    configuration.profiles[0].key_restrictions = block(&[1]);
    configuration.profiles[0].key_restrictions.enforcement = Enforcement::Off;
    assert!(ask(&configuration, &[], &passkey(1, DEVICE), Moment::SignIn).is_allowed());
}

/// S58
#[test]
fn meeting_one_of_two_profiles_in_full_is_enough() {
    let mut configuration = two_profiles();
    configuration.profiles[1].key_restrictions = allow(&[1]);
    let both = [group(1), group(2)];
    let verdict = ask(&configuration, &both, &passkey(3, DEVICE), Moment::SignIn);
    assert_eq!(
        verdict,
        Verdict::Allowed { profile: profile(2).id, through: Target::Group(group(2)) }
    );
}

/// S59
#[test]
fn halves_of_two_profiles_make_no_whole() {
    let mut configuration = two_profiles();
    configuration.profiles[1].key_restrictions = allow(&[1]);
    configuration.profiles[1].types = PasskeyTypes::DeviceBound;
    configuration.profiles[2].key_restrictions = allow(&[2]);
    configuration.profiles[2].types = PasskeyTypes::Synced;
    let both = [group(1), group(2)];
    let verdict = ask(&configuration, &both, &passkey(2, DEVICE), Moment::SignIn);
    let Verdict::Refused(Rule::NoProfile(refusals)) = verdict else { panic!("{verdict:?}") };
    assert_eq!(refusals[0].rule, ProfileRule::ModelNotListed);
    assert_eq!(refusals[1].rule, ProfileRule::TypeNotAllowed(DEVICE));
}

/// S61, S62
#[test]
fn a_device_bound_profile_refuses_synced_passkeys_at_registration_and_sign_in() {
    let mut configuration = Fido2Configuration::initial();
    configuration.profiles[0].types = PasskeyTypes::DeviceBound;
    for moment in [Moment::SelfRegistration, Moment::SignIn] {
        let verdict = ask(&configuration, &[], &passkey(1, SYNCED), moment);
        assert_eq!(code(&verdict), "passkey-type-not-allowed");
        assert!(ask(&configuration, &[], &passkey(1, DEVICE), moment).is_allowed());
    }
}

/// S48
#[test]
fn a_hidden_model_is_on_no_allow_list() {
    let mut configuration = Fido2Configuration::initial();
    configuration.profiles[0].key_restrictions = allow(&[1]);
    assert!(model(0).is_zero());
    let verdict = ask(&configuration, &[], &passkey(0, DEVICE), Moment::SignIn);
    assert_eq!(code(&verdict), "model-not-listed");
}
