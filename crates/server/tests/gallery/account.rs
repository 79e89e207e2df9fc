//! Sample pages of people: first run, sign-in, security info.

use askama::Template as _;
use server::pages::view::{
    AccessPass, ErrorPage, FirstRun, FirstRunPasskey, Frame, FreshMfa, Icon, Message, Notice,
    Offer, SecurityInfo, SecurityInfoAdd, SecurityInfoDelete, SecurityInfoName, SignIn, SignInName,
    Tone,
};

use super::frames::{
    HOSTILE, access_pass, cloud, fact, field, frame, key, outside, phone, refused, with_notice,
};

const CONTEXT: &str = "sealed+context/with=signs";

pub(crate) fn pages() -> Result<Vec<super::super::Page>, askama::Error> {
    let mut pages = first_run()?;
    pages.extend(sign_in()?);
    pages.extend(single()?);
    pages.extend(security_info()?);
    Ok(pages)
}

fn first_run() -> Result<Vec<super::super::Page>, askama::Error> {
    let unnamed = Frame { csrf: "sample-csrf".into(), ..Frame::default() };
    Ok(vec![
        ("first_run", FirstRun { frame: unnamed.clone(), ..FirstRun::default() }.render()?),
        (
            "first_run_errors",
            FirstRun {
                frame: unnamed,
                token: HOSTILE.into(),
                organisation: field("", "organisation: give it a name"),
                display_name: field(HOSTILE, ""),
                user_principal_name: field(
                    "ada lighthouse",
                    "user name: contains a space; write it as in ada@example.org",
                ),
            }
            .render()?,
        ),
        (
            "first_run_passkey",
            FirstRunPasskey {
                frame: outside(),
                context: CONTEXT.into(),
                display_name: "Ada Lindqvist".into(),
                user_principal_name: "ada@lighthouse.example".into(),
            }
            .render()?,
        ),
    ])
}

fn sign_in() -> Result<Vec<super::super::Page>, askama::Error> {
    Ok(vec![
        (
            "sign_in",
            SignIn { frame: outside(), context: CONTEXT.into(), ..SignIn::default() }.render()?,
        ),
        (
            "sign_in_refused",
            SignIn {
                frame: with_notice(outside(), refused()),
                context: CONTEXT.into(),
                user_principal_name: field(HOSTILE, ""),
            }
            .render()?,
        ),
        (
            "sign_in_name",
            SignInName {
                frame: outside(),
                context: CONTEXT.into(),
                user_principal_name: "ada@lighthouse.example".into(),
                ..SignInName::default()
            }
            .render()?,
        ),
        (
            "access_pass",
            AccessPass {
                frame: outside(),
                context: CONTEXT.into(),
                user_principal_name: field("ada@lighthouse.example", ""),
                access_pass: field(
                    "",
                    "access pass: not known, used up or over; ask for a new one",
                ),
            }
            .render()?,
        ),
        (
            "fresh_mfa",
            FreshMfa {
                frame: outside(),
                why: "Adding a passkey needs a sign-in from the last 5 minutes. Yours is older."
                    .into(),
                sign_in_href: "/sign-in?context=fresh".into(),
            }
            .render()?,
        ),
    ])
}

fn single() -> Result<Vec<super::super::Page>, askama::Error> {
    Ok(vec![
        ("error", error().render()?),
        (
            "message",
            Message {
                frame: outside(),
                title: "You are signed out".into(),
                paragraphs: vec!["You can close this window.".into()],
                href: "/sign-in".into(),
                label: "Sign in again".into(),
            }
            .render()?,
        ),
    ])
}

fn error() -> ErrorPage {
    ErrorPage {
        frame: outside(),
        what: "This link has been used".into(),
        why: "The first-run link works once and for 60 minutes.".into(),
        next: "Start Keyward again and open the link it prints.".into(),
        correlation_id: "6f1c0b1e-9a3b-4b52-8f43-0a5b6f4f2d11".into(),
        href: "/sign-in".into(),
        label: "Go to sign-in".into(),
    }
}

fn offers() -> Vec<Offer> {
    vec![
        Offer {
            icon: Icon::Phone,
            title: "Passkey in Microsoft Authenticator".into(),
            detail: "Kept in the app on your phone. Needs Android 14 or iOS 17.".into(),
            href: "/security-info/add?with=authenticator".into(),
            ..Offer::default()
        },
        Offer {
            icon: Icon::Passkey,
            title: "Passkey".into(),
            detail: "On this device, your phone or a security key.".into(),
            href: "/security-info/add".into(),
            reason: "You hold 10 passkeys, the most that are allowed. Delete one first.".into(),
        },
    ]
}

fn security_info() -> Result<Vec<super::super::Page>, askama::Error> {
    let done = Notice {
        tone: Tone::Good,
        what: "“Old tablet” is deleted.".into(),
        next: "Remove it on the device too: it stays there until you do.".into(),
        ..Notice::default()
    };
    Ok(vec![
        (
            "security_info",
            SecurityInfo {
                frame: with_notice(frame(true), done),
                methods: vec![phone(), key(), cloud()],
                offers: offers(),
                ..SecurityInfo::default()
            }
            .render()?,
        ),
        (
            "security_info_pass",
            SecurityInfo {
                frame: frame(false),
                methods: vec![access_pass()],
                only_pass_until: Some(super::frames::moment(22)),
                not_offered: "You cannot add a passkey: your organisation has switched off \
                              setting them up yourself. Ask your administrator."
                    .into(),
                ..SecurityInfo::default()
            }
            .render()?,
        ),
        ("security_info_add", add().render()?),
        (
            "security_info_name",
            SecurityInfoName {
                frame: frame(false),
                action_href: "/security-info/passkeys/1/name".into(),
                icon: Icon::Phone,
                name: field("Microsoft Authenticator", ""),
                facts: vec![
                    fact("Provider", "Microsoft Authenticator (Android)"),
                    fact("Type", "Device-bound"),
                    fact("Attested", "Yes"),
                ],
            }
            .render()?,
        ),
        (
            "security_info_delete",
            SecurityInfoDelete {
                frame: frame(false),
                action_href: "/security-info/passkeys/1/delete".into(),
                method: phone(),
                reminder: "Deleting it here does not remove it from Microsoft Authenticator. Open \
                           the app on your phone, choose this account and delete the passkey."
                    .into(),
                last_one: true,
            }
            .render()?,
        ),
    ])
}

fn add() -> SecurityInfoAdd {
    SecurityInfoAdd {
        frame: frame(false),
        context: CONTEXT.into(),
        icon: Icon::Phone,
        title: "Add a passkey in Microsoft Authenticator".into(),
        in_app_only: String::new(),
        rules: vec!["The model must be proven by attestation.".into()],
        models: vec![
            "Microsoft Authenticator (Android)".into(),
            "Microsoft Authenticator (iOS)".into(),
        ],
        steps: vec![
            "Install Microsoft Authenticator on your phone (Android 14 or iOS 17, or later)."
                .into(),
            "Turn it on as passkey provider in the settings of the phone.".into(),
            "Keep Bluetooth on at both devices, choose “Create passkey” and pick your phone."
                .into(),
        ],
    }
}
