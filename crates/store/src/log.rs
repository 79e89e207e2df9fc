//! Pages of a log: the latest first, each beginning before the last entry seen.

use uuid::Uuid;
use webauthn::Timestamp;

use crate::engine::value::Value;
use crate::page::PAGE_MAX;

/// Which part of a log is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRequest {
    /// The last entry seen, by moment and id; none for the latest.
    pub before: Option<(Timestamp, Uuid)>,
    /// Only entries of this moment or later.
    pub since: Option<Timestamp>,
    /// How many entries, at most [`PAGE_MAX`].
    pub limit: u32,
}

/// One page of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<(Timestamp, Uuid)>,
}

impl LogRequest {
    /// The latest entries, so many.
    #[must_use]
    pub fn latest(limit: u32) -> Self {
        Self { before: None, since: None, limit }
    }

    fn limit(&self) -> u32 {
        std::cmp::min(self.limit, PAGE_MAX)
    }

    pub(crate) fn params(&self) -> [Value; 4] {
        let (at, id) = self.before.unwrap_or((Timestamp(i64::MAX), Uuid::max()));
        let since = self.since.unwrap_or(Timestamp(i64::MIN));
        [at.into(), id.into(), since.into(), self.limit().saturating_add(1).into()]
    }
}

impl<T> LogPage<T> {
    /// Cuts what was found, one entry more than asked for, into a page.
    pub(crate) fn cut(
        mut entries: Vec<T>,
        request: &LogRequest,
        place: impl Fn(&T) -> (Timestamp, Uuid),
    ) -> Self {
        let limit = usize::try_from(request.limit()).unwrap_or(usize::MAX);
        let has_more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().map(place).filter(|_| has_more);
        Self { entries, next }
    }
}
