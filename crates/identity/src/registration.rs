//! Verb: registering a passkey (WebAuthn Level 3 §7.1 with policy around it).

use webauthn::attestation::AttestationKind;
use webauthn::cose::Algorithm;
use webauthn::credential::RegistrationResponse;
use webauthn::registration::{Expectation, VerifiedRegistration};
use webauthn::trust::TrustAnchors;
use webauthn::{Challenge, CredentialId, RelyingParty, Timestamp, UserPresence, UserVerification};

use crate::access::Permit;
use crate::audit::{Activity, Actor, AuditEntry, AuditTarget, Context, Recorded};
use crate::change::{BurnKey, Change};
use crate::directory::{AccountState, Person};
use crate::ids::{SessionId, UserId, Version};
use crate::passkey::{
    AttestationEvidence, AttestationLevel, BackupState, Passkey, PasskeyFacts, PasskeyName,
    PasskeyType,
};
use crate::policy::{Candidate, Fido2Configuration, Moment, Subject, Verdict, Versioned, judge};
use crate::refusal::Refusal;
use crate::session::{PassUsage, Session, SignInMethod};
use crate::{Limits, Outcome};

/// What stays the same from ceremony to ceremony: who we are and what we ask of authenticators.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Our RP ID and origins.
    pub relying_party: RelyingParty,
    /// Algorithms offered, best first.
    pub algorithms: Vec<Algorithm>,
    /// Whom we trust to attest.
    pub anchors: TrustAnchors,
    /// Limits.
    pub limits: Limits,
    /// What happens when a counter goes back (S112).
    pub counter_reaction: CounterReaction,
}

/// What happens when an authenticator's counter goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterReaction {
    /// The sign-in is refused and recorded.
    Refuse,
    /// The sign-in succeeds and the entry says that the counter went back.
    Report,
}

/// Who registers.
#[derive(Clone, Debug)]
pub enum Registrar {
    /// The person himself, in this session.
    Person(Box<Session>),
    /// An administrator or application on the person's behalf, permitted to
    /// [`crate::access::Action::WritePasskeys`].
    OnBehalf {
        /// The permission to do so.
        permit: Permit,
        /// Who it is, for the record.
        actor: Actor,
    },
}

/// What was read to decide on a registration.
#[derive(Clone, Debug)]
pub struct RegistrationFacts {
    /// Who gets the passkey.
    pub person: Person,
    /// The policy.
    pub configuration: Versioned<Fido2Configuration>,
    /// The person's passkeys, to exclude and to count.
    pub existing: Vec<KnownCredential>,
}

/// A credential on record, as `excludeCredentials` and `allowCredentials` name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCredential {
    /// Its id.
    pub id: CredentialId,
    /// Transports that the client named when it was registered.
    pub transports: Vec<String>,
}

/// A registration that has begun. Sealed into the challenge, opened at the end; not `Clone`, so
/// that it is used once within a process too.
#[derive(Debug, PartialEq, Eq)]
pub struct RegistrationCeremony {
    /// For whom.
    pub user: UserId,
    /// In whose session; none when provisioned on behalf.
    pub session: Option<SessionId>,
    /// The policy's version when it began, for the trace.
    pub policy: Version,
    /// When the challenge ends.
    pub expires_at: Timestamp,
    /// Random; makes the challenge unique and is what gets burned.
    pub nonce: [u8; 32],
}

/// Whether this person may register a passkey now, and if not, the first reason. Pages ask this
/// to decide what to offer; [`begin`] and [`finish`] ask it again.
///
/// # Errors
/// The first refusal that stands in the way.
pub fn offer(
    registrar: &Registrar,
    facts: &RegistrationFacts,
    limits: &Limits,
    now: Timestamp,
) -> Result<(), Refusal> {
    admissible(registrar, facts, Candidate::Any, limits, now)
}

/// Begins a registration: everything that can be known before the device is touched (S85).
pub fn begin(
    registrar: &Registrar,
    facts: &RegistrationFacts,
    nonce: [u8; 32],
    lifetime_ms: i64,
    limits: &Limits,
    context: &Context,
) -> Outcome<RegistrationCeremony> {
    match offer(registrar, facts, limits, context.now) {
        Ok(()) => {
            let ceremony = RegistrationCeremony {
                user: facts.person.user.id,
                session: session_of(registrar),
                policy: facts.configuration.version,
                expires_at: context.now.plus_ms(lifetime_ms),
                nonce,
            };
            let mut changes = Vec::new();
            if matches!(registrar, Registrar::OnBehalf { .. }) {
                let mut entry = entry(registrar, facts, context, Recorded::Success);
                entry.activity = Activity::PasskeyOptionsRead;
                changes.push(Change::Audit(Box::new(entry)));
            }
            Outcome::accepted(ceremony, changes)
        }
        Err(refusal) => {
            let entry = entry(registrar, facts, context, Recorded::from(&refusal));
            Outcome::refused(refusal, vec![Change::Audit(Box::new(entry))])
        }
    }
}

