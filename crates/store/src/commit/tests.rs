//! A committer without a store around it: batches, a full disk.

use std::time::Duration;

use identity::change::BurnKey;

use super::*;
use crate::engine::Engine;
use crate::migrate;

fn committer(folder: &tempfile::TempDir) -> Committer {
    let source = Source::Sqlite(folder.path().join("test.db"), Duration::ZERO);
    let mut conn = source.connect(Purpose::Write).unwrap();
    migrate::migrate(&mut conn, Engine::Sqlite).unwrap();
    Committer {
        source,
        conn: Some(conn),
        queue: Arc::new(Queue::new(10)),
        counters: Arc::new(Counters::default()),
        batch: 10,
    }
}

fn burn(number: u16) -> Unit {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    let change = Change::Burn { key: BurnKey(key), expires_at: Timestamp(0) };
    Unit { work: Work::Changes(vec![change]), done: Box::new(drop) }
}

fn burned(committer: &mut Committer) -> u64 {
    let conn = committer.conn.as_mut().unwrap();
    let found = conn.first("SELECT COUNT(*) FROM burned", &[], |row| row.count("count"));
    found.unwrap().unwrap()
}

fn limit_pages(committer: &mut Committer, pages: u32) {
    let conn = committer.conn.as_mut().unwrap();
    let limit = format!("PRAGMA max_page_count = {pages}");
    conn.first(&limit, &[], |_| Ok(())).unwrap();
}

#[test]
fn a_full_disk_is_told_to_all_and_leaves_nothing_of_the_batch() {
    let folder = tempfile::tempdir().unwrap();
    let mut committer = committer(&folder);
    assert!(committer.commit(&[burn(0), burn(1)]).iter().all(Result::is_ok));
    limit_pages(&mut committer, 1);
    let units: Vec<Unit> = (2..400).map(burn).collect();
    for answer in committer.commit(&units) {
        assert!(
            matches!(answer, Err(CommitError::Failed(StoreError::Unavailable { .. }))),
            "{answer:?}"
        );
    }
    assert_eq!(burned(&mut committer), 2);
    // There is room again, and it goes on.
    limit_pages(&mut committer, 100_000);
    assert!(committer.commit(&units).iter().all(Result::is_ok));
    assert_eq!(burned(&mut committer), 400);
}

#[test]
fn a_unit_alone_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut committer = committer(&folder);
    let mut twice = burn(1);
    if let Work::Changes(changes) = &mut twice.work {
        let again = changes[0].clone();
        changes.push(again);
    }
    assert_eq!(committer.commit(&[twice]), [Err(CommitError::Contended(Guard::Burned))]);
    assert_eq!(burned(&mut committer), 0);
    assert_eq!(committer.commit(&[burn(1)]), [Ok(())]);
}
