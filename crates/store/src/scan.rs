//! Reading a whole table to see whether each of its rows can be read.

use crate::engine::value::Row;
use crate::error::StoreError;
use crate::tx::Snapshot;

/// Most problems that are told apart; more of them say nothing new.
const PROBLEMS_MAX: usize = 100;

/// What a check of the data found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// How many rows each table holds.
    pub rows: Vec<(&'static str, u64)>,
    /// What is wrong, at most a hundred; empty if all is well.
    pub problems: Vec<String>,
}

impl CheckReport {
    /// Reads every row that `sql` gives; a row that cannot be read is a problem.
    pub(crate) fn scan(
        &mut self,
        snapshot: &mut Snapshot<'_>,
        table: &'static str,
        sql: &str,
        mut read: impl FnMut(&mut Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut count = 0_u64;
        snapshot.each(sql, &[], |row| {
            count = count.saturating_add(1);
            match read(row) {
                Ok(()) => Ok(()),
                Err(error @ StoreError::Corrupt { .. }) => {
                    self.add(error.to_string());
                    Ok(())
                }
                Err(
                    error @ (StoreError::Contended
                    | StoreError::Unavailable { .. }
                    | StoreError::Misuse { .. }),
                ) => Err(error),
            }
        })?;
        self.rows.push((table, count));
        Ok(())
    }

    /// Notes a problem.
    pub(crate) fn add(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}
