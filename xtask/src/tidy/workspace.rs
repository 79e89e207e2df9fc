//! The packages and who depends on whom, as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::steps::{cargo, quietly};

/// When a dependency is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    /// By the crate itself.
    Run,
    /// By its build script.
    Build,
    /// By its tests, examples and benches alone.
    Test,
}

/// One package, ours or from the registry.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) license: Option<String>,
    /// Where it comes from; `None` for what lies on this disk.
    pub(super) source: Option<String>,
    /// What it names in its manifest.
    pub(super) direct: BTreeSet<(String, When)>,
    /// The roots of its programs, libraries and tests, as paths from the repository's root.
    pub(super) targets: Vec<String>,
    /// Its manifest, as a path from the repository's root.
    pub(super) manifest: String,
    reaches: Vec<(String, When)>,
}

/// All packages that a build on this kind of machine needs.
pub(super) struct Workspace {
    packages: BTreeMap<String, Package>,
    members: Vec<String>,
}

impl Workspace {
    /// Asks cargo. `--locked`: a lock file that does not fit the manifests is an error.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let printed = quietly(Command::new("rustc").arg("-vV"))?;
        let host = printed.lines().find_map(|line| line.strip_prefix("host: "));
        // Without a platform cargo would fetch what only other systems need.
        let host = host.context("rustc -vV names no host")?;
        let arguments =
            ["metadata", "--format-version", "1", "--locked", "--filter-platform", host];
        let printed = quietly(&mut cargo(root, arguments))?;
        let metadata = serde_json::from_str(&printed).context("cargo metadata printed no JSON")?;
        Self::parse(&metadata)
    }

    /// Reads the answer of `cargo metadata`.
    pub(super) fn parse(metadata: &Value) -> Result<Self> {
        let root = text(metadata, "workspace_root")?;
        let mut packages = BTreeMap::new();
        for package in list(metadata, "packages") {
            packages.insert(text(package, "id")?, parse_package(package, &root)?);
        }
        let manifests = list(metadata, "packages").map(|package| (package.get("id"), package));
        let manifests: BTreeMap<Option<&str>, &Value> =
            manifests.map(|(id, package)| (id.and_then(Value::as_str), package)).collect();
        for node in list(metadata.get("resolve").unwrap_or(&Value::Null), "nodes") {
            let manifest = manifests.get(&node.get("id").and_then(Value::as_str));
            let mut reaches = Vec::new();
            for edge in list(node, "deps") {
                let name = packages.get(&text(edge, "pkg")?).map(|package| package.name.as_str());
                if let (Some(manifest), Some(name)) = (manifest, name)
                    && !is_enabled(manifest, node, name)
                {
                    continue;
                }
                for kind in list(edge, "dep_kinds") {
                    reaches.push((text(edge, "pkg")?, when(kind)));
                }
            }
            if let Some(package) = packages.get_mut(&text(node, "id")?) {
                package.reaches = reaches;
            }
        }
        let members = list(metadata, "workspace_members").filter_map(Value::as_str);
        let members = members.map(ToOwned::to_owned).collect();
        Ok(Self { packages, members })
    }

    /// Our own packages.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Package)> {
        self.members.iter().filter_map(|id| Some((id.as_str(), self.packages.get(id)?)))
    }

    /// Every package that is built, ours and all they reach, for whatever purpose.
    pub(super) fn built(&self) -> impl Iterator<Item = &Package> {
        let ours = self.members.iter().map(String::as_str);
        let mut built: BTreeSet<&str> = ours.clone().collect();
        built.extend(self.reached(ours.collect(), |_| true).into_keys());
        built.into_iter().filter_map(|id| self.packages.get(id))
    }

    /// Each name that the package reaches for its own run, with the name through which it was
    /// reached first. What only tests or build scripts need does not count.
    pub(super) fn closure(&self, id: &str) -> BTreeMap<&str, &str> {
        let reached = self.reached(vec![id], |when| when == When::Run);
        let name = |id| self.packages.get(id).map(|package| package.name.as_str());
        reached.into_iter().filter_map(|(id, from)| Some((name(id)?, name(from)?))).collect()
    }

    /// The packages reached along edges that `follow` allows, each with the one it was reached
    /// from first.
    fn reached<'w>(
        &'w self,
        mut open: Vec<&'w str>,
        follow: impl Fn(When) -> bool,
    ) -> BTreeMap<&'w str, &'w str> {
        let mut reached = BTreeMap::new();
        while let Some(from) = open.pop() {
            let edges = self.packages.get(from).into_iter().flat_map(|package| &package.reaches);
            for (id, _) in edges.filter(|(_, when)| follow(*when)) {
                if !reached.contains_key(id.as_str()) {
                    reached.insert(id.as_str(), from);
                    open.push(id);
                }
            }
        }
        reached
    }
}

fn parse_package(package: &Value, root: &str) -> Result<Package> {
    let mut direct = BTreeSet::new();
    for dependency in list(package, "dependencies") {
        direct.insert((text(dependency, "name")?, when(dependency)));
    }
    let mut targets = Vec::new();
    for target in list(package, "targets") {
        targets.push(from_root(&text(target, "src_path")?, root));
    }
    Ok(Package {
        name: text(package, "name")?,
        license: text(package, "license").ok(),
        source: text(package, "source").ok(),
        direct,
        targets,
        manifest: from_root(&text(package, "manifest_path")?, root),
        reaches: Vec::new(),
    })
}

