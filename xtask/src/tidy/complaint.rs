//! What a rule has to say: where, what is wrong, and what to do.

use std::fmt;

/// One complaint, printed as `file:line: what is wrong: what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    file: String,
    line: usize,
    what: String,
}

impl Complaint {
    /// A complaint about one line, counted from 1.
    pub(super) fn new(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into() }
    }

    /// A complaint about a file as a whole.
    pub(super) fn about(file: &str, what: impl Into<String>) -> Self {
        Self::new(file, 1, what)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_reads_as_editors_expect() {
        let complaint = Complaint::new("a/b.rs", 7, "too long: split it");
        assert_eq!(complaint.to_string(), "a/b.rs:7: too long: split it");
    }
}
