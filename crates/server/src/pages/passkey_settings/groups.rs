//! Groups for the targets of the policy: names and ids that were typed, found among the security
//! groups (S6).

use std::collections::BTreeMap;

use identity::access::Caller;
use identity::directory::{Group, SecurityGroup};
use identity::{GroupId, Refusal};

use super::super::admin::members_count;
use super::super::view::GroupOption;
use super::super::words::GroupNames;
use super::draft::Draft;
use super::fault::{Fault, Place};
use crate::app::App;
use crate::error::Error;
use crate::operations::groups::{self, GroupQuery};
use crate::operations::page::PageQuery;

/// Groups that the field proposes, and that a search finds.
const PROPOSALS: u32 = 100;
/// Search results under a field.
const FOUND: u32 = 20;

/// What was typed, looked up.
#[derive(Default)]
struct Looked {
    found: Vec<GroupId>,
    proposals: Vec<GroupOption>,
    problems: Vec<String>,
}

/// Why the groups are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To go on: whatever is not clear is a fault.
    Preview,
    /// To add groups: a name that is not clear is a search, answered with what it found.
    Edit,
}

/// Moves the groups that were typed into the lists of the draft; what is not clear stays as typed,
/// with its fault and the groups it may mean.
pub(super) async fn take_typed(
    app: &App,
    caller: &Caller,
    draft: &mut Draft,
    purpose: Purpose,
) -> Result<[Vec<GroupOption>; 2], Error> {
    let include = look(app, caller, &draft.include_add).await?;
    let exclude = look(app, caller, &draft.exclude_add).await?;
    if include.problems.is_empty() {
        draft.include_add.clear();
        for group in include.found {
            if draft.include.iter().all(|(known, _)| *known != group) {
                draft.include.push((group, Vec::new()));
            }
        }
    } else {
        draft.faults.extend(include.fault(Place::IncludeAdd, purpose));
    }
    if exclude.problems.is_empty() {
        draft.exclude_add.clear();
        for group in exclude.found {
            if !draft.exclude.contains(&group) {
                draft.exclude.push(group);
            }
        }
    } else {
        draft.faults.extend(exclude.fault(Place::ExcludeAdd, purpose));
    }
    Ok([include.proposals, exclude.proposals])
}

impl Looked {
    fn fault(&self, place: Place, purpose: Purpose) -> Option<Fault> {
        let is_search = purpose == Purpose::Edit && !self.proposals.is_empty();
        let text = format!("groups: {}", self.problems.join("; "));
        (!is_search).then(|| Fault::new(place, text))
    }
}

async fn look(app: &App, caller: &Caller, typed: &str) -> Result<Looked, Error> {
    let mut looked = Looked::default();
    for text in typed.lines().map(str::trim).filter(|text| !text.is_empty()) {
        match text.parse::<GroupId>() {
            Ok(id) => by_id(app, caller, id, &mut looked).await?,
            Err(_) => by_name(app, caller, text, &mut looked).await?,
        }
    }
    Ok(looked)
}

async fn by_id(app: &App, caller: &Caller, id: GroupId, looked: &mut Looked) -> Result<(), Error> {
    match groups::get(app, caller, id).await {
        Ok(group) if group.security == SecurityGroup::Yes => looked.found.push(id),
        Ok(group) => looked.problems.push(format!(
            "{} is not a security group, and only those can be targets",
            group.display_name
        )),
        Err(Error::Refused(Refusal::NotFound { .. })) => {
            looked.problems.push(format!("there is no group {id}"));
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

async fn by_name(app: &App, caller: &Caller, name: &str, looked: &mut Looked) -> Result<(), Error> {
    let found = search(app, caller, name, FOUND).await?;
    let folded = name.to_lowercase();
    let mut same = found.iter().filter(|group| group.display_name.folded() == folded);
    match (same.next(), same.next()) {
        (Some(group), None) => looked.found.push(group.id),
        (Some(_), Some(_)) => {
            looked.problems.push(format!("several groups are called {name}: tick the one meant"));
            looked.proposals.extend(found.iter().map(option));
        }
        (None, _) if found.is_empty() => {
            looked.problems.push(format!("no security group begins with {name}"));
        }
        (None, _) => {
            looked.problems.push(format!("no security group is called {name}: tick the one meant"));
            looked.proposals.extend(found.iter().map(option));
        }
    }
    Ok(())
}

/// Security groups whose name begins so.
async fn search(app: &App, caller: &Caller, name: &str, top: u32) -> Result<Vec<Group>, Error> {
    let query = GroupQuery {
        search: (!name.is_empty()).then(|| name.to_owned()),
        security: Some(true),
        page: PageQuery { top, ..PageQuery::default() },
    };
    Ok(groups::page(app, caller, &query).await?.items)
}

fn option(group: &Group) -> GroupOption {
    GroupOption { id: group.id.to_string(), name: group.display_name.as_str().to_owned() }
}

/// Security groups to propose while typing.
pub(super) async fn proposals(app: &App, caller: &Caller) -> Result<Vec<GroupOption>, Error> {
    Ok(search(app, caller, "", PROPOSALS).await?.iter().map(option).collect())
}

/// Names and numbers of direct members of these groups; one that is gone has neither.
pub(super) async fn described(
    app: &App,
    caller: &Caller,
    ids: impl Iterator<Item = GroupId>,
) -> Result<(GroupNames, BTreeMap<GroupId, u64>), Error> {
    let (mut names, mut members) = (GroupNames::new(), BTreeMap::new());
    for id in ids {
        match groups::get(app, caller, id).await {
            Ok(group) => {
                members.insert(id, members_count(app, caller, &group).await?);
                names.insert(id, group.display_name.as_str().to_owned());
            }
            Err(Error::Refused(Refusal::NotFound { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((names, members))
}
