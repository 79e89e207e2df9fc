//! A tree of words, as lines for people or as JSON for programs.

use std::fmt;

use serde_json::{Value, json};
use webauthn::evidence::Findings;

/// A line and those below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tree {
    label: String,
    children: Vec<Self>,
}

impl Tree {
    pub(super) fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), children: Vec::new() }
    }

    /// Adds a line.
    pub(super) fn line(mut self, label: impl Into<String>) -> Self {
        self.children.push(Self::new(label));
        self
    }

    /// Adds a branch.
    pub(super) fn branch(mut self, branch: Self) -> Self {
        self.children.push(branch);
        self
    }

    /// Adds branches, as many as there are.
    pub(super) fn branches(mut self, branches: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(branches);
        self
    }

    /// Adds the facts of findings, a line each.
    pub(super) fn facts(self, findings: &Findings) -> Self {
        let facts = findings.facts().iter();
        self.branches(facts.map(|(name, fact)| Self::new(format!("{name}: {fact}"))))
    }

    pub(super) fn to_json(&self) -> Value {
        if self.children.is_empty() {
            return json!(self.label);
        }
        let children: Vec<_> = self.children.iter().map(Self::to_json).collect();
        json!({ "label": self.label, "children": children })
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let width = depth.saturating_mul(2);
        writeln!(formatter, "{:width$}{}", "", self.label)?;
        self.children.iter().try_for_each(|child| child.write(formatter, depth.saturating_add(1)))
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter, 0)
    }
}
