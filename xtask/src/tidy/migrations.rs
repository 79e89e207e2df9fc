//! Migrations that were released are never edited.
//!
//! `CHECKSUMS` beside them has a line a released migration, as `sha256sum` prints it. A migration
//! that is not listed yet may still change; a release lists it.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use super::complaint::Complaint;
use super::tree::Tree;

const FOLDER: &str = "crates/store/src/sql";

/// Every listed migration is there, and is what it was.
pub(super) fn released_ones_are_unchanged(tree: &Tree) -> Vec<Complaint> {
    let list = format!("{FOLDER}/CHECKSUMS");
    let mut complaints = Vec::new();
    for (line, entry) in (1..).zip(tree.text(&list).unwrap_or_default().lines()) {
        let Some((sum, name)) = entry.split_once("  ") else {
            complaints.push(Complaint::new(&list, line, "not a line of sha256sum: write it anew"));
            continue;
        };
        let path = format!("{FOLDER}/{name}");
        match tree.text(&path) {
            None => {
                let what = format!("{name} was released and is gone: bring it back");
                complaints.push(Complaint::new(&list, line, what));
            }
            Some(text) if HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref()) != sum => {
                let what = "was released and is edited: undo it and add a migration";
                complaints.push(Complaint::about(&path, what));
            }
            Some(_) => {}
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: (&str, &str) = (
        "crates/store/src/sql/CHECKSUMS",
        // FIPS 180-2, appendix B.1: the digest of "abc".
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  0001_first.sql\n",
    );

    #[test]
    fn an_edited_migration_is_told() {
        let kept = Tree::of(&[LIST, ("crates/store/src/sql/0001_first.sql", "abc")]);
        assert!(released_ones_are_unchanged(&kept).is_empty());
        let edited = Tree::of(&[LIST, ("crates/store/src/sql/0001_first.sql", "abd")]);
        assert_eq!(released_ones_are_unchanged(&edited).len(), 1);
    }

    #[test]
    fn a_deleted_migration_is_told() {
        assert_eq!(released_ones_are_unchanged(&Tree::of(&[LIST])).len(), 1);
    }

    #[test]
    fn a_migration_that_is_not_listed_may_change() {
        let tree = Tree::of(&[("crates/store/src/sql/0002_second.sql", "new")]);
        assert!(released_ones_are_unchanged(&tree).is_empty());
    }

    #[test]
    fn a_list_that_cannot_be_read_is_told() {
        let tree = Tree::of(&[("crates/store/src/sql/CHECKSUMS", "0001_first.sql\n")]);
        assert_eq!(released_ones_are_unchanged(&tree).len(), 1);
    }
}
