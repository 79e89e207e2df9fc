//! Changing the authentication methods policy.

use std::collections::BTreeSet;

use webauthn::Timestamp;

use crate::access::{Action, Permit};
use crate::audit::{
    Activity, Actor, AuditEntry, AuditTarget, AuditValue, Context, ModifiedProperty, Recorded,
};
use crate::change::Change;
use crate::directory::UserKind;
use crate::ids::{GroupId, UserId, Version};
use crate::passkey::PasskeyFacts;
use crate::policy::access_pass::{LENGTH_MAX, LENGTH_MIN, LIFETIME_MAX, LIFETIME_MIN};
use crate::policy::patch::{Fido2Patch, NamedGroups, merge};
use crate::policy::{
    AccessPassConfiguration, Candidate, Fido2Configuration, Moment, Subject, Versioned, judge,
};
use crate::refusal::Refusal;
use crate::{Limits, Outcome};

/// What was read to decide on a change of the FIDO2 configuration.
#[derive(Clone, Debug)]
pub struct PolicyFacts {
    /// The stored configuration.
    pub current: Versioned<Fido2Configuration>,
    /// The groups that the result may name.
    pub groups: NamedGroups,
    /// Enabled people who may change policy, and their ways in (S9).
    pub administrators: Vec<AdministratorAccess>,
    /// Who may use access passes; a pass is a way in only for these.
    pub passes: AccessPassConfiguration,
}

/// How one administrator could sign in.
#[derive(Clone, Debug)]
pub struct AdministratorAccess {
    /// Who.
    pub user: UserId,
    /// All groups, nesting included.
    pub groups: BTreeSet<GroupId>,
    /// Passkeys on record.
    pub passkeys: Vec<PasskeyFacts>,
    /// Whether this person has a Temporary Access Pass that works now, policy apart.
    pub has_usable_pass: bool,
}

/// Whether at least one of these people could sign in under these configurations (S9).
#[must_use]
pub fn somebody_has_a_way_in(
    administrators: &[AdministratorAccess],
    configuration: &Fido2Configuration,
    passes: &AccessPassConfiguration,
) -> bool {
    administrators.iter().any(|person| has_way_in(person, configuration, passes))
}

/// Whether `leaving` is the only one of these people who could still sign in, so that the account
/// may be neither deleted nor disabled nor stripped of its role (S9).
#[must_use]
pub fn is_last_way_in(facts: &PolicyFacts, leaving: UserId) -> bool {
    let (configuration, passes) = (&facts.current.value, &facts.passes);
    let (leaves, stay): (Vec<_>, Vec<_>) =
        facts.administrators.iter().cloned().partition(|person| person.user == leaving);
    somebody_has_a_way_in(&leaves, configuration, passes)
        && !somebody_has_a_way_in(&stay, configuration, passes)
}

/// What an administrator asked for.
#[derive(Clone, Debug)]
pub enum PolicyChange {
    /// Merge these members.
    Patch(Box<Fido2Patch>),
    /// Back to what a new organisation starts with.
    Reset,
}

/// The configuration that a change would lead to; the preview and the change both start here.
///
/// # Errors
/// A refusal that names the faulty property.
pub fn propose_fido2_configuration(
    facts: &PolicyFacts,
    change: &PolicyChange,
    limits: &Limits,
) -> Result<Fido2Configuration, Refusal> {
    match change {
        PolicyChange::Patch(patch) => merge(&facts.current.value, patch, &facts.groups, limits),
        PolicyChange::Reset => Ok(Fido2Configuration::initial()),
    }
}

/// Changes the FIDO2 configuration.
///
/// `if_match` is the version that the client read, if it said so. `impact` is what the preview
/// counted, given only where the organisation asks for confirmation and none was sent (S50).
pub fn change_fido2_configuration(
    actor: &Actor,
    permit: &Permit,
    facts: &PolicyFacts,
    request: (&PolicyChange, Option<Version>, Option<(u64, u64)>),
    (limits, context): (&Limits, &Context),
) -> Outcome<Fido2Configuration> {
    let (change, if_match, impact) = request;
    let verdict = permitted(permit).and_then(|()| decide(facts, change, if_match, impact, limits));
    let activity = match change {
        PolicyChange::Patch(_) => Activity::MethodsPolicyUpdated,
        PolicyChange::Reset => Activity::MethodsPolicyReset,
    };
    let mut entry = AuditEntry {
        actor: actor.clone(),
        result: Recorded::from(&verdict),
        ..AuditEntry::new(activity, AuditTarget::Policy("Fido2".to_owned()), context)
    };
    let mut changes = Vec::new();
    if let Ok(configuration) = &verdict {
        entry.modified.push(ModifiedProperty {
            name: "Fido2".to_owned(),
            old: AuditValue::Fido2(Box::new(facts.current.value.clone())),
            new: AuditValue::Fido2(Box::new(configuration.clone())),
        });
        changes.push(Change::ReplaceFido2Configuration {
            expected: facts.current.version,
            configuration: Box::new(configuration.clone()),
            at: context.now,
        });
    }
    changes.push(Change::Audit(Box::new(entry)));
    Outcome { verdict, changes }
}

/// Only a permit to write the policy counts.
fn permitted(permit: &Permit) -> Result<(), Refusal> {
    if *permit.action() == Action::WriteMethodsPolicy {
        Ok(())
    } else {
        Err(Refusal::TargetProtected)
    }
}

