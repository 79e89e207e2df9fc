//! The number of packages we build on only falls, unless somebody decides otherwise.

use super::complaint::Complaint;
use super::tree::Tree;

const LOCK: &str = "Cargo.lock";
/// Packages in the lock file, ours included. A dependency is a decision: who raises this writes
/// down why (docs/adr).
const MOST: usize = 350;
/// When this many fewer are there, the ratchet is to follow.
const SLACK: usize = 10;

/// The lock file has no more packages than were agreed on, and the agreement follows it down.
pub(super) fn stays_under_the_ratchet(tree: &Tree) -> Vec<Complaint> {
    let text = tree.text(LOCK).unwrap_or_default();
    let packages = text.lines().filter(|line| *line == "[[package]]").count();
    let what = if packages > MOST {
        format!("{packages} packages, {MOST} at most: do without, or raise the ratchet in an ADR")
    } else if packages + SLACK < MOST {
        format!("only {packages} packages: lower the ratchet in xtask/src/tidy/lock.rs")
    } else {
        return Vec::new();
    };
    vec![Complaint::about(LOCK, what)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(packages: usize) -> usize {
        let text = "[[package]]\nname = \"a\"\n".repeat(packages);
        stays_under_the_ratchet(&Tree::of(&[(LOCK, &text)])).len()
    }

    #[test]
    fn one_package_too_many_is_told() {
        assert_eq!(complaints(MOST), 0);
        assert_eq!(complaints(MOST + 1), 1);
    }

    #[test]
    fn a_ratchet_that_hangs_loose_is_told() {
        assert_eq!(complaints(MOST - SLACK), 0);
        assert_eq!(complaints(MOST - SLACK - 1), 1);
    }
}
