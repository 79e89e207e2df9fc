//! Acting on people's methods: passkeys and access passes.

use webauthn::Timestamp;

use crate::Outcome;
use crate::access::{Permit, TargetPerson};
use crate::access_pass::AccessPass;
use crate::audit::{
    Activity, Actor, AuditEntry, AuditTarget, AuditValue, Context, ModifiedProperty, Recorded,
};
use crate::change::Change;
use crate::directory::Person;
use crate::ids::{AccessPassId, SessionId};
use crate::passkey::{Passkey, PasskeyName};
use crate::policy::{AccessPassConfiguration, Versioned};
use crate::refusal::Refusal;
use crate::session::PassUsage;

/// Deletes a passkey: it signs nobody in from this moment (S90, S144), and the sessions that it
/// opened end, except the one in which the person himself deletes it.
///
/// Deleting one's own asks for no fresh sign-in: a person who has lost a device must be able to
/// shut it out at once.
pub fn delete_passkey(
    actor: &Actor,
    permit: &Permit,
    target: &TargetPerson,
    (passkey, keep): (Option<&Passkey>, Option<SessionId>),
    context: &Context,
) -> Outcome<()> {
    let verdict = passkeys_permitted(permit, target)
        .and_then(|()| owned(target, passkey))
        .map(|passkey| (passkey.id.clone(), passkey.facts.aaguid));
    let mut entry =
        entry(Activity::PasskeyDeleted, actor, target, context, Recorded::from(&verdict));
    let mut changes = Vec::new();
    if let Ok((id, aaguid)) = &verdict {
        entry.aaguid = Some(*aaguid);
        entry.details.push(("AAGUID".to_owned(), aaguid.to_string()));
        changes.push(Change::DeletePasskey { user: target.id, id: id.clone(), keep });
    }
    changes.push(Change::Audit(Box::new(entry)));
    Outcome { verdict: verdict.map(|_| ()), changes }
}

/// Renames a passkey.
pub fn rename_passkey(
    actor: &Actor,
    permit: &Permit,
    target: &TargetPerson,
    (passkey, name): (Option<&Passkey>, &PasskeyName),
    context: &Context,
) -> Outcome<()> {
    let verdict = passkeys_permitted(permit, target).and_then(|()| owned(target, passkey));
    let mut entry =
        entry(Activity::PasskeyRenamed, actor, target, context, Recorded::from(&verdict));
    let mut changes = Vec::new();
    if let Ok(passkey) = &verdict {
        entry.aaguid = Some(passkey.facts.aaguid);
        entry.modified.push(ModifiedProperty {
            name: "displayName".to_owned(),
            old: AuditValue::Text(passkey.name.as_str().to_owned()),
            new: AuditValue::Text(name.as_str().to_owned()),
        });
        changes.push(Change::RenamePasskey {
            user: target.id,
            id: passkey.id.clone(),
            name: name.clone(),
        });
    }
    changes.push(Change::Audit(Box::new(entry)));
    Outcome { verdict: verdict.map(|_| ()), changes }
}

fn owned<'a>(target: &TargetPerson, passkey: Option<&'a Passkey>) -> Result<&'a Passkey, Refusal> {
    passkey
        .filter(|passkey| passkey.user == target.id)
        .ok_or_else(|| Refusal::not_found("the passkey"))
}

/// Only a permit for this very person's passkeys counts.
fn passkeys_permitted(permit: &Permit, target: &TargetPerson) -> Result<(), Refusal> {
    if permit.covers_passkeys_of(target.id) { Ok(()) } else { Err(Refusal::TargetProtected) }
}

/// Only a permit for this very person's pass counts.
fn pass_permitted(permit: &Permit, target: &TargetPerson) -> Result<(), Refusal> {
    if permit.covers_access_pass_of(target.id) { Ok(()) } else { Err(Refusal::TargetProtected) }
}

/// What was read to decide on a pass.
#[derive(Clone, Debug)]
pub struct IssueFacts {
    /// Who gets it.
    pub person: Person,
    /// The policy.
    pub configuration: Versioned<AccessPassConfiguration>,
}

