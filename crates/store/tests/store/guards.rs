//! Guards: what a change expected and did not find stops its own unit, and nothing else.

use std::sync::mpsc;

use identity::change::{BurnKey, Change};
use identity::directory::{AccountState, Principal};
use identity::passkey::BackupState;
use identity::policy::Fido2Configuration;
use identity::{SessionId, Version};
use store::{CommitError, Guard};
use webauthn::SignCount;

use crate::fixture::on_both_engines;
use crate::nouns::*;

fn contended(result: &Result<(), CommitError>) -> Guard {
    match result {
        Err(CommitError::Contended(guard)) => *guard,
        Ok(()) | Err(CommitError::Busy | CommitError::Failed(_)) => {
            panic!("expected a guard to fail, not {result:?}")
        }
    }
}

fn replace_policy(expected: i64) -> Change {
    Change::ReplaceFido2Configuration {
        expected: Version(expected),
        configuration: Box::new(Fido2Configuration::initial()),
        at: at(9),
    }
}

fn burn(number: u8) -> Change {
    Change::Burn { key: BurnKey([number; 32]), expires_at: at(100) }
}

fn touch(number: u128, expected: u32, sign_count: u32) -> Change {
    Change::TouchPasskey {
        id: credential_id(number),
        expected: SignCount(expected),
        sign_count: SignCount(sign_count),
        backup_state: BackupState::NotBackedUp,
        at: at(50),
    }
}

