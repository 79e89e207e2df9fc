//! Opening, checking, copying: what keeps the data whole.

use std::time::Duration;

use identity::change::{BurnKey, Change};
use identity::directory::Principal;
use store::{CommitError, Location, Options, Store, StoreError};

use crate::fixture::{Fixture, on_both_engines};
use crate::nouns::*;

fn fill(store: &Store) {
    set_up(store, 5);
    let mut changes = vec![add_group(group(1))];
    for number in 1..=5 {
        changes.push(add_passkey(passkey(number, number)));
        let member = Principal::User(user_id(number));
        changes.push(Change::AddMember { group: group_id(1), member });
    }
    changes.push(Change::OpenSession(Box::new(session(1, 1))));
    changes.push(Change::Burn { key: BurnKey([1; 32]), expires_at: at(9) });
    changes.push(Change::SignIn(Box::new(sign_in_entry(1))));
    store.commit_and_wait(changes).unwrap();
}

on_both_engines! {
    fn servers_that_start_together_migrate_once(fixture) {
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| drop(fixture.open()));
            }
        });
        set_up(&fixture.open(), 1);
    }

    fn what_was_answered_is_there_after_opening_again(fixture) {
        fill(&fixture.open());
        let store = fixture.open();
        assert_eq!(store.read(|snapshot| snapshot.passkeys_count()), Ok(5));
        assert!(store.read(|snapshot| snapshot.is_burned(BurnKey([1; 32]))).unwrap());
    }

    fn a_backup_is_a_database_that_runs(fixture) {
        let store = fixture.open();
        fill(&store);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.db");
        store.backup(&path).unwrap();
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing beside the backup");
        let again = store.backup(&path);
        assert!(matches!(again, Err(StoreError::Misuse { .. })), "{again:?}");
        let copy = Store::open(&Location::Sqlite(path), Options::default()).unwrap();
        let (report, original) = (copy.check().unwrap(), store.check().unwrap());
        assert_eq!(report.problems, Vec::<String>::new());
        assert_eq!(report.rows, original.rows);
        assert_eq!(
            copy.read(|snapshot| snapshot.person(user_id(3))),
            store.read(|snapshot| snapshot.person(user_id(3)))
        );
        copy.commit_and_wait(vec![add_user(user(6))]).unwrap();
    }

    fn a_check_says_which_row_is_damaged(fixture) {
        let store = fixture.open();
        fill(&store);
        assert_eq!(store.check().unwrap().problems, Vec::<String>::new());
        fixture.damage("UPDATE passkeys SET public_key = '' WHERE name = 'Key 2'");
        fixture.damage("UPDATE users SET details = 'nonsense' WHERE display_name = 'Person 4'");
        let problems = store.check().unwrap().problems;
        assert!(problems.iter().any(|line| line.contains("passkeys")), "{problems:?}");
        let line = format!("row {} of table users is corrupt in column details", user_id(4));
        assert!(problems.contains(&line), "{problems:?}");
        let read = store.read(|snapshot| snapshot.user(user_id(4)));
        assert!(matches!(read, Err(StoreError::Corrupt { table: "users", .. })), "{read:?}");
    }

    fn a_caller_that_panics_does_not_stop_the_others(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        store.commit(vec![add_user(user(2))], |_| panic!("on purpose"));
        store.commit_and_wait(vec![add_user(user(3))]).unwrap();
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.read(|_| -> Result<(), StoreError> { panic!("on purpose") })
        }));
        assert!(read.is_err());
        assert_eq!(store.read(|snapshot| snapshot.users_count(&Default::default())), Ok(3));
    }

    fn what_does_not_fit_the_queue_is_told_at_once(fixture) {
        let options = Options { queue: 0, ..Options::default() };
        let store = Store::open(&fixture.location, options).unwrap();
        assert_eq!(store.commit_and_wait(vec![add_user(user(1))]), Err(CommitError::Busy));
    }

    fn what_was_accepted_is_finished_before_the_store_goes(fixture) {
        let store = fixture.open();
        set_up(&store, 0);
        let (sender, answers) = std::sync::mpsc::channel();
        for number in 1..=200 {
            let sender = sender.clone();
            store.commit(vec![add_user(user(number))], move |answer| {
                sender.send(answer).unwrap();
            });
        }
        drop(store);
        drop(sender);
        assert_eq!(answers.iter().filter(Result::is_ok).count(), 200);
    }

    fn readers_beyond_the_limit_wait_their_turn(fixture) {
        let options = Options { readers: 2, ..Options::default() };
        let store = Store::open(&fixture.location, options).unwrap();
        set_up(&store, 1);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let found = store.read(|snapshot| snapshot.user(user_id(1)));
                        assert_eq!(found, Ok(Some(user(1))));
                    }
                });
            }
        });
    }

    fn a_read_sees_one_moment(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        store
            .read(|snapshot| {
                let before = snapshot.users_count(&Default::default())?;
                store.commit_and_wait(vec![add_user(user(2))]).unwrap();
                assert_eq!(snapshot.users_count(&Default::default())?, before);
                Ok(())
            })
            .unwrap();
        assert_eq!(store.read(|snapshot| snapshot.users_count(&Default::default())), Ok(2));
    }

    fn the_numbers_say_what_was_done(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        assert!(store.commit_and_wait(vec![add_user(user(1))]).is_err());
        let metrics = store.metrics();
        assert_eq!((metrics.commits, metrics.units, metrics.contended), (1, 1, 1));
        assert_eq!((metrics.failed, metrics.waiting), (0, 0));
    }
}

#[test]
fn connections_that_were_lost_are_replaced() {
    let fixture = Fixture::postgres();
    let store = fixture.open();
    set_up(&store, 1);
    assert_eq!(store.read(|snapshot| snapshot.user(user_id(1))), Ok(Some(user(1))));
    fixture.cut_connections();
    assert_eq!(store.read(|snapshot| snapshot.user(user_id(1))), Ok(Some(user(1))));
    fixture.cut_connections();
    store.commit_and_wait(vec![add_user(user(2))]).unwrap();
}

#[test]
fn a_database_out_of_reach_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    for location in [
        Location::Sqlite(folder.path().join("no such folder/keyward.db")),
        Location::Postgres("postgres://nobody@127.0.0.1:1/nothing".to_owned()),
    ] {
        let opened = Store::open(&location, Options::default());
        assert!(matches!(opened, Err(StoreError::Unavailable { .. })), "{opened:?}");
    }
    let wrong = Location::Postgres("postgres://a@b:port/c".to_owned());
    let opened = Store::open(&wrong, Options::default());
    assert!(matches!(opened, Err(StoreError::Misuse { .. })), "{opened:?}");
}

#[test]
fn a_file_that_another_process_holds_is_told_and_left_as_it_was() {
    let fixture = Fixture::sqlite();
    let options = Options { patience: Duration::from_millis(50), ..Options::default() };
    let store = Store::open(&fixture.location, options).unwrap();
    fill(&store);
    let before = store.check().unwrap();
    let holder = fixture.hold_for_itself();
    let answer = store.commit_and_wait(vec![add_user(user(9)), add_user(user(10))]);
    assert!(
        matches!(answer, Err(CommitError::Failed(StoreError::Unavailable { .. }))),
        "{answer:?}"
    );
    drop(holder);
    assert_eq!(store.check().unwrap(), before);
    store.commit_and_wait(vec![add_user(user(9))]).unwrap();
}
