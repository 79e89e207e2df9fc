//! ARCHITECTURE.md's dependency table against the crates as they are.
//!
//! The table stands between `<!-- dependencies -->` and `<!-- /dependencies -->`: a row a crate,
//! with the crates of ours it may name and what it must never reach. `(dev)` after a name: for its
//! tests only. `(direct)`: not in its manifest, though it may come along with something else.

use super::complaint::Complaint;
use super::tree::Tree;
use super::workspace::{Package, When, Workspace};

const MAP: &str = "ARCHITECTURE.md";
const OPENS: &str = "<!-- dependencies -->";
const CLOSES: &str = "<!-- /dependencies -->";
/// A map that is longer is not read.
const MAP_LINES: usize = 300;

/// One row of the table.
struct Row {
    line: usize,
    name: String,
    may: Vec<Entry>,
    never: Vec<Entry>,
}

/// A name in a cell, with the word in brackets after it.
#[derive(PartialEq, Eq, Debug)]
struct Entry {
    name: String,
    note: Option<String>,
}

/// Every crate has a row, names no crate of ours but those in it, and reaches nothing forbidden.
pub(super) fn dependencies_hold(tree: &Tree, workspace: &Workspace) -> Vec<Complaint> {
    let Some(rows) = tree.text(MAP).and_then(rows) else {
        return vec![Complaint::about(
            MAP,
            format!("no table between {OPENS} and {CLOSES}: write one (crate, may, never)"),
        )];
    };
    let mut complaints = Vec::new();
    for row in &rows {
        if !workspace.members().any(|(_, package)| package.name == row.name) {
            let what = format!("there is no crate `{}`: remove its row", row.name);
            complaints.push(Complaint::new(MAP, row.line, what));
        }
    }
    for (id, package) in workspace.members() {
        match rows.iter().find(|row| row.name == package.name) {
            Some(row) => complaints.extend(against_row(id, package, row, workspace)),
            None => complaints.push(Complaint::about(
                &package.manifest,
                format!("`{}` has no row in {MAP}: say what it may depend on", package.name),
            )),
        }
    }
    complaints
}

/// The map stays short enough to be read in one sitting.
pub(super) fn architecture_is_short(tree: &Tree) -> Vec<Complaint> {
    let lines = tree.text(MAP).map_or(0, |text| text.lines().count());
    if lines <= MAP_LINES {
        return Vec::new();
    }
    let what = format!("{lines} lines, {MAP_LINES} at most: move detail to rustdoc or an ADR");
    vec![Complaint::new(MAP, MAP_LINES, what)]
}

fn against_row(id: &str, package: &Package, row: &Row, workspace: &Workspace) -> Vec<Complaint> {
    let mut wrong = Vec::new();
    let ours = |name: &str| workspace.members().any(|(_, member)| member.name == name);
    for (name, when) in package.direct.iter().filter(|(name, _)| ours(name)) {
        let allowed = row.may.iter().any(|entry| {
            entry.name == *name && (*when == When::Test || entry.note.as_deref() != Some("dev"))
        });
        if !allowed {
            wrong.push(format!("`{}` may not depend on `{name}` ({MAP})", row.name));
        }
    }
    let closure = workspace.closure(id);
    for entry in &row.never {
        if entry.note.as_deref() == Some("direct") {
            if package.direct.contains(&(entry.name.clone(), When::Run)) {
                wrong.push(format!("`{}` may not name `{}` ({MAP})", row.name, entry.name));
            }
        } else if let Some(through) = closure.get(entry.name.as_str()) {
            wrong.push(format!(
                "`{}` must never reach `{}`, and does through `{through}` ({MAP})",
                row.name, entry.name
            ));
        }
    }
    wrong
        .into_iter()
        .map(|what| Complaint::about(&package.manifest, what + ": remove the dependency"))
        .collect()
}

/// The rows between the marks, without the two lines of the heading; `None` if there are none.
fn rows(text: &str) -> Option<Vec<Row>> {
    let lines = (1..).zip(text.lines().map(str::trim));
    let table = lines
        .skip_while(|(_, line)| *line != OPENS)
        .take_while(|(_, line)| *line != CLOSES)
        .filter(|(_, line)| line.starts_with('|'));
    let rows: Vec<Row> = table.skip(2).filter_map(|(number, line)| row(number, line)).collect();
    (!rows.is_empty()).then_some(rows)
}

