//! Every Rust file is compiled by somebody: a target's root, or declared by a `mod`.

use std::collections::BTreeSet;

use super::complaint::Complaint;
use super::tree::{Tree, code_lines};
use super::workspace::Workspace;

/// The fuzz targets are a workspace of their own; their roots are read from its manifest.
const FUZZ: &str = "fuzz/";

/// A file that nothing declares is not compiled, so nobody notices that it rots.
pub(super) fn every_file_is_reachable(tree: &Tree, workspace: &Workspace) -> Vec<Complaint> {
    let ours = workspace.members().flat_map(|(_, package)| package.targets.iter().cloned());
    let mut open: Vec<(String, bool)> =
        ours.chain(fuzz_targets(tree)).map(|root| (root, true)).collect();
    let mut reached = BTreeSet::new();
    while let Some((path, is_root)) = open.pop() {
        let Some(text) = tree.text(&path) else { continue };
        let children = declared(&path, is_root, text);
        if reached.insert(path) {
            open.extend(children.into_iter().map(|child| (child, false)));
        }
    }
    tree.with_extension(&["rs"])
        .filter(|(path, _)| !reached.contains(*path))
        .map(|(path, _)| {
            Complaint::about(path, "nothing declares this file: add its `mod`, or delete it")
        })
        .collect()
}

fn fuzz_targets(tree: &Tree) -> Vec<String> {
    let manifest = tree.text("fuzz/Cargo.toml").unwrap_or_default();
    let quoted = manifest.split('"').filter(|word| word.ends_with(".rs"));
    let conventional = ["src/lib.rs", "src/main.rs", "build.rs"];
    quoted.chain(conventional).map(|path| format!("{FUZZ}{path}")).collect()
}

/// The files that the `mod name;` lines of a file stand for.
fn declared(path: &str, is_root: bool, text: &str) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let children = if is_root { folder } else { path.trim_end_matches(".rs") };
    let mut files = Vec::new();
    let mut named_file = None;
    // The inline modules around a line, each with how its closing line looks.
    let mut around: Vec<(String, &str)> = Vec::new();
    for (_, whole) in code_lines(text) {
        let line = whole.trim();
        if around.last().is_some_and(|(closing, _)| closing == whole) {
            around.pop();
        } else if let Some(name) = line.strip_suffix('{').and_then(module_before) {
            let indentation = whole.len() - whole.trim_start().len();
            around.push((format!("{}}}", " ".repeat(indentation)), name));
        }
        if let Some(name) = line.strip_prefix("#[path = \"").and_then(|rest| rest.split('"').next())
        {
            named_file = Some(format!("{folder}/{name}"));
        } else if let Some(name) = module_name(line) {
            let inline: String = around.iter().map(|(_, name)| format!("{name}/")).collect();
            let usual = || format!("{children}/{inline}{name}.rs");
            files.push(named_file.take().unwrap_or_else(usual));
        }
    }
    files
}

/// `name` of `mod name;`, `pub mod name;` or `pub(crate) mod name;`, with attributes before it.
fn module_name(line: &str) -> Option<&str> {
    module_before(line.strip_suffix(';')?)
}

/// The same without what ends the declaration.
fn module_before(declaration: &str) -> Option<&str> {
    let declaration = declaration.trim_end();
    let (before, name) = declaration.rsplit_once("mod ")?;
    let before = before.rsplit(']').next().unwrap_or_default().trim();
    let visible = before.is_empty() || before == "pub" || before.starts_with("pub(");
    let is_name = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    (visible && is_name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::workspace::example;
    use super::*;

    fn unreached(files: &[(&str, &str)]) -> Vec<String> {
        let complaints = every_file_is_reachable(&Tree::of(files), &example(&[], &["a"]));
        complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_that_nothing_declares_is_told() {
        let complaints = unreached(&[
            ("crates/a/src/lib.rs", "//! A.\n// mod lost;\nmod kept;\npub(crate) mod deep;\n"),
            ("crates/a/src/kept.rs", ""),
            ("crates/a/src/deep.rs", "#[cfg(test)]\nmod tests;\n"),
            ("crates/a/src/deep/tests.rs", ""),
            ("crates/a/src/lost.rs", ""),
        ]);
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].starts_with("crates/a/src/lost.rs:1: "), "{complaints:?}");
    }

    #[test]
    fn a_path_attribute_is_followed() {
        let root = ("crates/a/src/lib.rs", "#[path = \"other/place.rs\"]\nmod place;\n");
        assert!(unreached(&[root, ("crates/a/src/other/place.rs", "")]).is_empty());
        assert_eq!(unreached(&[root, ("crates/a/src/place.rs", "")]).len(), 1);
    }

    #[test]
    fn an_inline_module_is_a_folder() {
        let root = "mod inner {\n    mod deep;\n}\nmod flat;\n";
        assert!(
            unreached(&[
                ("crates/a/src/lib.rs", root),
                ("crates/a/src/inner/deep.rs", ""),
                ("crates/a/src/flat.rs", ""),
            ])
            .is_empty()
        );
    }

    #[test]
    fn fuzz_targets_are_roots() {
        let manifest = ("fuzz/Cargo.toml", "[[bin]]\npath = \"fuzz_targets/cbor.rs\"\n");
        assert!(unreached(&[manifest, ("fuzz/fuzz_targets/cbor.rs", "")]).is_empty());
        assert_eq!(unreached(&[manifest, ("fuzz/fuzz_targets/old.rs", "")]).len(), 1);
    }

    #[test]
    fn declarations_are_told_from_other_lines() {
        assert_eq!(module_name("#[cfg(test)] mod tests;"), Some("tests"));
        assert_eq!(module_name("pub(in crate::a) mod b;"), Some("b"));
        assert_eq!(module_name("let x = mod y;"), None);
        assert_eq!(module_name("mod inline {"), None);
    }
}