on_both_engines! {
    /// S15
    fn of_two_commits_that_read_the_same_version_one_wins(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        store.commit_and_wait(vec![replace_policy(0)]).unwrap();
        assert_eq!(contended(&store.commit_and_wait(vec![replace_policy(0)])), Guard::Version);
        store.commit_and_wait(vec![replace_policy(1)]).unwrap();
        let read = store.read(|snapshot| snapshot.fido2_configuration()).unwrap();
        assert_eq!(read.version, Version(2));
        let expect = |version| {
            vec![Change::ExpectFido2Configuration { expected: Version(version) }]
        };
        store.commit_and_wait(expect(2)).unwrap();
        assert_eq!(contended(&store.commit_and_wait(expect(1))), Guard::Version);
    }

    fn a_policy_never_saved_has_version_zero(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        let expected = Change::ExpectFido2Configuration { expected: Version(0) };
        store.commit_and_wait(vec![expected]).unwrap();
        let read = store.read(|snapshot| snapshot.fido2_configuration()).unwrap();
        assert_eq!((read.version, read.value), (Version(0), Fido2Configuration::initial()));
    }

    /// S111: 32 threads, on two servers of one database.
    fn a_key_burns_once_however_many_try(fixture) {
        let stores = [fixture.open(), fixture.open()];
        set_up(&stores[0], 1);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..32)
                .map(|number| {
                    let store = &stores[number % 2];
                    scope.spawn(move || store.commit_and_wait(vec![burn(7)]))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for answer in answers.into_iter().filter(Result::is_err) {
            assert_eq!(contended(&answer), Guard::Burned);
        }
        let is_burned = stores[1].read(|snapshot| snapshot.is_burned(BurnKey([7; 32]))).unwrap();
        assert!(is_burned);
    }

    fn a_unit_that_fails_leaves_nothing_and_hurts_no_other(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        let (sender, answers) = mpsc::channel();
        for number in 0..40_u8 {
            let sender = sender.clone();
            // Every fourth unit writes a user first and then fails.
            let last = if number % 4 == 3 { replace_policy(99) } else { burn(number) };
            let changes = vec![add_user(user(100 + u128::from(number))), last];
            store.commit(changes, move |answer| sender.send((number, answer)).unwrap());
        }
        for _ in 0..40 {
            let (number, answer) = answers.recv().unwrap();
            assert_eq!(answer.is_ok(), number % 4 != 3, "{number}: {answer:?}");
        }
        for number in 0..40 {
            let found = store.read(|snapshot| snapshot.user(user_id(100 + number))).unwrap();
            assert_eq!(found.is_some(), number % 4 != 3, "{number}");
        }
    }

    /// S112
    fn a_counter_that_moved_is_noticed(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        store.commit_and_wait(vec![add_passkey(passkey(1, 1))]).unwrap();
        store.commit_and_wait(vec![touch(1, 0, 5)]).unwrap();
        assert_eq!(contended(&store.commit_and_wait(vec![touch(1, 0, 6)])), Guard::Counter);
        assert_eq!(contended(&store.commit_and_wait(vec![touch(2, 0, 6)])), Guard::Missing);
        let found = store.read(|snapshot| snapshot.passkey(&credential_id(1))).unwrap().unwrap();
        assert_eq!((found.sign_count, found.last_used_at), (SignCount(5), Some(at(50))));
    }

    /// S80
    fn a_known_credential_is_not_added_again(fixture) {
        let store = fixture.open();
        set_up(&store, 2);
        store.commit_and_wait(vec![add_passkey(passkey(1, 1))]).unwrap();
        let again = vec![add_passkey(passkey(1, 2))];
        assert_eq!(contended(&store.commit_and_wait(again)), Guard::Exists);
        let nobodys = vec![add_passkey(passkey(2, 9))];
        assert_eq!(contended(&store.commit_and_wait(nobodys)), Guard::Missing);
    }

    /// S84: also when many are added at the same moment.
    fn nobody_holds_more_passkeys_than_the_limit(fixture) {
        let stores = [fixture.open(), fixture.open()];
        set_up(&stores[0], 1);
        let added = std::thread::scope(|scope| {
            let threads: Vec<_> = (1..=16)
                .map(|number| {
                    let store = &stores[usize::try_from(number % 2).unwrap()];
                    scope.spawn(move || {
                        store.commit_and_wait(vec![Change::AddPasskey {
                            passkey: Box::new(passkey(number, 1)),
                            evidence: Box::new(evidence()),
                            limit: 5,
                        }])
                    })
                })
                .collect();
            let answers = threads.into_iter().map(|thread| thread.join().unwrap());
            answers.filter(Result::is_ok).count()
        });
        assert_eq!(added, 5);
        let held = stores[0].read(|snapshot| snapshot.passkeys_of(user_id(1))).unwrap();
        assert_eq!(held.len(), 5);
    }

    fn a_sign_in_name_is_taken_in_any_case(fixture) {
        let store = fixture.open();
        set_up(&store, 2);
        let mut other = user(3);
        other.upn = "PERSON1@example.ORG".parse().unwrap();
        assert_eq!(contended(&store.commit_and_wait(vec![add_user(other)])), Guard::Exists);
        let mut renamed = user(2);
        renamed.upn = "PERSON1@example.ORG".parse().unwrap();
        renamed.version = Version(2);
        let change = |user| vec![Change::ReplaceUser(Box::new(user))];
        assert_eq!(contended(&store.commit_and_wait(change(renamed.clone()))), Guard::NameTaken);
        renamed.upn = "Person2b@example.org".parse().unwrap();
        store.commit_and_wait(change(renamed.clone())).unwrap();
        assert_eq!(contended(&store.commit_and_wait(change(renamed))), Guard::Version);
    }

    fn what_is_not_there_cannot_be_changed(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        let nobody = user_id(9);
        for (change, guard) in [
            (Change::DeleteUser(nobody), Guard::Missing),
            (Change::RevokeSessions { user: nobody, valid_from: at(1) }, Guard::Missing),
            (Change::DeleteGroup(group_id(9)), Guard::Missing),
            (
                Change::AddMember { group: group_id(9), member: Principal::User(user_id(1)) },
                Guard::Missing,
            ),
            (
                Change::RemoveMember { group: group_id(9), member: Principal::User(user_id(1)) },
                Guard::Missing,
            ),
            (Change::OpenSession(Box::new(session(1, 9))), Guard::Missing),
            (
                Change::DeletePasskey {
                    user: user_id(1),
                    id: credential_id(9),
                    keep: None,
                },
                Guard::Missing,
            ),
            (Change::CreateOrganisation(organisation()), Guard::SetUp),
            (Change::ReplaceFirstRunLink { digest: [1; 32], expires_at: at(9) }, Guard::SetUp),
        ] {
            let shown = format!("{change:?}");
            assert_eq!(contended(&store.commit_and_wait(vec![change])), guard, "{shown}");
        }
        // Ending a session that is gone is no mistake.
        store.commit_and_wait(vec![Change::EndSession(SessionId::from_digest([9; 32]))]).unwrap();
    }

    fn a_passkey_is_only_its_owners_to_delete(fixture) {
        let store = fixture.open();
        set_up(&store, 2);
        store.commit_and_wait(vec![add_passkey(passkey(1, 1))]).unwrap();
        let delete = |owner| {
            vec![Change::DeletePasskey { user: user_id(owner), id: credential_id(1), keep: None }]
        };
        assert_eq!(contended(&store.commit_and_wait(delete(2))), Guard::Missing);
        store.commit_and_wait(delete(1)).unwrap();
        let gone = store.read(|snapshot| {
            Ok((snapshot.passkey(&credential_id(1))?, snapshot.evidence(&credential_id(1))?))
        });
        assert_eq!(gone, Ok((None, None)));
    }

    fn the_first_run_is_won_once(fixture) {
        let stores = [fixture.open(), fixture.open()];
        let link = Change::ReplaceFirstRunLink { digest: [5; 32], expires_at: at(9) };
        stores[0].commit_and_wait(vec![link]).unwrap();
        let facts = stores[1].read(|snapshot| snapshot.first_run_facts()).unwrap();
        assert_eq!((facts.is_set_up, facts.link), (false, Some(([5; 32], at(9)))));
        let won = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8_u128)
                .map(|number| {
                    let store = &stores[usize::try_from(number % 2).unwrap()];
                    scope.spawn(move || {
                        let mut created = organisation();
                        created.id = identity::TenantId::new(uuid::Uuid::from_u128(number + 1));
                        let mut first = user(number + 1);
                        first.state = AccountState::Enabled;
                        store.commit_and_wait(vec![
                            burn(1),
                            Change::CreateOrganisation(created),
                            add_user(first),
                        ])
                    })
                })
                .collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).count()
        });
        assert_eq!(won, 1);
        for store in &stores {
            let count = store.read(|snapshot| snapshot.users_count(&store::UserQuery::default()));
            assert_eq!(count, Ok(1));
        }
    }
}
