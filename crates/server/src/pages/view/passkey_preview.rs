//! What a draft of the passkey policy would do, before it is saved.

use askama::Template;

use super::{Difference, Frame};

/// The impact preview. Answer of `POST /admin/passkey-settings` with `action=preview`.
///
/// Saving posts to `/admin/passkey-settings/save`: `draft`, `version`, and every
/// [`Confirmation::name`] with the value `yes`. Going back posts the same to
/// `/admin/passkey-settings/edit`, which answers with the form holding the draft.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_passkey_preview.html")]
pub struct PasskeyPreview {
    /// Everything around the page; its notice says why saving is refused, if it is (S9).
    pub frame: Frame,
    /// The whole draft, opaque; the server checks it again when it comes back.
    pub draft: String,
    /// Version of the policy the draft started from.
    pub version: String,
    /// What would change, setting by setting.
    pub differences: Vec<Difference>,
    /// What would stop working.
    pub impact: Impact,
    /// What the administrator should know before saving (S47, S65).
    pub warnings: Vec<String>,
    /// What the administrator must tick before saving (S47, S50).
    pub confirmations: Vec<Confirmation>,
    /// Whether saving is possible at all.
    pub may_save: bool,
}

/// Exact numbers, and some of the people behind them.
#[derive(Clone, Debug, Default)]
pub struct Impact {
    /// Passkeys that would stop working.
    pub passkeys: u64,
    /// People who hold them.
    pub people: u64,
    /// Administrators among them.
    pub administrators: u64,
    /// People left without any way to sign in.
    pub without_method: u64,
    /// Passkeys that would work again.
    pub revived: u64,
    /// Some of the passkeys, administrators and people left without a method first.
    pub sample: Vec<Affected>,
}

impl Impact {
    /// Whether the sample is everything.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        u64::try_from(self.sample.len()).is_ok_and(|shown| shown >= self.passkeys)
    }
}

/// One passkey that would stop working.
#[derive(Clone, Debug, Default)]
pub struct Affected {
    /// The person's page.
    pub href: String,
    /// Display name.
    pub display_name: String,
    /// User principal name.
    pub user_principal_name: String,
    /// Name of the passkey.
    pub passkey: String,
    /// Provider or model.
    pub model: String,
    /// Whether the person is an administrator.
    pub administrator: bool,
    /// Whether the person would have no way left to sign in.
    pub left_with_none: bool,
    /// The rule that would refuse it.
    pub reason: String,
}

/// A sentence that must be ticked.
#[derive(Clone, Debug, Default)]
pub struct Confirmation {
    /// Name of the checkbox, as in `confirm_affected`.
    pub name: String,
    /// The sentence.
    pub text: String,
    /// Message when it was not ticked; empty otherwise.
    pub error: String,
}
