//! Verb: setting an organisation up with its first administrator, in one commit.

use uuid::Uuid;
use webauthn::{Timestamp, UserHandle};

use crate::Outcome;
use crate::access::DirectoryRole;
use crate::audit::{
    Activity, Actor, AuditEntry, AuditTarget, Context, SignInEntry, SignInMethodName,
};
use crate::change::{BurnKey, Change, Organisation};
use crate::directory::{
    AccountState, DisplayName, Principal, RoleAssignment, User, UserDetails, UserKind,
    UserPrincipalName,
};
use crate::ids::{RoleAssignmentId, SessionId, TenantId, UserId, Version};
use crate::passkey::PasskeyName;
use crate::refusal::Refusal;
use crate::registration::{self, Submission, Terms};
use crate::session::{Session, SignInMethod};
use crate::sign_in::SignedIn;

/// How long a first-run link works, ms.
pub const LINK_MS: i64 = 60 * 60_000;

/// What was read to decide on the first run.
#[derive(Clone, Copy, Debug)]
pub struct FirstRunFacts {
    /// Whether there is an organisation already; then nothing works any more.
    pub is_set_up: bool,
    /// Digest and end of the link that was printed last.
    pub link: Option<([u8; 32], Timestamp)>,
}

/// A first run that has begun: sealed into the challenge of the first registration.
#[derive(Debug, PartialEq, Eq)]
pub struct FirstRunCeremony {
    /// The first administrator's id.
    pub user: UserId,
    /// The first administrator's handle, given to the authenticator.
    pub handle: UserHandle,
    /// Digest of the link that the person came by.
    pub link: [u8; 32],
    /// When the challenge ends.
    pub expires_at: Timestamp,
    /// Random; what gets burned.
    pub nonce: [u8; 32],
}

/// What the first administrator typed.
#[derive(Clone, Debug)]
pub struct Names {
    /// The organisation's name.
    pub organisation: DisplayName,
    /// The administrator's name.
    pub administrator: DisplayName,
    /// The administrator's sign-in name; its domain becomes the organisation's.
    pub upn: UserPrincipalName,
}

/// Random values for the new things.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// Id of the organisation.
    pub tenant: TenantId,
    /// Id of the role assignment.
    pub assignment: RoleAssignmentId,
    /// Id of the session to open.
    pub session: SessionId,
    /// Seeds the ids of the entries.
    pub entry: Uuid,
}

/// Prints a new link if nobody has set the organisation up; the older link dies with it.
pub fn new_link(facts: FirstRunFacts, digest: [u8; 32], now: Timestamp) -> Outcome<()> {
    if facts.is_set_up {
        return Outcome::refused(Refusal::FirstRunLinkInvalid, Vec::new());
    }
    Outcome::accepted(
        (),
        vec![Change::ReplaceFirstRunLink { digest, expires_at: now.plus_ms(LINK_MS) }],
    )
}

/// Whether the link opens the first run.
///
/// # Errors
/// [`Refusal::FirstRunLinkInvalid`] for every reason, so that a guess learns nothing.
pub fn check_link(facts: FirstRunFacts, digest: [u8; 32], now: Timestamp) -> Result<(), Refusal> {
    match facts.link {
        Some((stored, expires_at)) if !facts.is_set_up && stored == digest && now < expires_at => {
            Ok(())
        }
        Some(_) | None => Err(Refusal::FirstRunLinkInvalid),
    }
}

/// Finishes the first run: organisation, administrator, role, passkey and session together, so
/// that nobody can be left with an organisation that has no way in.
pub fn finish(
    facts: FirstRunFacts,
    names: &Names,
    ceremony: &FirstRunCeremony,
    submission: &Submission<'_>,
    fresh: &Fresh,
    (terms, context): (&Terms, &Context),
) -> Outcome<SignedIn> {
    match accept(facts, names, ceremony, submission, fresh, (terms, context)) {
        Ok((signed_in, changes)) => Outcome::accepted(signed_in, changes),
        // Nobody is there yet to read a log, so a refusal only burns the challenge.
        Err(refusal) => Outcome::refused(refusal, burn(ceremony, submission)),
    }
}

