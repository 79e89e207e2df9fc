//! Which part of a list a client asks for.

use super::body::fault;
use super::query::Query;
use crate::error::Error;
use crate::operations::page::{Cursor, PageQuery};

/// Items of a page when nobody says how many.
const TOP: u32 = 100;

/// The options of a query that say which part.
///
/// # Errors
/// [`Error::BadRequest`] for a size out of range or a token that is not ours.
pub(crate) fn of(query: &Query) -> Result<PageQuery, Error> {
    Ok(PageQuery { top: query.top(TOP)?, after: cursor(query)?, with_total: query.count()? })
}

/// The place where the part begins.
///
/// # Errors
/// [`Error::BadRequest`] for a token that is not ours.
pub(crate) fn cursor(query: &Query) -> Result<Option<Cursor>, Error> {
    let parsed = query.skip_token().map(Cursor::parse).transpose();
    parsed.map_err(|_| {
        fault("$skiptoken", "is not a token of this list: follow @odata.nextLink as it was sent")
    })
}
