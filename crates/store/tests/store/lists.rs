//! Lists: pages that hold together, narrowed and searched by folded names; nested groups.

use std::collections::BTreeSet;

use identity::change::Change;
use identity::directory::{AccountState, Principal, SecurityGroup, UserKind};
use store::{GroupQuery, PageRequest, Store, UserName, UserQuery};

use crate::fixture::on_both_engines;
use crate::nouns::*;

fn all_users(store: &Store, query: &UserQuery, limit: u32) -> Vec<identity::UserId> {
    let mut request = PageRequest::first(limit);
    let mut seen = Vec::new();
    loop {
        let page = store.read(|snapshot| snapshot.users(query, &request)).unwrap();
        seen.extend(page.items.iter().map(|user| user.id));
        if page.next.is_none() {
            return seen;
        }
        assert_eq!(page.items.len(), usize::try_from(limit).unwrap());
        request.after = page.next;
    }
}

on_both_engines! {
    fn every_user_stands_on_one_page(fixture) {
        let store = fixture.open();
        set_up(&store, 0);
        // Few names, many people: the order must not rest on names alone.
        let people: Vec<_> = (1..=37)
            .map(|number| {
                let mut user = user(number);
                let name = ["zoe", "Ärzte", "Bob", "alice"][usize::try_from(number % 4).unwrap()];
                user.display_name = name.parse().unwrap();
                user
            })
            .collect();
        store.commit_and_wait(people.iter().cloned().map(add_user).collect()).unwrap();
        for name in [UserName::Display, UserName::Upn] {
            let query = UserQuery { name, ..UserQuery::default() };
            let whole = all_users(&store, &query, 500);
            assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 37);
            for limit in [1, 2, 36, 37, 38] {
                assert_eq!(all_users(&store, &query, limit), whole, "{limit}");
            }
            assert_eq!(store.read(|snapshot| snapshot.users_count(&query)), Ok(37));
        }
        let first = all_users(&store, &UserQuery::default(), 500)[0];
        let first = people.iter().find(|user| user.id == first).unwrap();
        assert_eq!(first.display_name.as_str(), "alice");
    }

    fn a_page_goes_on_where_it_ended_while_others_write(fixture) {
        let store = fixture.open();
        set_up(&store, 10);
        let query = UserQuery { name: UserName::Upn, ..UserQuery::default() };
        let mut request = PageRequest::first(4);
        let page = store.read(|snapshot| snapshot.users(&query, &request)).unwrap();
        request.after = page.next;
        let last = page.items.last().unwrap().id;
        store.commit_and_wait(vec![Change::DeleteUser(last), add_user(user(11))]).unwrap();
        let rest = store.read(|snapshot| snapshot.users(&query, &request)).unwrap();
        assert!(rest.items.iter().all(|user| !page.items.contains(user)));
    }

    fn lists_are_narrowed(fixture) {
        let store = fixture.open();
        set_up(&store, 0);
        let mut disabled = user(1);
        disabled.state = AccountState::Disabled;
        let mut guest = user(2);
        guest.kind = UserKind::Guest;
        guest.display_name = "Ölaf 100%_x".parse().unwrap();
        guest.upn = "visitor@example.org".parse().unwrap();
        let all = [disabled, guest, user(3)].map(add_user);
        store.commit_and_wait(all.to_vec()).unwrap();
        let listed = |query: UserQuery| {
            let found = all_users(&store, &query, 10);
            let count = store.read(|snapshot| snapshot.users_count(&query)).unwrap();
            assert_eq!(u64::try_from(found.len()).unwrap(), count);
            found
        };
        let query = |prefix: &str| UserQuery { prefix: prefix.to_owned(), ..UserQuery::default() };
        assert_eq!(listed(query("PERSON")), [user_id(1), user_id(3)]);
        assert_eq!(listed(query("öLAF 100%_")), [user_id(2)]);
        assert_eq!(listed(query("%")), []);
        let enabled = Some(AccountState::Enabled);
        assert_eq!(listed(UserQuery { state: enabled, ..query("person") }), [user_id(3)]);
        let guests = Some(UserKind::Guest);
        assert_eq!(listed(UserQuery { kind: guests, ..query("") }), [user_id(2)]);
        let found = |prefix: &str| {
            let found = store.read(|snapshot| snapshot.users_search(prefix, 2)).unwrap();
            found.iter().map(|user| user.id).collect::<Vec<_>>()
        };
        assert_eq!(found("visit"), [user_id(2)]);
        assert_eq!(found("person"), [user_id(1), user_id(3)]);
        assert_eq!(found("nobody"), []);
    }

    fn groups_and_members_are_paged(fixture) {
        let store = fixture.open();
        set_up(&store, 9);
        let mut changes: Vec<_> = (1..=6).map(|number| add_group(group(number))).collect();
        let mut list = group(7);
        list.security = SecurityGroup::No;
        changes.push(add_group(list));
        for number in 2..=5 {
            let member = Principal::Group(group_id(number));
            changes.push(Change::AddMember { group: group_id(1), member });
        }
        for number in 1..=9 {
            let member = Principal::User(user_id(number));
            changes.push(Change::AddMember { group: group_id(1), member });
        }
        store.commit_and_wait(changes).unwrap();
        for limit in [1, 3, 4, 5, 13, 14] {
            let mut request = PageRequest::first(limit);
            let mut seen = Vec::new();
            loop {
                let page = store.read(|snapshot| snapshot.members(group_id(1), &request)).unwrap();
                seen.extend(page.items);
                request.after = page.next;
                if request.after.is_none() {
                    break;
                }
            }
            let groups = (2..=5).map(|number| Principal::Group(group_id(number)));
            let users = (1..=9).map(|number| Principal::User(user_id(number)));
            assert_eq!(seen, groups.chain(users).collect::<Vec<_>>(), "{limit}");
        }
        store
            .read(|snapshot| {
                assert_eq!(snapshot.members_count(group_id(1))?, 13);
                let security = Some(SecurityGroup::Yes);
                let query = GroupQuery { prefix: "group".to_owned(), security };
                assert_eq!(snapshot.groups_count(&query)?, 6);
                let page = snapshot.groups(&query, &PageRequest::first(4))?;
                assert_eq!((page.items.len(), page.next.is_some()), (4, true));
                Ok(())
            })
            .unwrap();
    }

    /// S7
    fn nesting_is_followed_and_circles_end(fixture) {
        let store = fixture.open();
        set_up(&store, 2);
        let mut changes: Vec<_> = (1..=5).map(|number| add_group(group(number))).collect();
        // 1 > 2 > 3 > 1 is a circle, 4 holds 1; 5 stands apart. Person 1 is in 3 only.
        for (parent, child) in [(1, 2), (2, 3), (3, 1), (4, 1), (1, 1)] {
            let member = Principal::Group(group_id(child));
            changes.push(Change::AddMember { group: group_id(parent), member });
        }
        let member = Principal::User(user_id(1));
        changes.push(Change::AddMember { group: group_id(3), member });
        store.commit_and_wait(changes).unwrap();
        let groups = |number| {
            store.read(|snapshot| snapshot.person(user_id(number))).unwrap().unwrap().groups
        };
        assert_eq!(groups(1), [1, 2, 3, 4].map(group_id).into());
        assert_eq!(groups(2), BTreeSet::new());
        let above = store.read(|snapshot| snapshot.groups_above(user_id(1))).unwrap();
        assert_eq!(above.len(), 4);
        // S8: the next read sees the new membership.
        let leave = Change::RemoveMember { group: group_id(3), member };
        store.commit_and_wait(vec![leave]).unwrap();
        assert_eq!(groups(1), BTreeSet::new());
    }
}
