//! `cargo xtask tidy`: the rules of this house that neither compiler nor clippy holds.
//!
//! Each rule is a function from what is in the tree to a list of complaints, so that its tests can
//! show it a small tree that breaks it.

mod complaint;
mod imports;
mod links;
mod lock;
mod markers;
mod migrations;
mod reach;
mod refusals;
mod shape;
mod statements;
mod supply;
mod table;
mod tree;
mod workspace;

use std::path::Path;

use anyhow::{Result, bail};

use complaint::Complaint;
use tree::Tree;
use workspace::Workspace;

/// Holds the whole tree against every rule and prints what is wrong with it.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let workspace = Workspace::read(root)?;
    let complaints = complaints(&tree, &workspace);
    for complaint in &complaints {
        println!("{complaint}");
    }
    println!("{}", statements::coverage(&tree));
    if !complaints.is_empty() {
        bail!("the tree is not tidy: {} complaints, listed above", complaints.len());
    }
    let packages = workspace.built().count();
    println!("tidy: {} files, {packages} packages built, no complaints", tree.len());
    Ok(())
}

fn complaints(tree: &Tree, workspace: &Workspace) -> Vec<Complaint> {
    [
        table::dependencies_hold(tree, workspace),
        table::architecture_is_short(tree),
        imports::walls_hold(tree),
        imports::nouns_know_no_verbs(tree),
        imports::tables_stand_alone(tree),
        shape::files_are_short(tree),
        shape::lines_are_narrow(tree),
        shape::modules_say_what_they_are(tree),
        shape::names_say_something(tree),
        reach::every_file_is_reachable(tree, workspace),
        markers::nothing_is_left_open(tree),
        migrations::released_ones_are_unchanged(tree),
        refusals::codes_are_documented(tree),
        links::resolve(tree),
        lock::stays_under_the_ratchet(tree),
        supply::licences_are_allowed(tree, workspace),
        supply::nothing_banned_is_reached(tree, workspace),
        supply::sources_are_the_registry(workspace),
    ]
    .concat()
}
