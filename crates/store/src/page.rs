//! Pages of a list: where one begins, how long it is, where the next one begins.

use uuid::Uuid;

use crate::engine::value::Value;

/// Most items of a page, whatever is asked for.
pub const PAGE_MAX: u32 = 999;

/// The place in a list after which a page begins; stable while others add and delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// What the list is sorted by, of the last item seen.
    pub name: String,
    /// The id of the last item seen.
    pub id: Uuid,
}

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Where it begins; none for the first page.
    pub after: Option<After>,
    /// How many items, at most [`PAGE_MAX`].
    pub limit: u32,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<After>,
}

impl PageRequest {
    /// The first page of this length.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }

    fn limit(&self) -> u32 {
        std::cmp::min(self.limit, PAGE_MAX)
    }

    /// The two values after which the page begins: below all names for the first page.
    pub(crate) fn start(&self) -> Vec<Value> {
        let (name, id) = match &self.after {
            Some(after) => (after.name.clone(), after.id),
            None => (String::new(), Uuid::nil()),
        };
        vec![name.into(), id.into()]
    }

    /// One more than the page holds: whether there is a further page is seen by it.
    pub(crate) fn limit_and_one(&self) -> Value {
        self.limit().saturating_add(1).into()
    }
}

impl<T> Page<T> {
    /// Cuts what was found, one item more than asked for, into a page.
    pub(crate) fn cut(found: Vec<(T, After)>, request: &PageRequest) -> Self {
        let limit = usize::try_from(request.limit()).unwrap_or(usize::MAX);
        let has_more = found.len() > limit;
        let mut items = Vec::with_capacity(found.len());
        let mut last = None;
        for (item, after) in found.into_iter().take(limit) {
            items.push(item);
            last = Some(after);
        }
        Self { items, next: last.filter(|_| has_more) }
    }
}

/// The folded names that begin with a prefix, as a range, which an index can answer.
#[derive(Debug)]
pub(crate) struct NameRange {
    /// The first such name.
    pub(crate) from: String,
    /// Above the last such name.
    pub(crate) to: String,
}

impl NameRange {
    pub(crate) fn of(prefix: &str) -> Self {
        let from = prefix.to_lowercase();
        let to = format!("{from}\u{10FFFF}");
        Self { from, to }
    }
}
