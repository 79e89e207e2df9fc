//! What stands on record by model, and what a proposed policy would do to it.

use std::collections::{BTreeMap, BTreeSet};

use identity::impact::PasskeyClass;
use identity::passkey::PasskeyFacts;
use identity::report::ModelCount;
use identity::{GroupId, UserId};
use webauthn::Aaguid;

use super::census::{Mask, NamedGroups, Step, walk};
use crate::error::StoreError;
use crate::tx::Snapshot;

/// How the passkeys of a class fare under a proposed policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Worked, and still would.
    Works,
    /// Did not work, and would.
    Starts,
    /// Worked, and would not.
    Stops,
    /// Did not work, and would not.
    Refused,
}

/// What a proposed policy would do. Counts passkeys of enabled people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImpactCount {
    /// Every class that occurs, with its fate, in the order of models.
    pub classes: Vec<(PasskeyClass, Fate)>,
    /// Passkeys that would stop working.
    pub stopping: u64,
    /// Passkeys that would start working.
    pub starting: u64,
    /// People with at least one passkey that would stop working.
    pub people: u64,
    /// People among them who would have no working passkey left.
    pub left_with_none: u64,
    /// People among them who were watched, e.g. holders of roles; true beside those who would
    /// have no working passkey left.
    pub watched: Vec<(UserId, bool)>,
    /// One page of the people, in the order of their ids; true as above.
    pub page: Vec<(UserId, bool)>,
}

/// Which of the affected people to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImpactPage {
    /// Only people after this one.
    pub after: Option<UserId>,
    /// How many at most.
    pub limit: usize,
    /// People to list in any case, beside the page: administrators.
    pub watched: BTreeSet<UserId>,
}

impl Snapshot<'_> {
    /// Counts what stands on record, by model (S139), with the classes that the models' verdicts
    /// are judged by. `groups` are those that the policy names.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn census(
        &mut self,
        groups: &BTreeSet<GroupId>,
    ) -> Result<(Vec<ModelCount>, Vec<PasskeyClass>), StoreError> {
        let named = NamedGroups::new(groups)?;
        let mut models: BTreeMap<Aaguid, (ModelCount, Option<UserId>)> = BTreeMap::new();
        let mut classes: BTreeMap<(PasskeyFacts, Mask), u64> = BTreeMap::new();
        walk(self, &named, |step| {
            let aaguid = step.facts.aaguid;
            let (model, last) = models.entry(aaguid).or_insert_with(|| {
                (ModelCount { aaguid, passkeys: 0, people: 0, last_used_at: None }, None)
            });
            model.passkeys = model.passkeys.saturating_add(1);
            // One person's passkeys come one after the other, so the last holder is enough.
            if last.replace(step.user) != Some(step.user) {
                model.people = model.people.saturating_add(1);
            }
            model.last_used_at = std::cmp::max(model.last_used_at, step.last_used_at);
            if step.is_enabled {
                let count = classes.entry((step.facts, step.groups)).or_default();
                *count = count.saturating_add(1);
            }
            Ok(())
        })?;
        let models = models.into_values().map(|(model, _)| model).collect();
        let classes = classes
            .into_iter()
            .map(|((facts, mask), passkeys)| PasskeyClass {
                facts,
                groups: named.of(mask),
                passkeys,
            })
            .collect();
        Ok((models, classes))
    }

    /// Counts what a proposed policy would do. `groups` are those that the stored or the proposed
    /// policy names; `judge` is asked once a class.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn impact(
        &mut self,
        groups: &BTreeSet<GroupId>,
        mut judge: impl FnMut(&PasskeyClass) -> Fate,
        page: &ImpactPage,
    ) -> Result<ImpactCount, StoreError> {
        let named = NamedGroups::new(groups)?;
        let mut known: BTreeMap<(PasskeyFacts, Mask), (PasskeyClass, Fate)> = BTreeMap::new();
        let mut tally = Tally::new(page);
        walk(self, &named, |step| {
            if !step.is_enabled {
                return Ok(());
            }
            let (class, fate) =
                known.entry((step.facts, step.groups)).or_insert_with_key(|(facts, mask)| {
                    let groups = named.of(*mask);
                    let class = PasskeyClass { facts: *facts, groups, passkeys: 0 };
                    let fate = judge(&class);
                    (class, fate)
                });
            class.passkeys = class.passkeys.saturating_add(1);
            tally.add(&step, *fate);
            Ok(())
        })?;
        Ok(tally.finish(known.into_values().collect()))
    }
}

/// Counts people as the walk passes them.
struct Tally<'p> {
    page: &'p ImpactPage,
    /// The person passed now, and what was seen of him.
    person: Option<UserId>,
    loses: bool,
    keeps: bool,
    people: u64,
    left_with_none: u64,
    watched: Vec<(UserId, bool)>,
    listed: Vec<(UserId, bool)>,
}

impl<'p> Tally<'p> {
    fn new(page: &'p ImpactPage) -> Self {
        Self {
            page,
            person: None,
            loses: false,
            keeps: false,
            people: 0,
            left_with_none: 0,
            watched: Vec::new(),
            listed: Vec::new(),
        }
    }

    fn add(&mut self, step: &Step, fate: Fate) {
        if self.person != Some(step.user) {
            self.close_person();
            self.person = Some(step.user);
        }
        match fate {
            Fate::Works | Fate::Starts => self.keeps = true,
            Fate::Stops => self.loses = true,
            Fate::Refused => {}
        }
    }

    fn close_person(&mut self) {
        let (loses, none) = (self.loses, !self.keeps);
        self.loses = false;
        self.keeps = false;
        let Some(user) = self.person.take().filter(|_| loses) else { return };
        self.people = self.people.saturating_add(1);
        self.left_with_none = self.left_with_none.saturating_add(u64::from(none));
        if self.page.watched.contains(&user) {
            self.watched.push((user, none));
        }
        let is_on_page = self.page.after.is_none_or(|after| user > after);
        if is_on_page && self.listed.len() < self.page.limit {
            self.listed.push((user, none));
        }
    }

    fn finish(mut self, classes: Vec<(PasskeyClass, Fate)>) -> ImpactCount {
        self.close_person();
        let of = |wanted: Fate| {
            classes
                .iter()
                .filter(|(_, fate)| *fate == wanted)
                .fold(0_u64, |sum, (class, _)| sum.saturating_add(class.passkeys))
        };
        ImpactCount {
            stopping: of(Fate::Stops),
            starting: of(Fate::Starts),
            people: self.people,
            left_with_none: self.left_with_none,
            watched: self.watched,
            page: self.listed,
            classes,
        }
    }
}
