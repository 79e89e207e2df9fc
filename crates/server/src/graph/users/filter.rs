//! Which users a list holds: options of OData brought to what the directory can find by an index.

use identity::access::Caller;
use identity::directory::{User, UserKind};

use crate::app::App;
use crate::error::Error;
use crate::graph::body::fault;
use crate::graph::filter::{self, Clause, Comparison};
use crate::graph::page;
use crate::graph::query::Query;
use crate::operations::page::Page;
use crate::operations::users::{self, UserQuery, UserRef};

const SUPPORTED: &str = "eq or startswith on userPrincipalName and displayName, eq on id, \
     accountEnabled and userType, joined by and";

/// The users that are wanted.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    query: UserQuery,
    /// One user only, who must fit the rest too.
    id: Option<UserRef>,
    /// This display name exactly; the query has it as a prefix.
    display_name: Option<String>,
}

/// Reads `$filter`, `$search`, `$orderby` and paging.
///
/// # Errors
/// [`Error::BadRequest`] that names the option and what is supported.
pub(crate) fn wanted(query: &Query) -> Result<Wanted, Error> {
    let part = page::of(query)?;
    let mut wanted = Wanted {
        query: UserQuery {
            top: part.top,
            after: part.after,
            with_total: part.with_total,
            ..UserQuery::default()
        },
        ..Wanted::default()
    };
    for clause in query.filter().map(filter::parse).transpose()?.unwrap_or_default() {
        wanted.narrow(&clause)?;
    }
    if let Some((property, text)) = query.search()? {
        wanted.search(&property, text)?;
    }
    wanted.order(query.order())?;
    Ok(wanted)
}

impl Wanted {
    fn narrow(&mut self, clause: &Clause) -> Result<(), Error> {
        let text = clause.text().to_owned();
        if clause.is("userPrincipalName", Comparison::Equal) {
            self.name_is_free(clause)?;
            self.query.upn = Some(text);
        } else if clause.is("userPrincipalName", Comparison::StartsWith) {
            self.name_is_free(clause)?;
            self.query.upn_prefix = Some(text);
        } else if clause.is("displayName", Comparison::StartsWith) {
            self.name_is_free(clause)?;
            self.query.name_prefix = Some(text);
        } else if clause.is("displayName", Comparison::Equal) {
            self.name_is_free(clause)?;
            self.query.name_prefix = Some(text.clone());
            self.display_name = Some(text.to_lowercase());
        } else if clause.is("id", Comparison::Equal) {
            self.name_is_free(clause)?;
            // What is no id names nobody, and so does the empty sign-in name.
            let user = text.parse().map_or_else(|_| UserRef::Upn(String::new()), UserRef::Id);
            self.id = Some(user);
        } else if clause.is("accountEnabled", Comparison::Equal) {
            self.query.enabled = Some(clause.truth()?);
        } else if clause.is("userType", Comparison::Equal) {
            self.query.kind = Some(kind(clause)?);
        } else {
            return Err(clause.unsupported(SUPPORTED));
        }
        Ok(())
    }

    /// One name only: the index is sorted by one.
    fn name_is_free(&self, clause: &Clause) -> Result<(), Error> {
        let query = &self.query;
        let is_taken = query.upn.is_some()
            || query.upn_prefix.is_some()
            || query.name_prefix.is_some()
            || self.id.is_some();
        if is_taken {
            return Err(clause.unsupported("one comparison of id, name or sign-in name at a time"));
        }
        Ok(())
    }

    fn search(&mut self, property: &str, text: String) -> Result<(), Error> {
        let query = &mut self.query;
        if query.upn.is_some()
            || query.upn_prefix.is_some()
            || query.name_prefix.is_some()
            || self.id.is_some()
        {
            return Err(fault(
                "$search",
                "cannot stand beside a $filter on names: use one of them",
            ));
        }
        if property.eq_ignore_ascii_case("displayName") {
            query.name_prefix = Some(text);
        } else if property.eq_ignore_ascii_case("userPrincipalName") {
            query.upn_prefix = Some(text);
        } else {
            let problem = "searches displayName or userPrincipalName only";
            return Err(fault("$search", problem));
        }
        Ok(())
    }

    fn order(&mut self, order: Option<&str>) -> Result<(), Error> {
        let Some(order) = order else {
            return Ok(());
        };
        let property = order.strip_suffix(" asc").unwrap_or(order).trim();
        let query = &mut self.query;
        if property.eq_ignore_ascii_case("displayName") && query.upn_prefix.is_none() {
            return Ok(());
        }
        if property.eq_ignore_ascii_case("userPrincipalName") && query.name_prefix.is_none() {
            query.upn_prefix.get_or_insert_default();
            return Ok(());
        }
        let problem = "sorts by displayName or userPrincipalName, and by the one that $filter or \
                       $search compares";
        Err(fault("$orderby", problem))
    }

