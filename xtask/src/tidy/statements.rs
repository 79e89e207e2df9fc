//! Which statements of the behaviour specification (S1 to S150) a test names. Told, not judged.

use std::collections::BTreeSet;

use super::tree::Tree;

const LAST: u32 = 150;

/// One or two lines: how many statements are named in tests, and which are not.
pub(super) fn coverage(tree: &Tree) -> String {
    let mut named = BTreeSet::new();
    for (path, text) in tree.with_extension(&["rs"]) {
        if !path.starts_with("xtask/") {
            named.extend(statements(tests_of(path, text)));
        }
    }
    let open = ranges((1..=LAST).filter(|number| !named.contains(number)));
    let rest = if open.is_empty() { open } else { format!("; not {open}") };
    format!("statements named in tests: {} of {LAST}{rest}", named.len())
}

/// `S1 S3-S7` for 1, 3, 4, 5, 6, 7.
fn ranges(numbers: impl Iterator<Item = u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            Some(_) | None => runs.push((number, number)),
        }
    }
    let spelled = runs.iter().map(|(first, last)| match first == last {
        true => format!("S{first}"),
        false => format!("S{first}-S{last}"),
    });
    spelled.collect::<Vec<_>>().join(" ")
}

/// The part of a file that is tests: all of a test file, else what follows the first `cfg(test)`.
fn tests_of<'t>(path: &str, text: &'t str) -> &'t str {
    if path.contains("/tests/") || path.ends_with("/tests.rs") {
        return text;
    }
    text.split_once("#[cfg(test)]").map_or("", |(_, tests)| tests)
}

/// The numbers of the words `S7`, `s7` (as part of a test's name) in a text.
fn statements(text: &str) -> BTreeSet<u32> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter_map(|word| word.strip_prefix(['S', 's'])?.parse().ok())
        .filter(|number| (1..=LAST).contains(number))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tests_count() {
        let tree = Tree::of(&[
            ("crates/a/src/a.rs", "/// S1\nfn a() {}\n#[cfg(test)]\nmod t {\n/// S2, S151\n}"),
            ("crates/a/tests/b.rs", "fn s4_a_stranger_is_refused() {}"),
            ("xtask/src/tidy/statements.rs", "#[cfg(test)] S5"),
        ]);
        let told = coverage(&tree);
        assert!(
            told.starts_with("statements named in tests: 2 of 150; not S1 S3 S5-S150"),
            "{told}"
        );
    }
}
