//! What a draft would do, shown before it is saved (S70); and saving it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::Response;
use identity::access::{Action, authorize};
use identity::administration::PolicyChange;
use identity::audit::{Activity, Actor, AuditEntry};
use identity::policy::{Fido2Configuration, Versioned};
use identity::{GroupId, Refusal, Version};

use super::super::done::Done;
use super::super::form::Form;
use super::super::shown::counted;
use super::super::view::{
    Affected, Confirmation, Conflict, GroupOption, Impact, Notice, PasskeyPreview, Tone,
};
use super::super::words::{GroupNames, Occasion, Reader, notice, rule_sentence};
use super::super::{answer, frame};
use super::differences::{self, Names};
use super::draft::Draft;
use super::fault::Fault;
use super::{HREF, again, groups, page, read, tab_of};
use crate::error::Error;
use crate::operations::page::PageQuery;
use crate::operations::policy::{self, AffectedPerson, Impact as Counted};
use crate::operations::reports::{self, LogFilter};
use crate::request::Call;

/// Confirms that passkeys stop (S50).
const CONFIRM_AFFECTED: &str = "confirm_affected";
/// Confirms that nobody can use a passkey under a profile (S47).
const CONFIRM_EMPTY: &str = "confirm_empty";
/// Fields that belong to a step and not to the draft.
const NOT_DRAFT: [&str; 6] = ["csrf", "action", "draft", "done", CONFIRM_AFFECTED, CONFIRM_EMPTY];

/// The preview, or the form with what is wrong.
pub(super) async fn show(
    call: &Call,
    form: &Form,
    mut draft: Draft,
    stored: Versioned<Fido2Configuration>,
    found: [Vec<GroupOption>; 2],
) -> Result<Response, Error> {
    match counted_impact(call, &mut draft, &stored.value).await? {
        Some(impact) => {
            let page = preview(call, form, &draft, impact, Ask::First).await?;
            answer::html(StatusCode::OK, &page)
        }
        None => again(call, form, &draft, stored, found).await,
    }
}

