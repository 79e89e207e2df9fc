//! What a change of the passkey policy would do, in exact numbers and with the people behind them.

use std::collections::BTreeSet;

use identity::access::{Action, Caller, Permit, authorize};
use identity::administration::{self, PolicyChange, PolicyFacts};
use identity::audit::Actor;
use identity::directory::Person;
use identity::impact::{PasskeyClass, compare, relevant_groups};
use identity::passkey::Passkey;
use identity::policy::{
    Candidate, Fido2Configuration, Moment, Rule, Subject, Verdict, Versioned, judge,
};
use identity::{Context, Refusal, UserId, Version};
use store::{Fate, ImpactCount, ImpactPage, Snapshot};
use uuid::Uuid;
use webauthn::Aaguid;

use super::{named_groups, warnings};
use crate::app::App;
use crate::error::Error;
use crate::operations::page::{Cursor, Page, PageQuery};
use crate::request::RequestInfo;

/// People whom a preview describes; [`affected`] lists all.
const SAMPLE: usize = 25;

/// What a change would do. Counts passkeys of enabled people.
#[derive(Clone, Debug)]
pub struct Impact {
    /// The stored configuration.
    pub current: Versioned<Fido2Configuration>,
    /// What the change makes of it.
    pub proposed: Fido2Configuration,
    /// Passkeys that sign in today.
    pub passkeys_before: u64,
    /// Passkeys that would stop.
    pub stopping_passkeys: u64,
    /// People who hold at least one of them.
    pub stopping_people: u64,
    /// People among them who would have no working passkey left.
    pub people_left_with_none: u64,
    /// Holders of roles among them.
    pub administrators: Vec<AffectedPerson>,
    /// Passkeys that do not sign in today and would.
    pub starting_passkeys: u64,
    /// Passkeys that would stop, by model; most first.
    pub by_model: Vec<ModelImpact>,
    /// Some of the people.
    pub sample: Vec<AffectedPerson>,
    /// Whether the sample is all of them.
    pub sample_is_complete: bool,
    /// What the administrator should know before saving (S47, S48, S65).
    pub warnings: Vec<String>,
    /// Why the change would be refused although it is well formed (S9); none if it would be made.
    pub refusal: Option<Refusal>,
}

/// The passkeys of one model that would stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelImpact {
    /// The model.
    pub aaguid: Aaguid,
    /// Its name, where the catalogue knows it.
    pub model: Option<String>,
    /// How many.
    pub passkeys: u64,
    /// The first rule that would refuse some.
    pub rule: Rule,
}

/// Somebody with passkeys that would stop.
#[derive(Clone, Debug)]
pub struct AffectedPerson {
    /// Who.
    pub person: Person,
    /// Whether no working passkey would be left.
    pub left_with_none: bool,
    /// The passkeys that would stop.
    pub passkeys: Vec<StoppingPasskey>,
}

/// A passkey that would stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppingPasskey {
    /// The passkey.
    pub passkey: Passkey,
    /// The model's name, where the catalogue knows it.
    pub model: Option<String>,
    /// The rule that would refuse it.
    pub rule: Rule,
}

/// Says what a change would do, without making it and without a record.
///
/// # Errors
/// A refusal without permission, or one that names the faulty property.
pub async fn preview(
    app: &App,
    caller: &Caller,
    change: PolicyChange,
    request: &RequestInfo,
) -> Result<Impact, Error> {
    let permit = authorize(caller, Action::WriteMethodsPolicy)?;
    let (actor, context) = (Actor::from(caller), app.context(request));
    let reading = app.clone();
    app.gather_long(move |snapshot| {
        let app = &reading;
        let proposal = Proposal::gather(app, snapshot, &change)?;
        let watched = snapshot.role_holders()?;
        let page = ImpactPage { after: None, limit: SAMPLE, watched };
        let count = proposal.count(snapshot, &page)?;
        let refusal = proposal.refusal(app, (&actor, &permit), &change, &context);
        Ok(Impact {
            passkeys_before: with_fate(&count, |fate| matches!(fate, Fate::Works | Fate::Stops)),
            stopping_passkeys: count.stopping,
            stopping_people: count.people,
            people_left_with_none: count.left_with_none,
            administrators: proposal.describe(app, snapshot, &count.watched)?,
            starting_passkeys: count.starting,
            by_model: proposal.by_model(app, &count),
            sample: proposal.describe(app, snapshot, &count.page)?,
            sample_is_complete: u64::try_from(count.page.len()) == Ok(count.people),
            warnings: warnings::of(&proposal.after),
            refusal,
            current: proposal.facts.current,
            proposed: proposal.after,
        })
    })
    .await
}

/// The people whom a change would touch, one part of the list, in the order of their ids.
///
/// # Errors
/// As [`preview`].
pub async fn affected(
    app: &App,
    caller: &Caller,
    change: PolicyChange,
    query: &PageQuery,
) -> Result<Page<AffectedPerson>, Error> {
    drop(authorize(caller, Action::WriteMethodsPolicy)?);
    let top = std::cmp::min(query.top, store::PAGE_MAX);
    let limit = usize::try_from(top).unwrap_or_default();
    let after = query.request().after.map(|after| UserId::new(after.id));
    let reading = app.clone();
    app.gather_long(move |snapshot| {
        let app = &reading;
        let proposal = Proposal::gather(app, snapshot, &change)?;
        // One more than wanted tells whether there is a next part.
        let limit_and_one = limit.saturating_add(1);
        let page = ImpactPage { after, limit: limit_and_one, watched: BTreeSet::new() };
        let count = proposal.count(snapshot, &page)?;
        let mut listed = count.page;
        let has_more = listed.len() > limit;
        listed.truncate(limit);
        let last = listed.last().map(|(user, _)| user.as_uuid()).filter(|_| has_more);
        Ok(Page {
            items: proposal.describe(app, snapshot, &listed)?,
            next: last.map(|id: Uuid| Cursor::of(store::After { name: String::new(), id })),
            total: Some(count.people),
        })
    })
    .await
}