fn decide(
    facts: &PolicyFacts,
    change: &PolicyChange,
    if_match: Option<Version>,
    impact: Option<(u64, u64)>,
    limits: &Limits,
) -> Result<Fido2Configuration, Refusal> {
    if if_match.is_some_and(|version| version != facts.current.version) {
        return Err(Refusal::VersionConflict);
    }
    let proposed = propose_fido2_configuration(facts, change, limits)?;
    let has_way_in = |configuration: &Fido2Configuration| {
        somebody_has_a_way_in(&facts.administrators, configuration, &facts.passes)
    };
    // S9: a change may not take the last way in from those who could take it back.
    if has_way_in(&facts.current.value) && !has_way_in(&proposed) {
        return Err(Refusal::AdministratorsLockedOut);
    }
    if let Some((passkeys, people)) = impact
        && passkeys > 0
    {
        return Err(Refusal::ConfirmationNeeded { passkeys, people });
    }
    Ok(proposed)
}

fn has_way_in(
    person: &AdministratorAccess,
    configuration: &Fido2Configuration,
    passes: &AccessPassConfiguration,
) -> bool {
    // Whether somebody is a guest is asked at registration only.
    let subject = Subject { kind: UserKind::Member, groups: &person.groups };
    (person.has_usable_pass && passes.admit(&person.groups))
        || person.passkeys.iter().any(|facts| {
            judge(configuration, subject, Candidate::Known(facts), Moment::SignIn).is_allowed()
        })
}

/// Changes the access pass configuration; `proposed` is complete. `facts` name its groups.
pub fn change_access_pass_configuration(
    actor: &Actor,
    permit: &Permit,
    current: &Versioned<AccessPassConfiguration>,
    proposed: &AccessPassConfiguration,
    facts: &PolicyFacts,
    context: &Context,
) -> Outcome<AccessPassConfiguration> {
    let verdict = permitted(permit)
        .and_then(|()| check_access_pass(proposed, &facts.groups))
        .and_then(|()| {
            // S9: passkeys may be off because passes were a way in; then passes must stay one
            let way_in = |passes: &AccessPassConfiguration| {
                somebody_has_a_way_in(&facts.administrators, &facts.current.value, passes)
            };
            if way_in(&current.value) && !way_in(proposed) {
                return Err(Refusal::AdministratorsLockedOut);
            }
            Ok(proposed.clone())
        });
    let target = AuditTarget::Policy("TemporaryAccessPass".to_owned());
    let mut entry = AuditEntry {
        actor: actor.clone(),
        result: Recorded::from(&verdict),
        ..AuditEntry::new(Activity::MethodsPolicyUpdated, target, context)
    };
    let mut changes = Vec::new();
    if let Ok(configuration) = &verdict {
        entry.modified.push(ModifiedProperty {
            name: "TemporaryAccessPass".to_owned(),
            old: AuditValue::AccessPass(Box::new(current.value.clone())),
            new: AuditValue::AccessPass(Box::new(configuration.clone())),
        });
        changes.push(Change::ExpectFido2Configuration { expected: facts.current.version });
        changes.push(replace(current, configuration, context.now));
    }
    changes.push(Change::Audit(Box::new(entry)));
    Outcome { verdict, changes }
}

fn replace(
    current: &Versioned<AccessPassConfiguration>,
    configuration: &AccessPassConfiguration,
    at: Timestamp,
) -> Change {
    Change::ReplaceAccessPassConfiguration {
        expected: current.version,
        configuration: Box::new(configuration.clone()),
        at,
    }
}

fn check_access_pass(
    proposed: &AccessPassConfiguration,
    groups: &NamedGroups,
) -> Result<(), Refusal> {
    let lifetimes = [
        ("minimumLifetimeInMinutes", proposed.minimum_lifetime_minutes),
        ("maximumLifetimeInMinutes", proposed.maximum_lifetime_minutes),
        ("defaultLifetimeInMinutes", proposed.default_lifetime_minutes),
    ];
    for (property, minutes) in lifetimes {
        if !(LIFETIME_MIN..=LIFETIME_MAX).contains(&minutes) {
            let problem = format!("{minutes} is not between {LIFETIME_MIN} and {LIFETIME_MAX}");
            return Err(Refusal::property(property, problem));
        }
    }
    let range = proposed.minimum_lifetime_minutes..=proposed.maximum_lifetime_minutes;
    if !range.contains(&proposed.default_lifetime_minutes) {
        let problem = "must lie between the minimum and the maximum lifetime";
        return Err(Refusal::property("defaultLifetimeInMinutes", problem));
    }
    if !(LENGTH_MIN..=LENGTH_MAX).contains(&proposed.length) {
        let problem = format!("{} is not between {LENGTH_MIN} and {LENGTH_MAX}", proposed.length);
        return Err(Refusal::property("defaultLength", problem));
    }
    for target in proposed.include.iter().chain(&proposed.exclude) {
        if let crate::policy::Target::Group(group) = target
            && groups.get(group) != Some(&crate::directory::SecurityGroup::Yes)
        {
            let problem = format!("{group} is not a security group: name one");
            return Err(Refusal::property("includeTargets", problem));
        }
    }
    Ok(())
}
