//! Pages before or between sign-ins: first run, sign-in, access pass, the freshness gate.

use askama::Template;

use super::{Field, Frame};

/// First run, step one. `GET /first-run?token=…`; posts to `/first-run`:
/// `token`, `organisation`, `display_name`, `user_principal_name`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "first_run.html")]
pub struct FirstRun {
    /// Everything around the page.
    pub frame: Frame,
    /// The one-time token of the link, echoed as `token`.
    pub token: String,
    /// Name of the organisation.
    pub organisation: Field,
    /// Display name of the first administrator.
    pub display_name: Field,
    /// User principal name of the first administrator, as in `ada@example.org`.
    pub user_principal_name: Field,
}

/// First run, step two: the first administrator registers a passkey. Answer of
/// `POST /first-run`; the ceremony uses the `/first-run/passkey` pair.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "first_run_passkey.html")]
pub struct FirstRunPasskey {
    /// Everything around the page.
    pub frame: Frame,
    /// Handed back by the ceremony.
    pub context: String,
    /// Who registers.
    pub display_name: String,
    /// The name they will sign in with.
    pub user_principal_name: String,
}

/// Sign-in, step one: a name, or straight to a passkey.
///
/// `GET /sign-in?context=…`; posts to
/// `/sign-in`: `context`, `user_principal_name`. The tile and the autofill use the `/sign-in`
/// ceremony pair without a name (S108).
#[derive(Clone, Debug, Default, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// Everything around the page.
    pub frame: Frame,
    /// Handed back by form and ceremony.
    pub context: String,
    /// The typed name.
    pub user_principal_name: Field,
}

/// Sign-in, step two: the same page for every name, known or not (S109).
///
/// Answer of
/// `POST /sign-in`; `context` now carries the name for the ceremony. The access pass form posts
/// to `/sign-in/access-pass`: `context`, `user_principal_name`, `access_pass`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "sign_in_name.html")]
pub struct SignInName {
    /// Everything around the page.
    pub frame: Frame,
    /// Handed back by form and ceremony.
    pub context: String,
    /// The name typed on step one.
    pub user_principal_name: String,
    /// The typed access pass; its value is never shown again.
    pub access_pass: Field,
}

/// Sign-in with a Temporary Access Pass. `GET /sign-in/access-pass?context=…`; posts to
/// `/sign-in/access-pass`: `context`, `user_principal_name`, `access_pass`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "access_pass.html")]
pub struct AccessPass {
    /// Everything around the page.
    pub frame: Frame,
    /// Handed back by the form.
    pub context: String,
    /// The typed name.
    pub user_principal_name: Field,
    /// The typed access pass; its value is never shown again.
    pub access_pass: Field,
}

/// The freshness gate (S81, S83): why signing in again is needed before adding a passkey.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "fresh_mfa.html")]
pub struct FreshMfa {
    /// Everything around the page.
    pub frame: Frame,
    /// The rule, as in `Adding a passkey needs a sign-in of the last 5 minutes; yours is older.`
    pub why: String,
    /// Where signing in again starts.
    pub sign_in_href: String,
}
