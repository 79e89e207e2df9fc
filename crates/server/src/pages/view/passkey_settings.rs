//! The form of "Passkey (FIDO2) settings": enable and target, configure.

use askama::Template;

use super::{Field, Frame};

/// The passkey policy as a form. `GET /admin/passkey-settings?tab=…`; one form of both tabs posts
/// to `/admin/passkey-settings` with a button named `action`:
///
/// - `preview` answers with the impact preview, or with this page and its errors;
/// - `refresh`, `add_include`, `add_exclude`, `add_profile`, `add_in_use:{p}` and
///   `delete_profile:{p}` answer with this page, the draft changed and nothing saved.
///
/// Fields, `{p}` being a profile id (new ones start with `new-`), `{t}` `all_users` or a group id:
///
/// | Field | Value |
/// |---|---|
/// | `version` | the version the form started from (S15) |
/// | `tab` | `enable` or `configure` |
/// | `state` | `enabled`; absent means disabled |
/// | `scope` | `all` or `groups` |
/// | `include` | `{t}`, one for each row, whatever the scope says |
/// | `include_remove` | `{t}` to be dropped |
/// | `include_profile` | `{t}:{p}`, one for each profile chosen |
/// | `include_add`, `exclude_add` | names or ids of security groups, one a line |
/// | `exclude`, `exclude_remove` | group ids, as for `include` |
/// | `self_service` | `yes` or `no` |
/// | `profile` | `{p}`, one for each, in order |
/// | `name.{p}` | text |
/// | `attestation.{p}`, `restrict.{p}` | `yes` or `no` |
/// | `type.{p}` | `device_bound`, `synced`: one for each ticked |
/// | `behavior.{p}` | `allow` or `block`; absent while `restrict` is `no`: unchanged |
/// | `aaguid.{p}` | one for each row of the list |
/// | `aaguid_remove.{p}` | AAGUIDs to be dropped |
/// | `aaguids.{p}` | AAGUIDs to be added, one a line, or separated by commas or spaces |
/// | `authenticator.{p}` | `on` when "Microsoft Authenticator" is ticked |
/// | `authenticator_was.{p}` | `on` when it was ticked as the page was made |
///
/// `authenticator` on: both AAGUIDs belong to the list. Off while `authenticator_was` is on:
/// exactly these two are dropped. Off and was off: nothing happens (S52). While `restrict` is
/// `no` the browser sends only `aaguid` of the list: it is kept as it is (S69).
///
/// `POST /admin/passkey-settings/live` takes the same fields from the script and answers
/// `{sentences: {"{p}": "text"}, impact: {tone: "good", text: "…"}}`; it saves nothing.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_passkey_settings.html")]
pub struct PasskeySettings {
    /// Everything around the page.
    pub frame: Frame,
    /// Version of the policy the form starts from.
    pub version: String,
    /// Why the reader may look but not change; empty when they may (S68).
    pub read_only: String,
    /// Which tab is open.
    pub tab: Tab,
    /// Everything wrong with the draft, above the form (S67).
    pub problems: Vec<Problem>,
    /// Somebody else saved in between (S15).
    pub conflict: Option<Conflict>,
    /// Whether passkeys are on.
    pub enabled: bool,
    /// Who may use them.
    pub targets: Targets,
    /// Whether people may add passkeys themselves.
    pub self_service: bool,
    /// The profiles, default first.
    pub profiles: Vec<ProfileForm>,
    /// Why no further profile may be added; empty when one may.
    pub no_more_profiles: String,
    /// Known models, for the picker and for "add all in use".
    pub catalogue: Vec<CatalogueEntry>,
}

/// Tab of the settings page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Enable and target.
    #[default]
    Enable,
    /// Configure.
    Configure,
}

/// One line of the error summary.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// Id of the control it is about, without `#`; the templates use the field name with `.` and
    /// `:` replaced by `-`, as in `name-{p}`, `aaguids-{p}`, `include_add`.
    pub anchor: String,
    /// The tab that control is on.
    pub tab: Tab,
    /// What is wrong, naming the faulty value.
    pub text: String,
}

