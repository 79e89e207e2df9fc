//! The files of the repository, as the rules see them: paths and texts.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::steps::quietly;

/// Every file that git knows or would add, by its path from the root; `None` if it is not text.
pub(super) struct Tree {
    files: BTreeMap<String, Option<String>>,
}

impl Tree {
    /// Reads the working tree, so that a file is judged before it is committed.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = quietly(git.current_dir(root))?;
        let mut files = BTreeMap::new();
        for path in listed.split('\0').filter(|path| root.join(path).is_file()) {
            let bytes =
                std::fs::read(root.join(path)).with_context(|| format!("cannot read {path}"))?;
            files.insert(path.to_owned(), String::from_utf8(bytes).ok());
        }
        Ok(Self { files })
    }

    /// A small tree for a test.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), Some((*text).to_owned()));
        Self { files: files.iter().map(owned).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// The text of one file, if it is there and is text.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Every text file in the order of their paths.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// The text files whose name ends in one of these, such as `rs`.
    pub(super) fn with_extension(&self, extensions: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| {
            path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
        })
    }

    /// Whether there is such a file, or a folder with something in it.
    pub(super) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty()
            || self.files.contains_key(path)
            || self
                .files
                .range(folder.clone()..)
                .next()
                .is_some_and(|(p, _)| p.starts_with(&folder))
    }
}

/// The lines of a Rust file that are not comments, with their numbers from 1.
pub(super) fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_if_a_file_lies_in_it() {
        let tree = Tree::of(&[("docs/adr/0001-one.md", ""), ("docs/adr.md", "")]);
        assert!(tree.has("docs/adr"));
        assert!(tree.has("docs/adr/"));
        assert!(tree.has("docs/adr/0001-one.md"));
        assert!(!tree.has("docs/ad"));
        assert!(!tree.has("docs/adr/0002-two.md"));
    }

    #[test]
    fn comments_are_not_code() {
        let lines: Vec<_> = code_lines("//! a\nuse b;\n  // c\nd();").collect();
        assert_eq!(lines, [(2, "use b;"), (4, "d();")]);
    }
}
