//! The walk: every passkey with the person who holds it and the groups that matter.

use std::collections::{BTreeMap, BTreeSet};

use identity::passkey::PasskeyFacts;
use identity::{GroupId, UserId};
use uuid::Uuid;
use webauthn::Timestamp;

use crate::class;
use crate::error::StoreError;
use crate::tx::Snapshot;

const WALK: &str = "SELECT user_id, aaguid, synced, attested, last_used_at FROM passkeys \
     WHERE tenant = $1 ORDER BY user_id";
const DISABLED: &str = "SELECT id FROM users WHERE tenant = $1 AND enabled = FALSE ORDER BY id";
// Down from a named group; UNION ends circles.
const BELOW: &str = "WITH RECURSIVE below(group_id) AS (\
         SELECT id FROM groups WHERE tenant = $1 AND id = $2 \
         UNION \
         SELECT n.child_id FROM below b \
         JOIN nestings n ON n.tenant = $1 AND n.group_id = b.group_id) \
     SELECT group_id FROM below";
const MEMBERS: &str = "SELECT user_id FROM memberships WHERE tenant = $1 AND group_id = $2";

/// Which of the named groups somebody is in, nesting included: one bit a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mask(u128);

/// The groups that a policy names, in the order of the bits.
#[derive(Debug)]
pub(super) struct NamedGroups(Vec<GroupId>);

impl NamedGroups {
    /// At most 128: two configurations cannot name more than their limits of targets.
    pub(super) fn new(groups: &BTreeSet<GroupId>) -> Result<Self, StoreError> {
        if groups.len() > 128 {
            return Err(StoreError::misuse("a report can tell 128 groups apart"));
        }
        Ok(Self(groups.iter().copied().collect()))
    }

    /// The groups that a mask stands for.
    pub(super) fn of(&self, mask: Mask) -> BTreeSet<GroupId> {
        let bits = (0..128_u32).map(|bit| 1_u128.checked_shl(bit).unwrap_or_default());
        self.0
            .iter()
            .zip(bits)
            .filter(|(_, bit)| mask.0 & bit != 0)
            .map(|(group, _)| *group)
            .collect()
    }
}

/// One passkey on the walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) user: UserId,
    pub(super) facts: PasskeyFacts,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) groups: Mask,
    pub(super) is_enabled: bool,
}

/// Walks over all passkeys in the order of people.
pub(super) fn walk(
    snapshot: &mut Snapshot<'_>,
    named: &NamedGroups,
    mut take: impl FnMut(Step) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let members = members(snapshot, named)?;
    let disabled = snapshot.all(DISABLED, &[], |row| row.of("users").uuid("id"))?;
    let mut members = members.into_iter().peekable();
    let mut disabled = disabled.into_iter().peekable();
    // The three lists are sorted alike, so they are walked side by side.
    let (mut person, mut groups, mut is_enabled) = (Uuid::nil(), Mask::default(), true);
    snapshot.each(WALK, &[], |row| {
        let user = row.of("passkeys").uuid("user_id")?;
        if user != person {
            person = user;
            while members.next_if(|(id, _)| *id < user).is_some() {}
            groups = members.next_if(|(id, _)| *id == user).map_or(Mask::default(), |(_, m)| m);
            while disabled.next_if(|id| *id < user).is_some() {}
            is_enabled = disabled.next_if(|id| *id == user).is_none();
        }
        let facts = class::read(row)?;
        let last_used_at = row.optional_time("last_used_at")?;
        take(Step { user: UserId::new(user), facts, last_used_at, groups, is_enabled })
    })
}

/// The members of the named groups, sorted, each with his mask. Every group is read once, however
/// many of the named ones it is nested in, so this costs what its members cost.
fn members(
    snapshot: &mut Snapshot<'_>,
    named: &NamedGroups,
) -> Result<Vec<(Uuid, Mask)>, StoreError> {
    let mut groups: BTreeMap<Uuid, Mask> = BTreeMap::new();
    for (group, bit) in named.0.iter().zip(0..128_u32) {
        let bit = 1_u128.checked_shl(bit).unwrap_or_default();
        snapshot.each(BELOW, &[(*group).into()], |row| {
            let mask = groups.entry(row.of("nestings").uuid("group_id")?).or_default();
            mask.0 |= bit;
            Ok(())
        })?;
    }
    let mut found: Vec<(Uuid, Mask)> = Vec::new();
    for (group, mask) in groups {
        snapshot.each(MEMBERS, &[group.into()], |row| {
            found.push((row.of("memberships").uuid("user_id")?, mask));
            Ok(())
        })?;
    }
    found.sort_unstable();
    found.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1.0 |= later.1.0;
        }
        same
    });
    Ok(found)
}
