//! What each page shows: plain structs that `templates/` turns into HTML, and nothing else.
//!
//! A handler fills a struct and renders it; every text field is escaped by the template, so a
//! name may hold any language or markup. Times and sentences arrive as finished text: nothing
//! here knows a clock, a policy or the store.
//!
//! Each struct names the method, path and form fields of its page. Common to all:
//! every form posts `application/x-www-form-urlencoded` with the hidden field `csrf` and is
//! answered by 303 or by the same page with [`Frame::notice`] and [`Field::error`] filled.
//!
//! # Ceremonies
//! The only part that needs JavaScript. The script posts JSON and expects JSON:
//!
//! | `POST` to | Sends | Success |
//! |---|---|---|
//! | `/sign-in/options` | `{csrf, context}` | `{publicKey: RequestOptionsJSON}` |
//! | `/sign-in/passkey` | `{csrf, context, credential}` | `{location: "/path"}` |
//! | `/security-info/passkeys/options` | `{csrf, context}` | `{publicKey: CreationOptionsJSON}` |
//! | `/security-info/passkeys` | `{csrf, context, credential}` | `{location: "/path"}` |
//! | `/first-run/passkey/options` | `{csrf, context}` | `{publicKey: CreationOptionsJSON}` |
//! | `/first-run/passkey` | `{csrf, context, credential}` | `{location: "/path"}` |
//!
//! `context` is the page's own `context` text, handed back untouched (where to go afterwards, the
//! names typed on the step before); the handler checks it again. A refusal is any status from 400
//! with `{refusal: {code, what, why, next, correlationId, unknownCredential?}}`, the last of them
//! `{rpId, credentialId}`;
//! `unknownCredential` makes the browser forget a passkey that we do not keep (S88).

mod directory;
mod gate;
mod passkey_preview;
mod passkey_settings;
mod plain;
mod reports;
mod security_info;

pub use directory::{
    AccountForm, AdminGroup, AdminGroups, AdminUser, AdminUsers, ChangeMembers, GroupRow,
    IssuedPass, MemberRow, NewGroup, NewPerson, PassForm, UserRow,
};
pub use gate::{AccessPass, FirstRun, FirstRunPasskey, FreshMfa, SignIn, SignInName};
pub use passkey_preview::{Affected, Confirmation, Impact, PasskeyPreview};
pub use passkey_settings::{
    AaguidRow, Behavior, CatalogueEntry, Choice, Conflict, Difference, GroupOption,
    PasskeySettings, PasskeyTypes, Problem, ProfileForm, Restrictions, Tab, TargetRow, Targets,
};
pub use plain::{Confirm, ErrorPage, Message};
pub use reports::{
    AdminAuthenticators, AdminHome, AdminLogs, Count, LogKind, LogRow, ModelRow, Verdict,
};
pub use security_info::{
    Method, Offer, SecurityInfo, SecurityInfoAdd, SecurityInfoDelete, SecurityInfoName,
};

/// What every page shows around its own content.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Name of the organisation; empty before the first run.
    pub organisation: String,
    /// Value of the hidden field `csrf` in every form of the page.
    pub csrf: String,
    /// Who is signed in; none on the pages before sign-in.
    pub person: Option<Badge>,
    /// One message above the content: a refusal, a warning, or that something is done.
    pub notice: Option<Notice>,
}

/// The signed-in person, as the top bar shows them. Signing out is `POST /sign-out` (`csrf`).
#[derive(Clone, Debug)]
pub struct Badge {
    /// Display name.
    pub display_name: String,
    /// User principal name.
    pub user_principal_name: String,
    /// Parts of the admin center that the person may see; none hides the center.
    pub areas: Vec<Area>,
}

/// A part of the admin center.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Passkey (FIDO2) settings.
    Settings,
    /// Authenticators in use.
    Authenticators,
    /// People.
    People,
    /// Groups.
    Groups,
    /// Logs.
    Logs,
}

impl Frame {
    /// Whether the navigation shows this part of the admin center.
    #[must_use]
    pub fn shows(&self, area: Area) -> bool {
        self.person.as_ref().is_some_and(|person| person.areas.contains(&area))
    }
}

impl Badge {
    /// One or two letters for the round mark beside the name.
    #[must_use]
    pub fn initials(&self) -> String {
        let mut words = self.display_name.split_whitespace().filter_map(|word| word.chars().next());
        let first = words.next();
        let last = words.next_back();
        first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
    }
}

/// A message in three parts: what happened, why, what to do next. Empty parts are left out.
#[derive(Clone, Debug, Default)]
pub struct Notice {
    /// How serious it is.
    pub tone: Tone,
    /// What happened, as a short sentence.
    pub what: String,
    /// The rule or fact behind it.
    pub why: String,
    /// What the reader can do now.
    pub next: String,
    /// Ties the message to the audit and sign-in log.
    pub correlation_id: String,
}

/// How serious a message or a state is; always said in words too, never by colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neutral information.
    #[default]
    Info,
    /// Done, allowed, usable.
    Good,
    /// Needs attention.
    Warning,
    /// Refused, blocked, broken.
    Bad,
}

impl Tone {
    /// Name used in class names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// Whether a screen reader is interrupted (`role=alert`) or told in turn (`role=status`).
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            Self::Info | Self::Good => "status",
            Self::Warning | Self::Bad => "alert",
        }
    }
}

/// A moment, for machines and for people; the script shows it in the reader's own time zone.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// RFC 3339 in UTC, as in `2026-11-12T14:03:00Z`.
    pub iso: String,
    /// The same for reading without script, as in `12 Nov 2026, 14:03 UTC`.
    pub text: String,
}

/// One text input: what was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Shown in the input; after a refusal exactly what was sent.
    pub value: String,
    /// Message next to the input; empty when it is fine.
    pub error: String,
}

/// One line of a list of facts.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// What it is, as in `Object id`.
    pub term: String,
    /// Its value.
    pub value: String,
}

/// Picture in front of a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Icon {
    /// A passkey of a kind that is not known more closely.
    #[default]
    Passkey,
    /// A security key.
    SecurityKey,
    /// A passkey in a phone app such as Microsoft Authenticator.
    Phone,
    /// A passkey of this computer.
    Computer,
    /// A passkey that a password manager synchronises.
    Cloud,
    /// A Temporary Access Pass.
    AccessPass,
}
