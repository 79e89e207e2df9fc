//! People, callers and contexts for the tests of verbs.

use std::collections::BTreeSet;

use identity::access::{Caller, DirectoryRole, Permission, SignedInPerson, TargetPerson};
use identity::directory::{AccountState, Person, User, UserDetails, UserKind};
use identity::session::{Session, SignInMethod};
use identity::{ClientId, Context, CorrelationId, SessionId, UserId, Version};
use uuid::Uuid;
use webauthn::{CredentialId, Timestamp, UserHandle};

/// The moment of every test.
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub(crate) fn context() -> Context {
    Context {
        now: NOW,
        correlation: CorrelationId::new(Uuid::from_u128(0xC0)),
        unique: Uuid::from_u128(0xE0),
        ip: None,
        user_agent: None,
    }
}

pub(crate) fn person(number: u128, roles: &[DirectoryRole]) -> Person {
    Person {
        user: User {
            id: UserId::new(Uuid::from_u128(number)),
            upn: format!("person{number}@example.org").parse().unwrap(),
            display_name: format!("Person {number}").parse().unwrap(),
            state: AccountState::Enabled,
            kind: UserKind::Member,
            handle: UserHandle::new(number.to_be_bytes()).unwrap(),
            details: UserDetails::default(),
            created_at: NOW,
            sessions_valid_from: Timestamp(0),
            version: Version(1),
        },
        groups: BTreeSet::new(),
        roles: roles.iter().copied().collect(),
        in_role_assignable_group: false,
    }
}

pub(crate) fn target(number: u128, roles: &[DirectoryRole]) -> TargetPerson {
    TargetPerson::from(&person(number, roles))
}

pub(crate) fn signed_in(person: Person) -> Caller {
    let session = Session {
        id: SessionId::from_digest([9; 32]),
        user: person.user.id,
        method: SignInMethod::Passkey(CredentialId::new([1]).unwrap()),
        authenticated_at: NOW,
        expires_at: NOW.plus_ms(1_000_000),
    };
    Caller::Person(Box::new(SignedInPerson { person, session }))
}

pub(crate) fn application(permissions: &[Permission]) -> Caller {
    Caller::Application {
        client: ClientId::new(Uuid::from_u128(0xA0)),
        name: "robot".to_owned(),
        permissions: permissions.iter().copied().collect(),
    }
}
