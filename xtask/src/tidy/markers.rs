//! Words that say a piece of work was left open.

use super::complaint::Complaint;
use super::tree::Tree;

/// Each mark with what to do about it. Put together from halves, so that this file has none.
const MARKS: &[(&str, &str)] = &[
    (concat!("FIX", "ME"), "fix it, or file an issue"),
    (concat!("to", "do!("), "write the part that is missing"),
    (concat!("unimple", "mented!("), "write the part that is missing"),
    (concat!("#[ig", "nore"), "make the test run, or delete it: nothing is skipped in silence"),
    (concat!("db", "g!("), "remove it"),
];
const SOURCES: &[&str] = &["rs", "sql", "html", "css", "js", "toml"];

/// No source holds a mark of unfinished work.
pub(super) fn nothing_is_left_open(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.with_extension(SOURCES) {
        for (line, content) in (1..).zip(text.lines()) {
            for (mark, remedy) in MARKS {
                if content.contains(mark) {
                    complaints.push(Complaint::new(path, line, format!("`{mark}`: {remedy}")));
                }
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_is_found_with_its_line() {
        for (mark, _) in MARKS {
            let text = format!("//! A.\n{mark}\n");
            let complaints = nothing_is_left_open(&Tree::of(&[("a.rs", &text)]));
            assert_eq!(complaints.len(), 1, "{mark}");
            assert!(complaints[0].to_string().starts_with("a.rs:2: "), "{mark}");
        }
        assert!(nothing_is_left_open(&Tree::of(&[("a.rs", "//! A.\n")])).is_empty());
    }
}