/// Passkeys and people that a change would stop, and the version that this was counted against.
/// None if the change is not well formed: then the change itself says what is wrong.
pub(super) async fn count(
    app: &App,
    change: &PolicyChange,
) -> Result<Option<(Version, (u64, u64))>, Error> {
    let (reading, change) = (app.clone(), change.clone());
    app.gather_long(move |snapshot| {
        let proposal = match Proposal::gather(&reading, snapshot, &change) {
            Ok(proposal) => proposal,
            Err(Error::Refused(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let count = proposal.count(snapshot, &ImpactPage::default())?;
        Ok(Some((proposal.facts.current.version, (count.stopping, count.people))))
    })
    .await
}

/// The stored configuration beside the proposed one.
struct Proposal {
    facts: PolicyFacts,
    after: Fido2Configuration,
}

impl Proposal {
    fn gather(
        app: &App,
        snapshot: &mut Snapshot<'_>,
        change: &PolicyChange,
    ) -> Result<Self, Error> {
        let facts = snapshot.policy_facts(&named_groups(change), app.now())?;
        let limits = &app.terms().limits;
        let after = administration::propose_fido2_configuration(&facts, change, limits)?;
        Ok(Self { facts, after })
    }

    fn before(&self) -> &Fido2Configuration {
        &self.facts.current.value
    }

    fn count(&self, snapshot: &mut Snapshot<'_>, page: &ImpactPage) -> Result<ImpactCount, Error> {
        let groups = relevant_groups(self.before(), &self.after);
        Ok(snapshot.impact(&groups, |class| self.fate(class), page)?)
    }

    fn fate(&self, class: &PasskeyClass) -> Fate {
        let compared = compare(self.before(), &self.after, std::slice::from_ref(class));
        match compared.first().map(|it| (it.before.is_allowed(), it.after.is_allowed())) {
            Some((true, true)) => Fate::Works,
            Some((false, true)) => Fate::Starts,
            Some((true, false)) => Fate::Stops,
            Some((false, false)) | None => Fate::Refused,
        }
    }

    /// What the change itself would be answered, once the preview has found it well formed.
    fn refusal(
        &self,
        app: &App,
        (actor, permit): (&Actor, &Permit),
        change: &PolicyChange,
        context: &Context,
    ) -> Option<Refusal> {
        let terms = (&app.terms().limits, context);
        let asked = (change, None, None);
        let outcome =
            administration::change_fido2_configuration(actor, permit, &self.facts, asked, terms);
        outcome.verdict.err()
    }

    fn by_model(&self, app: &App, count: &ImpactCount) -> Vec<ModelImpact> {
        let mut models: Vec<ModelImpact> = Vec::new();
        for (class, fate) in &count.classes {
            let aaguid = class.facts.aaguid;
            let Verdict::Refused(rule) = identity::impact::sign_in_verdict(&self.after, class)
            else {
                continue;
            };
            if *fate != Fate::Stops {
                continue;
            }
            // Classes come in the order of models.
            match models.last_mut().filter(|model| model.aaguid == aaguid) {
                Some(model) => model.passkeys = model.passkeys.saturating_add(class.passkeys),
                None => {
                    let model = app.catalogue().name(aaguid).map(str::to_owned);
                    models.push(ModelImpact { aaguid, model, passkeys: class.passkeys, rule });
                }
            }
        }
        models.sort_by_key(|model| (std::cmp::Reverse(model.passkeys), model.aaguid));
        models
    }

    fn describe(
        &self,
        app: &App,
        snapshot: &mut Snapshot<'_>,
        people: &[(UserId, bool)],
    ) -> Result<Vec<AffectedPerson>, Error> {
        let mut described = Vec::with_capacity(people.len());
        for (user, left_with_none) in people {
            let Some(person) = snapshot.person(*user)? else { continue };
            let passkeys = snapshot
                .passkeys_of(*user)?
                .into_iter()
                .filter_map(|passkey| self.stopping(app, &person, passkey))
                .collect();
            described.push(AffectedPerson { person, left_with_none: *left_with_none, passkeys });
        }
        Ok(described)
    }

    fn stopping(&self, app: &App, person: &Person, passkey: Passkey) -> Option<StoppingPasskey> {
        let candidate = Candidate::Known(&passkey.facts);
        let subject = Subject::from(person);
        let before = judge(self.before(), subject, candidate, Moment::SignIn);
        match (before, judge(&self.after, subject, candidate, Moment::SignIn)) {
            (Verdict::Allowed { .. }, Verdict::Refused(rule)) => {
                let model = app.catalogue().name(passkey.facts.aaguid).map(str::to_owned);
                Some(StoppingPasskey { passkey, model, rule })
            }
            (Verdict::Allowed { .. } | Verdict::Refused(_), _) => None,
        }
    }
}

fn with_fate(count: &ImpactCount, wanted: impl Fn(Fate) -> bool) -> u64 {
    let classes = count.classes.iter().filter(|(_, fate)| wanted(*fate));
    classes.fold(0, |sum, (class, _)| sum.saturating_add(class.passkeys))
}
