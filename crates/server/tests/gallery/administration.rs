//! Sample pages of the admin center beside the policy.

use askama::Template as _;
use server::pages::view::{
    AccountForm, AdminAuthenticators, AdminGroup, AdminGroups, AdminHome, AdminLogs, AdminUser,
    AdminUsers, ChangeMembers, Confirm, Count, GroupRow, IssuedPass, LogKind, LogRow, MemberRow,
    ModelRow, NewGroup, NewPerson, PassForm, Tone, UserRow, Verdict,
};

use super::frames::{HOSTILE, cloud, fact, field, frame, key, moment, phone};

pub(crate) fn pages() -> Result<Vec<super::super::Page>, askama::Error> {
    Ok(vec![
        ("admin_home", home().render()?),
        ("admin_users", users().render()?),
        ("admin_user", user().render()?),
        ("admin_groups", groups().render()?),
        ("admin_group", group().render()?),
        ("admin_authenticators", authenticators().render()?),
        ("admin_logs", logs().render()?),
        ("confirm", confirm().render()?),
    ])
}

fn count(value: &str, label: &str, href: &str) -> Count {
    Count { value: value.into(), label: label.into(), href: href.into() }
}

fn home() -> AdminHome {
    AdminHome {
        frame: frame(true),
        counts: vec![
            count("428", "people", "/admin/users"),
            count("391", "have a passkey", "/admin/authenticators"),
            count("37", "have none", "/admin/users"),
            count("3", "refused sign-ins today", "/admin/logs?log=sign-in"),
        ],
        policy: vec![
            "Passkeys are on for Staff and Administrators, not for Shared kiosk accounts.".into(),
            "People may set up passkeys themselves.".into(),
            "Only Microsoft Authenticator (Android and iOS) may be used.".into(),
        ],
        recent: log_rows(),
    }
}

fn verdict(tone: Tone, label: &str, reason: &str) -> Verdict {
    Verdict { tone, label: label.into(), reason: reason.into() }
}

fn log_rows() -> Vec<LogRow> {
    vec![
        LogRow {
            when: moment(21),
            activity: "Sign in with passkey".into(),
            actor: HOSTILE.into(),
            outcome: verdict(
                Tone::Bad,
                "Refused",
                "key-restriction: YubiKey 5 Series with NFC is not in the list of “Default \
                 passkey profile”.",
            ),
            correlation_id: "6f1c0b1e-9a3b-4b52-8f43-0a5b6f4f2d11".into(),
            details: vec![
                fact("AAGUID", "2fc0579f-8113-47ea-b116-bb5a8db9202a"),
                fact("Code", "key-restriction"),
            ],
            ..LogRow::default()
        },
        LogRow {
            when: moment(20),
            activity: "Update passkey policy".into(),
            actor: "Ada Lindqvist".into(),
            target: "Passkey (FIDO2)".into(),
            outcome: verdict(Tone::Good, "Done", ""),
            correlation_id: "0b6d4d1e-55a2-4ad2-93b7-2d3f1f6e9c42".into(),
            details: vec![
                fact("Old value", "{\"isAttestationEnforced\": false}"),
                fact("New value", "{\"isAttestationEnforced\": true}"),
            ],
        },
    ]
}

fn users() -> AdminUsers {
    let row = |name: &str, administrator, enabled| UserRow {
        href: "/admin/users/1".into(),
        display_name: name.into(),
        user_principal_name: "some.person.with.a.long.name@subsidiary.lighthouse.example".into(),
        kind: "Member".into(),
        enabled,
        administrator,
    };
    AdminUsers {
        frame: frame(true),
        query: "a".into(),
        add: Some(NewPerson {
            display_name: field(HOSTILE, ""),
            user_principal_name: field("noor", "user name: expected name@domain"),
            guest: false,
        }),
        rows: vec![
            row("Ada Lindqvist", true, true),
            row(HOSTILE, false, false),
            row("Noor van der Meer", false, true),
        ],
        first_href: "/admin/users?q=a".into(),
        next_href: "/admin/users?q=a&after=x".into(),
    }
}

