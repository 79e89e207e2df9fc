//! Reports against a simple model that does the same by hand, on random data.

use std::collections::{BTreeMap, BTreeSet};

use identity::change::Change;
use identity::directory::{AccountState, Principal};
use identity::impact::PasskeyClass;
use identity::passkey::{AttestationLevel, PasskeyFacts, PasskeyType};
use identity::{GroupId, UserId};
use store::{Fate, ImpactPage, Store};
use webauthn::{Aaguid, Timestamp};

use crate::fixture::on_both_engines;
use crate::nouns::*;

const PEOPLE: u128 = 120;
const GROUPS: u128 = 9;

/// Small and repeatable (xorshift): the same data on both engines.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Everything in plain lists.
#[derive(Default)]
struct Model {
    disabled: BTreeSet<UserId>,
    members: BTreeMap<GroupId, BTreeSet<Principal>>,
    passkeys: Vec<(UserId, PasskeyFacts, Option<Timestamp>)>,
}

impl Model {
    fn groups_of(&self, user: UserId) -> BTreeSet<GroupId> {
        let mut found = BTreeSet::new();
        let mut next = vec![Principal::User(user)];
        while let Some(member) = next.pop() {
            for (group, members) in &self.members {
                if members.contains(&member) && found.insert(*group) {
                    next.push(Principal::Group(*group));
                }
            }
        }
        found
    }
}

fn facts(random: &mut Random) -> PasskeyFacts {
    PasskeyFacts {
        aaguid: aaguid(u8::try_from(random.below(5)).unwrap()),
        passkey_type: [PasskeyType::DeviceBound, PasskeyType::Synced]
            [usize::try_from(random.below(2)).unwrap()],
        attestation: [AttestationLevel::Attested, AttestationLevel::NotAttested]
            [usize::try_from(random.below(2)).unwrap()],
    }
}

fn fill(store: &Store, random: &mut Random) -> Model {
    let mut model = Model::default();
    set_up(store, 0);
    let mut changes: Vec<Change> = (1..=GROUPS).map(|number| add_group(group(number))).collect();
    let mut add_member = |model: &mut Model, group, member| {
        if model.members.entry(group).or_default().insert(member) {
            changes.push(Change::AddMember { group, member });
        }
    };
    for _ in 0..GROUPS {
        let pair = [0, 0].map(|_| group_id(1 + u128::from(random.below(9))));
        add_member(&mut model, pair[0], Principal::Group(pair[1]));
    }
    let mut people = Vec::new();
    let mut passkeys = Vec::new();
    let mut serial = 0;
    for person in 1..=PEOPLE {
        let mut user = user(person);
        if random.below(8) == 0 {
            user.state = AccountState::Disabled;
            model.disabled.insert(user.id);
        }
        for _ in 0..random.below(3) {
            let group = group_id(1 + u128::from(random.below(9)));
            add_member(&mut model, group, Principal::User(user.id));
        }
        for _ in 0..random.below(4) {
            serial += 1;
            let mut key = passkey(serial, person);
            key.facts = facts(random);
            key.last_used_at = (random.below(3) > 0).then(|| at(i64::try_from(serial).unwrap()));
            model.passkeys.push((user.id, key.facts, key.last_used_at));
            passkeys.push(add_passkey(key));
        }
        people.push(add_user(user));
    }
    people.extend(changes);
    people.extend(passkeys);
    store.commit_and_wait(people).unwrap();
    model
}

/// The passkeys of one model.
fn held(model: &Model, aaguid: Aaguid) -> Vec<&(UserId, PasskeyFacts, Option<Timestamp>)> {
    model.passkeys.iter().filter(|(_, facts, _)| facts.aaguid == aaguid).collect()
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap()
}

/// Some fate for each class, by the class alone.
fn fate(class: &PasskeyClass, seed: u64) -> Fate {
    let shown = format!("{:?}{:?}{seed}", class.facts, class.groups);
    let sum: u32 = shown.bytes().map(u32::from).sum();
    [Fate::Works, Fate::Stops, Fate::Starts, Fate::Refused, Fate::Stops]
        [usize::try_from(sum % 5).unwrap()]
}

/// The same count, person by person.
fn by_hand(model: &Model, named: &BTreeSet<GroupId>, seed: u64) -> (u64, u64, Vec<(UserId, bool)>) {
    let mut people: BTreeMap<UserId, Vec<Fate>> = BTreeMap::new();
    for (user, facts, _) in &model.passkeys {
        if !model.disabled.contains(user) {
            let groups = model.groups_of(*user).intersection(named).copied().collect();
            let class = PasskeyClass { facts: *facts, groups, passkeys: 0 };
            people.entry(*user).or_default().push(fate(&class, seed));
        }
    }
    let count = |wanted| number(people.values().flatten().filter(|fate| **fate == wanted).count());
    let affected = people
        .iter()
        .filter(|(_, fates)| fates.contains(&Fate::Stops))
        .map(|(user, fates)| {
            let keeps = fates.iter().any(|fate| matches!(fate, Fate::Works | Fate::Starts));
            (*user, !keeps)
        })
        .collect();
    (count(Fate::Stops), count(Fate::Starts), affected)
}

