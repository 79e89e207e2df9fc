//! Sealed challenges open only as what they were sealed for, and only unaltered.

use identity::first_run::FirstRunCeremony;
use identity::registration::RegistrationCeremony;
use identity::sign_in::{ExpectedUser, SignInCeremony};
use identity::{SessionId, UserId, Version};
use uuid::Uuid;
use webauthn::{Challenge, Timestamp, UserHandle};

use super::{Purpose, Sealer};

fn sealer() -> Sealer {
    Sealer::new(&[1; 32])
}

fn registration(session: Option<SessionId>) -> RegistrationCeremony {
    RegistrationCeremony {
        user: UserId::new(Uuid::from_u128(7)),
        session,
        policy: Version(3),
        expires_at: Timestamp(99),
        nonce: [5; 32],
    }
}

fn sign_in(expected: ExpectedUser) -> SignInCeremony {
    SignInCeremony { expected, browser: [4; 32], expires_at: Timestamp(99), nonce: [5; 32] }
}

#[test]
fn every_ceremony_comes_back_as_it_was_sealed() {
    let sealer = sealer();
    for session in [None, Some(SessionId::from_digest([8; 32]))] {
        let challenge = sealer.seal_registration(&registration(session), [9; 16]).unwrap();
        assert_eq!(sealer.open_registration(&challenge), Some(registration(session)));
    }
    let only = ExpectedUser::Only(UserId::new(Uuid::from_u128(7)));
    for expected in [ExpectedUser::Anyone, only, ExpectedUser::Nobody] {
        let challenge = sealer.seal_sign_in(&sign_in(expected), [9; 16]).unwrap();
        assert_eq!(sealer.open_sign_in(&challenge), Some(sign_in(expected)));
    }
    let first_run = || FirstRunCeremony {
        user: UserId::new(Uuid::from_u128(7)),
        handle: UserHandle::new([6; 64]).unwrap(),
        link: [3; 32],
        expires_at: Timestamp(99),
        nonce: [5; 32],
    };
    let challenge = sealer.seal_first_run(&first_run(), [9; 16]).unwrap();
    assert_eq!(sealer.open_first_run(&challenge), Some(first_run()));
}

/// S109
#[test]
fn the_length_of_a_challenge_tells_nothing_about_the_name_typed() {
    let sealer = sealer();
    let only = ExpectedUser::Only(UserId::new(Uuid::from_u128(7)));
    let lengths = [ExpectedUser::Anyone, only, ExpectedUser::Nobody]
        .map(|expected| sealer.seal_sign_in(&sign_in(expected), [9; 16]).unwrap().as_bytes().len());
    assert_eq!(lengths[0], lengths[1]);
    assert_eq!(lengths[0], lengths[2]);
}

/// S78
#[test]
fn any_altered_byte_makes_a_challenge_worthless() {
    let sealer = sealer();
    let challenge = sealer.seal_registration(&registration(None), [9; 16]).unwrap();
    for index in 0..challenge.as_bytes().len() {
        let mut bytes = challenge.as_bytes().to_vec();
        bytes[index] ^= 1;
        assert_eq!(sealer.open_registration(&Challenge::new(bytes).unwrap()), None, "{index}");
    }
    let short = Challenge::new(&challenge.as_bytes()[..32]).unwrap();
    assert_eq!(sealer.open_registration(&short), None);
}

/// S78
#[test]
fn a_challenge_sealed_for_one_purpose_opens_for_no_other() {
    let sealer = sealer();
    let challenge = sealer.seal_registration(&registration(None), [9; 16]).unwrap();
    assert_eq!(sealer.open_sign_in(&challenge), None);
    assert_eq!(sealer.open_first_run(&challenge), None);
    assert_eq!(sealer.open(Purpose::Page, challenge.as_bytes()), None);
}

#[test]
fn another_servers_key_opens_nothing() {
    let challenge = sealer().seal_registration(&registration(None), [9; 16]).unwrap();
    assert_eq!(Sealer::new(&[2; 32]).open_registration(&challenge), None);
}

#[test]
fn two_challenges_of_the_same_ceremony_differ() {
    let sealer = sealer();
    let one = sealer.seal_registration(&registration(None), [1; 16]).unwrap();
    let other = sealer.seal_registration(&registration(None), [2; 16]).unwrap();
    assert_ne!(one, other);
}