/// Whether a package as it is built here has this dependency. Cargo also lists an optional one
/// that nothing turns on, when a feature says what it would add to it (`ring?/alloc`).
fn is_enabled(manifest: &Value, node: &Value, name: &str) -> bool {
    let known_as = |dependency: &Value| -> Option<String> {
        (text(dependency, "name").ok()? == name)
            .then(|| text(dependency, "rename").unwrap_or_else(|_| name.to_owned()))
    };
    let turned_on = |known_as: &str| {
        let features = list(node, "features").filter_map(Value::as_str);
        let defined = |feature| list(manifest.get("features").unwrap_or(&Value::Null), feature);
        let words = features.flat_map(|feature| {
            defined(feature).filter_map(Value::as_str).chain(std::iter::once(feature))
        });
        words.into_iter().any(|word| {
            let word = word.strip_prefix("dep:").unwrap_or(word);
            word == known_as || word.split_once('/').is_some_and(|(name, _)| name == known_as)
        })
    };
    list(manifest, "dependencies").any(|dependency| {
        let is_optional = dependency.get("optional").and_then(Value::as_bool).unwrap_or(false);
        known_as(dependency).is_some_and(|known_as| !is_optional || turned_on(&known_as))
    })
}

/// The path within the repository, or as it was if it lies elsewhere.
fn from_root(path: &str, root: &str) -> String {
    path.strip_prefix(root).map_or(path, |rest| rest.trim_start_matches('/')).to_owned()
}

fn when(edge: &Value) -> When {
    match edge.get("kind").and_then(Value::as_str) {
        Some("dev") => When::Test,
        Some("build") => When::Build,
        Some(_) | None => When::Run,
    }
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, name: &str) -> Result<String> {
    let found = value.get(name).and_then(Value::as_str);
    Ok(found.with_context(|| format!("cargo metadata has no {name}"))?.to_owned())
}

/// A workspace at `/r` for tests: each of our crates with its edges, and the outsiders they name.
#[cfg(test)]
pub(super) fn example(edges: &[(&str, &str, When)], ours: &[&str]) -> Workspace {
    let names: BTreeSet<&str> =
        edges.iter().flat_map(|(from, to, _)| [*from, *to]).chain(ours.iter().copied()).collect();
    let package = |name: &&str| {
        let edges = || edges.iter().filter(|(from, _, _)| from == name);
        let package = Package {
            name: (*name).to_owned(),
            license: Some("MIT".to_owned()),
            source: (!ours.contains(name)).then(|| "registry+https://example.org".to_owned()),
            direct: edges().map(|(_, to, when)| ((*to).to_owned(), *when)).collect(),
            targets: vec![format!("crates/{name}/src/lib.rs")],
            manifest: format!("crates/{name}/Cargo.toml"),
            reaches: edges().map(|(_, to, when)| ((*to).to_owned(), *when)).collect(),
        };
        ((*name).to_owned(), package)
    };
    let members = ours.iter().map(ToString::to_string).collect();
    Workspace { packages: names.iter().map(package).collect(), members }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_cargo_is_read() {
        let metadata = serde_json::json!({
            "workspace_root": "/r",
            "workspace_members": ["ours"],
            "packages": [
                { "id": "ours", "name": "identity",
                  "manifest_path": "/r/crates/identity/Cargo.toml",
                  "source": null, "license": "Apache-2.0",
                  "targets": [{ "src_path": "/r/crates/identity/src/lib.rs" }],
                  "dependencies": [{ "name": "uuid", "kind": null },
                                   { "name": "proptest", "kind": "dev" }] },
                { "id": "uuid 1", "name": "uuid", "manifest_path": "/c/uuid/Cargo.toml",
                  "source": "registry+x", "license": "MIT", "targets": [], "dependencies": [] },
            ],
            "resolve": { "nodes": [
                { "id": "ours", "deps": [{ "pkg": "uuid 1", "dep_kinds": [{ "kind": null }] }] },
                { "id": "uuid 1", "deps": [] },
            ] },
        });
        let workspace = Workspace::parse(&metadata).unwrap();
        let (id, identity) = workspace.members().next().unwrap();
        assert_eq!(identity.targets, ["crates/identity/src/lib.rs"]);
        assert!(identity.direct.contains(&("proptest".to_owned(), When::Test)));
        assert_eq!(workspace.closure(id).get("uuid"), Some(&"identity"));
        assert_eq!(workspace.built().count(), 2);
    }

    #[test]
    fn an_optional_dependency_counts_once_a_feature_turns_it_on() {
        let manifest = serde_json::json!({
            "dependencies": [{ "name": "ring", "optional": true }, { "name": "std" }],
            "features": { "alloc": ["ring?/alloc"], "ring": ["dep:ring"], "fast": ["ring/fast"] },
        });
        let node = |feature| serde_json::json!({ "features": [feature] });
        assert!(!is_enabled(&manifest, &node("alloc"), "ring"));
        assert!(is_enabled(&manifest, &node("ring"), "ring"));
        assert!(is_enabled(&manifest, &node("fast"), "ring"));
        assert!(is_enabled(&manifest, &node("alloc"), "std"));
    }

    #[test]
    fn what_only_tests_need_is_not_in_the_closure() {
        let edges = [("a", "b", When::Run), ("b", "c", When::Run), ("a", "d", When::Test)];
        let workspace = example(&edges, &["a"]);
        assert_eq!(workspace.closure("a").into_keys().collect::<Vec<_>>(), ["b", "c"]);
    }
}