on_both_engines! {
    /// S50, S70
    fn an_impact_is_what_counting_by_hand_gives(fixture) {
        let store = fixture.open();
        let mut random = Random(0x5eed);
        let model = fill(&store, &mut random);
        for seed in 0..6 {
            let named: BTreeSet<GroupId> =
                (1..=GROUPS).filter(|_| random.below(3) < seed % 3).map(group_id).collect();
            let (stopping, starting, affected) = by_hand(&model, &named, seed);
            let mut asked = BTreeSet::new();
            let mut page = ImpactPage { after: None, limit: 7, watched: BTreeSet::new() };
            page.watched.extend([user_id(3), user_id(4), user_id(5), user_id(6)]);
            let mut listed = Vec::new();
            loop {
                asked.clear();
                let judge = |class: &PasskeyClass| {
                    let key = (class.facts, class.groups.clone());
                    assert!(asked.insert(key), "each class is judged once");
                    fate(class, seed)
                };
                let counted =
                    store.read(|snapshot| snapshot.impact(&named, judge, &page)).unwrap();
                assert_eq!((counted.stopping, counted.starting), (stopping, starting));
                assert_eq!(counted.people, number(affected.len()));
                let none = number(affected.iter().filter(|(_, none)| *none).count());
                assert_eq!(counted.left_with_none, none);
                let watched: Vec<_> = affected
                    .iter()
                    .filter(|(user, _)| page.watched.contains(user))
                    .copied()
                    .collect();
                assert_eq!(counted.watched, watched);
                let enabled = model.passkeys.iter().filter(|(u, ..)| !model.disabled.contains(u));
                let passkeys: u64 = counted.classes.iter().map(|(class, _)| class.passkeys).sum();
                assert_eq!(passkeys, number(enabled.count()));
                page.after = counted.page.last().map(|(user, _)| *user);
                listed.extend(counted.page);
                if page.after.is_none() {
                    break;
                }
            }
            assert_eq!(listed, affected);
        }
    }

    /// S139
    fn the_inventory_is_what_counting_by_hand_gives(fixture) {
        let store = fixture.open();
        let mut random = Random(0xcafe);
        let model = fill(&store, &mut random);
        let named = BTreeSet::from([group_id(1), group_id(2)]);
        let (models, classes) = store.read(|snapshot| snapshot.census(&named)).unwrap();
        for model_number in 0..5 {
            let of = held(&model, aaguid(model_number));
            let found = models.iter().find(|model| model.aaguid == aaguid(model_number)).unwrap();
            assert_eq!(found.passkeys, number(of.len()));
            let people: BTreeSet<_> = of.iter().map(|(user, ..)| user).collect();
            assert_eq!(found.people, number(people.len()));
            assert_eq!(found.last_used_at, of.iter().filter_map(|(.., used)| *used).max());
        }
        for class in &classes {
            let of = model.passkeys.iter().filter(|(user, facts, _)| {
                let groups: BTreeSet<_> =
                    model.groups_of(*user).intersection(&named).copied().collect();
                *facts == class.facts && groups == class.groups && !model.disabled.contains(user)
            });
            assert_eq!(class.passkeys, number(of.count()), "{class:?}");
        }
    }

    /// S140, S141
    fn the_export_has_a_line_for_each_passkey(fixture) {
        let store = fixture.open();
        let mut random = Random(0xf00d);
        let model = fill(&store, &mut random);
        let mut exported = Vec::new();
        let mut without = Vec::new();
        store
            .read(|snapshot| {
                snapshot.each_passkey(|line| {
                    exported.push((line.person.id, line.facts, line.last_used_at));
                    Ok(())
                })?;
                snapshot.each_person_without_passkey(|person| {
                    without.push(person.id);
                    Ok(())
                })?;
                let people = snapshot.people_without_passkey_count()?;
                assert_eq!(people, number(without.len()));
                assert_eq!(snapshot.passkeys_count()?, number(exported.len()));
                Ok(())
            })
            .unwrap();
        assert_eq!(exported, model.passkeys);
        let holders: BTreeSet<_> = model.passkeys.iter().map(|(user, ..)| *user).collect();
        let expected: Vec<_> =
            (1..=PEOPLE).map(user_id).filter(|user| !holders.contains(user)).collect();
        assert_eq!(without, expected);
    }

    fn more_groups_than_a_report_can_tell_apart_are_refused(fixture) {
        let store = fixture.open();
        let named = (1..=129).map(group_id).collect();
        assert!(store.read(|snapshot| snapshot.census(&named)).is_err());
    }
}
