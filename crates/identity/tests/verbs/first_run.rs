//! The one-time link of the first start.

use identity::first_run::{FirstRunFacts, LINK_MS, check_link, new_link};
use identity::{Change, Refusal};

use crate::people::NOW;

const DIGEST: [u8; 32] = [4; 32];

#[test]
fn the_link_works_for_an_hour_and_only_until_the_organisation_is_set_up() {
    let fresh = FirstRunFacts { is_set_up: false, link: Some((DIGEST, NOW.plus_ms(LINK_MS))) };
    assert!(check_link(fresh, DIGEST, NOW.plus_ms(LINK_MS - 1)).is_ok());
    for (facts, digest, at) in [
        (fresh, DIGEST, NOW.plus_ms(LINK_MS)),
        (fresh, [5; 32], NOW),
        (FirstRunFacts { is_set_up: true, ..fresh }, DIGEST, NOW),
        (FirstRunFacts { link: None, ..fresh }, DIGEST, NOW),
    ] {
        assert_eq!(check_link(facts, digest, at), Err(Refusal::FirstRunLinkInvalid));
    }
}

#[test]
fn the_next_start_replaces_the_link_while_nobody_has_used_it() {
    let unused = FirstRunFacts { is_set_up: false, link: Some(([1; 32], NOW)) };
    let outcome = new_link(unused, DIGEST, NOW);
    assert!(outcome.verdict.is_ok());
    assert!(matches!(
        outcome.changes.as_slice(),
        [Change::ReplaceFirstRunLink { digest: DIGEST, .. }]
    ));
    let used = FirstRunFacts { is_set_up: true, link: None };
    assert!(new_link(used, DIGEST, NOW).changes.is_empty());
}
