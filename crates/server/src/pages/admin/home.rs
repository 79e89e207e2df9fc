//! The first page of the admin center: numbers, the policy in plain words, what happened lately.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::access::{Action, Caller, authorize};
use identity::policy::{Fido2Configuration, MethodState, SelfService};

use super::super::passkey_settings::{described_groups, profile_sentences};
use super::super::view::{AdminHome, Area, Count, LogRow};
use super::super::words::{GroupNames, target_name};
use super::super::{answer, frame, inside};
use super::{entries, groups};
use crate::app::App;
use crate::error::Error;
use crate::operations::page::PageQuery;
use crate::operations::reports::{self, LogFilter};
use crate::operations::users::{self, UserQuery};
use crate::request::Call;
use crate::route::Route;

/// Entries shown of what happened lately.
const RECENT: u32 = 5;

/// The route.
pub(super) fn routes() -> Vec<Route> {
    vec![inside(Method::GET, "/admin", show)]
}

/// `GET /admin`.
async fn show(call: Call) -> Result<Response, Error> {
    let caller = call.caller()?;
    let frame = frame::signed_in(&call).await?;
    if frame.person.as_ref().is_none_or(|person| person.areas.is_empty()) {
        // Whoever may see nothing of it is told which roles would do.
        drop(authorize(caller, Action::ReadMethodsPolicy)?);
    }
    let page = AdminHome {
        frame,
        counts: counts(&call.app, caller).await?,
        policy: policy(&call.app, caller).await?,
        recent: recent(&call.app, caller).await?,
    };
    answer::html(StatusCode::OK, &page)
}

async fn counts(app: &App, caller: &Caller) -> Result<Vec<Count>, Error> {
    let count = |value: u64, (one, many): (&str, &str), href: &str| Count {
        value: value.to_string(),
        label: if value == 1 { one.to_owned() } else { many.to_owned() },
        href: href.to_owned(),
    };
    if frame::may(caller, Area::Authenticators) {
        let totals = reports::totals(app, caller).await?;
        let with = totals.users.saturating_sub(totals.people_without);
        return Ok(vec![
            count(totals.users, ("person", "people"), "/admin/users"),
            count(with, ("has a passkey", "have a passkey"), "/admin/authenticators"),
            count(totals.people_without, ("has none", "have none"), "/admin/users"),
            count(totals.passkeys, ("passkey", "passkeys"), "/admin/authenticators"),
        ]);
    }
    if frame::may(caller, Area::People) {
        let query = UserQuery { top: 1, with_total: true, ..UserQuery::default() };
        let people = users::page(app, caller, &query).await?.total.unwrap_or_default();
        return Ok(vec![count(people, ("person", "people"), "/admin/users")]);
    }
    Ok(Vec::new())
}

/// The passkey policy, one sentence each; for whoever may read it.
async fn policy(app: &App, caller: &Caller) -> Result<Vec<String>, Error> {
    let Some(policy) = groups::policy_of(app, caller).await? else { return Ok(Vec::new()) };
    if policy.state == MethodState::Disabled {
        return Ok(vec!["Passkeys are off: nobody can register or use one.".to_owned()]);
    }
    let names = described_groups(app, caller, policy.named_groups().into_iter()).await?;
    let mut sentences = vec![targets(&policy, &names)];
    sentences.push(match policy.self_service {
        SelfService::Allowed => "People may set up passkeys themselves.".to_owned(),
        SelfService::Denied => "Only administrators may set up passkeys.".to_owned(),
    });
    sentences.extend(
        profile_sentences(&policy, app.catalogue())
            .into_iter()
            .map(|(name, sentence)| format!("{name}: {sentence}")),
    );
    Ok(sentences)
}

fn targets(policy: &Fido2Configuration, names: &GroupNames) -> String {
    let list = |targets: &mut dyn Iterator<Item = identity::policy::Target>| {
        targets.map(|target| target_name(target, names)).collect::<Vec<_>>().join(", ")
    };
    let included = list(&mut policy.include.iter().map(|include| include.target));
    let excluded = list(&mut policy.exclude.iter().copied());
    match (included.is_empty(), excluded.is_empty()) {
        (true, _) => "Passkeys are on, but nobody is included.".to_owned(),
        (false, true) => format!("Passkeys are on for {included}."),
        (false, false) => format!("Passkeys are on for {included}, not for {excluded}."),
    }
}

/// The latest changes, refused ones too; for whoever may read the logs.
async fn recent(app: &App, caller: &Caller) -> Result<Vec<LogRow>, Error> {
    if !frame::may(caller, Area::Logs) {
        return Ok(Vec::new());
    }
    let part = PageQuery { top: RECENT, ..PageQuery::default() };
    let page = reports::audit(app, caller, &LogFilter::default(), &part).await?;
    Ok(page.items.iter().map(|entry| entries::change(entry, app.catalogue())).collect())
}
