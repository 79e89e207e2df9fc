//! The options behind the question mark: which parts of an answer a client wants.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::body::fault;
use super::spelling::percent_decode;
use crate::error::Error;

/// The options of OData, without their `$`, which clients may leave out.
const SYSTEM: [&str; 10] = [
    "select",
    "top",
    "skip",
    "skiptoken",
    "filter",
    "orderby",
    "search",
    "count",
    "expand",
    "format",
];

/// Most items of a page.
const TOP_MAX: u32 = 999;

/// What stands behind the question mark, read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// OData's options by their name without `$`.
    system: Vec<(&'static str, String)>,
    /// Ours, and those that nobody asks for.
    custom: Vec<(String, String)>,
    /// Whether the client asked for eventual consistency, as the real service demands for counts.
    is_eventual: bool,
}

impl Query {
    /// Reads the options.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for an unknown option with `$`, one that stands twice, or broken
    /// encoding.
    pub(crate) fn parse(query: Option<&str>, headers: &HeaderMap) -> Result<Self, Error> {
        let level = headers.get("consistencylevel").and_then(|value| value.to_str().ok());
        let mut parsed = Self {
            is_eventual: level.is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
            ..Self::default()
        };
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent_decode(&name.replace('+', " "))?;
            let value = percent_decode(&value.replace('+', " "))?;
            let bare = name.strip_prefix('$').unwrap_or(&name);
            let known = SYSTEM.into_iter().find(|system| system.eq_ignore_ascii_case(bare));
            match known {
                Some(system) if parsed.system(system).is_some() => {
                    return Err(fault(format!("${system}"), "stands twice: send it once"));
                }
                Some(system) => parsed.system.push((system, value)),
                None if name.starts_with('$') => {
                    return Err(fault(name, "is no query option here: remove it"));
                }
                None => parsed.custom.push((name, value)),
            }
        }
        Ok(parsed)
    }

    fn system(&self, name: &str) -> Option<&str> {
        self.system.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Refuses the options of OData that an address does not honour, so that nobody mistakes the
    /// whole for a part of it.
    ///
    /// # Errors
    /// [`Error::BadRequest`] that names the option.
    pub(crate) fn only(&self, honoured: &[&str]) -> Result<(), Error> {
        match self.system.iter().find(|(name, _)| !honoured.contains(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let problem = match honoured {
                    [] => "is not supported here: remove it".to_owned(),
                    _ => format!("is not supported here: use ${}", honoured.join(", $")),
                };
                Err(fault(format!("${name}"), &problem))
            }
        }
    }

    /// The value of `$filter`.
    pub(crate) fn filter(&self) -> Option<&str> {
        self.system("filter")
    }

    /// The value of `$orderby`.
    pub(crate) fn order(&self) -> Option<&str> {
        self.system("orderby").map(str::trim)
    }

    /// The value of `$format`.
    pub(crate) fn format(&self) -> Option<&str> {
        self.system("format")
    }

    /// The value of `$skiptoken`.
    pub(crate) fn skip_token(&self) -> Option<&str> {
        self.system("skiptoken")
    }

    /// How many items a page shall have; `default` if nobody said.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if it is no number from 1 to 999.
    pub(crate) fn top(&self, default: u32) -> Result<u32, Error> {
        let Some(text) = self.system("top") else {
            return Ok(default);
        };
        let number: Option<u32> = text.trim().parse().ok();
        number.filter(|number| (1..=TOP_MAX).contains(number)).ok_or_else(|| {
            fault("$top", &format!("{text:?} is not a whole number from 1 to {TOP_MAX}"))
        })
    }

    /// Whether the total shall stand beside the first page. Without the header that the real
    /// service demands, the option is silently ignored, as there.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if it is neither true nor false.
    pub(crate) fn count(&self) -> Result<bool, Error> {
        let wanted = self.truth("count", "$count")?;
        Ok(wanted && self.is_eventual && self.skip_token().is_none())
    }

    /// Whether a part of a list is asked for rather than its summary.
    pub(crate) fn is_paged(&self) -> bool {
        self.system("top").is_some() || self.skip_token().is_some()
    }

    /// Demands the header without which the real service does not search or count.
    ///
    /// # Errors
    /// [`Error::BadRequest`] that names the header.
    pub(crate) fn demand_eventual(&self, what: &str) -> Result<(), Error> {
        if self.is_eventual {
            return Ok(());
        }
        Err(fault(what, "is not currently supported: send the header ConsistencyLevel: eventual"))
    }

    /// What `$search` asks for: clauses such as `"displayName:ana"`, of which we take one.
    ///
    /// # Errors
    /// [`Error::BadRequest`] without the header, or for more than one clause.
    pub(crate) fn search(&self) -> Result<Option<(String, String)>, Error> {
        let Some(text) = self.system("search") else {
            return Ok(None);
        };
        self.demand_eventual("$search")?;
        let clause = text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let parts = clause.filter(|clause| !clause.contains('"')).and_then(|c| c.split_once(':'));
        let Some((property, text)) = parts else {
            let problem = "takes one clause in double quotes, such as \"displayName:ana\"";
            return Err(fault("$search", problem));
        };
        Ok(Some((property.trim().to_owned(), text.trim().to_owned())))
    }

    /// The properties that `$expand` names.
    pub(crate) fn expand(&self) -> Vec<&str> {
        names(self.system("expand").unwrap_or_default())
    }

    /// An option of ours that is true or false.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if it is neither.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Error> {
        let value = self.custom(name);
        truth(name, value)
    }

    fn truth(&self, name: &str, shown: &str) -> Result<bool, Error> {
        truth(shown, self.system(name))
    }

    /// An option of ours.
    pub(crate) fn custom(&self, name: &str) -> Option<&str> {
        let found = self.custom.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Cuts an entity down to what `$select` names, or to `default`; `id` stays in any case.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if a property is selected that the entity does not have.
    pub(crate) fn select(&self, entity: Value, default: &[&str]) -> Result<Value, Error> {
        let Value::Object(members) = entity else {
            return Ok(entity);
        };
        let chosen: Vec<&str> = match self.system("select") {
            None => default.to_vec(),
            Some(list) => names(list),
        };
        if chosen.is_empty() || chosen.contains(&"*") {
            return Ok(Value::Object(members));
        }
        let missing = chosen.iter().find(|name| !members.keys().any(|key| same(key, name)));
        if let Some(name) = missing {
            return Err(fault("$select", &format!("there is no property {name} here: remove it")));
        }
        let stays = |key: &str| {
            key == "id" || key.starts_with("@odata.") || chosen.iter().any(|name| same(key, name))
        };
        let kept: Map<String, Value> = members.into_iter().filter(|(key, _)| stays(key)).collect();
        Ok(Value::Object(kept))
    }

    /// The query of the next page: the same options with another token.
    pub(crate) fn next(&self, token: &str) -> String {
        let encode = super::spelling::percent_encode;
        let mut options: Vec<String> = self
            .system
            .iter()
            .filter(|(name, _)| *name != "skiptoken")
            .map(|(name, value)| format!("${name}={}", encode(value)))
            .collect();
        let custom =
            self.custom.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        options.extend(custom);
        options.push(format!("$skiptoken={}", encode(token)));
        options.join("&")
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn names(list: &str) -> Vec<&str> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}

fn truth(name: &str, value: Option<&str>) -> Result<bool, Error> {
    match value {
        None => Ok(false),
        Some(text) if same(text, "true") => Ok(true),
        Some(text) if same(text, "false") => Ok(false),
        Some(text) => Err(fault(name, &format!("{text:?} is neither true nor false"))),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(Some(text), &HeaderMap::new()).unwrap()
    }

    fn eventual(text: &str) -> Query {
        let mut headers = HeaderMap::new();
        headers.insert("ConsistencyLevel", HeaderValue::from_static("eventual"));
        Query::parse(Some(text), &headers).unwrap()
    }

    #[test]
    fn options_are_read_with_and_without_their_dollar() {
        for text in ["$top=5&$select=id", "top=5&select=id", "%24top=5&%24select=id", "$TOP=5"] {
            assert_eq!(query(text).top(100).unwrap(), 5, "{text}");
        }
        assert_eq!(query("").top(100).unwrap(), 100);
        assert_eq!(query("$filter=a+eq+'b%2Bc'").filter(), Some("a eq 'b+c'"));
    }

    #[test]
    fn unknown_options_and_odd_values_are_refused() {
        for text in ["$apply=x", "$top=1&$top=2", "$top=1&top=2", "$top=%zz"] {
            assert!(Query::parse(Some(text), &HeaderMap::new()).is_err(), "{text}");
        }
        for top in ["0", "1000", "-1", "a", ""] {
            assert!(query(&format!("$top={top}")).top(100).is_err(), "{top}");
        }
        assert!(query("$count=maybe").count().is_err());
        assert!(query("$skip=3").only(&["top"]).is_err());
        assert!(query("x=1").only(&[]).is_ok());
        assert!(query("confirm=yes").flag("confirm").is_err());
        assert!(query("confirm=True").flag("confirm").unwrap());
    }

    #[test]
    fn counting_and_searching_need_the_header() {
        assert!(!query("$count=true").count().unwrap());
        assert!(eventual("$count=true").count().unwrap());
        assert!(!eventual("$count=true&$skiptoken=x").count().unwrap());
        assert!(query("$search=\"displayName:ana\"").search().is_err());
        let found = eventual("$search=\"displayName:ana\"").search().unwrap();
        assert_eq!(found, Some(("displayName".to_owned(), "ana".to_owned())));
        for text in ["displayName:ana", "\"ana\"", "\"a:b\" AND \"c:d\""] {
            assert!(eventual(&format!("$search={text}")).search().is_err(), "{text}");
        }
    }

    #[test]
    fn a_selection_keeps_the_id_and_refuses_what_is_not_there() {
        let user = json!({ "id": "1", "displayName": "Ana", "mail": null });
        let select = |text: &str, default: &[&str]| query(text).select(user.clone(), default);
        assert_eq!(select("", &["mail"]).unwrap(), json!({ "id": "1", "mail": null }));
        let chosen = select("$select=DisplayName", &["mail"]).unwrap();
        assert_eq!(chosen, json!({ "id": "1", "displayName": "Ana" }));
        assert_eq!(select("$select=*", &[]).unwrap(), user);
        assert!(select("$select=password", &[]).is_err());
    }

    #[test]
    fn the_next_page_repeats_the_options() {
        let next = query("$top=2&$filter=a eq 'b'&$skiptoken=old&x=1").next("new");
        assert_eq!(next, "$top=2&$filter=a%20eq%20%27b%27&x=1&$skiptoken=new");
    }
}
