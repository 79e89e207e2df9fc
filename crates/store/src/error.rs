//! What can be broken in the store: an error here is a broken part, never a refusal.

use std::fmt;

/// A broken part. Look-ups give `Option`, so "not found" is not among these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Another transaction was in the way more often than we care to try again.
    Contended,
    /// The database cannot be reached, is full, locked or failing. Nothing was written, unless the
    /// connection broke in the very moment of a commit: then nobody knows, and guards tell the
    /// next attempt.
    Unavailable {
        /// What the engine said, for the log.
        reason: String,
    },
    /// A row holds what no version of this program writes.
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column, or the body, that could not be read.
        column: &'static str,
        /// The first column of the row, which names it.
        id: String,
    },
    /// The caller, or this crate, asked for something that cannot be: a bug or a wrong setting.
    Misuse {
        /// What was wrong.
        reason: String,
    },
}

impl StoreError {
    /// The engine is out of reach, full or failing.
    pub(crate) fn unavailable(reason: impl fmt::Display) -> Self {
        Self::Unavailable { reason: reason.to_string() }
    }

    /// A bug or a wrong setting.
    pub(crate) fn misuse(reason: impl fmt::Display) -> Self {
        Self::Misuse { reason: reason.to_string() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contended => formatter.write_str("the database is too contended: try again"),
            Self::Unavailable { reason } => {
                write!(formatter, "the database is unavailable: {reason}")
            }
            Self::Corrupt { table, column, id } => {
                write!(formatter, "row {id} of table {table} is corrupt in column {column}")
            }
            Self::Misuse { reason } => write!(formatter, "the store was misused: {reason}"),
        }
    }
}

impl std::error::Error for StoreError {}