fn user() -> AdminUser {
    AdminUser {
        frame: frame(true),
        display_name: "Noor van der Meer".into(),
        user_principal_name: "noor@lighthouse.example".into(),
        facts: vec![
            fact("Object id", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
            fact("Account", "Enabled member"),
            fact("Roles", "None"),
            fact("Profiles", "Default passkey profile, through Staff › Delivery"),
        ],
        usable: vec![phone(), cloud()],
        non_usable: vec![key()],
        may_register: "Noor can add a passkey: included through Staff, self-service is on.".into(),
        account: Some(AccountForm { action_href: "/admin/users/1/account".into(), enabled: true }),
        pass: PassForm {
            action_href: "/admin/users/1/access-pass".into(),
            lifetime_minutes: field("60", ""),
            limits: "10 to 43200 minutes.".into(),
            one_time: true,
            replaces: true,
            ..PassForm::default()
        },
        issued: Some(IssuedPass {
            value: "K7-QM4P-9TXR".into(),
            expires: moment(22),
            one_time: true,
            warning: "The policy lets this person use no access pass, so it will not work.".into(),
        }),
        logs_href: "/admin/logs?person=noor@lighthouse.example".into(),
    }
}

fn groups() -> AdminGroups {
    let row = |name: &str, security, members, policy: &str| GroupRow {
        href: "/admin/groups/1".into(),
        display_name: name.into(),
        security,
        members,
        policy: policy.into(),
    };
    AdminGroups {
        frame: frame(true),
        add: Some(NewGroup { display_name: field("", "") }),
        rows: vec![
            row("Staff", true, 412, "included"),
            row("Shared kiosk accounts", true, 6, "excluded"),
            row(HOSTILE, false, 3, ""),
        ],
        ..AdminGroups::default()
    }
}

fn group() -> AdminGroup {
    AdminGroup {
        frame: frame(true),
        display_name: "Staff".into(),
        facts: vec![
            fact("Object id", "5f0c2d0e-1d55-4c7b-9a07-0f7f6c1c9c01"),
            fact("Passkey policy", "Included with Default passkey profile"),
        ],
        change: Some(ChangeMembers {
            search_href: "/admin/groups/1".into(),
            add_href: "/admin/groups/1/members".into(),
            remove_href: "/admin/groups/1/members/remove".into(),
            query: "noor".into(),
            found: vec![member()],
        }),
        members: vec![member()],
        ..AdminGroup::default()
    }
}

fn member() -> MemberRow {
    MemberRow {
        member: "user:1".into(),
        href: "/admin/users/1".into(),
        display_name: HOSTILE.into(),
        detail: "noor@lighthouse.example".into(),
        kind: "Person".into(),
    }
}

fn authenticators() -> AdminAuthenticators {
    let row = |aaguid: &str, model: &str, passkeys, verdict| ModelRow {
        aaguid: aaguid.into(),
        model: model.into(),
        passkeys,
        people: passkeys,
        last_used: Some(moment(21)),
        verdict,
    };
    AdminAuthenticators {
        frame: frame(true),
        rows: vec![
            row(
                "de1e552d-db1d-4423-a619-566b625cdc84",
                "Microsoft Authenticator (Android)",
                203,
                verdict(Tone::Good, "Allowed", ""),
            ),
            row(
                "2fc0579f-8113-47ea-b116-bb5a8db9202a",
                "YubiKey 5 Series with NFC",
                37,
                verdict(Tone::Warning, "Mixed", "Allowed for 9 of 37 through Administrators."),
            ),
            row(
                "01020304-0506-0708-0102-030405060708",
                "",
                1,
                verdict(Tone::Bad, "Blocked", "Not in the list of Default passkey profile."),
            ),
        ],
        passkeys: 241,
        people: 235,
        people_without: 37,
        export_href: "/admin/authenticators/export".into(),
    }
}

fn logs() -> AdminLogs {
    AdminLogs {
        frame: frame(true),
        kind: LogKind::SignIn,
        correlation: field("6f1c0b1e-9a3b-4b52-8f43-0a5b6f4f2d11", ""),
        person: field(HOSTILE, "user name: nobody has it"),
        rows: log_rows(),
        first_href: String::new(),
        next_href: "/admin/logs?after=x".into(),
    }
}

fn confirm() -> Confirm {
    Confirm {
        frame: frame(true),
        title: "Delete this passkey?".into(),
        paragraphs: vec![
            "It cannot be used from that moment on. It stays on the person’s phone until they \
             delete it there."
                .into(),
        ],
        method: Some(key()),
        action_href: "/admin/users/1/passkeys/2/delete".into(),
        label: "Delete passkey".into(),
        cancel_href: "/admin/users/1".into(),
    }
}