/// What the client sent to finish a registration.
#[derive(Debug)]
pub struct Submission<'a> {
    /// The credential.
    pub response: &'a RegistrationResponse,
    /// The challenge found in its client data.
    pub challenge: &'a Challenge,
    /// What the challenge contained; none if it could not be opened with our key.
    pub ceremony: Option<&'a RegistrationCeremony>,
    /// Whether the challenge was burned before.
    pub is_burned: bool,
    /// Whether the credential id is on record, with anybody.
    pub is_known: bool,
    /// The name that the person gave; none for one from the model.
    pub name: Option<PasskeyName>,
    /// The model's name from the catalogue.
    pub model: Option<&'a str>,
}

/// Finishes a registration: challenge, standard, policy, in this order; then the passkey.
pub fn finish(
    registrar: &Registrar,
    facts: &RegistrationFacts,
    submission: &Submission<'_>,
    terms: &Terms,
    context: &Context,
) -> Outcome<Passkey> {
    let mut changes = Vec::new();
    if let Some(ceremony) = submission.ceremony
        && !submission.is_burned
    {
        // Burned whatever the verdict, or an attacker could try one challenge twice.
        changes
            .push(Change::Burn { key: BurnKey(ceremony.nonce), expires_at: ceremony.expires_at });
    }
    let verdict = accept(registrar, facts, submission, terms, context);
    let mut entry = entry(registrar, facts, context, Recorded::from(&verdict));
    if let Ok((passkey, evidence)) = &verdict {
        entry.aaguid = Some(passkey.facts.aaguid);
        entry.details = details(passkey, evidence);
        changes.push(Change::ExpectFido2Configuration { expected: facts.configuration.version });
        changes.push(Change::AddPasskey {
            passkey: Box::new(passkey.clone()),
            evidence: Box::new(evidence.clone()),
            limit: terms.limits.passkeys_per_user,
        });
    }
    changes.push(Change::Audit(Box::new(entry)));
    Outcome { verdict: verdict.map(|(passkey, _)| passkey), changes }
}

fn accept(
    registrar: &Registrar,
    facts: &RegistrationFacts,
    submission: &Submission<'_>,
    terms: &Terms,
    context: &Context,
) -> Result<(Passkey, AttestationEvidence), Refusal> {
    let ceremony = submission.ceremony.ok_or(Refusal::ChallengeForeign)?;
    if submission.is_burned {
        return Err(Refusal::ChallengeUsed);
    }
    if context.now >= ceremony.expires_at {
        return Err(Refusal::ChallengeExpired);
    }
    if ceremony.user != facts.person.user.id || ceremony.session != session_of(registrar) {
        return Err(Refusal::ChallengeMisplaced);
    }
    let verified = verify(submission, terms, context)?;
    let passkey_facts = facts_of(&verified);
    admissible(registrar, facts, Candidate::Known(&passkey_facts), &terms.limits, context.now)?;
    if submission.is_known {
        return Err(Refusal::CredentialKnown);
    }
    let name = submission.name.clone().unwrap_or_else(|| PasskeyName::from_model(submission.model));
    Ok((
        passkey(&verified, facts.person.user.id, name, passkey_facts, context.now),
        evidence(&verified),
    ))
}

/// The standard's own checks, with user verification always required (S79).
pub(crate) fn verify(
    submission: &Submission<'_>,
    terms: &Terms,
    context: &Context,
) -> Result<VerifiedRegistration, Refusal> {
    webauthn::registration::verify(
        submission.response,
        &Expectation {
            relying_party: &terms.relying_party,
            challenge: submission.challenge,
            user_verification: UserVerification::Required,
            user_presence: UserPresence::Required,
            algorithms: &terms.algorithms,
            anchors: &terms.anchors,
            at: context.now,
        },
    )
    .map_err(Refusal::Registration)
}

/// What policy reads about a verified registration.
pub(crate) fn facts_of(verified: &VerifiedRegistration) -> PasskeyFacts {
    PasskeyFacts {
        aaguid: verified.aaguid(),
        passkey_type: if verified.backup_eligible() {
            PasskeyType::Synced
        } else {
            PasskeyType::DeviceBound
        },
        attestation: match verified.attestation().kind {
            AttestationKind::Trusted => AttestationLevel::Attested,
            AttestationKind::None
            | AttestationKind::SelfSigned
            | AttestationKind::Unverified(_) => AttestationLevel::NotAttested,
        },
    }
}

