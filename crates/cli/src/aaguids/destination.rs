//! Where a report goes: standard output, or a file that appears when the report is complete.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Somewhere to write to.
#[derive(Debug)]
pub(super) enum Destination {
    /// What the command prints.
    Output(BufWriter<io::Stdout>),
    /// A file, written beside its place and moved there at the end.
    File { file: BufWriter<File>, partial: PathBuf, path: PathBuf },
}

impl Destination {
    /// A file at `path`, or standard output.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Output(BufWriter::new(io::stdout()))) };
        let mut name = OsString::from(path);
        name.push(".partial");
        let partial = PathBuf::from(name);
        let file = File::create(&partial)
            .with_context(|| format!("cannot write to {}", path.display()))?;
        Ok(Self::File { file: BufWriter::new(file), partial, path: path.to_owned() })
    }

    /// Writes text.
    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        match self {
            Self::Output(out) => out.write_all(text.as_bytes()),
            Self::File { file, .. } => file.write_all(text.as_bytes()),
        }
    }

    /// Completes the report.
    pub(super) fn finish(mut self) -> Result<()> {
        match &mut self {
            Self::Output(out) => out.flush().context("cannot write to standard output"),
            Self::File { file, partial, path } => {
                let finished = file
                    .flush()
                    .and_then(|()| file.get_ref().sync_all())
                    .and_then(|()| fs::rename(&*partial, &*path));
                finished.with_context(|| format!("cannot write to {}", path.display()))
            }
        }
    }
}

impl Drop for Destination {
    /// An incomplete report leaves nothing behind; a complete one has been moved away.
    fn drop(&mut self) {
        if let Self::File { partial, .. } = self {
            drop(fs::remove_file(partial));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S141
    #[test]
    fn a_second_report_replaces_the_first_and_a_broken_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        for _ in 0..2 {
            let mut destination = Destination::open(Some(&path)).unwrap();
            destination.write("a,b\r\n").unwrap();
            destination.finish().unwrap();
        }
        let mut broken = Destination::open(Some(&path)).unwrap();
        broken.write("half").unwrap();
        drop(broken);
        assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\r\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
