//! The demo organisation is the same for the same seed, and judged as real ones are.

use std::collections::BTreeMap;

use identity::Change;
use identity::directory::{AccountState, UserKind};
use identity::policy::key_restrictions::MICROSOFT_AUTHENTICATOR;
use identity::registration::Terms;
use webauthn::Timestamp;

use super::*;

/// 2026-01-01
const NOW: Timestamp = Timestamp(1_767_225_600_000);

fn plan(seed: u64) -> Plan {
    let relying_party = webauthn::RelyingParty {
        id: "localhost".parse().unwrap(),
        origins: vec!["http://localhost:8080".parse().unwrap()],
        embedding: webauthn::Embedding::Refused,
    };
    let terms = Terms {
        relying_party,
        algorithms: vec![webauthn::cose::Algorithm::Es256],
        anchors: webauthn::trust::TrustAnchors::default(),
        limits: identity::Limits::default(),
        counter_reaction: identity::registration::CounterReaction::Refuse,
    };
    Plan { chance: Chance::new(seed), passkeys_per_user: 2, terms, now: NOW }
}

/// Everything that must not differ between two runs: all but signatures, of which there are none.
fn story(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|change| format!("{change:?}")).collect()
}

#[test]
fn the_same_seed_gives_the_same_organisation() {
    assert_eq!(story(&plan(7).foundation().unwrap()), story(&plan(7).foundation().unwrap()));
    let whole = story(&plan(7).people(0..40).unwrap());
    let parts = [plan(7).people(0..15).unwrap(), plan(7).people(15..40).unwrap()].concat();
    assert_eq!(whole, story(&parts));
    assert_ne!(whole, story(&plan(8).people(0..40).unwrap()));
}

#[test]
fn people_have_what_the_documentation_says() {
    let changes = plan(1).people(0..640).unwrap();
    let (mut guests, mut disabled, mut synced) = (0, 0, 0);
    let mut models = BTreeMap::<_, u32>::new();
    for change in &changes {
        if let Change::AddUser(user) = change {
            assert!(user.created_at < NOW);
            guests += u32::from(user.kind == UserKind::Guest);
        }
        if let Change::ReplaceUser(user) = change {
            disabled += u32::from(user.state == AccountState::Disabled);
        }
        if let Change::AddPasskey { passkey, .. } = change {
            *models.entry(passkey.facts.aaguid).or_default() += 1;
            synced +=
                u32::from(passkey.facts.passkey_type == identity::passkey::PasskeyType::Synced);
            assert!(passkey.created_at < NOW && passkey.last_used_at.is_none_or(|at| at <= NOW));
        }
    }
    assert_eq!(models.values().sum::<u32>(), 600 * 2);
    assert_eq!(models.len(), models::MODELS.len());
    assert!(MICROSOFT_AUTHENTICATOR.iter().all(|aaguid| models.contains_key(aaguid)));
    assert_eq!((guests, disabled), (20, 10));
    assert!((100..400).contains(&synced), "{synced}");
}