/// What another administrator saved while this form was open.
#[derive(Clone, Debug, Default)]
pub struct Conflict {
    /// Who saved.
    pub who: String,
    /// When, as text.
    pub when: String,
    /// What differs between their version and this draft.
    pub differences: Vec<Difference>,
}

/// One setting with two values.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Which setting, as in `Default passkey profile: enforce attestation`.
    pub what: String,
    /// Stored value.
    pub before: String,
    /// Value of the draft.
    pub after: String,
}

/// Who may use passkeys.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// All users rather than chosen groups.
    pub all_users: bool,
    /// Profiles for all users.
    pub all_users_profiles: Vec<Choice>,
    /// Included groups.
    pub include: Vec<TargetRow>,
    /// Groups to be included, as typed.
    pub include_add: Field,
    /// Security groups found by what was typed there, to be ticked and added.
    pub include_found: Vec<GroupOption>,
    /// Excluded groups; these win.
    pub exclude: Vec<TargetRow>,
    /// Groups to be excluded, as typed.
    pub exclude_add: Field,
    /// Security groups found by what was typed there, to be ticked and added.
    pub exclude_found: Vec<GroupOption>,
    /// Security groups to propose (S6).
    pub groups: Vec<GroupOption>,
}

/// One targeted group.
#[derive(Clone, Debug, Default)]
pub struct TargetRow {
    /// Group id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Its direct members.
    pub members: u64,
    /// Profiles to choose from; empty for exclusions.
    pub profiles: Vec<Choice>,
    /// What is wrong with this row; empty when it is fine.
    pub error: String,
}

/// One thing that can be ticked.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Value sent.
    pub id: String,
    /// Label.
    pub name: String,
    /// Whether it is ticked.
    pub chosen: bool,
}

/// A security group to propose.
#[derive(Clone, Debug, Default)]
pub struct GroupOption {
    /// Group id.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// One profile.
#[derive(Clone, Debug, Default)]
pub struct ProfileForm {
    /// Profile id; unique on the page, letters, digits and `-` only.
    pub id: String,
    /// Its name.
    pub name: Field,
    /// Whether attestation is enforced.
    pub attestation: bool,
    /// Which types are accepted.
    pub types: PasskeyTypes,
    /// The list of models.
    pub restrictions: Restrictions,
    /// What this profile means, in plain words.
    pub sentence: String,
    /// What the administrator should know before saving (S47, S55, S65).
    pub warnings: Vec<String>,
    /// Why it cannot be deleted, as in `used by 2 targets` (S60); empty when it can.
    pub not_deletable: String,
}

/// Passkey types of a profile.
#[derive(Clone, Debug, Default)]
pub struct PasskeyTypes {
    /// Accept passkeys that never leave their device.
    pub device_bound: bool,
    /// Accept passkeys that a provider synchronises.
    pub synced: bool,
    /// What is wrong with the choice; empty when it is fine.
    pub error: String,
}

/// Key restrictions of a profile.
#[derive(Clone, Debug, Default)]
pub struct Restrictions {
    /// Whether they are enforced.
    pub enforced: bool,
    /// What the list means.
    pub behavior: Behavior,
    /// Whether both AAGUIDs of Microsoft Authenticator are in the list.
    pub authenticator: bool,
    /// The list.
    pub aaguids: Vec<AaguidRow>,
    /// AAGUIDs to be added, as typed.
    pub additions: Field,
}

/// What a list of AAGUIDs means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behavior {
    /// Only these may be used.
    #[default]
    Allow,
    /// These may not be used.
    Block,
}

/// One AAGUID of a list.
#[derive(Clone, Debug, Default)]
pub struct AaguidRow {
    /// The AAGUID.
    pub aaguid: String,
    /// Name from the catalogue; empty when unknown.
    pub name: String,
    /// Passkeys of this model.
    pub in_use: u64,
    /// Ticked for removal in the draft.
    pub removed: bool,
}

/// One known model.
#[derive(Clone, Debug, Default)]
pub struct CatalogueEntry {
    /// The AAGUID.
    pub aaguid: String,
    /// Its name.
    pub name: String,
    /// Passkeys of this model.
    pub in_use: u64,
}
