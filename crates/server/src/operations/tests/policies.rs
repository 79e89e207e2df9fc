//! What a change of policy does at once, and what is said about it before.

use identity::access::Caller;
use identity::administration::PolicyChange;
use identity::policy::RestrictionKind;
use identity::policy::key_restrictions::Enforcement;
use identity::policy::patch::{Fido2Patch, RestrictionsPatch};
use webauthn::Aaguid;

use super::world::{HERS, World, code};
use crate::operations::page::PageQuery;
use crate::operations::policy::{affected, change_access_pass, change_fido2, fido2, preview};
use crate::operations::reports::{ExportRow, audit, export, inventory};
use crate::settings::ImpactConfirmation;

const OLD: Aaguid = Aaguid::from_bytes([2; 16]);

pub(super) fn only(models: &[Aaguid]) -> PolicyChange {
    PolicyChange::Patch(Box::new(Fido2Patch {
        key_restrictions: Some(RestrictionsPatch {
            enforcement: Some(Enforcement::Enforced),
            kind: Some(RestrictionKind::Allow),
            aaguids: Some(models.to_vec()),
        }),
        ..Fido2Patch::default()
    }))
}

/// S43, S44, S45
#[tokio::test]
async fn a_removed_model_is_refused_at_once_and_works_again_when_restored() {
    let mut world = World::set_up().await;
    let (ben, mut key) = world.equipped("ben", 2, OLD).await;
    let ada = super::world::caller(world.ada().await);
    let (app, request) = (world.app.clone(), world.request());

    change_fido2(&app, &ada, only(&[HERS]), None, false, &request).await.unwrap();
    assert_eq!(code(world.sign_in(&mut key).await), "model-not-listed");
    let ben = crate::operations::users::UserRef::Id(ben.id);
    let listed = crate::operations::passkeys::list(&app, &ada, &ben).await.unwrap();
    assert!(!listed[0].verdict.is_allowed());

    change_fido2(&app, &ada, only(&[HERS, OLD]), None, false, &request).await.unwrap();
    world.sign_in(&mut key).await.unwrap();
}

/// S9
#[tokio::test]
async fn the_last_way_in_of_administrators_is_kept() {
    let mut world = World::set_up().await;
    let ada = super::world::caller(world.ada().await);
    let (app, request) = (&world.app, world.request());
    let impact = preview(app, &ada, only(&[OLD]), &request).await.unwrap();
    assert_eq!(impact.refusal.map(|refusal| refusal.code()), Some("administrators-locked-out"));
    let refused = change_fido2(app, &ada, only(&[OLD]), None, true, &request).await;
    assert_eq!(code(refused), "administrators-locked-out");
}

/// S15
#[tokio::test]
async fn the_slower_of_two_administrators_learns_that_he_was() {
    let world = World::set_up().await;
    let (app, request, operator) = (&world.app, world.request(), Caller::Operator);
    let read = fido2(app, &operator).await.unwrap().version;
    let saved = change_fido2(app, &operator, only(&[HERS]), Some(read), false, &request).await;
    assert_eq!(saved.unwrap().version, read.next());
    let late = change_fido2(app, &operator, only(&[HERS, OLD]), Some(read), false, &request).await;
    assert_eq!(code(late), "version-conflict");

    let passes = crate::operations::policy::access_pass(app, &operator).await.unwrap();
    let (value, read) = (passes.value, Some(passes.version));
    let first = change_access_pass(app, &operator, value.clone(), read, &request).await;
    assert_eq!(first.unwrap().version, passes.version.next());
    let late = change_access_pass(app, &operator, value, read, &request).await;
    assert_eq!(code(late), "version-conflict");
}

