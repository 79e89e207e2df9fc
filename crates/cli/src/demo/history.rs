//! The demo organisation's past as decisions: each person and passkey is admitted as in real life.

use std::collections::BTreeSet;
use std::ops::Range;

use anyhow::{Context as _, Result, anyhow};
use identity::access::{Action, Caller, Permit, TargetPerson, authorize};
use identity::audit::{Actor, AuditTarget};
use identity::change::Organisation;
use identity::directory::{
    AccountState, Group, MailGroup, Person, Principal, RoleAssignable, RoleAssignment,
    SecurityGroup, User, UserDetails, UserKind,
};
use identity::directory_changes::{self, By};
use identity::registration::Terms;
use identity::{
    Change, Context, CorrelationId, GroupId, Outcome, RoleAssignmentId, TenantId, UserId, Version,
};
use webauthn::{Timestamp, UserHandle};

use super::cast::{DOMAIN, DemoGroupKind, GROUPS, ORGANISATION, POSTS, PersonName, department_of};
use super::chance::{Chance, Purpose};
use super::passkeys::Ceremonies;

const DAY_MS: i64 = 24 * 60 * 60_000;
/// How far the past reaches back, days.
const PAST_DAYS: u64 = 730;
/// How many people are in the pilot group.
const PILOTS: u64 = 40;

/// How somebody stands to the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Works here and has passkeys.
    Equipped,
    /// Works here and has no passkey yet.
    Unequipped,
    /// A guest, who may not register passkeys here.
    Guest,
    /// Has left: the account is disabled.
    Left,
}

impl Standing {
    /// Every sixteenth person has no passkey.
    pub(super) const fn of(ordinal: u64) -> Self {
        match ordinal % 64 {
            15 => Self::Unequipped,
            31 | 47 => Self::Guest,
            63 => Self::Left,
            _ => Self::Equipped,
        }
    }
}

/// What to invent.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) chance: Chance,
    pub(super) passkeys_per_user: u32,
    /// Whom the passkeys are for.
    pub(super) terms: Terms,
    /// The end of the past.
    pub(super) now: Timestamp,
}

impl Plan {
    /// The id of the organisation.
    pub(super) fn tenant(&self) -> TenantId {
        TenantId::new(self.chance.uuid(Purpose::Tenant, 0))
    }

    /// The organisation with its groups.
    pub(super) fn foundation(&self) -> Result<Vec<Change>> {
        let context = self.context(0, 0);
        let organisation = Organisation {
            id: self.tenant(),
            display_name: ORGANISATION.parse()?,
            domain: DOMAIN.to_owned(),
            created_at: context.now,
        };
        let created = directory_changes::create_organisation(organisation, &context);
        let ((), mut changes) = accepted(created)?;
        for (place, group) in (0_u64..).zip(GROUPS) {
            changes.extend(self.group(place, group.inside)?);
        }
        Ok(changes)
    }

    fn group(&self, place: u64, inside: Option<u64>) -> Result<Vec<Change>> {
        let (actor, permit) = (Actor::Operator, permitted(Action::WriteGroups)?);
        let context = self.context(0, place.wrapping_add(1));
        let by = By { actor: &actor, permit: &permit, context: &context };
        let group = self.described(place, context.now)?;
        let (_, mut changes) = accepted(directory_changes::add_group(by, &group))?;
        if let Some(inside) = inside {
            let context = Context { unique: context.entry_id(8), ..context.clone() };
            let by = By { context: &context, ..by };
            let outer = self.described(inside, context.now)?;
            let member = (Principal::Group(group.id), group.display_name.as_str());
            let added = directory_changes::add_member(by, &outer, member, false);
            changes.extend(accepted(added)?.1);
        }
        Ok(changes)
    }

    fn described(&self, place: u64, created_at: Timestamp) -> Result<Group> {
        let index = usize::try_from(place)?;
        let group = GROUPS.get(index).ok_or_else(|| anyhow!("there is no demo group {place}"))?;
        let nickname = group.name.to_lowercase().replace(", ", "-").replace(' ', "-");
        let (security, mail) = match group.kind {
            DemoGroupKind::MailingList => (SecurityGroup::No, MailGroup::Yes),
            DemoGroupKind::Division | DemoGroupKind::Department | DemoGroupKind::Pilot => {
                (SecurityGroup::Yes, MailGroup::No)
            }
        };
        Ok(Group {
            id: self.group_id(place),
            display_name: group.name.parse()?,
            description: Some(group.description.to_owned()),
            mail_nickname: nickname,
            security,
            mail,
            roles: RoleAssignable::No,
            created_at,
            version: Version(1),
        })
    }

