//! What a draft means in plain words, and what its author should know before saving.

use std::collections::BTreeMap;

use identity::passkey::PasskeyType;
use identity::policy::key_restrictions::{Enforcement, RestrictionKind};
use identity::policy::{AttestationEnforcement, Fido2Configuration};
use webauthn::Aaguid;

use super::super::shown::counted;
use super::draft::{Draft, DraftProfile};
use crate::catalogue::Catalogue;

/// Names that are listed before "and … more".
const NAMED: usize = 4;

/// What one profile accepts.
pub(super) fn of_profile(profile: &DraftProfile, catalogue: &Catalogue) -> String {
    let restrictions = profile.restrictions();
    if !restrictions.admit_something() {
        return "No passkey can meet this profile: its allow list is empty.".to_owned();
    }
    let types = match profile.types.as_slice() {
        [PasskeyType::DeviceBound] => "device-bound passkeys",
        [PasskeyType::Synced] => "synced passkeys",
        [] => return "No type of passkey is ticked, so nothing would be accepted.".to_owned(),
        [..] => "passkeys, device-bound or synced",
    };
    let models = match (restrictions.enforcement, restrictions.kind) {
        (Enforcement::Off, _) => "of any model".to_owned(),
        (Enforcement::Enforced, RestrictionKind::Allow) => {
            format!("of these models only: {}", names(&restrictions.aaguids, catalogue))
        }
        (Enforcement::Enforced, RestrictionKind::Block) if restrictions.aaguids.is_empty() => {
            "of any model, because the block list is empty".to_owned()
        }
        (Enforcement::Enforced, RestrictionKind::Block) => {
            format!("of any model but these: {}", names(&restrictions.aaguids, catalogue))
        }
    };
    let proof = match profile.attestation {
        AttestationEnforcement::RegistrationOnly => {
            " New ones must prove their make by attestation."
        }
        AttestationEnforcement::Disabled => "",
    };
    let entry = if restrictions.offer_microsoft_authenticator() {
        " People find “Passkey in Microsoft Authenticator” in Security info."
    } else {
        ""
    };
    format!("Accepts {types}, {models}.{proof}{entry}")
}

/// The models by name; long lists are cut.
pub(super) fn names(aaguids: &[Aaguid], catalogue: &Catalogue) -> String {
    let mut named: Vec<String> = aaguids
        .iter()
        .take(NAMED)
        .map(|aaguid| catalogue.name(*aaguid).map_or_else(|| aaguid.to_string(), str::to_owned))
        .collect();
    let more = aaguids.len().saturating_sub(named.len());
    if more > 0 {
        named.push(format!("{more} more"));
    }
    match named.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// What the author of a profile should know (S47, S51, S55).
pub(super) fn warnings(
    profile: &DraftProfile,
    stored: &Fido2Configuration,
    in_use: &BTreeMap<Aaguid, u64>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    let restrictions = profile.restrictions();
    let was = stored.profile(profile.id).map(|profile| &profile.key_restrictions);
    match (restrictions.enforcement, restrictions.kind) {
        (Enforcement::Enforced, RestrictionKind::Allow) => {
            if !restrictions.admit_something() {
                warnings.push(
                    "The allow list is empty: nobody can use a passkey under this profile."
                        .to_owned(),
                );
            }
            let missing: Vec<u64> = in_use
                .iter()
                .filter(|(aaguid, _)| !restrictions.aaguids.contains(aaguid))
                .map(|(_, passkeys)| *passkeys)
                .collect();
            let is_new = was.is_none_or(|was| was.enforcement == Enforcement::Off);
            if is_new && !missing.is_empty() {
                let passkeys = missing.iter().fold(0_u64, |sum, it| sum.saturating_add(*it));
                warnings.push(format!(
                    "{} in use of {} not on this list would stop working. “Add all in use” puts \
                     them on it.",
                    counted(passkeys, "passkey", "passkeys"),
                    counted(u64::try_from(missing.len()).unwrap_or(u64::MAX), "model", "models"),
                ));
            }
        }
        (Enforcement::Off, RestrictionKind::Allow) if listed_app(profile) => warnings.push(
            "Microsoft Authenticator stays in the list, but while restrictions are off Security \
             info does not show its own entry."
                .to_owned(),
        ),
        (Enforcement::Off | Enforcement::Enforced, _) => {}
    }
    let only_synced = profile.types == [PasskeyType::Synced];
    if only_synced && profile.attestation == AttestationEnforcement::RegistrationOnly {
        warnings.push(
            "Synced passkeys cannot be attested, so nobody can register under this profile."
                .to_owned(),
        );
    }
    warnings
}

fn listed_app(profile: &DraftProfile) -> bool {
    profile.restrictions().lists_microsoft_authenticator()
}

/// All sentences of the draft by profile id, for the page while it is edited.
pub(super) fn all(draft: &Draft, catalogue: &Catalogue) -> Vec<(String, String)> {
    draft
        .profiles
        .iter()
        .map(|profile| (profile.id.to_string(), of_profile(profile, catalogue)))
        .collect()
}
