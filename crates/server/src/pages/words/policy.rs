//! The verdicts of the passkey policy as sentences, for the person concerned and for
//! administrators.

use std::collections::BTreeMap;

use identity::GroupId;
use identity::passkey::PasskeyType;
use identity::policy::verdict::ProfileRefusal;
use identity::policy::{Fido2Configuration, ProfileRule, Rule, Target, Verdict};

/// Names of the groups that a policy names.
pub(crate) type GroupNames = BTreeMap<GroupId, String>;

/// Who reads it: a person is not told how groups and profiles are called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reader<'a> {
    /// The person concerned.
    Person,
    /// An administrator.
    Administrator(&'a GroupNames),
}

/// Why the policy says no. `model` names the authenticator, when it is known.
pub(crate) fn rule_sentence(rule: &Rule, reader: Reader<'_>, model: Option<&str>) -> String {
    match (rule, reader) {
        (Rule::MethodDisabled, _) => "Passkeys are switched off in this organisation.".to_owned(),
        (Rule::Guest, _) => "Guests cannot register passkeys in this organisation.".to_owned(),
        (Rule::SelfServiceDenied, _) => {
            "This organisation does not let people set up passkeys themselves.".to_owned()
        }
        (Rule::Excluded(_), Reader::Person) => {
            "You are in a group that may not use passkeys.".to_owned()
        }
        (Rule::Excluded(target), Reader::Administrator(names)) => {
            format!("Excluded through {}.", target_name(*target, names))
        }
        (Rule::NotTargeted, Reader::Person) => {
            "You are in no group that may use passkeys.".to_owned()
        }
        (Rule::NotTargeted, Reader::Administrator(_)) => {
            "In no group that may use passkeys.".to_owned()
        }
        (Rule::NoProfile(refusals), Reader::Person) => {
            let mut reasons: Vec<String> = Vec::new();
            for refusal in refusals {
                let reason = for_the_person(refusal.rule, model);
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
            reasons.join(" ")
        }
        (Rule::NoProfile(refusals), Reader::Administrator(_)) => {
            let reasons: Vec<String> = refusals.iter().map(|it| in_a_profile(it, model)).collect();
            reasons.join(" ")
        }
    }
}

/// The verdict with its path: which profile admits, through which target; or the rule.
pub(crate) fn verdict_sentence(
    verdict: &Verdict,
    configuration: &Fido2Configuration,
    names: &GroupNames,
    model: Option<&str>,
) -> String {
    match verdict {
        Verdict::Allowed { profile, through } => {
            let name = configuration.profile(*profile).map_or("", |it| it.name.as_str());
            format!("Allowed by “{name}” through {}.", target_name(*through, names))
        }
        Verdict::Refused(rule) => rule_sentence(rule, Reader::Administrator(names), model),
    }
}

/// What a target is called.
pub(crate) fn target_name(target: Target, names: &GroupNames) -> String {
    match target {
        Target::AllUsers => "all users".to_owned(),
        Target::Group(group) => match names.get(&group) {
            Some(name) => format!("the group “{name}”"),
            None => format!("the group {group}"),
        },
    }
}

fn for_the_person(rule: ProfileRule, model: Option<&str>) -> String {
    let model = model.unwrap_or("This model");
    match rule {
        ProfileRule::TypeNotAllowed(PasskeyType::Synced) => {
            "Passkeys that are synced between devices are not accepted.".to_owned()
        }
        ProfileRule::TypeNotAllowed(PasskeyType::DeviceBound) => {
            "Only passkeys that are synced between devices are accepted.".to_owned()
        }
        ProfileRule::AttestationRequired => {
            "The authenticator has to prove its make, and this one did not.".to_owned()
        }
        ProfileRule::ModelNotListed => {
            format!("{model} is not on your organisation’s list of accepted authenticators.")
        }
        ProfileRule::ModelBlocked => {
            format!("{model} is on your organisation’s list of blocked authenticators.")
        }
        ProfileRule::NothingAllowed => {
            "The settings of your organisation accept no passkey at all.".to_owned()
        }
    }
}

fn in_a_profile(refusal: &ProfileRefusal, model: Option<&str>) -> String {
    let (name, model) = (&refusal.name, model.unwrap_or("This model"));
    match refusal.rule {
        ProfileRule::TypeNotAllowed(PasskeyType::Synced) => {
            format!("Profile “{name}” takes no synced passkeys.")
        }
        ProfileRule::TypeNotAllowed(PasskeyType::DeviceBound) => {
            format!("Profile “{name}” takes no device-bound passkeys.")
        }
        ProfileRule::AttestationRequired => {
            format!("Profile “{name}” requires a trusted attestation.")
        }
        ProfileRule::ModelNotListed => {
            format!("{model} is not on the allow list of profile “{name}”.")
        }
        ProfileRule::ModelBlocked => format!("{model} is on the block list of profile “{name}”."),
        ProfileRule::NothingAllowed => format!("No passkey can meet profile “{name}”."),
    }
}

#[cfg(test)]
mod tests {
    use identity::policy::fido2::DEFAULT_PROFILE;
    use uuid::Uuid;

    use super::*;

    fn no_profile(rules: &[ProfileRule]) -> Rule {
        Rule::NoProfile(
            rules
                .iter()
                .map(|rule| ProfileRefusal {
                    profile: DEFAULT_PROFILE,
                    name: "Staff".to_owned(),
                    rule: *rule,
                })
                .collect(),
        )
    }

    #[test]
    fn a_person_reads_each_reason_once_and_no_internal_names() {
        let rule = no_profile(&[ProfileRule::ModelNotListed, ProfileRule::ModelNotListed]);
        let text = rule_sentence(&rule, Reader::Person, Some("Acme Key"));
        assert_eq!(text, "Acme Key is not on your organisation’s list of accepted authenticators.");
    }

    /// S45, S64
    #[test]
    fn an_administrator_reads_the_profile_and_the_group() {
        let group = GroupId::new(Uuid::from_u128(7));
        let names = GroupNames::from([(group, "Kiosks".to_owned())]);
        let reader = Reader::Administrator(&names);
        let rule = no_profile(&[ProfileRule::ModelBlocked]);
        assert!(rule_sentence(&rule, reader, None).contains("“Staff”"));
        let excluded = Rule::Excluded(Target::Group(group));
        assert!(rule_sentence(&excluded, reader, None).contains("“Kiosks”"));
        let configuration = Fido2Configuration::initial();
        let verdict = Verdict::Allowed { profile: DEFAULT_PROFILE, through: Target::AllUsers };
        let text = verdict_sentence(&verdict, &configuration, &names, None);
        assert_eq!(text, "Allowed by “Default passkey profile” through all users.");
    }
}
