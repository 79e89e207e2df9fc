//! Passkey (FIDO2) settings: a form of two tabs, a preview of what a draft would do, and saving.
//!
//! A draft lives in the form alone: between the form, the preview and saving it travels as the
//! form's own fields, and each time it is read and checked again.

mod differences;
mod draft;
mod fault;
mod groups;
mod preview;
mod read;
mod sentence;
mod show;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use identity::access::{Action, Caller, authorize};
use identity::policy::{Fido2Configuration, Versioned};
use identity::{GroupId, ProfileId};
use serde_json::json;

use super::form::Form;
use super::view::{PasskeySettings, Tab};
use super::words::{GroupNames, sentence as as_sentence};
use super::{answer, frame, inside};
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::operations::policy;
use crate::request::Call;
use crate::route::Route;
use draft::{Draft, DraftProfile};
use groups::Purpose;
use show::Surroundings;

/// Where the settings are.
const HREF: &str = "/admin/passkey-settings";

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        inside(Method::GET, "/admin/passkey-settings", show),
        inside(Method::POST, "/admin/passkey-settings", change),
        inside(Method::POST, "/admin/passkey-settings/live", live),
        inside(Method::POST, "/admin/passkey-settings/edit", preview::edit),
        inside(Method::POST, "/admin/passkey-settings/save", preview::save),
    ]
}

/// `GET /admin/passkey-settings?tab=…`.
async fn show(call: Call) -> Result<Response, Error> {
    let stored = policy::fido2(&call.app, call.caller()?).await?;
    let draft = Draft::of(&stored.value);
    let tab = tab_of(call.query()?.get("tab").unwrap_or_default());
    let found = [Vec::new(), Vec::new()];
    answer::html(StatusCode::OK, &page(&call, &draft, tab, stored, found).await?)
}

/// `POST /admin/passkey-settings`: the preview, or the form with a part added or taken away.
async fn change(call: Call) -> Result<Response, Error> {
    let form = Form::from(&call.form()?);
    drop(authorize(call.caller()?, Action::WriteMethodsPolicy)?);
    let stored = policy::fido2(&call.app, call.caller()?).await?;
    let mut draft = read::draft(&form, &stored.value);
    let purpose = match form.text("action") {
        "preview" => Purpose::Preview,
        _ => Purpose::Edit,
    };
    let found = groups::take_typed(&call.app, call.caller()?, &mut draft, purpose).await?;
    let (action, of) = match form.text("action").split_once(':') {
        Some((action, of)) => (action, of.parse::<ProfileId>().ok()),
        None => (form.text("action"), None),
    };
    match (action, of) {
        ("add_profile", _) => draft.add_profile(ProfileId::new(call.app.uuid())),
        ("delete_profile", Some(id)) if draft.not_deletable(id).is_none() => {
            draft.profiles.retain(|profile| profile.id != id);
        }
        ("add_in_use", Some(id)) => {
            let in_use = policy::models_in_use(&call.app, call.caller()?).await?;
            if let Some(profile) = draft.profile_mut(id) {
                let known = in_use.into_keys().filter(|aaguid| !aaguid.is_zero());
                known.for_each(|aaguid| profile.keep(aaguid));
            }
        }
        ("preview", _) => return preview::show(&call, &form, draft, stored, found).await,
        // Adding groups has happened above; the rest shows the form again.
        _ => {}
    }
    again(&call, &form, &draft, stored, found).await
}

/// The form with the draft as it is; with its faults, if it has any.
async fn again(
    call: &Call,
    form: &Form,
    draft: &Draft,
    stored: Versioned<Fido2Configuration>,
    found: [Vec<super::view::GroupOption>; 2],
) -> Result<Response, Error> {
    let status =
        if draft.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut page = page(call, draft, tab_of(form.text("tab")), stored, found).await?;
    // The version stays the one that the form started from (S15).
    form.text("version").clone_into(&mut page.version);
    if let Some(problem) = page.problems.first() {
        page.tab = problem.tab;
    }
    answer::html(status, &page)
}

/// `POST /admin/passkey-settings/live`: what the draft means, while it is typed. Saves nothing.
async fn live(call: Call) -> Result<Response, Error> {
    let form = Form::from(&call.form()?);
    let stored = policy::fido2(&call.app, call.caller()?).await?;
    let mut draft = read::draft(&form, &stored.value);
    groups::take_typed(&call.app, call.caller()?, &mut draft, Purpose::Edit).await?;
    let sentences: serde_json::Map<_, _> = sentence::all(&draft, call.app.catalogue())
        .into_iter()
        .map(|(id, text)| (id, text.into()))
        .collect();
    let (tone, text) = preview::in_short(&call, &draft, &stored.value).await?;
    let body = json!({ "sentences": sentences, "impact": { "tone": tone.name(), "text": text } });
    Ok(answer::json(StatusCode::OK, &body))
}

fn tab_of(text: &str) -> Tab {
    if text == "configure" { Tab::Configure } else { Tab::Enable }
}

async fn page(
    call: &Call,
    draft: &Draft,
    tab: Tab,
    stored: Versioned<Fido2Configuration>,
    found: [Vec<super::view::GroupOption>; 2],
) -> Result<PasskeySettings, Error> {
    let (app, caller) = (&call.app, call.caller()?);
    let ids = draft.include.iter().map(|(group, _)| *group).chain(draft.exclude.iter().copied());
    let (names, members) = groups::described(app, caller, ids).await?;
    let around = Surroundings {
        stored,
        names,
        members,
        proposals: groups::proposals(app, caller).await?,
        found,
        in_use: policy::models_in_use(app, caller).await?,
        read_only: match authorize(caller, Action::WriteMethodsPolicy) {
            Ok(_) => String::new(),
            Err(refusal) => as_sentence(&refusal.to_string()),
        },
    };
    let frame = frame::signed_in(call).await?;
    Ok(show::page(draft, tab, &around, frame, (app.catalogue(), &app.settings().limits)))
}

/// The names of groups, for other pages that speak of the policy.
pub(super) async fn described_groups(
    app: &App,
    caller: &Caller,
    ids: impl Iterator<Item = GroupId>,
) -> Result<GroupNames, Error> {
    Ok(groups::described(app, caller, ids).await?.0)
}

/// Each profile by name, with what it accepts.
pub(super) fn profile_sentences(
    policy: &Fido2Configuration,
    catalogue: &Catalogue,
) -> Vec<(String, String)> {
    policy
        .profiles
        .iter()
        .map(|profile| {
            let sentence = sentence::of_profile(&DraftProfile::of(profile), catalogue);
            (profile.name.as_str().to_owned(), sentence)
        })
        .collect()
}
