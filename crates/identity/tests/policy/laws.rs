//! Laws that hold for every policy, every person and every passkey.

use identity::Limits;
use identity::directory::SecurityGroup;
use identity::impact::{PasskeyClass, compare};
use identity::policy::key_restrictions::Enforcement;
use identity::policy::patch::{Fido2Patch, NamedGroups, merge};
use identity::policy::{
    AttestationEnforcement, Candidate, Moment, PasskeyTypes, RestrictionKind, Rule, Subject,
    Target, Verdict, judge,
};
use proptest::prelude::*;

use crate::world::{
    any_configuration, any_groups, any_kind, any_moment, any_passkey, every_passkey, group, model,
};

fn every_group_is_a_security_group() -> NamedGroups {
    (0..4).map(|number| (group(number), SecurityGroup::Yes)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// S13: excluding beats including, at every moment.
    #[test]
    fn an_excluded_person_is_always_refused(
        mut configuration in any_configuration(),
        groups in any_groups(),
        facts in any_passkey(),
        moment in any_moment(),
    ) {
        prop_assume!(!groups.is_empty());
        let target = Target::Group(*groups.iter().next().unwrap());
        configuration.exclude.push(target);
        let subject = Subject { kind: identity::directory::UserKind::Member, groups: &groups };
        let verdict = judge(&configuration, subject, Candidate::Known(&facts), moment);
        prop_assert!(!verdict.is_allowed());
    }

    /// S41, S42: tightening any list never lets anybody in.
    #[test]
    fn blocking_a_model_never_admits_anybody(
        configuration in any_configuration(),
        groups in any_groups(),
        kind in any_kind(),
        facts in any_passkey(),
        moment in any_moment(),
        number in 0..4_u8,
    ) {
        let mut tighter = configuration.clone();
        for profile in &mut tighter.profiles {
            let list = &mut profile.key_restrictions;
            match (list.enforcement, list.kind) {
                (Enforcement::Enforced, RestrictionKind::Allow) => {
                    list.aaguids.retain(|aaguid| *aaguid != model(number));
                }
                (Enforcement::Enforced, RestrictionKind::Block) => {
                    if !list.aaguids.contains(&model(number)) {
                        list.aaguids.push(model(number));
                    }
                }
                (Enforcement::Off, _) => {
                    list.enforcement = Enforcement::Enforced;
                    list.kind = RestrictionKind::Block;
                    list.aaguids = vec![model(number)];
                }
            }
        }
        let subject = Subject { kind, groups: &groups };
        let before = judge(&configuration, subject, Candidate::Known(&facts), moment);
        let after = judge(&tighter, subject, Candidate::Known(&facts), moment);
        prop_assert!(before.is_allowed() || !after.is_allowed());
        if facts.aaguid == model(number) {
            prop_assert!(!after.is_allowed());
        }
    }

    /// Demanding attestation or one type never lets anybody in.
    #[test]
    fn demanding_more_never_admits_anybody(
        configuration in any_configuration(),
        groups in any_groups(),
        facts in any_passkey(),
        moment in any_moment(),
    ) {
        let mut stricter = configuration.clone();
        for profile in &mut stricter.profiles {
            profile.attestation = AttestationEnforcement::RegistrationOnly;
            if profile.types == PasskeyTypes::Any {
                profile.types = PasskeyTypes::DeviceBound;
            }
        }
        let subject = Subject { kind: identity::directory::UserKind::Member, groups: &groups };
        let before = judge(&configuration, subject, Candidate::Known(&facts), moment);
        let after = judge(&stricter, subject, Candidate::Known(&facts), moment);
        prop_assert!(before.is_allowed() || !after.is_allowed());
    }

    /// An offer is made exactly when some passkey would be accepted.
    #[test]
    fn what_is_offered_can_be_accepted_and_what_is_not_offered_cannot(
        configuration in any_configuration(),
        groups in any_groups(),
        kind in any_kind(),
        moment in any_moment(),
    ) {
        let subject = Subject { kind, groups: &groups };
        let offered = judge(&configuration, subject, Candidate::Any, moment).is_allowed();
        let accepted = every_passkey().iter().any(|facts| {
            judge(&configuration, subject, Candidate::Known(facts), moment).is_allowed()
        });
        prop_assert_eq!(offered, accepted);
    }

    /// The empty change changes nothing, and no impact follows from it.
    #[test]
    fn the_empty_change_changes_nothing(
        configuration in any_configuration(),
        groups in any_groups(),
        facts in any_passkey(),
    ) {
        let named = every_group_is_a_security_group();
        let result = merge(&configuration, &Fido2Patch::default(), &named, &Limits::default());
        // A configuration that breaks a rule of merging is refused; it is never altered.
        if let Ok(merged) = result {
            prop_assert_eq!(&merged, &configuration);
        }
        let class = PasskeyClass { facts, groups, passkeys: 1 };
        let impact = compare(&configuration, &configuration, &[class]);
        prop_assert!(!impact[0].stops() && !impact[0].starts());
    }

    /// S58, S59: somebody is admitted exactly when one single profile says yes by itself.
    #[test]
    fn one_profile_met_in_full_is_needed_and_enough(
        configuration in any_configuration(),
        groups in any_groups(),
        facts in any_passkey(),
        moment in any_moment(),
    ) {
        let subject = Subject { kind: identity::directory::UserKind::Member, groups: &groups };
        let verdict = judge(&configuration, subject, Candidate::Known(&facts), moment);
        let alone = |number: usize| {
            let mut only = configuration.clone();
            let keep = only.profiles[number].id;
            for include in &mut only.include {
                if include.profiles.is_empty() {
                    include.profiles.push(identity::policy::fido2::DEFAULT_PROFILE);
                }
                include.profiles.retain(|id| *id == keep);
            }
            only.include.retain(|include| !include.profiles.is_empty());
            judge(&only, subject, Candidate::Known(&facts), moment).is_allowed()
        };
        prop_assert_eq!(verdict.is_allowed(), (0..3).any(alone));
    }

    /// S30, S21: at sign-in neither attestation nor self-service is asked.
    #[test]
    fn sign_in_asks_neither_attestation_nor_self_service(
        configuration in any_configuration(),
        groups in any_groups(),
        facts in any_passkey(),
    ) {
        let mut other = configuration.clone();
        for profile in &mut other.profiles {
            profile.attestation = AttestationEnforcement::RegistrationOnly;
        }
        other.self_service = identity::policy::SelfService::Denied;
        let subject = Subject { kind: identity::directory::UserKind::Member, groups: &groups };
        prop_assert_eq!(
            judge(&configuration, subject, Candidate::Known(&facts), Moment::SignIn),
            judge(&other, subject, Candidate::Known(&facts), Moment::SignIn)
        );
    }

    /// Every refusal by profiles names each profile that applies, so that the reason is complete.
    #[test]
    fn a_refusal_names_every_profile_that_applies(
        configuration in any_configuration(),
        groups in any_groups(),
        facts in any_passkey(),
    ) {
        let subject = Subject { kind: identity::directory::UserKind::Member, groups: &groups };
        let verdict = judge(&configuration, subject, Candidate::Known(&facts), Moment::SignIn);
        if let Verdict::Refused(Rule::NoProfile(refusals)) = verdict {
            prop_assert_eq!(refusals.len(), configuration.effective_profiles(&groups).len());
        }
    }
}