    /// The people of these numbers, with memberships, roles and passkeys.
    pub(super) fn people(&self, ordinals: Range<u64>) -> Result<Vec<Change>> {
        let ceremonies = Ceremonies::new(&self.terms, self.chance)?;
        let mut changes = Vec::new();
        for ordinal in ordinals {
            let person = self.person(&ceremonies, ordinal);
            changes.extend(person.with_context(|| format!("cannot invent person {ordinal}"))?);
        }
        Ok(changes)
    }

    fn person(&self, ceremonies: &Ceremonies<'_>, ordinal: u64) -> Result<Vec<Change>> {
        let (actor, permit) = (Actor::Operator, permitted(Action::WriteUsers)?);
        let context = self.context(1, ordinal);
        let by = By { actor: &actor, permit: &permit, context: &context };
        let user = self.user(ordinal, context.now)?;
        let (user, mut changes) = accepted(directory_changes::add_user(by, &user, DOMAIN, false))?;
        for group in self.groups_of(ordinal) {
            let member = Principal::User(user.id);
            changes.push(Change::AddMember { group: self.group_id(group), member });
        }
        let mut roles = BTreeSet::new();
        if let Some(role) = POSTS.get(usize::try_from(ordinal)?) {
            let id = RoleAssignmentId::new(self.chance.uuid(Purpose::RoleAssignment, ordinal));
            let assignment =
                RoleAssignment { id, role: *role, principal: Principal::User(user.id) };
            let permit = permitted(Action::WriteRoles)?;
            let context = Context { unique: context.entry_id(8), ..context.clone() };
            let by = By { permit: &permit, context: &context, ..by };
            let holder = AuditTarget::from(&user);
            let assigned = directory_changes::assign_role(by, assignment, holder, false);
            changes.extend(accepted(assigned)?.1);
            roles.insert(*role);
        }
        match Standing::of(ordinal) {
            Standing::Equipped => {
                let groups = self.groups_of(ordinal).map(|group| self.group_id(group)).collect();
                let person = Person { user, groups, roles, in_role_assignable_group: false };
                changes.extend(self.passkeys(ceremonies, &person, ordinal)?);
            }
            Standing::Left => changes.extend(disabled(&user, &context)?),
            Standing::Unequipped | Standing::Guest => {}
        }
        Ok(changes)
    }