    /// Finds the users.
    ///
    /// # Errors
    /// A refusal without permission.
    pub(crate) async fn find(&self, app: &App, caller: &Caller) -> Result<Page<User>, Error> {
        if let Some(id) = &self.id {
            let found = match users::get(app, caller, id).await {
                Ok(user) if self.fits(&user) => vec![user],
                Ok(_) => Vec::new(),
                Err(Error::Refused(identity::Refusal::NotFound { .. })) => Vec::new(),
                Err(other) => return Err(other),
            };
            let total = u64::try_from(found.len()).ok();
            return Ok(Page { items: found, next: None, total });
        }
        let mut page = users::page(app, caller, &self.query).await?;
        if self.display_name.is_some() {
            page.items.retain(|user| self.fits(user));
            // The directory counted a prefix. What fits whole is known once the list is.
            let is_whole = page.next.is_none() && self.query.after.is_none();
            page.total = u64::try_from(page.items.len()).ok().filter(|_| is_whole);
        }
        Ok(page)
    }

    /// Counts the users.
    ///
    /// # Errors
    /// A refusal without permission, or a list that cannot be counted without reading it.
    pub(crate) async fn count(mut self, app: &App, caller: &Caller) -> Result<u64, Error> {
        self.query.with_total = true;
        self.query.top = store::PAGE_MAX;
        let page = self.find(app, caller).await?;
        page.total.ok_or_else(|| {
            fault("$filter", "cannot be counted: compare displayName by startswith instead")
        })
    }

    fn fits(&self, user: &User) -> bool {
        let is_enabled = user.state == identity::directory::AccountState::Enabled;
        self.query.enabled.is_none_or(|enabled| enabled == is_enabled)
            && self.query.kind.is_none_or(|kind| kind == user.kind)
            && self.display_name.as_ref().is_none_or(|name| *name == user.display_name.folded())
    }
}

fn kind(clause: &Clause) -> Result<UserKind, Error> {
    let text = clause.text();
    if text.eq_ignore_ascii_case("Member") {
        Ok(UserKind::Member)
    } else if text.eq_ignore_ascii_case("Guest") {
        Ok(UserKind::Guest)
    } else {
        Err(clause.unsupported("'Member' or 'Guest'"))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::*;

    fn wanted_by(query: &str) -> Result<Wanted, Error> {
        let mut headers = HeaderMap::new();
        headers.insert("ConsistencyLevel", HeaderValue::from_static("eventual"));
        wanted(&Query::parse(Some(query), &headers)?)
    }

    #[test]
    fn filters_become_what_the_directory_finds() {
        let wanted =
            wanted_by("$filter=startswith(userPrincipalName,'a') and accountEnabled eq false");
        let query = wanted.unwrap().query;
        assert_eq!((query.upn_prefix.as_deref(), query.enabled), (Some("a"), Some(false)));
        let query = wanted_by("$search=\"displayName:an\"&$top=5").unwrap().query;
        assert_eq!((query.name_prefix.as_deref(), query.top), (Some("an"), 5));
        let query = wanted_by("$orderby=userPrincipalName").unwrap().query;
        assert_eq!(query.upn_prefix.as_deref(), Some(""));
        let query =
            wanted_by("$filter=userType eq 'guest'&$orderby=displayName asc").unwrap().query;
        assert_eq!(query.kind, Some(UserKind::Guest));
    }

    #[test]
    fn what_no_index_answers_is_refused_by_its_option() {
        for (option, query) in [
            ("$filter", "$filter=department eq 'x'"),
            ("$filter", "$filter=accountEnabled eq 'true'"),
            ("$filter", "$filter=startswith(id,'a')"),
            ("$filter", "$filter=displayName eq 'a' and userPrincipalName eq 'b'"),
            ("$filter", "$filter=userType eq 'robot'"),
            ("$search", "$search=\"mail:a\""),
            ("$search", "$search=\"displayName:a\"&$filter=displayName eq 'a'"),
            ("$orderby", "$orderby=displayName desc"),
            ("$orderby", "$orderby=mail"),
            ("$orderby", "$orderby=userPrincipalName&$filter=startswith(displayName,'a')"),
        ] {
            match wanted_by(query) {
                Err(Error::BadRequest { property: Some(property), .. }) => {
                    assert_eq!(property, option, "{query}");
                }
                other => panic!("{query}: {other:?}"),
            }
        }
    }
}
