//! What is written is read back as it was, noun by noun.

use std::collections::BTreeSet;

use identity::access::{DirectoryRole, Permission};
use identity::access_pass::AccessPass;
use identity::application::Application;
use identity::audit::{
    Activity, Actor, AuditEntry, AuditTarget, AuditValue, ModifiedProperty, Recorded,
};
use identity::change::Change;
use identity::directory::{
    AccountState, MailGroup, Principal, RoleAssignable, RoleAssignment, SecurityGroup, UserKind,
};
use identity::passkey::{AttestationLevel, BackupState, PasskeyType};
use identity::policy::fido2::{Fido2Configuration, SelfService};
use identity::policy::key_restrictions::{Enforcement, KeyRestrictions, RestrictionKind};
use identity::policy::profile::{AttestationEnforcement, PasskeyTypes};
use identity::policy::target::{IncludeTarget, RegistrationRequirement, Target};
use identity::policy::{AccessPassConfiguration, MethodState};
use identity::session::{PassUsage, SignInMethod};
use identity::{AccessPassId, ApplicationId, ClientId, RoleAssignmentId, Version};
use store::LogRequest;
use uuid::Uuid;
use webauthn::SignCount;

use crate::fixture::on_both_engines;
use crate::nouns::*;

fn strict_policy() -> Fido2Configuration {
    let mut policy = Fido2Configuration::initial();
    policy.self_service = SelfService::Denied;
    let mut strict = policy.profiles[0].clone();
    strict.id = identity::ProfileId::new(Uuid::from_u128(77));
    strict.name = "Strenge Gruppe \u{1F511}".parse().unwrap();
    strict.types = PasskeyTypes::DeviceBound;
    strict.attestation = AttestationEnforcement::RegistrationOnly;
    strict.key_restrictions = KeyRestrictions {
        enforcement: Enforcement::Enforced,
        kind: RestrictionKind::Allow,
        aaguids: vec![aaguid(9), aaguid(3)],
    };
    policy.profiles.push(strict.clone());
    policy.include.push(IncludeTarget {
        target: Target::Group(group_id(1)),
        profiles: vec![strict.id],
        registration: RegistrationRequirement::Required,
    });
    policy.exclude = vec![Target::Group(group_id(2))];
    policy
}

fn pass(number: u128) -> AccessPass {
    AccessPass {
        id: AccessPassId::new(Uuid::from_u128(number)),
        user: user_id(1),
        secret_hash: "$argon2id$...".to_owned(),
        starts_at: at(20),
        lifetime_minutes: 60,
        usage: PassUsage::Once,
        created_at: at(19),
        used_at: None,
    }
}

