//! Who may name whom inside a crate, read from paths that start with `crate::`.

use super::complaint::Complaint;
use super::tree::{Tree, code_lines};

/// Modules of one crate that never name each other.
struct Wall {
    source: &'static str,
    modules: &'static [&'static str],
    /// Where what they share belongs.
    instead: &'static str,
}

const WALLS: &[Wall] = &[Wall {
    source: "crates/server/src/",
    modules: &["graph", "oidc", "pages"],
    instead: "put what both need into operations",
}];

const IDENTITY: &str = "crates/identity/src/";
/// The decisions; every other module of `identity` is a noun that they decide about.
const VERBS: &[&str] = &[
    "administration",
    "directory_changes",
    "first_run",
    "impact",
    "registration",
    "report",
    "sign_in",
];

const STORE: &str = "crates/store/src/";
/// The only modules of the store that may see several tables.
const SEE_SEVERAL: &[&str] = &["facts", "apply", "lib"];
/// How a statement begins; a module of the store that holds one is a table's.
const STATEMENTS: &[&str] = &["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE "];

/// The faces of the server do not know each other.
pub(super) fn walls_hold(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for wall in WALLS {
        for (path, text) in tree.with_extension(&["rs"]) {
            let Some(own) = path.strip_prefix(wall.source).map(module) else { continue };
            if !wall.modules.contains(&own) {
                continue;
            }
            for (line, other) in roots(text) {
                if other != own && wall.modules.contains(&other.as_str()) {
                    let what = format!("`{own}` never imports `{other}`: {}", wall.instead);
                    complaints.push(Complaint::new(path, line, what));
                }
            }
        }
    }
    complaints
}

/// What is decided about does not know who decides.
pub(super) fn nouns_know_no_verbs(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.with_extension(&["rs"]) {
        let Some(own) = path.strip_prefix(IDENTITY).map(module) else { continue };
        if own == "lib" || VERBS.contains(&own) {
            continue;
        }
        for (line, other) in roots(text) {
            if VERBS.contains(&other.as_str()) {
                let what = format!("noun `{own}` imports verb `{other}`: turn it around");
                complaints.push(Complaint::new(path, line, what));
            }
        }
    }
    complaints
}

/// A table's file of the store names no other table's file.
pub(super) fn tables_stand_alone(tree: &Tree) -> Vec<Complaint> {
    let ours = |path: &str| path.strip_prefix(STORE).map(|rest| module(rest).to_owned());
    let tables: Vec<String> = tree
        .with_extension(&["rs"])
        .filter(|(path, text)| !is_test(path) && has_statement(text))
        .filter_map(|(path, _)| ours(path))
        .filter(|module| !SEE_SEVERAL.contains(&module.as_str()))
        .collect();
    let mut complaints = Vec::new();
    for (path, text) in tree.with_extension(&["rs"]) {
        let Some(own) = ours(path).filter(|own| tables.contains(own)) else { continue };
        for (line, other) in roots(text) {
            if other != own && tables.contains(&other) {
                let what = format!(
                    "table `{own}` names table `{other}`: only {} see several",
                    SEE_SEVERAL.join(", ")
                );
                complaints.push(Complaint::new(path, line, what));
            }
        }
    }
    complaints
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Statements are constants, so they begin inside a string: after a quote or on a line of a text.
fn has_statement(text: &str) -> bool {
    code_lines(text).any(|(_, line)| {
        let begins = |text: &str| STATEMENTS.iter().any(|word| text.starts_with(word));
        begins(line.trim_start()) || line.split('"').skip(1).any(begins)
    })
}

/// The top module that a file below `src/` belongs to: `graph` for `graph.rs` and `graph/users.rs`.
fn module(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or(path)
}

/// The top modules that a file names through `crate::`, with their lines, also in a group:
/// `use crate::{app::App, graph}`.
fn roots(text: &str) -> Vec<(usize, String)> {
    let code: Vec<(usize, &str)> = code_lines(text).collect();
    let mut found = Vec::new();
    for (position, (line, code_line)) in code.iter().enumerate() {
        for after in code_line.split("crate::").skip(1) {
            match after.strip_prefix('{') {
                None => found.push((*line, leading_name(after).to_owned())),
                Some(group) => {
                    let rest = code.get(position + 1..).unwrap_or_default();
                    let rest: Vec<&str> = rest.iter().map(|(_, line)| *line).collect();
                    let names = group_names(&format!("{group}\n{}", rest.join("\n")));
                    found.extend(names.into_iter().map(|name| (*line, name)));
                }
            }
        }
    }
    found
}

/// The first names in a group whose opening brace is behind us.
fn group_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    let mut part = String::new();
    for letter in text.chars() {
        match letter {
            '}' if depth == 0 => break,
            ',' if depth == 0 => names.push(std::mem::take(&mut part)),
            _ => part.push(letter),
        }
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    names.push(part);
    names.iter().map(|part| leading_name(part.trim_start()).to_owned()).collect()
}

fn leading_name(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_names_graph_is_found() {
        let tree = Tree::of(&[
            ("crates/server/src/pages/admin.rs", "//! A.\nuse crate::graph::Body;\n"),
            ("crates/server/src/oidc.rs", "//! O.\nuse crate::{\n    app::App,\n    pages,\n};\n"),
            ("crates/server/src/graph.rs", "//! G. Not crate::pages.\nuse crate::app::App;\n"),
            ("crates/server/src/lib.rs", "//! L.\nuse crate::graph;\nuse crate::pages;\n"),
        ]);
        let complaints: Vec<_> = walls_hold(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(complaints[0].starts_with("crates/server/src/oidc.rs:2: `oidc` never imports"));
        assert!(complaints[1].starts_with("crates/server/src/pages/admin.rs:2: "));
    }

    #[test]
    fn a_path_in_the_middle_of_a_line_counts_too() {
        let tree = Tree::of(&[("crates/server/src/oidc.rs", "fn f() { crate::graph::serve() }")]);
        assert_eq!(walls_hold(&tree).len(), 1);
    }

    #[test]
    fn a_noun_that_names_a_verb_is_found() {
        let tree = Tree::of(&[
            ("crates/identity/src/policy/patch.rs", "use crate::administration::change;\n"),
            ("crates/identity/src/sign_in.rs", "use crate::{policy, registration};\n"),
            ("crates/identity/src/lib.rs", "pub use crate::sign_in::begin;\n"),
        ]);
        let complaints = nouns_know_no_verbs(&tree);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].to_string().contains("noun `policy` imports verb"));
    }

    #[test]
    fn a_table_that_names_a_table_is_found() {
        let users = "const A: &str = \"SELECT id FROM users\";\nuse crate::groups::member;\n";
        let groups = "const B: &str = \"\\\n    INSERT INTO groups\";\nuse crate::engine::Conn;\n";
        let tree = Tree::of(&[
            ("crates/store/src/users.rs", users),
            ("crates/store/src/groups.rs", groups),
            ("crates/store/src/engine.rs", "//! E.\nuse crate::groups;\n"),
            ("crates/store/src/facts.rs", "use crate::{groups, users};\n\"SELECT 1\""),
        ]);
        let complaints: Vec<_> =
            tables_stand_alone(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].starts_with("crates/store/src/users.rs:2: "), "{complaints:?}");
    }

    #[test]
    fn nested_groups_are_read() {
        let roots = roots("use crate::{a::{b, c}, d::e,\n  f};\nuse g;\n");
        let names: Vec<_> = roots.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["a", "d", "f"]);
    }
}
