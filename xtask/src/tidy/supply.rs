//! What we build on: licences, bans and origins, by the lists in `deny.toml`.
//!
//! cargo-deny reads the same file and checks more (advisories), where it is installed. These three
//! are held here too, because it is not everywhere.

use super::complaint::Complaint;
use super::tree::Tree;
use super::workspace::{Package, Workspace};

const LISTS: &str = "deny.toml";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const LOCK: &str = "Cargo.lock";

/// Every package may be used under licences that are in the list `allow`.
pub(super) fn licences_are_allowed(tree: &Tree, workspace: &Workspace) -> Vec<Complaint> {
    let allowed = list(tree.text(LISTS).unwrap_or_default(), "[licenses]", "allow");
    let not_allowed = |package: &&Package| {
        let license = package.license.as_deref().unwrap_or_default();
        !satisfied(license, &allowed)
    };
    workspace
        .built()
        .filter(not_allowed)
        .map(|package| {
            let license = package.license.as_deref().unwrap_or("no licence");
            let what =
                format!("`{}` is under {license}: do without, or allow it here", package.name);
            Complaint::about(LISTS, what)
        })
        .collect()
}

/// No package is in the list `deny`.
pub(super) fn nothing_banned_is_reached(tree: &Tree, workspace: &Workspace) -> Vec<Complaint> {
    let banned = list(tree.text(LISTS).unwrap_or_default(), "[bans]", "deny");
    workspace
        .built()
        .filter(|package| banned.contains(&package.name.as_str()))
        .map(|package| {
            let what = format!("`{}` is banned by {LISTS}: find who brings it", package.name);
            Complaint::about(LOCK, what)
        })
        .collect()
}

/// Every package that is not ours comes from the public registry: no git, no other index.
pub(super) fn sources_are_the_registry(workspace: &Workspace) -> Vec<Complaint> {
    let foreign = workspace.built().filter_map(|package| {
        let source = package.source.as_deref()?;
        let what = format!("`{}` comes from {source}: take it from crates.io", package.name);
        (source != REGISTRY).then(|| Complaint::about(LOCK, what))
    });
    foreign.collect()
}

/// The quoted words of the array `key` in a section, over as many lines as it takes.
fn list<'t>(text: &'t str, section: &str, key: &str) -> Vec<&'t str> {
    let opening = format!("{key} = [");
    let in_section = text.split_once(section).map_or("", |(_, rest)| rest);
    let in_section = in_section.split("\n[").next().unwrap_or_default();
    let array = in_section.split_once(&opening).map_or("", |(_, rest)| rest);
    let array = array.split(']').next().unwrap_or_default();
    array.split('"').skip(1).step_by(2).collect()
}

/// Whether a licence expression can be met: one side of each `OR` (or `/`), both of each `AND`.
/// `WITH` an exception grants more than the licence, so the licence decides.
fn satisfied(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let met = either(&mut words, allowed);
    met && words.next().is_none()
}

type Words<'w> = std::iter::Peekable<std::str::SplitWhitespace<'w>>;

fn either(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let mut met = both(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= both(words, allowed);
    }
    met
}

fn both(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let mut met = licence(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= licence(words, allowed);
    }
    met
}

fn licence(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = either(words, allowed);
        return words.next_if_eq(&")").is_some() && met;
    }
    let met = words.next().is_some_and(|name| allowed.contains(&name));
    if words.next_if_eq(&"WITH").is_some() {
        words.next();
    }
    met
}

#[cfg(test)]
mod tests {
    use super::super::workspace::{When, example};
    use super::*;

    const DENY: (&str, &str) = (
        LISTS,
        "[licenses]\nallow = [\n  \"MIT\",\n  \"ISC\",\n]\n\n[bans]\ndeny = [\"openssl\"]\n",
    );

    #[test]
    fn licence_expressions_are_weighed() {
        let allowed = ["MIT", "ISC", "Apache-2.0"];
        for met in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MPL-2.0/MIT",
            "ISC AND (GPL-3.0 OR MIT)",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
        ] {
            assert!(satisfied(met, &allowed), "{met}");
        }
        for unmet in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "MIT MIT"] {
            assert!(!satisfied(unmet, &allowed), "{unmet}");
        }
    }

    #[test]
    fn a_licence_that_is_not_listed_is_told() {
        let workspace = example(&[("a", "b", When::Run)], &["a"]);
        assert!(licences_are_allowed(&Tree::of(&[DENY]), &workspace).is_empty());
        assert_eq!(licences_are_allowed(&Tree::of(&[]), &workspace).len(), 2);
    }

    #[test]
    fn a_banned_package_is_told() {
        let tree = Tree::of(&[DENY]);
        let workspace = example(&[("a", "b", When::Run), ("b", "openssl", When::Run)], &["a"]);
        assert_eq!(nothing_banned_is_reached(&tree, &workspace).len(), 1);
        assert!(nothing_banned_is_reached(&tree, &example(&[], &["a"])).is_empty());
    }

    #[test]
    fn a_package_from_elsewhere_is_told() {
        let workspace = example(&[("a", "b", When::Run)], &["a"]);
        assert_eq!(sources_are_the_registry(&workspace).len(), 1);
        assert!(sources_are_the_registry(&example(&[], &["a"])).is_empty());
    }
}