on_both_engines! {
    fn users(fixture) {
        let store = fixture.open();
        set_up(&store, 0);
        let mut ana = user(1);
        ana.upn = "Ana.Öz@Example.org".parse().unwrap();
        ana.display_name = "Ana ÖZ".parse().unwrap();
        ana.state = AccountState::Disabled;
        ana.kind = UserKind::Guest;
        ana.details.job_title = Some("Schlüsselwart".to_owned());
        ana.details.usage_location = Some("CH".to_owned());
        store.commit_and_wait(vec![add_user(ana.clone()), add_user(user(2))]).unwrap();
        let read = |upn: &str| store.read(|snapshot| snapshot.user_by_upn(upn)).unwrap();
        let found = read("ANA.öz@example.ORG").unwrap();
        assert_eq!(found, ana);
        assert_eq!(found.upn.as_str(), "Ana.Öz@Example.org");
        assert_eq!(read("nobody@example.org"), None);
        assert_eq!(store.read(|snapshot| snapshot.user(user_id(2))), Ok(Some(user(2))));
    }

    fn groups_members_and_roles(fixture) {
        let store = fixture.open();
        set_up(&store, 2);
        let mut staff = group(1);
        staff.description = Some("everybody's".to_owned());
        staff.security = SecurityGroup::No;
        staff.mail = MailGroup::Yes;
        staff.roles = RoleAssignable::Yes;
        let assignment = |id, role, principal| RoleAssignment {
            id: RoleAssignmentId::new(Uuid::from_u128(id)),
            role,
            principal,
        };
        let direct = assignment(1, DirectoryRole::GlobalReader, Principal::User(user_id(1)));
        let through =
            assignment(2, DirectoryRole::GlobalAdministrator, Principal::Group(group_id(1)));
        store
            .commit_and_wait(vec![
                add_group(staff.clone()),
                Change::AddMember { group: group_id(1), member: Principal::User(user_id(1)) },
                Change::AssignRole(direct),
                Change::AssignRole(through),
            ])
            .unwrap();
        let person = store.read(|snapshot| snapshot.person(user_id(1))).unwrap().unwrap();
        assert_eq!(person.groups, BTreeSet::from([group_id(1)]));
        let roles = [DirectoryRole::GlobalReader, DirectoryRole::GlobalAdministrator];
        assert_eq!(person.roles, BTreeSet::from(roles));
        assert!(person.in_role_assignable_group);
        store
            .read(|snapshot| {
                assert_eq!(snapshot.group(group_id(1))?, Some(staff.clone()));
                assert_eq!(snapshot.role_assignments()?, [direct, through]);
                assert_eq!(snapshot.role_holders()?, BTreeSet::from([user_id(1)]));
                assert!(snapshot.is_member(group_id(1), Principal::User(user_id(1)))?);
                assert_eq!(snapshot.groups_of(Principal::User(user_id(1)))?, [staff.clone()]);
                Ok(())
            })
            .unwrap();
        store.commit_and_wait(vec![Change::DeleteGroup(group_id(1))]).unwrap();
        let person = store.read(|snapshot| snapshot.person(user_id(1))).unwrap().unwrap();
        assert_eq!((person.groups.len(), person.roles.len()), (0, 1));
    }

    fn passkeys_with_their_evidence(fixture) {
        let store = fixture.open();
        set_up(&store, 2);
        let mut key = passkey(1, 1);
        key.facts.passkey_type = PasskeyType::Synced;
        key.facts.attestation = AttestationLevel::Attested;
        key.backup_state = BackupState::BackedUp;
        key.sign_count = SignCount(u32::MAX);
        key.name = "Мой ключ <b>".parse().unwrap();
        key.transports.clear();
        key.last_used_at = Some(at(4));
        let mut unproven = evidence();
        unproven.format = "none".to_owned();
        let second = Change::AddPasskey {
            passkey: Box::new(passkey(2, 1)),
            evidence: Box::new(unproven),
            limit: 9,
        };
        store.commit_and_wait(vec![add_passkey(key.clone()), second]).unwrap();
        store
            .read(|snapshot| {
                assert_eq!(snapshot.passkey(&key.id)?, Some(key.clone()));
                assert_eq!(snapshot.evidence(&key.id)?, Some(evidence()));
                assert_eq!(snapshot.evidence(&credential_id(2))?, None);
                assert_eq!(snapshot.passkeys_of(user_id(1))?, [key.clone(), passkey(2, 1)]);
                assert!(snapshot.is_credential_known(&key.id)?);
                let found = snapshot.sign_in_facts(&key.id)?.found.unwrap();
                assert_eq!((found.passkey, found.person.user), (key.clone(), user(1)));
                Ok(())
            })
            .unwrap();
        let name = "Blue".parse().unwrap();
        let rename = Change::RenamePasskey { user: user_id(1), id: key.id.clone(), name };
        store.commit_and_wait(vec![rename]).unwrap();
        let renamed = store.read(|snapshot| snapshot.passkey(&key.id)).unwrap().unwrap();
        assert_eq!(renamed.name.as_str(), "Blue");
    }

    fn policies(fixture) {
        let stores = [fixture.open(), fixture.open()];
        set_up(&stores[0], 1);
        let read = || stores[1].read(|snapshot| snapshot.fido2_configuration()).unwrap();
        assert_eq!(read().value, Fido2Configuration::initial());
        for version in 0..3 {
            let mut policy = strict_policy();
            policy.state =
                if version == 1 { MethodState::Disabled } else { MethodState::Enabled };
            stores[0]
                .commit_and_wait(vec![Change::ReplaceFido2Configuration {
                    expected: Version(version),
                    configuration: Box::new(policy.clone()),
                    at: at(version),
                }])
                .unwrap();
            // The other server sees it at once, whatever it remembers.
            assert_eq!((read().value, read().version), (policy, Version(version + 1)));
        }
        let mut passes = AccessPassConfiguration::initial();
        passes.usage = PassUsage::Once;
        passes.include = vec![Target::Group(group_id(4))];
        stores[0]
            .commit_and_wait(vec![Change::ReplaceAccessPassConfiguration {
                expected: Version(0),
                configuration: Box::new(passes.clone()),
                at: at(1),
            }])
            .unwrap();
        let read = stores[1].read(|snapshot| snapshot.access_pass_configuration()).unwrap();
        assert_eq!((read.value, read.version), (passes, Version(1)));
    }

    /// S118, S119, S120
    fn access_passes_and_their_sessions(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        let by_pass = |number| {
            let mut opened = session(number, 1);
            opened.method = SignInMethod::AccessPass {
                id: AccessPassId::new(Uuid::from_u128(1)),
                usage: PassUsage::Once,
            };
            opened
        };
        let open = |number| Change::OpenSession(Box::new(by_pass(number)));
        let issue = |number| Change::IssueAccessPass(Box::new(pass(number)));
        let by_key = session(3, 1);
        store
            .commit_and_wait(vec![
                issue(1),
                open(1),
                Change::OpenSession(Box::new(by_key.clone())),
            ])
            .unwrap();
        let session = |id| store.read(|snapshot| snapshot.session(id)).unwrap();
        assert_eq!(session(by_pass(1).id), Some(by_pass(1)));
        for opened in [by_pass(1), by_key.clone()] {
            let found = store.read(|snapshot| snapshot.signed_in(opened.id)).unwrap().unwrap();
            assert_eq!((found.session, found.person.user), (opened, user(1)));
        }
        let used = Change::UseAccessPass {
            id: AccessPassId::new(Uuid::from_u128(1)),
            expected: None,
            at: at(30),
        };
        store.commit_and_wait(vec![used.clone()]).unwrap();
        let again = store.commit_and_wait(vec![used]);
        assert_eq!(again, Err(store::CommitError::Contended(store::Guard::LastUse)));
        store.commit_and_wait(vec![issue(2)]).unwrap();
        let found = store.read(|snapshot| snapshot.access_pass_of(user_id(1))).unwrap();
        assert_eq!(found, Some(pass(2)));
        assert_eq!((session(by_pass(1).id), session(by_key.id)), (None, Some(by_key.clone())));
        let delete = Change::DeleteAccessPass {
            user: user_id(1),
            id: AccessPassId::new(Uuid::from_u128(2)),
        };
        store.commit_and_wait(vec![open(4), delete]).unwrap();
        assert_eq!((session(by_pass(4).id), session(by_key.id)), (None, Some(by_key)));
    }

    /// Whoever deletes a stolen key shuts its thief out, and not himself.
    fn deleting_a_passkey_ends_the_sessions_that_it_opened(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        let opened_by = |number: u8, credential: u128| {
            let mut opened = session(number, 1);
            opened.method = SignInMethod::Passkey(credential_id(credential));
            opened
        };
        let (stolen, own, other) = (opened_by(1, 5), opened_by(2, 5), opened_by(3, 6));
        let mut changes = vec![add_passkey(passkey(5, 1)), add_passkey(passkey(6, 1))];
        for opened in [&stolen, &own, &other] {
            changes.push(Change::OpenSession(Box::new(opened.clone())));
        }
        store.commit_and_wait(changes).unwrap();
        let delete =
            Change::DeletePasskey { user: user_id(1), id: credential_id(5), keep: Some(own.id) };
        store.commit_and_wait(vec![delete]).unwrap();
        let lives = |id| store.read(|snapshot| snapshot.session(id)).unwrap().is_some();
        assert_eq!((lives(stolen.id), lives(own.id), lives(other.id)), (false, true, true));
    }

    fn failures_are_counted_by_the_window(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        let count = |ms| {
            let failure =
                Change::CountFailure { user: user_id(1), at: at(ms), window_ms: 100 };
            store.commit_and_wait(vec![failure]).unwrap();
            store.read(|snapshot| snapshot.failures_of(user_id(1))).unwrap().unwrap()
        };
        assert_eq!(count(0), (1, at(0)));
        assert_eq!(count(99), (2, at(0)));
        assert_eq!(count(100), (1, at(100)));
        store.commit_and_wait(vec![Change::ClearFailures(user_id(1))]).unwrap();
        assert_eq!(store.read(|snapshot| snapshot.failures_of(user_id(1))), Ok(None));
    }

    fn applications(fixture) {
        let store = fixture.open();
        set_up(&store, 0);
        let client = ClientId::new(Uuid::from_u128(5));
        let application = Application {
            id: ApplicationId::new(Uuid::from_u128(4)),
            client,
            display_name: "Inventory".parse().unwrap(),
            secret_digest: [8; 32],
            permissions: Permission::ALL.iter().copied().collect(),
            created_at: at(3),
        };
        let add = Change::AddApplication(Box::new(application.clone()));
        store.commit_and_wait(vec![add]).unwrap();
        let found = store.read(|snapshot| snapshot.application_by_client(client)).unwrap();
        assert_eq!(found, Some(application.clone()));
        assert_eq!(store.read(|snapshot| snapshot.applications()), Ok(vec![application]));
    }

    /// S71, S142, S143
    fn both_logs(fixture) {
        let store = fixture.open();
        set_up(&store, 0);
        let mut changes = Vec::new();
        for (number, activity) in (1..).zip(Activity::ALL) {
            let mut entry = AuditEntry::new(*activity, AuditTarget::Organisation, &context(number));
            entry.actor = Actor::User { id: user_id(1), name: "ana@example.org".to_owned() };
            entry.target = AuditTarget::Policy("Fido2".to_owned());
            entry.aaguid = Some(aaguid(3));
            entry.details = vec![("attestation".to_owned(), "packed".to_owned())];
            entry.modified = vec![ModifiedProperty {
                name: "Fido2".to_owned(),
                old: AuditValue::Null,
                new: AuditValue::Fido2(Box::new(strict_policy())),
            }];
            if number % 2 == 0 {
                entry.result = Recorded::Refused {
                    code: "role-missing".to_owned(),
                    reason: "you need a role".to_owned(),
                };
            }
            changes.push(Change::Audit(Box::new(entry)));
        }
        changes.extend((1..=5).map(|n| Change::SignIn(Box::new(sign_in_entry(n)))));
        let entries = changes.clone();
        store.commit_and_wait(changes).unwrap();
        let log = store.read(|snapshot| snapshot.audit(&LogRequest::latest(100))).unwrap();
        assert_eq!((log.entries.len(), log.next), (Activity::ALL.len(), None));
        for (read, written) in log.entries.iter().rev().zip(&entries) {
            let Change::Audit(written) = written else { panic!("the order is known") };
            assert!(matches!(&read.modified[0].new,
                AuditValue::Json(text) if text.contains("device") || text.contains("Device")));
            let mut written = written.clone();
            written.modified = read.modified.clone();
            assert_eq!(*read, *written);
        }
        // Pages hold together even though all entries are of the same moment.
        let mut request = LogRequest::latest(2);
        let mut seen = Vec::new();
        loop {
            let page = store.read(|snapshot| snapshot.sign_ins(&request)).unwrap();
            seen.extend(page.entries);
            request.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(seen, (1..=5).rev().map(sign_in_entry).collect::<Vec<_>>());
    }

    fn server_keys_are_made_once(fixture) {
        let stores = [fixture.open(), fixture.open()];
        let keys: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8_u8)
                .map(|number| {
                    let store = &stores[usize::from(number % 2)];
                    scope.spawn(move || store.server_key("seal", &[number; 32], at(1)).unwrap())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }

    fn what_ended_is_forgotten_in_portions(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        let mut changes = Vec::new();
        for number in 0..10_u8 {
            let mut opened = session(number, 1);
            opened.expires_at = at(if number < 7 { 100 } else { 300 });
            changes.push(Change::OpenSession(Box::new(opened)));
            let key = identity::change::BurnKey([number; 32]);
            changes.push(Change::Burn { key, expires_at: at(if number < 5 { 100 } else { 300 }) });
        }
        store.commit_and_wait(changes).unwrap();
        assert_eq!(store.purge(at(99), 3), Ok(0));
        assert_eq!(store.purge(at(100), 3), Ok(6));
        assert_eq!(store.purge(at(100), 3), Ok(5));
        assert_eq!(store.purge(at(100), 3), Ok(1));
        assert_eq!(store.purge(at(100), 3), Ok(0));
        let kept = store.read(|snapshot| snapshot.session(session(7, 1).id)).unwrap();
        assert!(kept.is_some());
    }

    /// S114
    fn nothing_of_a_deleted_user_is_left(fixture) {
        let store = fixture.open();
        set_up(&store, 1);
        store
            .commit_and_wait(vec![
                add_group(group(1)),
                Change::AddMember { group: group_id(1), member: Principal::User(user_id(1)) },
                add_passkey(passkey(1, 1)),
                Change::OpenSession(Box::new(session(1, 1))),
                Change::IssueAccessPass(Box::new(pass(1))),
                Change::CountFailure { user: user_id(1), at: at(1), window_ms: 1 },
                Change::AssignRole(RoleAssignment {
                    id: RoleAssignmentId::new(Uuid::from_u128(1)),
                    role: DirectoryRole::GlobalReader,
                    principal: Principal::User(user_id(1)),
                }),
            ])
            .unwrap();
        store.commit_and_wait(vec![Change::DeleteUser(user_id(1))]).unwrap();
        let report = store.check().unwrap();
        assert_eq!(report.problems, Vec::<String>::new());
        let left: Vec<_> = report.rows.into_iter().filter(|(_, rows)| *rows > 0).collect();
        assert_eq!(left, [("organisations", 1), ("groups", 1)]);
    }
}