/// The pass that is asked for. The secret was made at the rim; only its hash comes here.
#[derive(Clone, Debug)]
pub struct AccessPassRequest {
    /// Its id.
    pub id: AccessPassId,
    /// Slow hash of the secret.
    pub secret_hash: String,
    /// How long, minutes; none for the policy's default.
    pub lifetime_minutes: Option<u32>,
    /// From when; none for now.
    pub starts_at: Option<Timestamp>,
    /// Once or often; none for the policy's choice.
    pub usage: Option<PassUsage>,
}

/// What the issuer should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassWarning {
    /// The pass works.
    None,
    /// The policy lets this person use no pass, so it will not sign in (S117).
    OutOfScope,
}

/// Issues a pass, replacing an older one (S118).
pub fn issue_access_pass(
    actor: &Actor,
    permit: &Permit,
    facts: &IssueFacts,
    request: &AccessPassRequest,
    context: &Context,
) -> Outcome<(AccessPass, PassWarning)> {
    let target = TargetPerson::from(&facts.person);
    let verdict =
        pass_permitted(permit, &target).and_then(|()| new_pass(facts, request, context.now));
    let entry =
        entry(Activity::AccessPassIssued, actor, &target, context, Recorded::from(&verdict));
    let mut changes = Vec::new();
    if let Ok(pass) = &verdict {
        changes.push(Change::IssueAccessPass(Box::new(pass.clone())));
    }
    changes.push(Change::Audit(Box::new(entry)));
    let warning = if facts.configuration.value.admit(&facts.person.groups) {
        PassWarning::None
    } else {
        PassWarning::OutOfScope
    };
    Outcome { verdict: verdict.map(|pass| (pass, warning)), changes }
}

fn new_pass(
    facts: &IssueFacts,
    request: &AccessPassRequest,
    now: Timestamp,
) -> Result<AccessPass, Refusal> {
    let policy = &facts.configuration.value;
    let lifetime = request.lifetime_minutes.unwrap_or(policy.default_lifetime_minutes);
    let range = policy.minimum_lifetime_minutes..=policy.maximum_lifetime_minutes;
    if !range.contains(&lifetime) {
        let problem = format!(
            "{lifetime} is not between {} and {}, which the policy allows",
            range.start(),
            range.end()
        );
        return Err(Refusal::property("lifetimeInMinutes", problem));
    }
    let usage = match (policy.usage, request.usage) {
        (PassUsage::Once, Some(PassUsage::Many)) => {
            let problem = "the policy allows one-time passes only: send true or leave it out";
            return Err(Refusal::property("isUsableOnce", problem));
        }
        (PassUsage::Once, _) => PassUsage::Once,
        (PassUsage::Many, usage) => usage.unwrap_or(PassUsage::Many),
    };
    let starts_at = request.starts_at.unwrap_or(now);
    if now.since_ms(starts_at) > 60_000 {
        return Err(Refusal::property("startDateTime", "lies in the past: send a later time"));
    }
    Ok(AccessPass {
        id: request.id,
        user: facts.person.user.id,
        secret_hash: request.secret_hash.clone(),
        starts_at,
        lifetime_minutes: lifetime,
        usage,
        created_at: now,
        used_at: None,
    })
}

/// Deletes a pass and ends what was gained with it.
pub fn delete_access_pass(
    actor: &Actor,
    permit: &Permit,
    target: &TargetPerson,
    pass: Option<&AccessPass>,
    context: &Context,
) -> Outcome<()> {
    let verdict = pass_permitted(permit, target).and_then(|()| {
        pass.filter(|pass| pass.user == target.id)
            .map(|pass| pass.id)
            .ok_or_else(|| Refusal::not_found("the access pass"))
    });
    let entry =
        entry(Activity::AccessPassDeleted, actor, target, context, Recorded::from(&verdict));
    let mut changes = Vec::new();
    if let Ok(id) = &verdict {
        changes.push(Change::DeleteAccessPass { user: target.id, id: *id });
    }
    changes.push(Change::Audit(Box::new(entry)));
    Outcome { verdict: verdict.map(|_| ()), changes }
}

fn entry(
    activity: Activity,
    actor: &Actor,
    target: &TargetPerson,
    context: &Context,
    result: Recorded,
) -> AuditEntry {
    AuditEntry {
        actor: actor.clone(),
        result,
        ..AuditEntry::new(activity, AuditTarget::from(target), context)
    }
}
