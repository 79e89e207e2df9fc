//! What an engine can answer instead of rows, sorted by what to do about it.

use crate::error::StoreError;

/// Why a statement failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Two transactions were in each other's way; the same work may succeed the next time.
    Retry,
    /// A row that another one needs is gone, or still needed.
    ForeignKey,
    /// Such a row exists already.
    Unique,
    /// The engine is gone, full, locked or failing.
    Unavailable(String),
    /// The statement itself is wrong.
    Misuse(String),
    /// The caller's own function refused a row.
    Caller(StoreError),
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Retry => Self::Contended,
            Fault::ForeignKey => Self::misuse("a row that another one needs is missing"),
            Fault::Unique => Self::misuse("such a row exists already"),
            Fault::Unavailable(reason) => Self::Unavailable { reason },
            Fault::Misuse(reason) => Self::Misuse { reason },
            Fault::Caller(error) => error,
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Caller(error)
    }
}
