//! Made-up people, groups and passkeys.

use identity::audit::{Context, Recorded, SignInEntry, SignInMethodName};
use identity::change::{Change, Organisation};
use identity::directory::{
    AccountState, Group, MailGroup, RoleAssignable, SecurityGroup, User, UserDetails, UserKind,
};
use identity::passkey::{
    AttestationEvidence, AttestationLevel, BackupState, Passkey, PasskeyFacts, PasskeyType,
};
use identity::session::{Session, SignInMethod};
use identity::{CorrelationId, GroupId, SessionId, TenantId, UserId, Version};
use store::Store;
use uuid::Uuid;
use webauthn::{Aaguid, CredentialId, SignCount, Timestamp, UserHandle};

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp(1_700_000_000_000 + ms)
}

pub(crate) fn user_id(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(0x0a00_0000_0000_0000_0000_0000_0000_0000 + number))
}

pub(crate) fn group_id(number: u128) -> GroupId {
    GroupId::new(Uuid::from_u128(0x0b00_0000_0000_0000_0000_0000_0000_0000 + number))
}

pub(crate) fn credential_id(number: u128) -> CredentialId {
    CredentialId::new(number.to_be_bytes()).unwrap()
}

pub(crate) fn aaguid(number: u8) -> Aaguid {
    Aaguid::from_bytes([number; 16])
}

pub(crate) fn organisation() -> Organisation {
    Organisation {
        id: TenantId::new(Uuid::from_u128(7)),
        display_name: "Example".parse().unwrap(),
        domain: "example.org".to_owned(),
        created_at: at(0),
    }
}

pub(crate) fn user(number: u128) -> User {
    User {
        id: user_id(number),
        upn: format!("person{number}@example.org").parse().unwrap(),
        display_name: format!("Person {number}").parse().unwrap(),
        state: AccountState::Enabled,
        kind: UserKind::Member,
        handle: UserHandle::new([number.to_be_bytes(), [9; 16]].concat()).unwrap(),
        details: UserDetails::default(),
        created_at: at(1),
        sessions_valid_from: at(1),
        version: Version(1),
    }
}

pub(crate) fn group(number: u128) -> Group {
    Group {
        id: group_id(number),
        display_name: format!("Group {number}").parse().unwrap(),
        description: None,
        mail_nickname: format!("group{number}"),
        security: SecurityGroup::Yes,
        mail: MailGroup::No,
        roles: RoleAssignable::No,
        created_at: at(2),
        version: Version(1),
    }
}

/// A COSE key that can be read: the base point of P-256.
fn public_key() -> Vec<u8> {
    const X: u128 = 0x6b17_d1f2_e12c_4247_f8bc_e6e5_63a4_40f2;
    const X2: u128 = 0x7703_7d81_2deb_33a0_f4a1_3945_d898_c296;
    const Y: u128 = 0x4fe3_42e2_fe1a_7f9b_8ee7_eb4a_7c0f_9e16;
    const Y2: u128 = 0x2bce_3357_6b31_5ece_cbb6_4068_37bf_51f5;
    let mut key = vec![0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20];
    key.extend([X.to_be_bytes(), X2.to_be_bytes()].concat());
    key.extend([0x22, 0x58, 0x20]);
    key.extend([Y.to_be_bytes(), Y2.to_be_bytes()].concat());
    key
}

pub(crate) fn passkey(number: u128, owner: u128) -> Passkey {
    Passkey {
        id: credential_id(number),
        user: user_id(owner),
        name: format!("Key {number}").parse().unwrap(),
        public_key: public_key(),
        facts: PasskeyFacts {
            aaguid: aaguid(1),
            passkey_type: PasskeyType::DeviceBound,
            attestation: AttestationLevel::NotAttested,
        },
        sign_count: SignCount(0),
        backup_state: BackupState::NotBackedUp,
        transports: vec!["internal".to_owned(), "hybrid".to_owned()],
        created_at: at(3),
        last_used_at: None,
    }
}

pub(crate) fn evidence() -> AttestationEvidence {
    AttestationEvidence {
        format: "packed".to_owned(),
        attestation_object: vec![1; 300],
        client_data_json: b"{}".to_vec(),
        certificates: vec![vec![2; 500], vec![3; 400]],
    }
}

pub(crate) fn session(number: u8, owner: u128) -> Session {
    Session {
        id: SessionId::from_digest([number; 32]),
        user: user_id(owner),
        method: SignInMethod::Passkey(credential_id(1)),
        authenticated_at: at(10),
        expires_at: at(1_000),
    }
}

pub(crate) fn context(number: u128) -> Context {
    Context {
        now: at(5),
        correlation: CorrelationId::new(Uuid::from_u128(number)),
        unique: Uuid::from_u128(number << 8),
        ip: Some("192.0.2.7".to_owned()),
        user_agent: Some("test".to_owned()),
    }
}

pub(crate) fn sign_in_entry(number: u128) -> SignInEntry {
    SignInEntry {
        id: Uuid::from_u128(number),
        at: at(5),
        user: Some(user_id(1)),
        upn: Some("person1@example.org".to_owned()),
        method: SignInMethodName::PasskeySynced,
        passkey: Some(credential_id(1)),
        aaguid: Some(aaguid(1)),
        result: Recorded::Success,
        decided_by: "profile Default".to_owned(),
        correlation: CorrelationId::new(Uuid::from_u128(number)),
        ip: None,
        user_agent: None,
    }
}

pub(crate) fn add_user(user: User) -> Change {
    Change::AddUser(Box::new(user))
}

pub(crate) fn add_group(group: Group) -> Change {
    Change::AddGroup(Box::new(group))
}

pub(crate) fn add_passkey(passkey: Passkey) -> Change {
    Change::AddPasskey { passkey: Box::new(passkey), evidence: Box::new(evidence()), limit: 10 }
}

/// An organisation with the users 1 to `users`.
pub(crate) fn set_up(store: &Store, users: u128) {
    let mut changes = vec![Change::CreateOrganisation(organisation())];
    changes.extend((1..=users).map(|number| add_user(user(number))));
    store.commit_and_wait(changes).unwrap();
}
