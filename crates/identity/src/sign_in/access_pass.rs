//! Signing in with a Temporary Access Pass.

use webauthn::Timestamp;

use crate::access_pass::{AccessPass, PassState};
use crate::audit::{Context, Recorded, SignInEntry, SignInMethodName};
use crate::change::Change;
use crate::directory::{AccountState, Person};
use crate::ids::SessionId;
use crate::policy::{AccessPassConfiguration, Versioned};
use crate::refusal::Refusal;
use crate::session::{Session, SignInMethod};
use crate::sign_in::SignedIn;
use crate::{Limits, Outcome};

/// What was read to decide on a sign-in with a pass.
#[derive(Clone, Debug)]
pub struct AccessPassFacts {
    /// The person whose name was typed, if anybody's.
    pub person: Option<Person>,
    /// That person's pass.
    pub pass: Option<AccessPass>,
    /// The policy.
    pub configuration: Versioned<AccessPassConfiguration>,
    /// Failed attempts within the current window, and when it began.
    pub failures: Option<(u32, Timestamp)>,
}

/// What was submitted, as far as it may be known here.
#[derive(Debug)]
pub struct AccessPassSubmission<'a> {
    /// The name as typed, for the log.
    pub name: &'a str,
    /// Whether the secret matches the stored hash; against a hash of nothing when there is no
    /// pass, so that both take the same time.
    pub matches: bool,
    /// The id of the session to open.
    pub session: SessionId,
}

/// Signs in with a pass. Attempts under a name that nobody has are refused like any other and leave
/// no entry: they concern nobody, and strangers could fill the log with them.
pub fn with_access_pass(
    facts: &AccessPassFacts,
    submission: &AccessPassSubmission<'_>,
    limits: &Limits,
    context: &Context,
) -> Outcome<SignedIn> {
    let verdict = accept(facts, submission, limits, context);
    let result = Recorded::from(&verdict);
    let mut changes = Vec::new();
    match &verdict {
        Ok((signed_in, pass)) => {
            changes.push(Change::UseAccessPass {
                id: pass.id,
                expected: pass.used_at,
                at: context.now,
            });
            changes.push(Change::ClearFailures(signed_in.person.user.id));
            changes.push(Change::OpenSession(Box::new(signed_in.session.clone())));
        }
        Err(Refusal::AccessPassWrong) => {
            if let Some(person) = &facts.person {
                changes.push(Change::CountFailure {
                    user: person.user.id,
                    at: context.now,
                    window_ms: limits.failure_window_ms,
                });
            }
        }
        Err(_) => {}
    }
    if let Some(person) = &facts.person {
        let entry = entry(person, submission, context, result);
        changes.push(Change::SignIn(Box::new(entry)));
    }
    Outcome { verdict: verdict.map(|(signed_in, _)| signed_in), changes }
}

fn accept<'a>(
    facts: &'a AccessPassFacts,
    submission: &AccessPassSubmission<'_>,
    limits: &Limits,
    context: &Context,
) -> Result<(SignedIn, &'a AccessPass), Refusal> {
    if let Some((count, since)) = facts.failures {
        let until = since.plus_ms(limits.failure_window_ms);
        if count >= limits.failures && context.now < until {
            return Err(Refusal::LockedOut { until });
        }
    }
    let (Some(person), Some(pass), true) = (&facts.person, &facts.pass, submission.matches) else {
        return Err(Refusal::AccessPassWrong);
    };
    if person.user.state == AccountState::Disabled {
        return Err(Refusal::AccountDisabled);
    }
    if !facts.configuration.value.admit(&person.groups) {
        return Err(Refusal::AccessPassNotAllowed);
    }
    match pass.state(context.now) {
        PassState::Usable => {}
        state @ (PassState::NotYetValid | PassState::Expired | PassState::Used) => {
            return Err(Refusal::AccessPassUnusable(state));
        }
    }
    let session = Session {
        id: submission.session,
        user: person.user.id,
        method: SignInMethod::AccessPass { id: pass.id, usage: pass.usage },
        authenticated_at: context.now,
        // S120: what was gained with a pass ends with it.
        expires_at: std::cmp::min(pass.expires_at(), context.now.plus_ms(limits.session_ms)),
    };
    Ok((SignedIn { person: person.clone(), session, passkey: None }, pass))
}

fn entry(
    person: &Person,
    submission: &AccessPassSubmission<'_>,
    context: &Context,
    result: Recorded,
) -> SignInEntry {
    SignInEntry {
        id: context.entry_id(0),
        at: context.now,
        user: Some(person.user.id),
        upn: Some(submission.name.to_owned()),
        method: SignInMethodName::AccessPass,
        passkey: None,
        aaguid: None,
        result,
        decided_by: "temporary access pass".to_owned(),
        correlation: context.correlation,
        ip: context.ip.clone(),
        user_agent: context.user_agent.clone(),
    }
}
