//! Sample frames, moments and methods that several pages show.

use server::pages::view::{Area, Badge, Fact, Field, Frame, Icon, Method, Moment, Notice, Tone};

/// A name meant to break out of element, attribute and script.
pub(crate) const HOSTILE: &str = "<b>&\"'";

pub(crate) fn frame(administrator: bool) -> Frame {
    Frame {
        organisation: "Lighthouse Cooperative".into(),
        csrf: "sample-csrf".into(),
        person: Some(Badge {
            display_name: "Ada Lindqvist".into(),
            user_principal_name: "ada@lighthouse.example".into(),
            areas: if administrator {
                vec![Area::Settings, Area::Authenticators, Area::People, Area::Groups, Area::Logs]
            } else {
                Vec::new()
            },
        }),
        notice: None,
    }
}

pub(crate) fn outside() -> Frame {
    Frame { person: None, ..frame(false) }
}

pub(crate) fn with_notice(frame: Frame, notice: Notice) -> Frame {
    Frame { notice: Some(notice), ..frame }
}

pub(crate) fn refused() -> Notice {
    Notice {
        tone: Tone::Bad,
        what: "This passkey may not be used any more.".into(),
        why: "YubiKey 5 NFC is no longer on your organisation’s list of accepted models.".into(),
        next: "Sign in with another passkey, or ask your administrator for a Temporary Access \
               Pass."
            .into(),
        correlation_id: "6f1c0b1e-9a3b-4b52-8f43-0a5b6f4f2d11".into(),
    }
}

pub(crate) fn moment(day: u8) -> Moment {
    Moment {
        iso: format!("2026-11-{day:02}T14:03:00Z"),
        text: format!("{day} Nov 2026, 14:03 UTC"),
    }
}

pub(crate) fn field(value: &str, error: &str) -> Field {
    Field { value: value.into(), error: error.into() }
}

pub(crate) fn fact(term: &str, value: &str) -> Fact {
    Fact { term: term.into(), value: value.into() }
}

pub(crate) fn phone() -> Method {
    Method {
        icon: Icon::Phone,
        name: "Ada’s Pixel".into(),
        kind: "Passkey, device-bound".into(),
        provider: "Microsoft Authenticator (Android)".into(),
        aaguid: "de1e552d-db1d-4423-a619-566b625cdc84".into(),
        created: moment(2),
        last_used: Some(moment(20)),
        usable: true,
        delete_href: "/security-info/passkeys/1/delete".into(),
        ..Method::default()
    }
}

pub(crate) fn key() -> Method {
    Method {
        icon: Icon::SecurityKey,
        name: "Key on the ring".into(),
        kind: "Passkey, device-bound".into(),
        provider: "YubiKey 5 Series with NFC".into(),
        aaguid: "2fc0579f-8113-47ea-b116-bb5a8db9202a".into(),
        created: moment(3),
        usable: false,
        reason: "Not usable since 18 Nov: this model is not in the list of the profile \
                 “Default passkey profile”."
            .into(),
        delete_href: "/security-info/passkeys/2/delete".into(),
        ..Method::default()
    }
}

pub(crate) fn cloud() -> Method {
    Method {
        icon: Icon::Cloud,
        name: HOSTILE.into(),
        kind: "Passkey, synced".into(),
        provider: "iCloud Keychain".into(),
        aaguid: "fbfc3007-154e-4ecc-8c0b-6e020557d7bd".into(),
        created: moment(5),
        last_used: Some(moment(19)),
        usable: true,
        delete_href: "/security-info/passkeys/3/delete".into(),
        ..Method::default()
    }
}

pub(crate) fn access_pass() -> Method {
    Method {
        icon: Icon::AccessPass,
        name: "Temporary Access Pass".into(),
        kind: "Works until it ends".into(),
        created: moment(21),
        expires: Some(moment(22)),
        usable: true,
        ..Method::default()
    }
}