    fn passkeys(
        &self,
        ceremonies: &Ceremonies<'_>,
        person: &Person,
        ordinal: u64,
    ) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        let mut existing = Vec::new();
        let first = ordinal.wrapping_mul(u64::from(self.passkeys_per_user));
        for index in (first..).take(usize::try_from(self.passkeys_per_user)?) {
            let since = person.user.created_at;
            let context = Context { now: self.between(since, index), ..self.context(2, index) };
            let used_at = self.last_use(context.now, index);
            let (known, more) = ceremonies.register(person, existing, index, used_at, &context)?;
            existing = known;
            changes.extend(more);
        }
        Ok(changes)
    }

    fn user(&self, ordinal: u64, created_at: Timestamp) -> Result<User> {
        let name = PersonName::of(self.chance, ordinal);
        let upn = format!("{}@{DOMAIN}", name.local);
        let department = department_of(self.chance, ordinal);
        let department = usize::try_from(department).ok().and_then(|place| GROUPS.get(place));
        let is_guest = Standing::of(ordinal) == Standing::Guest;
        Ok(User {
            id: UserId::new(self.chance.uuid(Purpose::User, ordinal)),
            upn: upn.parse()?,
            display_name: format!("{} {}", name.given, name.family).parse()?,
            state: AccountState::Enabled,
            kind: if is_guest { UserKind::Guest } else { UserKind::Member },
            handle: UserHandle::new(self.chance.bytes(Purpose::Handle, ordinal))?,
            details: UserDetails {
                given_name: Some(name.given.to_owned()),
                surname: Some(name.family.to_owned()),
                mail: Some(upn),
                department: department.map(|group| group.name.to_owned()),
                ..UserDetails::default()
            },
            created_at,
            sessions_valid_from: created_at,
            version: Version(1),
        })
    }

    /// The places in [`GROUPS`] of the groups that a person is a direct member of.
    fn groups_of(&self, ordinal: u64) -> impl Iterator<Item = u64> + use<> {
        let special = |kind: DemoGroupKind, is_member: bool| {
            let place = (0..).zip(GROUPS).find(|(_, group)| group.kind == kind);
            place.map(|(place, _)| place).filter(|_| is_member)
        };
        let pilot = special(DemoGroupKind::Pilot, ordinal < PILOTS);
        let newsletter = special(DemoGroupKind::MailingList, ordinal % 1_000 == 1);
        [Some(department_of(self.chance, ordinal)), pilot, newsletter].into_iter().flatten()
    }

    fn group_id(&self, place: u64) -> GroupId {
        GroupId::new(self.chance.uuid(Purpose::Group, place))
    }

    /// The circumstances of a decision in the past. `kind` keeps people from passkeys.
    fn context(&self, kind: u64, ordinal: u64) -> Context {
        let number = ordinal.wrapping_mul(4).wrapping_add(kind);
        let beginning = self.now.plus_ms(-days(PAST_DAYS));
        let now = if kind == 0 { beginning } else { self.between(beginning, number) };
        Context {
            now,
            correlation: CorrelationId::new(self.chance.uuid(Purpose::Ceremony, number)),
            unique: self.chance.uuid(Purpose::Entry, number),
            ip: None,
            user_agent: None,
        }
    }

    /// A moment after `start` and before now.
    fn between(&self, start: Timestamp, ordinal: u64) -> Timestamp {
        let length = u64::try_from(self.now.since_ms(start)).unwrap_or_default();
        let after = self.chance.below(Purpose::Past, ordinal, length);
        start.plus_ms(i64::try_from(after).unwrap_or_default())
    }

    /// When a passkey was last used: one in six never, the others not long ago.
    fn last_use(&self, created_at: Timestamp, index: u64) -> Option<Timestamp> {
        if self.chance.below(Purpose::Use, index, 6) == 0 {
            return None;
        }
        let ago = self.chance.below(Purpose::Use, index.wrapping_mul(2).wrapping_add(1), 60);
        Some(std::cmp::max(created_at, self.now.plus_ms(-days(ago))))
    }
}

/// What the operator is allowed: everything, but only by asking.
pub(super) fn permitted(action: Action) -> Result<Permit> {
    authorize(&Caller::Operator, action)
        .map_err(|refusal| anyhow!("the demo was refused: {refusal}"))
}

/// A disabled account was enabled once: the change is on record too.
fn disabled(user: &User, context: &Context) -> Result<Vec<Change>> {
    let context = Context { unique: context.entry_id(16), ..context.clone() };
    let target = TargetPerson {
        id: user.id,
        upn: user.upn.clone(),
        roles: BTreeSet::new(),
        in_role_assignable_group: false,
    };
    let (actor, permit) = (Actor::Operator, permitted(Action::WriteUser(target))?);
    let by = By { actor: &actor, permit: &permit, context: &context };
    let patch = directory_changes::UserPatch {
        state: Some(AccountState::Disabled),
        ..directory_changes::UserPatch::default()
    };
    let facts = directory_changes::UserFacts {
        current: user,
        domain: DOMAIN,
        is_upn_taken: false,
        is_last_way_in: false,
    };
    Ok(accepted(directory_changes::change_user(by, facts, &patch))?.1)
}

fn days(number: u64) -> i64 {
    i64::try_from(number).unwrap_or_default().saturating_mul(DAY_MS)
}

/// What a decision wants written; the demo asks for nothing that is refused.
pub(super) fn accepted<T>(outcome: Outcome<T>) -> Result<(T, Vec<Change>)> {
    match outcome.verdict {
        Ok(value) => Ok((value, outcome.changes)),
        Err(refusal) => Err(anyhow!("the demo was refused: {refusal}")),
    }
}
