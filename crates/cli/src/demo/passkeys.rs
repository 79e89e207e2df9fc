//! Whole registration ceremonies for invented people, by a software authenticator.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use ctap::SoftwareAuthenticator;
use identity::access::{Action, TargetPerson};
use identity::audit::Actor;
use identity::directory::Person;
use identity::passkey::Passkey;
use identity::policy::{Fido2Configuration, Versioned};
use identity::registration::{
    self, KnownCredential, Registrar, RegistrationCeremony, RegistrationFacts, Submission, Terms,
};
use identity::{Change, Context, Version};
use serde_json::{Value, json};
use server::Catalogue;
use webauthn::credential::RegistrationResponse;
use webauthn::{Challenge, Timestamp, UserHandle};

use super::chance::{Chance, Purpose};
use super::history::{accepted, permitted};
use super::models::{self, DemoModel};

/// Performs registrations.
#[derive(Debug)]
pub(super) struct Ceremonies<'a> {
    terms: &'a Terms,
    chance: Chance,
    catalogue: Catalogue,
    /// The origin of the page that the authenticator is told to stand at.
    origin: String,
}

impl<'a> Ceremonies<'a> {
    pub(super) fn new(terms: &'a Terms, chance: Chance) -> Result<Self> {
        let origin = terms.relying_party.origins.first();
        let origin = origin.ok_or_else(|| anyhow!("the server has no origin"))?;
        let origin = origin.as_str().to_owned();
        Ok(Self { terms, chance, catalogue: Catalogue::shipped(), origin })
    }

    /// Registers passkey number `index` for a person who has `existing` ones. Returns the longer
    /// list and what to write.
    pub(super) fn register(
        &self,
        person: &Person,
        mut existing: Vec<KnownCredential>,
        index: u64,
        used_at: Option<Timestamp>,
        context: &Context,
    ) -> Result<(Vec<KnownCredential>, Vec<Change>)> {
        let model = models::of_passkey(self.chance, index);
        let nonce = self.chance.bytes(Purpose::Ceremony, index);
        let challenge = Challenge::new(nonce)?;
        let response = self.response(&model, &challenge, &person.user.handle, index)?;
        let configuration = Versioned { value: Fido2Configuration::initial(), version: Version(0) };
        let ceremony = RegistrationCeremony {
            user: person.user.id,
            session: None,
            policy: configuration.version,
            expires_at: context.now.plus_ms(self.terms.limits.challenge_ms),
            nonce,
        };
        let facts = RegistrationFacts { person: person.clone(), configuration, existing };
        let submission = Submission {
            response: &response,
            challenge: &challenge,
            ceremony: Some(&ceremony),
            is_burned: false,
            is_known: false,
            name: None,
            model: self.catalogue.name(model.aaguid),
        };
        let registrar = on_behalf(person)?;
        let finished = registration::finish(&registrar, &facts, &submission, self.terms, context);
        let (passkey, changes) = accepted(finished)?;
        let changes = changes.into_iter().filter_map(|change| with_use(change, used_at)).collect();
        existing = facts.existing;
        existing.push(KnownCredential { id: passkey.id, transports: passkey.transports });
        Ok((existing, changes))
    }

    /// What the authenticator answers.
    fn response(
        &self,
        model: &DemoModel,
        challenge: &Challenge,
        handle: &UserHandle,
        index: u64,
    ) -> Result<RegistrationResponse> {
        let seed = self.chance.credential_seed();
        let rp_id = &self.terms.relying_party.id;
        let mut authenticator = SoftwareAuthenticator::new(seed, model.aaguid, model.behaviour());
        // Adopting the credential before makes this ceremony's credential number `index`.
        if let Some(previous) = index.checked_sub(1) {
            authenticator.adopt(previous, rp_id.clone(), handle.clone());
        }
        let options = options(rp_id.as_str(), challenge, handle);
        let answer = authenticator
            .make_credential(&options, &self.origin)
            .map_err(|error| anyhow!("the demo authenticator did not answer: {error:?}"))?;
        Ok(RegistrationResponse::parse_json(&serde_json::to_vec(&answer)?)?)
    }
}

/// The part of the creation options that an authenticator needs.
fn options(rp_id: &str, challenge: &Challenge, handle: &UserHandle) -> Value {
    json!({
        "rp": { "id": rp_id, "name": "Keyward" },
        "user": { "id": handle.to_base64url(), "name": "demo", "displayName": "Demo" },
        "challenge": challenge.to_base64url(),
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
        "attestation": "none",
    })
}

/// The operator registers on the person's behalf.
fn on_behalf(person: &Person) -> Result<Registrar> {
    let target = TargetPerson {
        id: person.user.id,
        upn: person.user.upn.clone(),
        roles: BTreeSet::new(),
        in_role_assignable_group: false,
    };
    Ok(Registrar::OnBehalf {
        permit: permitted(Action::WritePasskeys(target))?,
        actor: Actor::Operator,
    })
}

/// The change, with the passkey's last use. Guards against races are left out: the server is new,
/// and nobody was given these challenges.
fn with_use(change: Change, used_at: Option<Timestamp>) -> Option<Change> {
    if matches!(change, Change::Burn { .. } | Change::ExpectFido2Configuration { .. }) {
        return None;
    }
    let Change::AddPasskey { passkey, evidence, limit } = change else { return Some(change) };
    let passkey = Box::new(Passkey { last_used_at: used_at, ..*passkey });
    Some(Change::AddPasskey { passkey, evidence, limit })
}
