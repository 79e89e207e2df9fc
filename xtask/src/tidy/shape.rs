//! The size, the first line and the name of a file.

use super::complaint::Complaint;
use super::tree::Tree;

/// A file that is longer holds two things.
const FILE_LINES: usize = 500;
/// As rustfmt's `max_width`, also for the comments and texts that it does not break.
const LINE_COLUMNS: usize = 100;
/// What people write by hand.
const WRITTEN: &[&str] = &["rs", "sql", "html", "css", "js", "toml"];
/// Names that say nothing about what a file holds, and so collect everything.
const SAY_NOTHING: &[&str] = &["mod", "utils", "util", "helpers", "helper", "common", "prelude"];

/// No file has more than 500 lines.
pub(super) fn files_are_short(tree: &Tree) -> Vec<Complaint> {
    let long = tree.with_extension(WRITTEN).filter_map(|(path, text)| {
        let lines = text.lines().count();
        let what = || format!("{lines} lines, {FILE_LINES} at most: find the missing noun");
        (lines > FILE_LINES).then(|| Complaint::new(path, FILE_LINES, what()))
    });
    long.collect()
}

/// No line of Rust has more than 100 columns.
pub(super) fn lines_are_narrow(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.with_extension(&["rs"]) {
        for (line, content) in (1..).zip(text.lines()) {
            let columns = content.chars().count();
            if columns > LINE_COLUMNS {
                let what = format!("{columns} columns, {LINE_COLUMNS} at most: break the line");
                complaints.push(Complaint::new(path, line, what));
            }
        }
    }
    complaints
}

/// Every Rust file begins with `//!` and says what lives there.
pub(super) fn modules_say_what_they_are(tree: &Tree) -> Vec<Complaint> {
    tree.with_extension(&["rs"])
        .filter(|(_, text)| {
            let first = text.lines().next().unwrap_or_default();
            first.strip_prefix("//!").is_none_or(|says| says.trim().is_empty())
        })
        .map(|(path, _)| {
            let what = "does not begin with `//!`: say in one sentence what lives here";
            Complaint::about(path, what)
        })
        .collect()
}

/// No `mod.rs`, and no file or folder for odds and ends.
pub(super) fn names_say_something(tree: &Tree) -> Vec<Complaint> {
    tree.with_extension(&["rs"])
        .filter_map(|(path, _)| {
            let stem = path.strip_suffix(".rs")?;
            let bad = stem.split('/').find(|part| SAY_NOTHING.contains(part))?;
            let what = if bad == "mod" {
                "`mod.rs`: name it after its folder, beside it".to_owned()
            } else {
                format!("`{bad}` says nothing: name it for what it holds")
            };
            Some(Complaint::about(path, what))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_501_lines_is_too_long() {
        let (fits, long) = ("a\n".repeat(500), "a\n".repeat(501));
        let tree = Tree::of(&[("a.rs", &fits), ("b.sql", &long), ("c.md", &long)]);
        let complaints = files_are_short(&tree);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].to_string().starts_with("b.sql:500: 501 lines"));
    }

    #[test]
    fn a_line_is_measured_in_letters_not_in_bytes() {
        let tree = Tree::of(&[("a.rs", &"ä".repeat(100)), ("b.rs", &"b".repeat(101))]);
        let complaints = lines_are_narrow(&tree);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].to_string().starts_with("b.rs:1: 101 columns"));
    }

    #[test]
    fn a_module_that_does_not_say_what_it_is_is_told() {
        let tree = Tree::of(&[
            ("good.rs", "//! Good.\n"),
            ("bad.rs", "use std;\n"),
            ("empty.rs", ""),
            ("mute.rs", "//!\n"),
        ]);
        assert_eq!(modules_say_what_they_are(&tree).len(), 3);
    }

    #[test]
    fn names_for_odds_and_ends_are_told() {
        let tree = Tree::of(&[
            ("src/mod.rs", ""),
            ("src/utils.rs", ""),
            ("tests/common/setup.rs", ""),
            ("src/model.rs", ""),
        ]);
        assert_eq!(names_say_something(&tree).len(), 3);
    }
}