fn row(line: usize, text: &str) -> Option<Row> {
    let mut cells = text.trim_matches('|').split('|');
    let name = entries(cells.next()?).into_iter().next()?.name;
    Some(Row { line, name, may: entries(cells.next()?), never: entries(cells.next()?) })
}

/// The names in a cell: separated by commas, in backticks or not; `none` and `–` are no names.
fn entries(cell: &str) -> Vec<Entry> {
    let names = cell.split(',').map(str::trim).filter(|name| !["", "none", "–"].contains(name));
    names
        .map(|name| match name.split_once('(') {
            Some((name, note)) => {
                let note = Some(note.trim().trim_end_matches(')').to_owned());
                Entry { name: bare(name), note }
            }
            None => Entry { name: bare(name), note: None },
        })
        .collect()
}

fn bare(name: &str) -> String {
    name.trim().trim_matches('`').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::workspace::example;
    use super::*;

    const TABLE: &str = "\
# Map
<!-- dependencies -->
| crate | may depend on | never |
|---|---|---|
| `identity` | `webauthn` | `serde` (direct), `tokio` |
| `webauthn` | none | `tokio` |
| `server` | `identity`, `ctap` (dev) | – |
| `ctap` | `webauthn` | `identity` |
<!-- /dependencies -->
";
    const OURS: &[&str] = &["identity", "webauthn", "server", "ctap"];

    fn against(edges: &[(&str, &str, When)]) -> Vec<String> {
        let tree = Tree::of(&[(MAP, TABLE)]);
        let complaints = dependencies_hold(&tree, &example(edges, OURS));
        complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_table_allows_passes() {
        let serde_comes_along = [
            ("identity", "webauthn", When::Run),
            ("webauthn", "serde", When::Run),
            ("server", "ctap", When::Test),
            ("server", "tokio", When::Run),
        ];
        assert_eq!(against(&serde_comes_along), Vec::<String>::new());
    }

    #[test]
    fn a_crate_of_ours_that_is_not_in_the_row_is_named() {
        let complaints = against(&[("webauthn", "identity", When::Run)]);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].starts_with("crates/webauthn/Cargo.toml:1: "), "{complaints:?}");
        assert!(complaints[0].contains("may not depend on `identity`"), "{complaints:?}");
    }

    #[test]
    fn a_crate_for_tests_may_not_be_used_at_run_time() {
        assert_eq!(against(&[("server", "ctap", When::Run)]).len(), 1);
        assert_eq!(against(&[("server", "ctap", When::Build)]).len(), 1);
    }

    #[test]
    fn a_forbidden_crate_is_found_deep_down() {
        let complaints = against(&[("webauthn", "x509", When::Run), ("x509", "tokio", When::Run)]);
        assert!(complaints[0].contains("through `x509`"), "{complaints:?}");
    }

    #[test]
    fn a_crate_forbidden_directly_may_not_be_in_the_manifest() {
        assert_eq!(against(&[("identity", "serde", When::Run)]).len(), 1);
    }

    #[test]
    fn a_row_too_many_and_a_row_too_few_are_told() {
        let tree = Tree::of(&[(MAP, TABLE)]);
        let ours = ["identity", "webauthn", "server", "store"];
        let complaints = dependencies_hold(&tree, &example(&[], &ours));
        assert_eq!(complaints.len(), 2, "{complaints:?}");
    }

    #[test]
    fn a_missing_table_is_told() {
        let no_table = Tree::of(&[(MAP, "# Map\n")]);
        assert_eq!(dependencies_hold(&no_table, &example(&[], &[])).len(), 1);
        assert_eq!(dependencies_hold(&Tree::of(&[]), &example(&[], &[])).len(), 1);
    }

    #[test]
    fn a_long_map_is_told() {
        assert!(architecture_is_short(&Tree::of(&[(MAP, &"a\n".repeat(300))])).is_empty());
        assert_eq!(architecture_is_short(&Tree::of(&[(MAP, &"a\n".repeat(301))])).len(), 1);
    }
}
