//! Signing in with a passkey.

use webauthn::authentication::{
    AllowList, CounterVerdict, Expectation, StoredCredential, VerifiedAuthentication,
};
use webauthn::cose::PublicKey;
use webauthn::credential::AuthenticationResponse;
use webauthn::{Challenge, UserVerification};

use crate::Outcome;
use crate::audit::{Context, Recorded, SignInEntry, SignInMethodName};
use crate::change::{BurnKey, Change};
use crate::directory::{AccountState, Person};
use crate::ids::SessionId;
use crate::passkey::{BackupState, Passkey, PasskeyType};
use crate::policy::{Candidate, Fido2Configuration, Moment, Subject, Verdict, Versioned, judge};
use crate::refusal::Refusal;
use crate::registration::{CounterReaction, Terms};
use crate::session::{Session, SignInMethod};
use crate::sign_in::{ExpectedUser, SignInCeremony, SignedIn};

/// What was read to decide on a sign-in.
#[derive(Clone, Debug)]
pub struct SignInFacts {
    /// The passkey that the assertion names, with its owner.
    pub found: Option<PasskeyFound>,
    /// The policy.
    pub configuration: Versioned<Fido2Configuration>,
}

/// A passkey on record and its owner.
#[derive(Clone, Debug)]
pub struct PasskeyFound {
    /// The passkey.
    pub passkey: Passkey,
    /// Its owner.
    pub person: Person,
}

/// What the client sent to finish a sign-in.
#[derive(Debug)]
pub struct Assertion<'a> {
    /// The assertion.
    pub response: &'a AuthenticationResponse,
    /// The challenge found in its client data.
    pub challenge: &'a Challenge,
    /// What the challenge contained; none if it could not be opened with our key.
    pub ceremony: Option<&'a SignInCeremony>,
    /// Whether the challenge was burned before.
    pub is_burned: bool,
    /// Whether its id is one of those that we invent for people who have no passkey.
    pub is_decoy: bool,
    /// Digest of the cookie that the browser sent now.
    pub browser: [u8; 32],
    /// The id of the session to open.
    pub session: SessionId,
}

/// Finishes a sign-in: challenge, standard, account, policy, in this order; then the session. The
/// log says why it was refused; whoever asks is told no more than he may know.
pub fn with_passkey(
    facts: &SignInFacts,
    assertion: &Assertion<'_>,
    terms: &Terms,
    context: &Context,
) -> Outcome<SignedIn> {
    let mut changes = Vec::new();
    if let Some(ceremony) = assertion.ceremony
        && !assertion.is_burned
    {
        changes
            .push(Change::Burn { key: BurnKey(ceremony.nonce), expires_at: ceremony.expires_at });
    }
    let verdict = accept(facts, assertion, terms, context);
    let mut entry = entry(facts, context, Recorded::from(&verdict));
    match &verdict {
        Ok(accepted) => {
            entry.decided_by.clone_from(&accepted.decided_by);
            changes.push(accepted.touch.clone());
            changes.push(Change::OpenSession(Box::new(accepted.signed_in.session.clone())));
        }
        Err(refusal) => {
            // Not counted against the person: a signature cannot be guessed, and a counter that
            // strangers can drive would shut people out. The rim counts it against the address.
            entry.decided_by = refusal.to_string();
        }
    }
    if is_recorded(facts, assertion) {
        changes.push(Change::SignIn(Box::new(entry)));
    }
    let verdict = verdict.map(|accepted| accepted.signed_in);
    Outcome { verdict: verdict.map_err(|refusal| told(refusal, facts, assertion)), changes }
}

/// Whether the log keeps it. An answer that concerns nobody, to a challenge that is not ours or was
/// asked for under a name that nobody has, can be sent without end by anybody, and would bury what
/// administrators look for.
fn is_recorded(facts: &SignInFacts, assertion: &Assertion<'_>) -> bool {
    facts.found.is_some()
        || assertion.ceremony.is_some_and(|it| it.expected != ExpectedUser::Nobody)
}

/// S109: a wrong answer for somebody's passkey, for somebody else's and for one that nobody has
/// are one refusal. Only a passkey that came by itself, without a name or an invented id, may be
/// called unknown: its browser has to forget it (S88, S145).
fn told(refusal: Refusal, facts: &SignInFacts, assertion: &Assertion<'_>) -> Refusal {
    let came_by_itself = !assertion.is_decoy
        && facts.found.is_none()
        && assertion.ceremony.is_some_and(|it| it.expected == ExpectedUser::Anyone);
    let is_telling = matches!(
        refusal,
        Refusal::PasskeyUnknown | Refusal::AnotherPersonsPasskey | Refusal::Authentication(_)
    );
    if is_telling && !came_by_itself { Refusal::PasskeyRejected } else { refusal }
}

/// A yes with what it leads to.
struct Accepted {
    signed_in: SignedIn,
    touch: Change,
    decided_by: String,
}

