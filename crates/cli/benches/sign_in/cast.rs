//! The people who sign in: demo passkeys that the server's own policy admits, with their keys.

use anyhow::{Context as _, Result, anyhow, ensure};
use ctap::{Lies, Model, SoftwareAuthenticator, demo_credential};
use identity::directory::AccountState;
use identity::passkey::{Passkey, PasskeyType};
use identity::policy::{Candidate, Moment, Subject, Verdict, judge};
use identity::sign_in::PasskeyFound;
use serde_json::Value;
use store::Store;
use webauthn::{Aaguid, RpId, SignCount};

/// The number that `keyward demo` makes its keys of if it is told no other.
const DEMO_SEED: u64 = 1;

/// One person with an authenticator.
pub(crate) struct Player {
    /// As the server has it on record after the sign-ins so far.
    pub(crate) passkey: Passkey,
    authenticator: SoftwareAuthenticator,
    /// What the counter shows next; authenticators that do not count show zero.
    next_count: Option<u32>,
}

/// Finds `count` people who may sign in, by the numbers of their credentials.
pub(crate) fn gather(store: &Store, count: usize) -> Result<Vec<Player>> {
    let mut seed = [0; 32];
    if let Some(last) = seed.last_chunk_mut::<8>() {
        *last = DEMO_SEED.to_be_bytes();
    }
    let mut players = Vec::with_capacity(count);
    let mut strangers = 0_u32;
    for index in 0.. {
        if players.len() == count || strangers > 256 {
            break;
        }
        let id = demo_credential(&seed, index, Aaguid::ZERO)?.credential_id;
        let facts = store.read(|snapshot| snapshot.sign_in_facts(&id))?;
        let Some(found) = facts.found else {
            strangers += 1;
            continue;
        };
        strangers = 0;
        let verdict = judge(
            &facts.configuration.value,
            Subject::from(&found.person),
            Candidate::Known(&found.passkey.facts),
            Moment::SignIn,
        );
        let enabled = found.person.user.state == AccountState::Enabled;
        if enabled && matches!(verdict, Verdict::Allowed { .. }) {
            players.push(Player::new(seed, index, found)?);
        }
    }
    ensure!(!players.is_empty(), "nobody of the demo organisation may sign in");
    Ok(players)
}

impl Player {
    fn new(seed: [u8; 32], index: u64, found: PasskeyFound) -> Result<Self> {
        let PasskeyFound { passkey, person } = found;
        let model = match passkey.facts.passkey_type {
            PasskeyType::DeviceBound => Model::phone_app(),
            PasskeyType::Synced => Model::synced_provider(),
        };
        let rp_id: RpId = "localhost".parse().context("localhost is no RP ID")?;
        let mut authenticator = SoftwareAuthenticator::new(seed, passkey.facts.aaguid, model);
        authenticator.adopt(index, rp_id, person.user.handle);
        let next_count = passkey.sign_count.0.checked_add(1).filter(|next| *next > 1);
        Ok(Self { passkey, authenticator, next_count })
    }

    /// Answers the challenge as a browser at `origin` would.
    pub(crate) fn sign(&mut self, options: &Value, origin: &str) -> Result<Value> {
        self.authenticator.lies = Lies { sign_count: self.next_count, ..Lies::default() };
        if let Some(count) = self.next_count {
            self.passkey.sign_count = SignCount(count);
            self.next_count = Some(count.saturating_add(1));
        }
        self.authenticator
            .get_assertion(options, origin)
            .map_err(|error| anyhow!("the authenticator did not answer: {error:?}"))
    }
}
