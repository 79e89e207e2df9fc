//! `/auditLogs`: who did what, and who signed in how.

mod audit;
mod sign_in;

use axum::response::Response;
use identity::audit::Activity;
use serde_json::Value;

use super::answer::{self, Items};
use super::body::fault;
use super::filter::{self, Clause, Comparison};
use super::query::Query;
use super::{ask, moment, page};
use crate::error::Error;
use crate::operations::organisation;
use crate::operations::page::{Page, PageQuery};
use crate::operations::reports::{self, LogFilter};
use crate::request::Call;

/// Entries of a part when nobody says how many.
const TOP: u32 = 999;

/// What both logs honour.
const OPTIONS: &[&str] = &["top", "filter", "orderby", "skiptoken"];

/// `GET /auditLogs/directoryAudits`.
pub(crate) async fn audits(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    let (filter, part) = wanted(&query, "activityDateTime", audit_clause)?;
    let found = reports::audit(&call.app, call.caller()?, &filter, &part).await?;
    let version = ask::version(&call);
    let items = shown(found, |entry| audit::to_json(entry, version));
    Ok(answer::collection(&call, "auditLogs/directoryAudits", &query, items))
}

/// `GET /auditLogs/signIns`.
pub(crate) async fn sign_ins(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    let (filter, part) = wanted(&query, "createdDateTime", sign_in_clause)?;
    let found = reports::sign_ins(&call.app, call.caller()?, &filter, &part).await?;
    let organisation = organisation::current(&call.app).await?;
    let tenant = organisation.map(|organisation| organisation.id.to_string()).unwrap_or_default();
    let version = ask::version(&call);
    let items = shown(found, |entry| sign_in::to_json(entry, &tenant, version));
    Ok(answer::collection(&call, "auditLogs/signIns", &query, items))
}

fn shown<T>(found: Page<T>, to_json: impl FnMut(&T) -> Value) -> Items {
    Items {
        value: found.items.iter().map(to_json).collect(),
        count: None,
        next: found.next.map(|cursor| cursor.to_string()),
    }
}

/// Reads the options of a log whose moments stand in `moment`.
fn wanted(
    query: &Query,
    moment: &str,
    own: fn(&Clause, &mut LogFilter) -> Result<(), Error>,
) -> Result<(LogFilter, PageQuery), Error> {
    query.only(OPTIONS)?;
    let latest_first = format!("{moment} desc");
    if query.order().is_some_and(|order| !order.eq_ignore_ascii_case(&latest_first)) {
        return Err(fault("$orderby", &format!("sorts by {latest_first} only")));
    }
    let mut wanted = LogFilter::default();
    for clause in query.filter().map(filter::parse).transpose()?.unwrap_or_default() {
        if clause.is(moment, Comparison::AtLeast) {
            wanted.from = Some(moment::parse(clause.text(), "$filter")?);
        } else if clause.is(moment, Comparison::AtMost) {
            // The operation stops before its moment, and ours is finer than Graph's seconds.
            wanted.until = Some(moment::parse(clause.text(), "$filter")?.plus_ms(1));
        } else if clause.is("correlationId", Comparison::Equal) {
            wanted.correlation = Some(read_id(&clause)?);
        } else if clause.is("userId", Comparison::Equal) {
            wanted.user = Some(read_id(&clause)?);
        } else {
            own(&clause, &mut wanted)?;
        }
    }
    let part = PageQuery { top: query.top(TOP)?, after: page::cursor(query)?, with_total: false };
    Ok((wanted, part))
}

fn audit_clause(clause: &Clause, wanted: &mut LogFilter) -> Result<(), Error> {
    let text = clause.text();
    if clause.is("activityDisplayName", Comparison::Equal) {
        let activity = Activity::from_display_name(text);
        let activity =
            activity.ok_or_else(|| clause.unsupported("the name of an activity here"))?;
        wanted.activity = Some(activity);
    } else if clause.is("initiatedBy/user/id", Comparison::Equal) {
        wanted.user = Some(read_id(clause)?);
    } else if clause.is("result", Comparison::Equal) {
        wanted.success = Some(match text.to_ascii_lowercase().as_str() {
            "success" => true,
            "failure" => false,
            _ => return Err(clause.unsupported("'success' or 'failure'")),
        });
    } else {
        return Err(clause.unsupported(
            "ge and le on activityDateTime, eq on correlationId, userId, activityDisplayName \
             and result",
        ));
    }
    Ok(())
}

fn sign_in_clause(clause: &Clause, wanted: &mut LogFilter) -> Result<(), Error> {
    if clause.is("status/errorCode", Comparison::Equal) && clause.text() == "0" {
        wanted.success = Some(true);
        return Ok(());
    }
    Err(clause.unsupported(
        "ge and le on createdDateTime, eq on correlationId and userId, status/errorCode eq 0",
    ))
}

fn read_id<T: std::str::FromStr>(clause: &Clause) -> Result<T, Error> {
    clause.text().parse().map_err(|_| clause.unsupported("an id in quotes"))
}
