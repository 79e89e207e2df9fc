//! Moments, passkeys and access passes as the pages show them.

use identity::access_pass::{AccessPass, PassState};
use identity::passkey::{AttestationLevel, Passkey, PasskeyType};
use identity::policy::key_restrictions::MICROSOFT_AUTHENTICATOR;
use identity::session::PassUsage;
use webauthn::{Aaguid, Timestamp};

use super::view::{Icon, Method, Moment};

/// A moment for machines and for people.
pub(super) fn moment(at: Timestamp) -> Moment {
    // Moments come from our own clock; one outside the calendar is shown as nothing.
    jiff::Timestamp::from_millisecond(at.0)
        .map(|at| Moment {
            iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            text: at.strftime("%-d %b %Y, %H:%M UTC").to_string(),
        })
        .unwrap_or_default()
}

/// A passkey in a list; whether it may be used is added by whoever knows.
pub(super) fn passkey(passkey: &Passkey, model: Option<&str>) -> Method {
    Method {
        icon: icon(passkey),
        name: passkey.name.as_str().to_owned(),
        kind: kind(passkey),
        provider: model.unwrap_or_default().to_owned(),
        aaguid: passkey.facts.aaguid.to_string(),
        created: moment(passkey.created_at),
        last_used: passkey.last_used_at.map(moment),
        ..Method::default()
    }
}

/// What kind of passkey it is, in words.
pub(super) fn kind(passkey: &Passkey) -> String {
    let bound = type_name(passkey.facts.passkey_type);
    match passkey.facts.attestation {
        AttestationLevel::Attested => format!("Passkey ({bound}, attested)"),
        AttestationLevel::NotAttested => format!("Passkey ({bound})"),
    }
}

/// `device-bound` or `synced`.
pub(super) const fn type_name(passkey_type: PasskeyType) -> &'static str {
    match passkey_type {
        PasskeyType::DeviceBound => "device-bound",
        PasskeyType::Synced => "synced",
    }
}

/// The picture that says most about where the passkey is kept.
pub(super) fn icon(passkey: &Passkey) -> Icon {
    let via = |names: &[&str]| {
        passkey.transports.iter().any(|transport| names.contains(&transport.as_str()))
    };
    if is_microsoft_authenticator(passkey.facts.aaguid) {
        Icon::Phone
    } else if passkey.facts.passkey_type == PasskeyType::Synced {
        Icon::Cloud
    } else if via(&["usb", "nfc", "ble", "smart-card"]) {
        Icon::SecurityKey
    } else if via(&["internal"]) {
        Icon::Computer
    } else {
        Icon::Passkey
    }
}

/// Where a passkey is found on the person's device, to be removed there too (S90).
pub(super) fn reminder(passkey: &Passkey, model: Option<&str>) -> String {
    if is_microsoft_authenticator(passkey.facts.aaguid) {
        return "Deleting it here does not remove it from Microsoft Authenticator. Open the app \
                on your phone, choose this account and delete the passkey there."
            .to_owned();
    }
    let place = model.unwrap_or("the device or password manager that keeps it");
    match icon(passkey) {
        Icon::SecurityKey => format!(
            "It stays on the security key ({place}) until you remove it with the key’s own \
             settings."
        ),
        Icon::Cloud => format!("Open {place} and delete the passkey for this site there."),
        Icon::Passkey | Icon::Phone | Icon::Computer | Icon::AccessPass => format!(
            "Open the passkey settings of {place} and delete the passkey for this site there."
        ),
    }
}

/// Whether it is one of the two models of Microsoft Authenticator.
pub(super) fn is_microsoft_authenticator(aaguid: Aaguid) -> bool {
    MICROSOFT_AUTHENTICATOR.contains(&aaguid)
}

/// A Temporary Access Pass in a list.
pub(super) fn access_pass(pass: &AccessPass) -> Method {
    Method {
        icon: Icon::AccessPass,
        name: "Temporary Access Pass".to_owned(),
        kind: match pass.usage {
            PassUsage::Once => "Works once".to_owned(),
            PassUsage::Many => "Works until it ends".to_owned(),
        },
        created: moment(pass.created_at),
        last_used: pass.used_at.map(moment),
        expires: Some(moment(pass.expires_at())),
        ..Method::default()
    }
}

/// Why a pass does not work; empty when it does.
pub(super) const fn pass_state(state: PassState) -> &'static str {
    match state {
        PassState::Usable => "",
        PassState::NotYetValid => "Its time has not come yet.",
        PassState::Expired => "Its time is over.",
        PassState::Used => "It was good for one use, which has happened.",
    }
}

/// `1 passkey`, `2 passkeys`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_the_same_for_machines_and_people() {
        let moment = moment(Timestamp(1_794_492_180_000));
        assert_eq!(moment.iso, "2026-11-12T14:03:00Z");
        assert_eq!(moment.text, "12 Nov 2026, 14:03 UTC");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted(1, "person", "people"), "1 person");
        assert_eq!(counted(0, "person", "people"), "0 people");
    }
}
