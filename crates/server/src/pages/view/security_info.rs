//! Security info: a person's own methods, adding, naming and deleting a passkey.

use askama::Template;

use super::{Fact, Field, Frame, Icon, Moment};

/// A person's methods. `GET /security-info`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "security_info.html")]
pub struct SecurityInfo {
    /// Everything around the page.
    pub frame: Frame,
    /// All own methods, passkeys first.
    pub methods: Vec<Method>,
    /// Set when a Temporary Access Pass is the only method: when it ends (S92).
    pub only_pass_until: Option<Moment>,
    /// What may be added; an offer with a reason is shown but cannot be chosen (S84).
    pub offers: Vec<Offer>,
    /// Why nothing may be added, naming the ways out; empty when something may (S12, S19, S82).
    pub not_offered: String,
}

/// One sign-in method in a list.
#[derive(Clone, Debug, Default)]
pub struct Method {
    /// Picture.
    pub icon: Icon,
    /// Name given by the person.
    pub name: String,
    /// What it is, as in `Passkey, device-bound`.
    pub kind: String,
    /// Provider or model; empty when unknown.
    pub provider: String,
    /// AAGUID; empty for other methods than passkeys.
    pub aaguid: String,
    /// When it was registered or issued.
    pub created: Moment,
    /// When it was last used to sign in.
    pub last_used: Option<Moment>,
    /// When it ends by itself.
    pub expires: Option<Moment>,
    /// Whether today's policy lets it sign in.
    pub usable: bool,
    /// The rule that decided, as a sentence; always set when not usable (S45).
    pub reason: String,
    /// Page that confirms the deletion; empty when the reader may not delete it.
    pub delete_href: String,
}

/// One way to add a method.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// Picture.
    pub icon: Icon,
    /// As in `Passkey in Microsoft Authenticator`.
    pub title: String,
    /// What it is for, and what it needs.
    pub detail: String,
    /// Where adding starts, as in `/security-info/add?with=authenticator`.
    pub href: String,
    /// Why it cannot be chosen now; empty when it can.
    pub reason: String,
}

/// Before and during the registration ceremony. `GET /security-info/add`; the ceremony uses the
/// `/security-info/passkeys` pair, whose `location` is the naming page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "security_info_add.html")]
pub struct SecurityInfoAdd {
    /// Everything around the page.
    pub frame: Frame,
    /// Handed back by the ceremony.
    pub context: String,
    /// Picture.
    pub icon: Icon,
    /// As in `Add a passkey in Microsoft Authenticator`.
    pub title: String,
    /// What the organisation accepts today, as sentences, before the device is touched (S85).
    pub rules: Vec<String>,
    /// Names of the only models accepted; empty when there is no such list.
    pub models: Vec<String>,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// Why this page cannot start the ceremony (S56); empty when it can.
    pub in_app_only: String,
}

/// Naming a passkey just registered. `GET` and `POST` [`Self::action_href`], as in
/// `/security-info/passkeys/{id}/name`: `name` (empty keeps the default, S86).
#[derive(Clone, Debug, Default, Template)]
#[template(path = "security_info_name.html")]
pub struct SecurityInfoName {
    /// Everything around the page.
    pub frame: Frame,
    /// Where the form posts.
    pub action_href: String,
    /// Picture.
    pub icon: Icon,
    /// The default, or what was typed.
    pub name: Field,
    /// What was registered: provider, type, attested or not.
    pub facts: Vec<Fact>,
}

/// Confirming a deletion. `GET` and `POST` [`Self::action_href`], as in
/// `/security-info/passkeys/{id}/delete`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "security_info_delete.html")]
pub struct SecurityInfoDelete {
    /// Everything around the page.
    pub frame: Frame,
    /// Where the form posts.
    pub action_href: String,
    /// What would be deleted.
    pub method: Method,
    /// Where the copy on the device is found (S90), as in `Open Microsoft Authenticator, …`.
    pub reminder: String,
    /// Whether no other way to sign in would remain.
    pub last_one: bool,
}
