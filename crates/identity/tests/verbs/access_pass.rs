//! Temporary Access Passes: issuing and signing in.

use identity::access::{Action, Caller, authorize};
use identity::access_pass::{AccessPass, PassState};
use identity::administration::{AccessPassRequest, IssueFacts, PassWarning, issue_access_pass};
use identity::audit::Actor;
use identity::directory::AccountState;
use identity::policy::{AccessPassConfiguration, MethodState, Versioned};
use identity::session::{PassUsage, SignInMethod};
use identity::sign_in::{AccessPassFacts, AccessPassSubmission, SignedIn, with_access_pass};
use identity::{AccessPassId, Change, Limits, Outcome, Refusal, SessionId, Version};
use uuid::Uuid;
use webauthn::Timestamp;

use crate::people::{NOW, context, person, target};

fn configuration() -> Versioned<AccessPassConfiguration> {
    Versioned { value: AccessPassConfiguration::initial(), version: Version(0) }
}

fn request(lifetime_minutes: Option<u32>, usage: Option<PassUsage>) -> AccessPassRequest {
    AccessPassRequest {
        id: AccessPassId::new(Uuid::from_u128(7)),
        secret_hash: "hash".to_owned(),
        lifetime_minutes,
        starts_at: None,
        usage,
    }
}

fn issue(
    configuration: &Versioned<AccessPassConfiguration>,
    request: &AccessPassRequest,
) -> Outcome<(AccessPass, PassWarning)> {
    let permit = authorize(&Caller::Operator, Action::WriteAccessPass(target(1, &[]))).unwrap();
    let facts = IssueFacts { person: person(1, &[]), configuration: configuration.clone() };
    issue_access_pass(&Actor::Operator, &permit, &facts, request, &context())
}

fn sign_in(pass: AccessPass, change: impl FnOnce(&mut AccessPassFacts)) -> Outcome<SignedIn> {
    let mut facts = AccessPassFacts {
        person: Some(person(1, &[])),
        pass: Some(pass),
        configuration: configuration(),
        failures: None,
    };
    change(&mut facts);
    let submission = AccessPassSubmission {
        name: "person1@example.org",
        matches: true,
        session: SessionId::from_digest([3; 32]),
    };
    with_access_pass(&facts, &submission, &Limits::default(), &context())
}

fn pass(usage: PassUsage) -> AccessPass {
    issue(&configuration(), &request(Some(60), Some(usage))).verdict.unwrap().0
}

/// S118
#[test]
fn a_pass_lives_between_the_limits_of_the_policy() {
    for (minutes, allowed) in [(59, false), (60, true), (480, true), (481, false)] {
        let outcome = issue(&configuration(), &request(Some(minutes), None));
        assert_eq!(outcome.verdict.is_ok(), allowed, "{minutes}");
    }
    let mut once = configuration();
    once.value.usage = PassUsage::Once;
    assert!(issue(&once, &request(None, Some(PassUsage::Many))).verdict.is_err());
    assert_eq!(issue(&once, &request(None, None)).verdict.unwrap().0.usage, PassUsage::Once);
}

/// S117
#[test]
fn issuing_warns_when_the_policy_lets_the_person_use_no_pass() {
    let mut off = configuration();
    off.value.state = MethodState::Disabled;
    let (_, warning) = issue(&off, &request(None, None)).verdict.unwrap();
    assert_eq!(warning, PassWarning::OutOfScope);
    let refused = sign_in(pass(PassUsage::Many), |facts| facts.configuration = off.clone());
    assert_eq!(refused.verdict.unwrap_err(), Refusal::AccessPassNotAllowed);
}

/// S119, S120
#[test]
fn a_session_ends_with_its_pass_and_a_used_one_time_pass_opens_none() {
    let outcome = sign_in(pass(PassUsage::Once), |_| {});
    let session = outcome.verdict.unwrap().session;
    assert_eq!(session.expires_at, NOW.plus_ms(60 * 60_000));
    assert!(matches!(session.method, SignInMethod::AccessPass { usage: PassUsage::Once, .. }));
    let mut used = pass(PassUsage::Once);
    used.used_at = Some(NOW);
    let refusal = sign_in(used, |_| {}).verdict.unwrap_err();
    assert_eq!(refusal, Refusal::AccessPassUnusable(PassState::Used));
    let mut expired = pass(PassUsage::Many);
    expired.starts_at = Timestamp(NOW.0 - 60 * 60_000);
    let refusal = sign_in(expired, |_| {}).verdict.unwrap_err();
    assert_eq!(refusal, Refusal::AccessPassUnusable(PassState::Expired));
}

/// S109, S110: a wrong pass and an unknown name are one answer; only the known one counts.
#[test]
fn a_wrong_pass_and_an_unknown_name_are_told_apart_by_nobody() {
    let limits = Limits::default();
    let submission = AccessPassSubmission {
        name: "who@example.org",
        matches: false,
        session: SessionId::from_digest([3; 32]),
    };
    let known = AccessPassFacts {
        person: Some(person(1, &[])),
        pass: Some(pass(PassUsage::Many)),
        configuration: configuration(),
        failures: None,
    };
    let unknown = AccessPassFacts { person: None, pass: None, ..known.clone() };
    let wrong = with_access_pass(&known, &submission, &limits, &context());
    let nobody = with_access_pass(&unknown, &submission, &limits, &context());
    assert_eq!(wrong.verdict.unwrap_err(), nobody.verdict.unwrap_err());
    let counts = |changes: &[Change]| {
        changes.iter().any(|change| matches!(change, Change::CountFailure { .. }))
    };
    assert!(counts(&wrong.changes));
    assert!(nobody.changes.is_empty(), "what concerns nobody is not recorded");
}

/// S110
#[test]
fn after_too_many_failures_even_the_right_pass_waits() {
    let limits = Limits::default();
    let locked =
        sign_in(pass(PassUsage::Many), |facts| facts.failures = Some((limits.failures, NOW)));
    assert!(matches!(locked.verdict.unwrap_err(), Refusal::LockedOut { .. }));
    let over = Timestamp(NOW.0 - limits.failure_window_ms);
    let again =
        sign_in(pass(PassUsage::Many), |facts| facts.failures = Some((limits.failures, over)));
    assert!(again.verdict.is_ok());
}

/// S114
#[test]
fn a_disabled_person_signs_in_with_no_pass() {
    let outcome = sign_in(pass(PassUsage::Many), |facts| {
        if let Some(person) = &mut facts.person {
            person.user.state = AccountState::Disabled;
        }
    });
    assert_eq!(outcome.verdict.unwrap_err(), Refusal::AccountDisabled);
}