fn burn(ceremony: &FirstRunCeremony, submission: &Submission<'_>) -> Vec<Change> {
    if submission.is_burned {
        return Vec::new();
    }
    vec![Change::Burn { key: BurnKey(ceremony.nonce), expires_at: ceremony.expires_at }]
}

fn accept(
    facts: FirstRunFacts,
    names: &Names,
    ceremony: &FirstRunCeremony,
    submission: &Submission<'_>,
    fresh: &Fresh,
    (terms, context): (&Terms, &Context),
) -> Result<(SignedIn, Vec<Change>), Refusal> {
    check_link(facts, ceremony.link, context.now)?;
    if submission.is_burned {
        return Err(Refusal::ChallengeUsed);
    }
    if context.now >= ceremony.expires_at {
        return Err(Refusal::ChallengeExpired);
    }
    let verified = registration::verify(submission, terms, context)?;
    let user = administrator(names, ceremony, context.now);
    let name = submission.name.clone().unwrap_or_else(|| PasskeyName::from_model(submission.model));
    let passkey_facts = registration::facts_of(&verified);
    let passkey = registration::passkey(&verified, user.id, name, passkey_facts, context.now);
    let evidence = registration::evidence(&verified);
    let session = Session {
        id: fresh.session,
        user: user.id,
        method: SignInMethod::Passkey(passkey.id.clone()),
        authenticated_at: context.now,
        expires_at: context.now.plus_ms(terms.limits.session_ms),
    };
    let mut changes = burn(ceremony, submission);
    changes.push(Change::CreateOrganisation(Organisation {
        id: fresh.tenant,
        display_name: names.organisation.clone(),
        domain: names.upn.domain().to_lowercase(),
        created_at: context.now,
    }));
    changes.push(Change::AddUser(Box::new(user.clone())));
    changes.push(Change::AssignRole(RoleAssignment {
        id: fresh.assignment,
        role: DirectoryRole::GlobalAdministrator,
        principal: Principal::User(user.id),
    }));
    let signed_in_entry = sign_in_entry(&user, context);
    let mut added = AuditEntry::new(Activity::PasskeyAdded, AuditTarget::from(&user), context);
    added.id = context.entry_id(1);
    added.actor = Actor::from(&user);
    added.aaguid = Some(passkey.facts.aaguid);
    added.details = registration::details(&passkey, &evidence);
    let created = AuditEntry {
        actor: Actor::from(&user),
        ..AuditEntry::new(Activity::OrganisationCreated, AuditTarget::Organisation, context)
    };
    let id = passkey.id.clone();
    changes.push(Change::AddPasskey {
        passkey: Box::new(passkey),
        evidence: Box::new(evidence),
        limit: terms.limits.passkeys_per_user,
    });
    changes.push(Change::OpenSession(Box::new(session.clone())));
    changes.push(Change::Audit(Box::new(created)));
    changes.push(Change::Audit(Box::new(added)));
    changes.push(Change::SignIn(Box::new(signed_in_entry)));
    let person = crate::directory::Person {
        user,
        groups: std::collections::BTreeSet::new(),
        roles: [DirectoryRole::GlobalAdministrator].into(),
        in_role_assignable_group: false,
    };
    Ok((SignedIn { person, session, passkey: Some(id) }, changes))
}

fn administrator(names: &Names, ceremony: &FirstRunCeremony, now: Timestamp) -> User {
    User {
        id: ceremony.user,
        upn: names.upn.clone(),
        display_name: names.administrator.clone(),
        state: AccountState::Enabled,
        kind: UserKind::Member,
        handle: ceremony.handle.clone(),
        details: UserDetails::default(),
        created_at: now,
        sessions_valid_from: now,
        version: Version(1),
    }
}

fn sign_in_entry(user: &User, context: &Context) -> SignInEntry {
    SignInEntry {
        id: context.entry_id(2),
        at: context.now,
        user: Some(user.id),
        upn: Some(user.upn.as_str().to_owned()),
        method: SignInMethodName::FirstRunLink,
        passkey: None,
        aaguid: None,
        result: crate::audit::Recorded::Success,
        decided_by: "first run".to_owned(),
        correlation: context.correlation,
        ip: context.ip.clone(),
        user_agent: context.user_agent.clone(),
    }
}
