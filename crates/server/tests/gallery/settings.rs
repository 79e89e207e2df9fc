//! Sample pages of the passkey policy: the form in its states, and the preview.

use askama::Template as _;
use server::pages::view::{
    AaguidRow, Affected, Behavior, CatalogueEntry, Choice, Confirmation, Conflict, Difference,
    GroupOption, Impact, Notice, PasskeyPreview, PasskeySettings, PasskeyTypes, Problem,
    ProfileForm, Restrictions, Tab, TargetRow, Targets, Tone,
};

use super::frames::{HOSTILE, field, frame, with_notice};

const ANDROID: &str = "de1e552d-db1d-4423-a619-566b625cdc84";
const IOS: &str = "90a3ccdf-635c-4729-a248-9b709135078f";
const YUBIKEY: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";

pub(crate) fn pages() -> Result<Vec<super::super::Page>, askama::Error> {
    Ok(vec![
        ("admin_passkey_settings_enable", settings().render()?),
        ("admin_passkey_settings", PasskeySettings { tab: Tab::Configure, ..settings() }.render()?),
        ("admin_passkey_settings_errors", with_errors().render()?),
        (
            "admin_passkey_settings_read_only",
            PasskeySettings {
                read_only: "Changing them takes the role Authentication Policy Administrator."
                    .into(),
                tab: Tab::Configure,
                ..settings()
            }
            .render()?,
        ),
        ("admin_passkey_preview", preview().render()?),
        ("admin_passkey_preview_refused", refused_preview().render()?),
    ])
}

fn choices(strict: bool) -> Vec<Choice> {
    vec![
        Choice { id: "default".into(), name: "Default passkey profile".into(), chosen: !strict },
        Choice { id: "p2".into(), name: "Administrators, attested".into(), chosen: strict },
    ]
}

fn settings() -> PasskeySettings {
    PasskeySettings {
        frame: frame(true),
        version: "7".into(),
        enabled: true,
        targets: targets(),
        self_service: true,
        profiles: vec![default_profile(), strict_profile()],
        catalogue: vec![
            CatalogueEntry {
                aaguid: YUBIKEY.into(),
                name: "YubiKey 5 Series with NFC".into(),
                in_use: 37,
            },
            CatalogueEntry {
                aaguid: "fbfc3007-154e-4ecc-8c0b-6e020557d7bd".into(),
                name: "iCloud Keychain".into(),
                in_use: 12,
            },
            CatalogueEntry {
                aaguid: "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4".into(),
                name: "Google Password Manager".into(),
                in_use: 0,
            },
        ],
        ..PasskeySettings::default()
    }
}

fn targets() -> Targets {
    Targets {
        all_users: false,
        all_users_profiles: choices(false),
        include: vec![
            TargetRow {
                id: "5f0c2d0e-1d55-4c7b-9a07-0f7f6c1c9c01".into(),
                name: "Staff".into(),
                members: 412,
                profiles: choices(false),
                error: String::new(),
            },
            TargetRow {
                id: "5f0c2d0e-1d55-4c7b-9a07-0f7f6c1c9c02".into(),
                name: HOSTILE.into(),
                members: 9,
                profiles: choices(true),
                error: String::new(),
            },
        ],
        exclude: vec![TargetRow {
            id: "5f0c2d0e-1d55-4c7b-9a07-0f7f6c1c9c03".into(),
            name: "Shared kiosk accounts".into(),
            members: 6,
            ..TargetRow::default()
        }],
        include_add: field("pilot", "groups: “pilot” fits several; tick those you mean"),
        include_found: vec![
            GroupOption { id: "g4".into(), name: "Pilot group".into() },
            GroupOption { id: "g5".into(), name: HOSTILE.into() },
        ],
        groups: vec![GroupOption { id: "g4".into(), name: "Pilot group".into() }],
        ..Targets::default()
    }
}

fn listed(aaguid: &str, name: &str, in_use: u64) -> AaguidRow {
    AaguidRow { aaguid: aaguid.into(), name: name.into(), in_use, removed: false }
}