/// The passkey to keep.
pub(crate) fn passkey(
    verified: &VerifiedRegistration,
    user: UserId,
    name: PasskeyName,
    facts: PasskeyFacts,
    now: Timestamp,
) -> Passkey {
    Passkey {
        id: verified.credential_id().clone(),
        user,
        name,
        public_key: verified.public_key().as_cose().to_vec(),
        facts,
        sign_count: verified.sign_count(),
        backup_state: if verified.backup_state() {
            BackupState::BackedUp
        } else {
            BackupState::NotBackedUp
        },
        transports: verified.transports().to_vec(),
        created_at: now,
        last_used_at: None,
    }
}

/// What the passkey was judged by, to judge it again later.
pub(crate) fn evidence(verified: &VerifiedRegistration) -> AttestationEvidence {
    AttestationEvidence {
        format: verified.attestation().format.clone(),
        attestation_object: verified.attestation_object().to_vec(),
        client_data_json: verified.client_data_json().to_vec(),
        certificates: verified.attestation().certificates.clone(),
    }
}

/// Everything about the person, the session and the policy; the passkey as far as it is known.
fn admissible(
    registrar: &Registrar,
    facts: &RegistrationFacts,
    candidate: Candidate<'_>,
    limits: &Limits,
    now: Timestamp,
) -> Result<(), Refusal> {
    if facts.person.user.state == AccountState::Disabled {
        return Err(Refusal::AccountDisabled);
    }
    let moment = match registrar {
        Registrar::Person(session) => {
            if session.user != facts.person.user.id {
                return Err(Refusal::ChallengeMisplaced);
            }
            Moment::SelfRegistration
        }
        Registrar::OnBehalf { permit, .. } => {
            if !permit.covers_passkeys_of(facts.person.user.id) {
                return Err(Refusal::TargetProtected);
            }
            Moment::Provisioning
        }
    };
    let subject = Subject::from(&facts.person);
    match judge(&facts.configuration.value, subject, candidate, moment) {
        Verdict::Refused(rule) => return Err(Refusal::Policy(rule)),
        Verdict::Allowed { .. } => {}
    }
    if facts.existing.len() >= limits.passkeys_per_user {
        return Err(Refusal::TooManyPasskeys { limit: limits.passkeys_per_user });
    }
    match registrar {
        Registrar::Person(session) => freshness(session, limits, now),
        Registrar::OnBehalf { .. } => Ok(()),
    }
}

/// S81 and S83: a stolen session must not be enough to add a key.
pub(crate) fn freshness(session: &Session, limits: &Limits, now: Timestamp) -> Result<(), Refusal> {
    if let SignInMethod::AccessPass { usage: PassUsage::Once, .. } = session.method {
        return if session.is_fresh(limits.access_pass_registration_ms, now) {
            Ok(())
        } else {
            Err(Refusal::AccessPassTooOld)
        };
    }
    if session.is_fresh(limits.fresh_mfa_ms, now) {
        Ok(())
    } else {
        Err(Refusal::FreshSignInNeeded { max_age_ms: limits.fresh_mfa_ms })
    }
}

fn session_of(registrar: &Registrar) -> Option<SessionId> {
    match registrar {
        Registrar::Person(session) => Some(session.id),
        Registrar::OnBehalf { .. } => None,
    }
}

fn entry(
    registrar: &Registrar,
    facts: &RegistrationFacts,
    context: &Context,
    result: Recorded,
) -> AuditEntry {
    AuditEntry {
        actor: match registrar {
            Registrar::Person(_) => Actor::from(&facts.person.user),
            Registrar::OnBehalf { actor, .. } => actor.clone(),
        },
        result,
        ..AuditEntry::new(Activity::PasskeyAdded, AuditTarget::from(&facts.person.user), context)
    }
}

/// What the log says about a new passkey (S142).
pub(crate) fn details(passkey: &Passkey, evidence: &AttestationEvidence) -> Vec<(String, String)> {
    let level = match passkey.facts.attestation {
        AttestationLevel::Attested => "attested",
        AttestationLevel::NotAttested => "notAttested",
    };
    let passkey_type = match passkey.facts.passkey_type {
        PasskeyType::DeviceBound => "deviceBound",
        PasskeyType::Synced => "synced",
    };
    vec![
        ("WebAuthn info".to_owned(), format!("{} {passkey_type} {level}", evidence.format)),
        ("AAGUID".to_owned(), passkey.facts.aaguid.to_string()),
    ]
}
