//! Where the files are that cases name by path.

use std::path::{Path, PathBuf};

/// Folders to look in, nearest first.
pub(super) struct Files(Vec<PathBuf>);

/// Where recorded cases lie beside a workspace.
const BESIDE: &str = "shared/vectors";

impl Files {
    /// Beside a case, or in a folder above it.
    pub(super) fn beside(case: &Path) -> Self {
        let case = case.canonicalize().unwrap_or_else(|_| case.to_owned());
        let mut folders: Vec<_> = case.ancestors().skip(1).map(Path::to_owned).collect();
        folders.extend(Self::here().0);
        Self(folders)
    }

    /// In the working folder or one above it, or among the cases beside one of those.
    pub(super) fn here() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let above: Vec<_> = here.ancestors().map(Path::to_owned).collect();
        let beside = above.iter().map(|folder| folder.join(BESIDE)).collect::<Vec<_>>();
        Self(above.into_iter().chain(beside).collect())
    }

    /// The text of a file. Absolute paths are taken as they are.
    pub(super) fn read(&self, path: &str) -> Result<String, String> {
        let found = self.0.iter().map(|folder| folder.join(path)).find(|path| path.is_file());
        let found = found.ok_or_else(|| format!("there is no file {path}"))?;
        std::fs::read_to_string(&found).map_err(|error| format!("cannot read {path}: {error}"))
    }
}