fn accept(
    facts: &SignInFacts,
    assertion: &Assertion<'_>,
    terms: &Terms,
    context: &Context,
) -> Result<Accepted, Refusal> {
    let ceremony = assertion.ceremony.ok_or(Refusal::ChallengeForeign)?;
    if assertion.is_burned {
        return Err(Refusal::ChallengeUsed);
    }
    if context.now >= ceremony.expires_at {
        return Err(Refusal::ChallengeExpired);
    }
    if ceremony.browser != assertion.browser {
        return Err(Refusal::ChallengeMisplaced);
    }
    let found = facts.found.as_ref().ok_or(Refusal::PasskeyUnknown)?;
    match ceremony.expected {
        ExpectedUser::Anyone => {}
        ExpectedUser::Only(user) if user == found.person.user.id => {}
        ExpectedUser::Only(_) | ExpectedUser::Nobody => {
            return Err(Refusal::AnotherPersonsPasskey);
        }
    }
    let verified = verify(found, assertion, terms)?;
    if found.person.user.state == AccountState::Disabled {
        return Err(Refusal::AccountDisabled);
    }
    let subject = Subject::from(&found.person);
    let candidate = Candidate::Known(&found.passkey.facts);
    let configuration = &facts.configuration.value;
    let mut decided_by = match judge(configuration, subject, candidate, Moment::SignIn) {
        Verdict::Refused(rule) => return Err(Refusal::Policy(rule)),
        Verdict::Allowed { profile, .. } => configuration
            .profile(profile)
            .map_or_else(String::new, |profile| format!("profile {}", profile.name)),
    };
    match (verified.counter(), terms.counter_reaction) {
        (CounterVerdict::WentBack, CounterReaction::Refuse) => {
            return Err(Refusal::CounterWentBack);
        }
        (CounterVerdict::WentBack, CounterReaction::Report) => {
            decided_by.push_str("; risk: the counter went back");
        }
        (CounterVerdict::NotCounting | CounterVerdict::Advanced, _) => {}
    }
    Ok(Accepted {
        signed_in: signed_in(found, assertion.session, terms, context),
        touch: Change::TouchPasskey {
            id: found.passkey.id.clone(),
            expected: found.passkey.sign_count,
            sign_count: std::cmp::max(verified.sign_count(), found.passkey.sign_count),
            backup_state: if verified.backup_state() {
                BackupState::BackedUp
            } else {
                BackupState::NotBackedUp
            },
            at: context.now,
        },
        decided_by,
    })
}

fn verify(
    found: &PasskeyFound,
    assertion: &Assertion<'_>,
    terms: &Terms,
) -> Result<VerifiedAuthentication, Refusal> {
    let public_key = PublicKey::parse(&found.passkey.public_key).map_err(|_| {
        // Written by us from a verified registration; whatever it is now, it opens nothing.
        Refusal::PasskeyUnknown
    })?;
    let credential = StoredCredential {
        id: found.passkey.id.clone(),
        public_key,
        sign_count: found.passkey.sign_count,
        backup_eligible: found.passkey.facts.passkey_type == PasskeyType::Synced,
    };
    webauthn::authentication::verify(
        assertion.response,
        &Expectation {
            relying_party: &terms.relying_party,
            challenge: assertion.challenge,
            user_verification: UserVerification::Required,
            credential: &credential,
            // Whose passkeys may answer was decided above by owner, not by a list of ids.
            allowed: AllowList::Discoverable,
            user_handle: &found.person.user.handle,
        },
    )
    .map_err(Refusal::Authentication)
}

fn signed_in(
    found: &PasskeyFound,
    session: SessionId,
    terms: &Terms,
    context: &Context,
) -> SignedIn {
    SignedIn {
        person: found.person.clone(),
        session: Session {
            id: session,
            user: found.person.user.id,
            method: SignInMethod::Passkey(found.passkey.id.clone()),
            authenticated_at: context.now,
            expires_at: context.now.plus_ms(terms.limits.session_ms),
        },
        passkey: Some(found.passkey.id.clone()),
    }
}

fn entry(facts: &SignInFacts, context: &Context, result: Recorded) -> SignInEntry {
    let found = facts.found.as_ref();
    SignInEntry {
        id: context.entry_id(0),
        at: context.now,
        user: found.map(|found| found.person.user.id),
        upn: found.map(|found| found.person.user.upn.as_str().to_owned()),
        method: match found.map(|found| found.passkey.facts.passkey_type) {
            Some(PasskeyType::DeviceBound) => SignInMethodName::PasskeyDeviceBound,
            Some(PasskeyType::Synced) => SignInMethodName::PasskeySynced,
            None => SignInMethodName::PasskeyUnknown,
        },
        passkey: found.map(|found| found.passkey.id.clone()),
        aaguid: found.map(|found| found.passkey.facts.aaguid),
        result,
        decided_by: String::new(),
        correlation: context.correlation,
        ip: context.ip.clone(),
        user_agent: context.user_agent.clone(),
    }
}