/// S70
#[tokio::test]
async fn a_preview_counts_exactly_whom_a_change_stops() {
    let mut world = World::set_up().await;
    world.equipped("ben", 2, OLD).await;
    world.equipped("cleo", 3, OLD).await;
    world.equipped("dan", 4, HERS).await;
    let ada = super::world::caller(world.ada().await);
    let (app, request) = (&world.app, world.request());
    let impact = preview(app, &ada, only(&[HERS]), &request).await.unwrap();
    let counts = (impact.stopping_passkeys, impact.stopping_people, impact.people_left_with_none);
    assert_eq!(counts, (2, 2, 2));
    assert_eq!((impact.passkeys_before, impact.starting_passkeys), (4, 0));
    assert_eq!(impact.by_model.len(), 1);
    assert_eq!((impact.by_model[0].aaguid, impact.by_model[0].passkeys), (OLD, 2));
    assert!(impact.sample_is_complete && impact.administrators.is_empty());
    assert!(impact.refusal.is_none());

    let mut names = Vec::new();
    let mut query = PageQuery { top: 1, ..PageQuery::default() };
    loop {
        let part = affected(app, &ada, only(&[HERS]), &query).await.unwrap();
        assert_eq!(part.total, Some(2));
        names.extend(part.items.into_iter().map(|it| it.person.user.display_name.to_string()));
        let Some(next) = part.next else { break };
        query.after = Some(next);
    }
    names.sort();
    assert_eq!(names, ["ben", "cleo"]);
}

/// S50
#[tokio::test]
async fn where_confirmation_is_required_a_change_that_stops_passkeys_waits_for_it() {
    let world =
        World::set_up_with(|it| it.impact_confirmation = ImpactConfirmation::Required).await;
    let (_, mut key) = world.equipped("ben", 2, OLD).await;
    let (app, request, operator) = (&world.app, world.request(), Caller::Operator);
    let asked = change_fido2(app, &operator, only(&[HERS]), None, false, &request).await;
    assert_eq!(code(asked), "confirmation-needed");
    world.sign_in(&mut key).await.unwrap();
    change_fido2(app, &operator, only(&[HERS, OLD]), None, false, &request).await.unwrap();
    change_fido2(app, &operator, only(&[HERS]), None, true, &request).await.unwrap();
    assert_eq!(code(world.sign_in(&mut key).await), "model-not-listed");
}

/// S71, S139, S140, S141
#[tokio::test]
async fn the_inventory_the_export_and_the_log_tell_the_same_story() {
    let world = World::set_up().await;
    world.equipped("ben", 2, OLD).await;
    world.person("eve").await;
    let (app, request, operator) = (&world.app, world.request(), Caller::Operator);
    world.clock.advance_ms(1);
    change_fido2(app, &operator, only(&[HERS]), None, false, &request).await.unwrap();

    let lines = inventory(app, &operator).await.unwrap();
    let line = lines.iter().find(|view| view.line.count.aaguid == OLD).unwrap();
    assert_eq!((line.line.count.passkeys, line.line.refused, line.line.usable), (1, 1, 0));

    let (sender, rows) = std::sync::mpsc::channel();
    let sink = move |row| {
        sender.send(row).unwrap();
        std::ops::ControlFlow::Continue(())
    };
    export(app, &operator, true, sink).await.unwrap();
    let rows: Vec<ExportRow> = rows.into_iter().collect();
    let without = rows.iter().filter(|row| matches!(row, ExportRow::PersonWithout(_))).count();
    assert_eq!((rows.len(), without), (3, 1));

    let log = audit(app, &operator, &Default::default(), &PageQuery::default()).await.unwrap();
    let change = &log.items[0];
    assert_eq!(change.activity, identity::audit::Activity::MethodsPolicyUpdated);
    assert_eq!((change.correlation, change.modified.len()), (request.correlation, 1));
}

#[tokio::test]
async fn an_export_stops_when_nobody_reads_on() {
    let world = World::set_up().await;
    world.equipped("ben", 2, OLD).await;
    let (sender, rows) = std::sync::mpsc::channel();
    let sink = move |row| {
        sender.send(row).unwrap();
        std::ops::ControlFlow::Break(())
    };
    export(&world.app, &Caller::Operator, true, sink).await.unwrap();
    assert_eq!(rows.into_iter().count(), 1);
}
