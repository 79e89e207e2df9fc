//! The audit log and the sign-in log, the latest entries first.

use identity::access::{Action, Caller, authorize};
use identity::audit::{Activity, Actor, AuditEntry, AuditTarget, Recorded, SignInEntry};
use identity::{CorrelationId, UserId};
use store::{LogPage, LogRequest, StoreError};
use uuid::Uuid;
use webauthn::Timestamp;

use crate::app::App;
use crate::error::Error;
use crate::operations::page::{Cursor, Page, PageQuery};

/// Pages of the log that one request walks through at most, looking for what was asked; then the
/// answer says where to go on.
const PAGES_MAX: u32 = 100;

/// Which entries are wanted; all conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Of this request.
    pub correlation: Option<CorrelationId>,
    /// By this person or about him.
    pub user: Option<UserId>,
    /// Of this activity; the sign-in log has none.
    pub activity: Option<Activity>,
    /// Successes only, or refusals only.
    pub success: Option<bool>,
    /// At this moment or later.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// One part of the audit log.
///
/// # Errors
/// A refusal without permission.
pub async fn audit(
    app: &App,
    caller: &Caller,
    filter: &LogFilter,
    query: &PageQuery,
) -> Result<Page<AuditEntry>, Error> {
    drop(authorize(caller, Action::ReadLogs)?);
    let (walk, filter) = (Walk::new(filter, query)?, filter.clone());
    app.read_long(move |snapshot| {
        walk.through(
            |request| snapshot.audit(request),
            |entry| {
                let concerned = [actor_id(&entry.actor), target_id(&entry.target)];
                filter.is_met(entry.correlation, &entry.result, &concerned)
                    && filter.activity.is_none_or(|activity| activity == entry.activity)
            },
            |entry| (entry.at, entry.id),
        )
    })
    .await
}

/// One part of the sign-in log.
///
/// # Errors
/// A refusal without permission.
pub async fn sign_ins(
    app: &App,
    caller: &Caller,
    filter: &LogFilter,
    query: &PageQuery,
) -> Result<Page<SignInEntry>, Error> {
    drop(authorize(caller, Action::ReadLogs)?);
    let (walk, filter) = (Walk::new(filter, query)?, filter.clone());
    app.read_long(move |snapshot| {
        walk.through(
            |request| snapshot.sign_ins(request),
            |entry| filter.is_met(entry.correlation, &entry.result, &[entry.user]),
            |entry| (entry.at, entry.id),
        )
    })
    .await
}

impl LogFilter {
    fn is_met(
        &self,
        correlation: CorrelationId,
        result: &Recorded,
        concerned: &[Option<UserId>],
    ) -> bool {
        self.correlation.is_none_or(|wanted| wanted == correlation)
            && self.success.is_none_or(|wanted| wanted == (*result == Recorded::Success))
            && self.user.is_none_or(|wanted| concerned.contains(&Some(wanted)))
    }
}

fn actor_id(actor: &Actor) -> Option<UserId> {
    match actor {
        Actor::User { id, .. } => Some(*id),
        Actor::Application { .. } | Actor::Operator | Actor::Anonymous => None,
    }
}

fn target_id(target: &AuditTarget) -> Option<UserId> {
    match target {
        AuditTarget::User { id, .. } => Some(*id),
        AuditTarget::Group { .. }
        | AuditTarget::Application { .. }
        | AuditTarget::Policy(_)
        | AuditTarget::Organisation => None,
    }
}

/// A walk back through a log.
#[derive(Clone, Copy)]
struct Walk {
    before: Option<(Timestamp, Uuid)>,
    since: Option<Timestamp>,
    top: usize,
}

impl Walk {
    fn new(filter: &LogFilter, query: &PageQuery) -> Result<Self, Error> {
        let place = query.after.as_ref().map(Cursor::moment).transpose()?;
        let until = filter.until.map(|until| (until, Uuid::nil()));
        let before = match (place, until) {
            (Some(place), Some(until)) => Some(std::cmp::min(place, until)),
            (place, until) => place.or(until),
        };
        let top = std::cmp::min(query.top, store::PAGE_MAX);
        Ok(Self { before, since: filter.from, top: usize::try_from(top).unwrap_or_default() })
    }

    fn through<T>(
        self,
        mut read: impl FnMut(&LogRequest) -> Result<LogPage<T>, StoreError>,
        is_wanted: impl Fn(&T) -> bool,
        place: impl Fn(&T) -> (Timestamp, Uuid),
    ) -> Result<Page<T>, StoreError> {
        let mut request =
            LogRequest { before: self.before, since: self.since, limit: store::PAGE_MAX };
        let mut items: Vec<T> = Vec::new();
        for _ in 0..PAGES_MAX {
            let page = read(&request)?;
            for entry in page.entries.into_iter().filter(&is_wanted) {
                if items.len() == self.top {
                    let next = items.last().map(&place).map(Cursor::of_moment);
                    return Ok(Page { items, next, total: None });
                }
                items.push(entry);
            }
            request.before = page.next;
            if request.before.is_none() {
                return Ok(Page { items, next: None, total: None });
            }
        }
        let next = request.before.map(Cursor::of_moment);
        Ok(Page { items, next, total: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log of moments, the latest first, in pages of three.
    fn log(moments: &[i64], request: &LogRequest) -> LogPage<i64> {
        let place = |at: &i64| (Timestamp(*at), Uuid::nil());
        let before = request.before.unwrap_or((Timestamp(i64::MAX), Uuid::max()));
        let since = request.since.unwrap_or(Timestamp(i64::MIN)).0;
        let rest = moments.iter().copied().filter(|at| place(at) < before && *at >= since);
        let mut entries: Vec<i64> = rest.take(4).collect();
        let has_more = entries.len() > 3;
        entries.truncate(3);
        let next = entries.last().map(place).filter(|_| has_more);
        LogPage { entries, next }
    }

    #[test]
    fn filtered_parts_follow_each_other_without_gap_or_repeat() {
        let moments: Vec<i64> = (0..20).rev().collect();
        let mut query = PageQuery { top: 3, ..PageQuery::default() };
        let mut seen = Vec::new();
        loop {
            let walk = Walk::new(&LogFilter::default(), &query).unwrap();
            let part = walk
                .through(
                    |request| Ok(log(&moments, request)),
                    |at| at % 2 == 0,
                    |at| (Timestamp(*at), Uuid::nil()),
                )
                .unwrap();
            seen.extend(part.items);
            let Some(next) = part.next else { break };
            query.after = Some(next);
        }
        assert_eq!(seen, [18, 16, 14, 12, 10, 8, 6, 4, 2, 0]);
    }

    #[test]
    fn a_part_ends_before_the_moment_asked_for() {
        let filter = LogFilter {
            from: Some(Timestamp(2)),
            until: Some(Timestamp(5)),
            ..LogFilter::default()
        };
        let walk = Walk::new(&filter, &PageQuery::default()).unwrap();
        let part = walk
            .through(
                |request| Ok(log(&[9, 5, 4, 3, 2, 1], request)),
                |_| true,
                |at| (Timestamp(*at), Uuid::nil()),
            )
            .unwrap();
        assert_eq!(part.items, [4, 3, 2]);
    }
}