fn default_profile() -> ProfileForm {
    ProfileForm {
        id: "default".into(),
        name: field("Default passkey profile", ""),
        attestation: false,
        types: PasskeyTypes { device_bound: true, synced: true, error: String::new() },
        restrictions: Restrictions {
            enforced: true,
            behavior: Behavior::Allow,
            authenticator: true,
            aaguids: vec![
                listed(ANDROID, "Microsoft Authenticator (Android)", 203),
                listed(IOS, "Microsoft Authenticator (iOS)", 188),
                AaguidRow { removed: true, ..listed(YUBIKEY, "YubiKey 5 Series with NFC", 37) },
                listed("01020304-0506-0708-0102-030405060708", "", 0),
            ],
            additions: field("", ""),
        },
        sentence: "Only Microsoft Authenticator (Android and iOS), YubiKey 5 Series with NFC and \
                   one unknown model may be used. People see “Passkey in Microsoft \
                   Authenticator” in Security info."
            .into(),
        warnings: vec![
            "Without attestation, anybody with special software can claim a listed model.".into(),
        ],
        not_deletable: "The default profile always exists.".into(),
    }
}

fn strict_profile() -> ProfileForm {
    ProfileForm {
        id: "p2".into(),
        name: field("Administrators, attested", ""),
        attestation: true,
        types: PasskeyTypes { device_bound: true, ..PasskeyTypes::default() },
        restrictions: Restrictions::default(),
        sentence: "Every device-bound passkey whose model is proven may be used.".into(),
        ..ProfileForm::default()
    }
}

fn with_errors() -> PasskeySettings {
    let mut profile = default_profile();
    profile.name = field("", "name: give the profile a name");
    profile.types.error = "passkey types: choose at least one".into();
    profile.restrictions.additions = field(
        "90a3ccdf-635c-4729-a248\n2fc0579f-8113-47ea-b116-bb5a8db9202a",
        "AAGUIDs: line 1, 90a3ccdf-635c-4729-a248, is too short; line 2 is in the list already",
    );
    PasskeySettings {
        tab: Tab::Configure,
        problems: vec![
            Problem {
                anchor: "name-default".into(),
                tab: Tab::Configure,
                text: "Profile name: give the profile a name".into(),
            },
            Problem {
                anchor: "aaguids-default".into(),
                tab: Tab::Configure,
                text: "AAGUIDs: line 1, 90a3ccdf-635c-4729-a248, is too short".into(),
            },
        ],
        conflict: Some(Conflict {
            who: HOSTILE.into(),
            when: "2 minutes ago".into(),
            differences: differences(),
        }),
        profiles: vec![profile, strict_profile()],
        no_more_profiles: "There are three profiles, the most that are allowed.".into(),
        ..settings()
    }
}

fn differences() -> Vec<Difference> {
    vec![
        Difference {
            what: "Default passkey profile: allowed models".into(),
            before: "3 models".into(),
            after: "without YubiKey 5 Series with NFC".into(),
        },
        Difference {
            what: "Default passkey profile: enforce attestation".into(),
            before: "No".into(),
            after: "Yes".into(),
        },
    ]
}

fn affected(name: &str) -> Affected {
    Affected {
        href: "/admin/users/1".into(),
        display_name: name.into(),
        user_principal_name: "person@lighthouse.example".into(),
        passkey: "Key on the ring".into(),
        model: "YubiKey 5 Series with NFC".into(),
        administrator: false,
        left_with_none: false,
        reason: "Its model would not be in the list of “Default passkey profile”.".into(),
    }
}

fn preview() -> PasskeyPreview {
    PasskeyPreview {
        frame: frame(true),
        draft: "opaque".into(),
        version: "7".into(),
        differences: differences(),
        warnings: vec![
            "“Administrators, attested” changes nothing for people who are also in Staff.".into(),
        ],
        impact: Impact {
            passkeys: 37,
            people: 35,
            administrators: 1,
            without_method: 4,
            revived: 2,
            sample: vec![
                Affected { administrator: true, ..affected("Ada Lindqvist") },
                Affected { left_with_none: true, ..affected(HOSTILE) },
                affected("Noor van der Meer"),
            ],
        },
        confirmations: vec![Confirmation {
            name: "confirm_affected".into(),
            text: "Yes, 37 passkeys of 35 people stop working, and 4 people need a Temporary \
                   Access Pass."
                .into(),
            error: "confirm: tick this to save".into(),
        }],
        may_save: true,
    }
}

fn refused_preview() -> PasskeyPreview {
    let notice = Notice {
        tone: Tone::Bad,
        what: "This change cannot be saved.".into(),
        why: "Ada Lindqvist, the last administrator who can change this policy, would have no \
              way to sign in."
            .into(),
        next: "Keep one of her models in the list, or give another administrator a passkey first."
            .into(),
        correlation_id: String::new(),
    };
    PasskeyPreview {
        frame: with_notice(frame(true), notice),
        may_save: false,
        confirmations: Vec::new(),
        ..preview()
    }
}