/// The impact of the draft; none if it has faults, which are then in the draft.
async fn counted_impact(
    call: &Call,
    draft: &mut Draft,
    stored: &Fido2Configuration,
) -> Result<Option<Counted>, Error> {
    let patch = match draft.patch(stored) {
        Ok(patch) => patch,
        Err(faults) => {
            draft.faults = faults;
            return Ok(None);
        }
    };
    let change = PolicyChange::Patch(Box::new(patch));
    match policy::preview(&call.app, call.caller()?, change, &call.info).await {
        Ok(impact) => Ok(Some(impact)),
        Err(Error::Refused(Refusal::Property { property, problem })) => {
            let fault = Fault::new(draft.place_of(&property), problem);
            draft.faults.push(fault);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether the confirmations are asked for, or were asked for and not all given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    First,
    Again,
}

async fn preview(
    call: &Call,
    form: &Form,
    draft: &Draft,
    impact: Counted,
    ask: Ask,
) -> Result<PasskeyPreview, Error> {
    let (app, caller) = (&call.app, call.caller()?);
    let both = impact.current.value.named_groups();
    let named = both.union(&impact.proposed.named_groups()).copied().collect::<Vec<_>>();
    let (groups, _) = groups::described(app, caller, named.into_iter()).await?;
    let with = Names { groups: &groups, catalogue: app.catalogue() };
    let mut frame = frame::signed_in(call).await?;
    if let Some(refusal) = &impact.refusal {
        let error = Error::Refused(refusal.clone());
        let said = notice(&error, Occasion::Other, call.info.correlation);
        // Nothing was tried, so there is nothing to look up.
        frame.notice = Some(Notice { correlation_id: String::new(), ..said });
    }
    Ok(PasskeyPreview {
        frame,
        draft: fields(form, draft).encode(),
        version: form.text("version").to_owned(),
        differences: differences::between(&impact.current.value, &impact.proposed, with),
        confirmations: confirmations(form, &impact, ask),
        may_save: impact.refusal.is_none(),
        warnings: impact.warnings.clone(),
        impact: shown(&impact, &groups),
    })
}

/// The fields of the draft; what was typed and found its place is not looked up again.
fn fields(form: &Form, draft: &Draft) -> Form {
    let fields = form.without(&NOT_DRAFT).without(&["include_add", "exclude_add"]);
    let fields = with_missing(fields, "include", draft.include.iter().map(|(group, _)| group));
    with_missing(fields, "exclude", draft.exclude.iter())
}

fn with_missing<'a>(form: Form, name: &str, groups: impl Iterator<Item = &'a GroupId>) -> Form {
    let there: BTreeSet<String> = form.all(name).map(str::to_owned).collect();
    let missing = groups.map(GroupId::to_string).filter(|group| !there.contains(group));
    missing.fold(form, |form, group| form.with(name, &group))
}

fn shown(impact: &Counted, groups: &GroupNames) -> Impact {
    let mut people: Vec<&AffectedPerson> = impact.administrators.iter().collect();
    let is_listed = |person: &AffectedPerson| {
        impact.administrators.iter().any(|it| it.person.user.id == person.person.user.id)
    };
    people.extend(impact.sample.iter().filter(|person| !is_listed(person)));
    people.sort_by_key(|person| (!is_listed(person), !person.left_with_none));
    Impact {
        passkeys: impact.stopping_passkeys,
        people: impact.stopping_people,
        administrators: u64::try_from(impact.administrators.len()).unwrap_or(u64::MAX),
        without_method: impact.people_left_with_none,
        revived: impact.starting_passkeys,
        sample: people.into_iter().flat_map(|person| affected(person, groups)).collect(),
    }
}

fn affected(affected: &AffectedPerson, groups: &GroupNames) -> Vec<Affected> {
    let user = &affected.person.user;
    affected
        .passkeys
        .iter()
        .map(|stopping| {
            let model = stopping.model.as_deref();
            Affected {
                href: format!("/admin/users/{}", user.id),
                display_name: user.display_name.as_str().to_owned(),
                user_principal_name: user.upn.as_str().to_owned(),
                passkey: stopping.passkey.name.as_str().to_owned(),
                model: model.unwrap_or("Unknown model").to_owned(),
                administrator: !affected.person.roles.is_empty(),
                left_with_none: affected.left_with_none,
                reason: rule_sentence(&stopping.rule, Reader::Administrator(groups), model),
            }
        })
        .collect()
}

/// What has to be ticked before this is saved.
fn confirmations(form: &Form, impact: &Counted, ask: Ask) -> Vec<Confirmation> {
    let mut needed = Vec::new();
    if impact.stopping_passkeys > 0 {
        let passkeys = counted(impact.stopping_passkeys, "passkey", "passkeys");
        let people = counted(impact.stopping_people, "person", "people");
        let stop = if impact.stopping_passkeys == 1 { "stops" } else { "stop" };
        let mut text = format!("Yes, {passkeys} of {people} {stop} working");
        if impact.people_left_with_none > 0 {
            let none = counted(impact.people_left_with_none, "person needs", "people need");
            text.push_str(&format!(", and {none} a Temporary Access Pass to get in again"));
        }
        needed.push((CONFIRM_AFFECTED, text + "."));
    }
    let is_empty = |configuration: &Fido2Configuration| {
        configuration.profiles.iter().any(|it| !it.key_restrictions.admit_something())
    };
    if is_empty(&impact.proposed) {
        let text = "Yes, the allow list is empty, and nobody can use a passkey under that profile.";
        needed.push((CONFIRM_EMPTY, text.to_owned()));
    }
    needed
        .into_iter()
        .map(|(name, text)| {
            let is_missing = ask == Ask::Again && !form.has(name, "yes");
            let error = if is_missing { "confirm: tick this to save" } else { "" };
            Confirmation { name: name.to_owned(), text, error: error.to_owned() }
        })
        .collect()
}

/// The draft out of a preview's form, with what the form says beside it.
fn carried(form: &Form) -> Result<Form, Error> {
    let mut fields = Form::parse(form.text("draft"))?.without(&NOT_DRAFT).without(&["version"]);
    fields = fields.with("version", form.text("version"));
    for name in [CONFIRM_AFFECTED, CONFIRM_EMPTY] {
        if form.names(name) {
            fields = fields.with(name, form.text(name));
        }
    }
    Ok(fields)
}

/// `POST /admin/passkey-settings/edit`: back from the preview to the form.
pub(super) async fn edit(call: Call) -> Result<Response, Error> {
    let form = carried(&Form::from(&call.form()?))?;
    drop(authorize(call.caller()?, Action::WriteMethodsPolicy)?);
    let stored = policy::fido2(&call.app, call.caller()?).await?;
    let draft = read::draft(&form, &stored.value);
    again(&call, &form, &draft, stored, [Vec::new(), Vec::new()]).await
}

/// `POST /admin/passkey-settings/save`.
pub(super) async fn save(call: Call) -> Result<Response, Error> {
    let form = carried(&Form::from(&call.form()?))?;
    drop(authorize(call.caller()?, Action::WriteMethodsPolicy)?);
    let stored = policy::fido2(&call.app, call.caller()?).await?;
    let mut draft = read::draft(&form, &stored.value);
    let version = Version(form.text("version").parse().unwrap_or(-1));
    if version != stored.version {
        return conflict(&call, &form, &draft, stored).await;
    }
    let Some(impact) = counted_impact(&call, &mut draft, &stored.value).await? else {
        return again(&call, &form, &draft, stored, [Vec::new(), Vec::new()]).await;
    };
    let asked = confirmations(&form, &impact, Ask::Again);
    if impact.refusal.is_some() || asked.iter().any(|it| !it.error.is_empty()) {
        let page = preview(&call, &form, &draft, impact, Ask::Again).await?;
        return answer::html(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let Ok(patch) = draft.patch(&stored.value) else {
        return again(&call, &form, &draft, stored, [Vec::new(), Vec::new()]).await;
    };
    let change = PolicyChange::Patch(Box::new(patch));
    let caller = call.caller()?;
    match policy::change_fido2(&call.app, caller, change, Some(version), true, &call.info).await {
        Ok(_) => Ok(answer::see_other(&Done::PolicySaved.at(&href_of(&form)))),
        Err(Error::Refused(Refusal::VersionConflict)) => {
            let stored = policy::fido2(&call.app, caller).await?;
            conflict(&call, &form, &draft, stored).await
        }
        Err(error) => Err(error),
    }
}

fn href_of(form: &Form) -> String {
    match form.text("tab") {
        "configure" => format!("{HREF}?tab=configure"),
        _ => HREF.to_owned(),
    }
}

/// Somebody was faster (S15): the draft stays, beside it what was saved; the next preview starts
/// from there.
async fn conflict(
    call: &Call,
    form: &Form,
    draft: &Draft,
    stored: Versioned<Fido2Configuration>,
) -> Result<Response, Error> {
    let (who, when) = last_change(call).await?;
    let mut proposed = draft.clone();
    let change = draft.patch(&stored.value);
    let differences = match change {
        Ok(_) => match counted_impact(call, &mut proposed, &stored.value).await? {
            Some(impact) => {
                let both = impact.current.value.named_groups();
                let named: Vec<_> = both.union(&impact.proposed.named_groups()).copied().collect();
                let (groups, _) =
                    groups::described(&call.app, call.caller()?, named.into_iter()).await?;
                let with = Names { groups: &groups, catalogue: call.app.catalogue() };
                differences::between(&impact.current.value, &impact.proposed, with)
            }
            None => Vec::new(),
        },
        Err(_) => Vec::new(),
    };
    let found = [Vec::new(), Vec::new()];
    let mut page = page(call, &proposed, tab_of(form.text("tab")), stored, found).await?;
    page.conflict = Some(Conflict { who, when, differences });
    answer::html(StatusCode::CONFLICT, &page)
}

/// Who changed the policy last, and when; as far as the reader may know.
async fn last_change(call: &Call) -> Result<(String, String), Error> {
    let filter = LogFilter {
        activity: Some(Activity::MethodsPolicyUpdated),
        success: Some(true),
        ..LogFilter::default()
    };
    let part = PageQuery { top: 1, ..PageQuery::default() };
    let unknown = ("Somebody else".to_owned(), "just now".to_owned());
    match reports::audit(&call.app, call.caller()?, &filter, &part).await {
        Ok(page) => Ok(page.items.first().map_or(unknown, by_whom)),
        Err(Error::Refused(Refusal::RoleMissing { .. })) => Ok(unknown),
        Err(error) => Err(error),
    }
}

fn by_whom(entry: &AuditEntry) -> (String, String) {
    let who = match &entry.actor {
        Actor::User { name, .. } | Actor::Application { name, .. } => name.clone(),
        Actor::Operator => "The operator".to_owned(),
        Actor::Anonymous => "Somebody else".to_owned(),
    };
    (who, super::super::shown::moment(entry.at).text)
}

/// The impact in one sentence, for the line above the buttons.
pub(super) async fn in_short(
    call: &Call,
    draft: &Draft,
    stored: &Fido2Configuration,
) -> Result<(Tone, String), Error> {
    let mut draft = draft.clone();
    let Some(impact) = counted_impact(call, &mut draft, stored).await? else {
        let text = "Something is not right yet: the preview says what.";
        return Ok((Tone::Warning, text.to_owned()));
    };
    if impact.refusal.is_some() {
        let text = "This cannot be saved: no administrator would be able to sign in.";
        return Ok((Tone::Bad, text.to_owned()));
    }
    if impact.current.value == impact.proposed {
        return Ok((Tone::Info, "Nothing is changed yet.".to_owned()));
    }
    let passkeys = impact.stopping_passkeys;
    if passkeys == 0 {
        return Ok((Tone::Good, "No passkey in use stops working.".to_owned()));
    }
    let passkeys = counted(passkeys, "passkey", "passkeys");
    let people = counted(impact.stopping_people, "person", "people");
    Ok((Tone::Warning, format!("{passkeys} of {people} would stop working.")))
}
