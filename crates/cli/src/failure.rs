//! How a command ends: its exit code and its one sentence.

use std::fmt;
use std::io;

use identity::Refusal;

use crate::config::WrongSetting;

/// The command did not do it, because something is broken or out of reach.
pub(crate) const FAILED: u8 = 1;
/// The command was asked the wrong way: an argument, a setting or an input file.
pub(crate) const WRONG: u8 = 2;
/// The command was understood, and the decision was no.
pub(crate) const REFUSED: u8 = 3;

/// An argument or an input file that is wrong.
#[derive(Debug)]
pub(crate) struct WrongInput(pub(crate) String);

impl fmt::Display for WrongInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for WrongInput {}

/// A decision that said no; its code stands in `docs/refusals.md`.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Refusal);

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.0, self.0.code())
    }
}

impl std::error::Error for Refused {}

/// The exit code that an error stands for.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<WrongSetting>() || error.is::<WrongInput>() {
        WRONG
    } else if error.is::<Refused>() {
        REFUSED
    } else {
        FAILED
    }
}

/// Whether whoever read our output has had enough, as `head` has.
pub(crate) fn is_reader_gone(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn context_does_not_change_the_exit_code() {
        let wrong = Err::<(), _>(WrongInput("x".to_owned())).context("reading a file").unwrap_err();
        assert_eq!(exit_code(&wrong), WRONG);
        assert_eq!(exit_code(&anyhow::Error::from(Refused(Refusal::VersionConflict))), REFUSED);
        assert_eq!(exit_code(&anyhow::anyhow!("broken")), FAILED);
    }

    #[test]
    fn a_reader_that_left_is_told_from_a_full_disk() {
        let gone = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("x");
        assert!(is_reader_gone(&gone));
        assert!(!is_reader_gone(&io::Error::from(io::ErrorKind::StorageFull).into()));
    }
}
