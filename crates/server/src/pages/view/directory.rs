//! People and groups in the admin center.

use askama::Template;

use super::{Fact, Field, Frame, Method, Moment};

/// The list of people. `GET /admin/users?q=…`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_users.html")]
pub struct AdminUsers {
    /// Everything around the page.
    pub frame: Frame,
    /// The search, field `q` of a GET form.
    pub query: String,
    /// Adding a person; none when the reader may not.
    pub add: Option<NewPerson>,
    /// The page of people.
    pub rows: Vec<UserRow>,
    /// First page; empty when this is it.
    pub first_href: String,
    /// Next page; empty on the last.
    pub next_href: String,
}

/// Adding a person; posts to `/admin/users`: `display_name`, `user_principal_name`, `kind`
/// (`member` or `guest`).
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// Display name.
    pub display_name: Field,
    /// User principal name.
    pub user_principal_name: Field,
    /// Whether the person is a guest.
    pub guest: bool,
}

impl NewPerson {
    /// Whether something typed was refused: then the form stands open.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        !self.display_name.error.is_empty() || !self.user_principal_name.error.is_empty()
    }
}

/// One person in the list.
#[derive(Clone, Debug, Default)]
pub struct UserRow {
    /// Their page, as in `/admin/users/{id}`.
    pub href: String,
    /// Display name.
    pub display_name: String,
    /// User principal name.
    pub user_principal_name: String,
    /// `Member` or `Guest`.
    pub kind: String,
    /// Whether the account is enabled.
    pub enabled: bool,
    /// Whether they hold an administrator role.
    pub administrator: bool,
}

/// One person and their methods. `GET /admin/users/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_user.html")]
pub struct AdminUser {
    /// Everything around the page.
    pub frame: Frame,
    /// Display name; the heading.
    pub display_name: String,
    /// User principal name.
    pub user_principal_name: String,
    /// Object id, account state, roles, effective profiles with the group path (S64).
    pub facts: Vec<Fact>,
    /// Methods that today's policy lets sign in.
    pub usable: Vec<Method>,
    /// Methods it does not, each with its rule (S45).
    pub non_usable: Vec<Method>,
    /// Whether this person could add a passkey now, as a sentence naming the deciding rule.
    pub may_register: String,
    /// Switching the account on and off, ending its sessions; none when the reader may not.
    pub account: Option<AccountForm>,
    /// Issuing a Temporary Access Pass.
    pub pass: PassForm,
    /// The pass just issued; shown once and never again.
    pub issued: Option<IssuedPass>,
    /// What happened to this person lately, as in `/admin/logs?target={id}`.
    pub logs_href: String,
}

/// The account of a person; posts to [`Self::action_href`], as in `/admin/users/{id}/account`,
/// with a button named `action`: `enable`, `disable` or `revoke`.
#[derive(Clone, Debug, Default)]
pub struct AccountForm {
    /// Where the form posts.
    pub action_href: String,
    /// Whether the account is enabled now.
    pub enabled: bool,
}

/// Issuing a Temporary Access Pass; posts to [`Self::action_href`], as in
/// `/admin/users/{id}/access-pass`: `lifetime_minutes`, `one_time` (`yes` or `no`).
#[derive(Clone, Debug, Default)]
pub struct PassForm {
    /// Where the form posts.
    pub action_href: String,
    /// Why the reader may not issue one for this person; empty when they may.
    pub refused: String,
    /// Lifetime in minutes.
    pub lifetime_minutes: Field,
    /// Shortest and longest lifetime allowed, as in `10 to 43200 minutes`.
    pub limits: String,
    /// Whether it works once only.
    pub one_time: bool,
    /// Whether this replaces a pass that is still valid.
    pub replaces: bool,
}

/// A Temporary Access Pass at the only moment its value is known.
#[derive(Clone, Debug, Default)]
pub struct IssuedPass {
    /// The value to hand over.
    pub value: String,
    /// When it ends.
    pub expires: Moment,
    /// Whether it works once only.
    pub one_time: bool,
    /// Why it will not sign in as things are (S117); empty when it will.
    pub warning: String,
}

/// The list of groups. `GET /admin/groups?q=…`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_groups.html")]
pub struct AdminGroups {
    /// Everything around the page.
    pub frame: Frame,
    /// The search, field `q` of a GET form.
    pub query: String,
    /// Adding a group; none when the reader may not.
    pub add: Option<NewGroup>,
    /// The page of groups.
    pub rows: Vec<GroupRow>,
    /// First page; empty when this is it.
    pub first_href: String,
    /// Next page; empty on the last.
    pub next_href: String,
}

/// Adding a security group; posts to `/admin/groups`: `display_name`.
#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// Display name.
    pub display_name: Field,
}

/// One group in the list.
#[derive(Clone, Debug, Default)]
pub struct GroupRow {
    /// Its page, as in `/admin/groups/{id}`.
    pub href: String,
    /// Display name.
    pub display_name: String,
    /// Whether it is a security group, the only kind a policy may target (S6).
    pub security: bool,
    /// Direct members.
    pub members: u64,
    /// What the passkey policy says of it, as in `included`, `excluded`; empty for nothing.
    pub policy: String,
}

/// One group and its direct members. `GET /admin/groups/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "admin_group.html")]
pub struct AdminGroup {
    /// Everything around the page.
    pub frame: Frame,
    /// Display name; the heading.
    pub display_name: String,
    /// Object id, kind, description, what the policy says.
    pub facts: Vec<Fact>,
    /// Adding and removing members; none when the reader may not.
    pub change: Option<ChangeMembers>,
    /// The page of members.
    pub members: Vec<MemberRow>,
    /// First page; empty when this is it.
    pub first_href: String,
    /// Next page; empty on the last.
    pub next_href: String,
}

/// Adding and removing members. The search is a GET of the page itself with the field `add`;
/// adding posts to [`Self::add_href`], removing to [`Self::remove_href`]: `member`.
#[derive(Clone, Debug, Default)]
pub struct ChangeMembers {
    /// The page itself.
    pub search_href: String,
    /// Where adding posts, as in `/admin/groups/{id}/members`.
    pub add_href: String,
    /// Where removing posts, as in `/admin/groups/{id}/members/remove`.
    pub remove_href: String,
    /// What was searched for.
    pub query: String,
    /// Who was found and is no member yet.
    pub found: Vec<MemberRow>,
}

/// One direct member of a group.
#[derive(Clone, Debug, Default)]
pub struct MemberRow {
    /// Value of the field `member`, as in `user:{id}` or `group:{id}`.
    pub member: String,
    /// The member's page.
    pub href: String,
    /// Display name.
    pub display_name: String,
    /// User principal name, or the object id of a group.
    pub detail: String,
    /// `Person` or `Group`.
    pub kind: String,
}
