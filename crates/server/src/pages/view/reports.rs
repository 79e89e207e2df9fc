//! Numbers and records in the admin center: home, authenticators in use, logs.

use askama::Template;

use super::{Fact, Field, Frame, Moment, Tone};

/// The admin center's first page. `GET /admin`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_home.html")]
pub struct AdminHome {
    /// Everything around the page.
    pub frame: Frame,
    /// Numbers that lead somewhere.
    pub counts: Vec<Count>,
    /// The passkey policy in plain words, one sentence each.
    pub policy: Vec<String>,
    /// The latest changes and refusals, newest first.
    pub recent: Vec<LogRow>,
}

/// A number on the first page.
#[derive(Clone, Debug, Default)]
pub struct Count {
    /// The number, as text.
    pub value: String,
    /// What it counts.
    pub label: String,
    /// The page behind it.
    pub href: String,
}

/// Authenticators in use. `GET /admin/authenticators`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_authenticators.html")]
pub struct AdminAuthenticators {
    /// Everything around the page.
    pub frame: Frame,
    /// One row per AAGUID.
    pub rows: Vec<ModelRow>,
    /// All passkeys.
    pub passkeys: u64,
    /// People with at least one passkey.
    pub people: u64,
    /// People without any.
    pub people_without: u64,
    /// Where the export is, a GET form with `format` (`csv` or `json`) and, for people without a
    /// passkey too, `people=all`.
    pub export_href: String,
}

/// One model.
#[derive(Clone, Debug, Default)]
pub struct ModelRow {
    /// AAGUID.
    pub aaguid: String,
    /// Name from the catalogue; empty when unknown.
    pub model: String,
    /// Passkeys of this model.
    pub passkeys: u64,
    /// People who hold them.
    pub people: u64,
    /// When one of them last signed in.
    pub last_used: Option<Moment>,
    /// What today's policy says of it.
    pub verdict: Verdict,
}

/// A short judgement and the rule behind it.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// How serious.
    pub tone: Tone,
    /// One or two words, as in `Allowed`, `Blocked`, `Mixed`.
    pub label: String,
    /// The rule that decided, as a sentence; empty when the label says all.
    pub reason: String,
}

/// Which log is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogKind {
    /// Changes and registrations.
    #[default]
    Audit,
    /// Sign-ins, accepted and refused.
    SignIn,
}

/// The logs. `GET /admin/logs?log=audit|sign-in&correlation=…&person=…`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_logs.html")]
pub struct AdminLogs {
    /// Everything around the page.
    pub frame: Frame,
    /// Which log; field `log`.
    pub kind: LogKind,
    /// Filter by correlation id; field `correlation`.
    pub correlation: Field,
    /// Filter by a person's name; field `person`.
    pub person: Field,
    /// The page of entries, newest first.
    pub rows: Vec<LogRow>,
    /// First page; empty when this is it.
    pub first_href: String,
    /// Next page; empty on the last.
    pub next_href: String,
}

/// One entry of a log.
#[derive(Clone, Debug, Default)]
pub struct LogRow {
    /// When.
    pub when: Moment,
    /// What was done or tried, as in `Register passkey`.
    pub activity: String,
    /// Who did it.
    pub actor: String,
    /// To what or whom; empty when the actor says it.
    pub target: String,
    /// How it ended: label, and the reason with its stable code.
    pub outcome: Verdict,
    /// Finds everything of the same request.
    pub correlation_id: String,
    /// AAGUID, old and new value, address, application.
    pub details: Vec<Fact>,
}
