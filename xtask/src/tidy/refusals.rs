//! Every reason to say no is in the documentation, under the code that people are shown.

use super::complaint::Complaint;
use super::tree::{Tree, code_lines};

const SOURCE: &str = "crates/identity/src/refusal";
const BOOK: &str = "docs/refusals.md";

/// Each code that `Refusal::code` returns stands in `docs/refusals.md` in backticks.
pub(super) fn codes_are_documented(tree: &Tree) -> Vec<Complaint> {
    let book = tree.text(BOOK).unwrap_or_default();
    let mut complaints = Vec::new();
    let sources = tree.with_extension(&["rs"]).filter(|(path, _)| path.starts_with(SOURCE));
    for (path, text) in sources {
        for (line, code) in codes(text) {
            if !book.contains(&format!("`{code}`")) {
                let what = format!("`{code}` is not in {BOOK}: say what it means and what to do");
                complaints.push(Complaint::new(path, line, what));
            }
        }
    }
    complaints
}

/// The string literals in the body of `fn code`, with their lines. The body ends with the line
/// that closes at the indentation it was opened at.
fn codes(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut closing = None;
    for (number, line) in code_lines(text) {
        if let Some(end) = &closing {
            if line.trim_end() == end {
                closing = None;
            } else {
                found.extend(line.split('"').skip(1).step_by(2).map(|code| (number, code)));
            }
        } else if line.contains("fn code(") {
            let indentation: String = line.chars().take_while(|letter| *letter == ' ').collect();
            closing = Some(indentation + "}");
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSAL: (&str, &str) = (
        "crates/identity/src/refusal.rs",
        "impl Refusal {\n    pub fn code(&self) -> &'static str {\n        match self {\n\
         \x20           Self::A => \"aaguid-blocked\",\n\
         \x20           Self::B => \"too-late\",\n        }\n    }\n\n\
         \x20   fn text() -> &'static str {\n        \"not a code\"\n    }\n}\n",
    );

    #[test]
    fn a_code_without_documentation_is_told() {
        let tree = Tree::of(&[REFUSAL, (BOOK, "| `aaguid-blocked` | … |\n")]);
        let complaints = codes_are_documented(&tree);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].to_string().contains("refusal.rs:5: `too-late`"), "{complaints:?}");
    }

    #[test]
    fn without_the_book_every_code_is_told() {
        assert_eq!(codes_are_documented(&Tree::of(&[REFUSAL])).len(), 2);
    }
}
