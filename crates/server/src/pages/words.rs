//! What people read when something is refused or broken: what happened, why, and what to do next.
//!
//! The stable codes and the full reasons stay in the logs, under the correlation id that each
//! message carries.

mod policy;

use identity::{CorrelationId, Refusal};

pub(super) use policy::{GroupNames, Reader, rule_sentence, target_name, verdict_sentence};

use super::view::{Notice, Tone};
use crate::error::Error;

/// What the person was doing when it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Signing in.
    SignIn,
    /// Registering a passkey.
    Registration,
    /// Anything else, most of it administration.
    Other,
}

/// The message for an error.
pub(super) fn notice(error: &Error, occasion: Occasion, correlation: CorrelationId) -> Notice {
    let (what, why, next) = match error {
        Error::Refused(refusal) => (
            what(refusal, occasion).to_owned(),
            why(refusal, occasion),
            next(refusal, occasion).to_owned(),
        ),
        Error::BadRequest { .. }
        | Error::Unauthenticated(_)
        | Error::Forged
        | Error::Misdirected
        | Error::UnknownPath
        | Error::MethodNotAllowed
        | Error::TooLarge
        | Error::UnsupportedMediaType
        | Error::Throttled { .. }
        | Error::Unavailable { .. }
        | Error::Internal(_) => broken(error),
    };
    Notice { tone: Tone::Bad, what, why, next, correlation_id: correlation.to_string() }
}

/// A text in the style of our errors as a sentence.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut out: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    out.push_str(letters.as_str());
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

fn broken(error: &Error) -> (String, String, String) {
    let (what, next) = match error {
        Error::UnknownPath => ("There is nothing here.", "Check the address, or start over."),
        Error::Unauthenticated(_) => ("You are not signed in.", "Sign in and try again."),
        Error::Forged => {
            ("That was not sent from our own page.", "Open the page again and try once more.")
        }
        Error::Misdirected => {
            ("This is not the address of this server.", "Use the address you were given.")
        }
        Error::MethodNotAllowed | Error::UnsupportedMediaType | Error::BadRequest { .. } => {
            ("This request cannot be read.", "Go back, load the page again and try once more.")
        }
        Error::TooLarge => ("This is too much at once.", "Send less."),
        Error::Throttled { .. } => ("Too many attempts.", "Wait a moment and try again."),
        Error::Unavailable { .. } => ("Nothing was changed.", "Wait a moment and try again."),
        Error::Internal(_) | Error::Refused(_) => {
            ("Something went wrong on our side.", "Try again, or ask your administrator for help.")
        }
    };
    (what.to_owned(), sentence(&error.public_message()), next.to_owned())
}

fn what(refusal: &Refusal, occasion: Occasion) -> &'static str {
    let nothing_happened = match occasion {
        Occasion::SignIn => "You are not signed in yet.",
        Occasion::Registration => "No passkey was registered.",
        Occasion::Other => "Nothing was changed.",
    };
    match refusal {
        Refusal::PermissionMissing { .. }
        | Refusal::RoleMissing { .. }
        | Refusal::TargetProtected
        | Refusal::OwnAccessPass => "You may not do this.",
        Refusal::Policy(_) => match occasion {
            Occasion::SignIn => "This passkey may not be used to sign in.",
            Occasion::Registration | Occasion::Other => nothing_happened,
        },
        Refusal::FreshSignInNeeded { .. } | Refusal::AccessPassTooOld => {
            "Please sign in once more first."
        }
        Refusal::TooManyPasskeys { .. } => "No further passkey can be added.",
        Refusal::AccountDisabled => "This account is switched off.",
        Refusal::PasskeyUnknown
        | Refusal::Authentication(_)
        | Refusal::AnotherPersonsPasskey
        | Refusal::PasskeyRejected
        | Refusal::CounterWentBack => "This passkey did not sign you in.",
        // One answer for both: a lock-out must not tell which names exist (S109).
        Refusal::LockedOut { .. } | Refusal::AccessPassWrong => {
            "This user name and this pass do not work together."
        }
        Refusal::AccessPassUnusable(_) | Refusal::AccessPassNotAllowed => {
            "This access pass does not work now."
        }
        Refusal::FirstRunLinkInvalid => "This link does not work.",
        Refusal::NotFound { .. } => "This does not exist.",
        Refusal::VersionConflict => "Somebody else was faster.",
        Refusal::ConfirmationNeeded { .. } => "Please confirm this change.",
        Refusal::AdministratorsLockedOut => "This change cannot be saved.",
        Refusal::ChallengeForeign
        | Refusal::ChallengeMisplaced
        | Refusal::ChallengeExpired
        | Refusal::ChallengeUsed
        | Refusal::Registration(_)
        | Refusal::CredentialKnown
        | Refusal::ClientUnknown
        | Refusal::Property { .. }
        | Refusal::AlreadyExists { .. } => nothing_happened,
    }
}

fn why(refusal: &Refusal, occasion: Occasion) -> String {
    match refusal {
        Refusal::Policy(rule) => rule_sentence(rule, Reader::Person, None),
        Refusal::LockedOut { .. } | Refusal::AccessPassWrong => {
            "The name or the pass is wrong, or there were too many attempts.".to_owned()
        }
        Refusal::ChallengeExpired if occasion != Occasion::Other => {
            "It took too long: the page stood open for more than five minutes.".to_owned()
        }
        Refusal::PermissionMissing { .. }
        | Refusal::RoleMissing { .. }
        | Refusal::TargetProtected
        | Refusal::OwnAccessPass
        | Refusal::FreshSignInNeeded { .. }
        | Refusal::AccessPassTooOld
        | Refusal::TooManyPasskeys { .. }
        | Refusal::AccountDisabled
        | Refusal::ChallengeForeign
        | Refusal::ChallengeMisplaced
        | Refusal::ChallengeExpired
        | Refusal::ChallengeUsed
        | Refusal::Registration(_)
        | Refusal::CredentialKnown
        | Refusal::PasskeyUnknown
        | Refusal::Authentication(_)
        | Refusal::AnotherPersonsPasskey
        | Refusal::PasskeyRejected
        | Refusal::CounterWentBack
        | Refusal::AccessPassUnusable(_)
        | Refusal::AccessPassNotAllowed
        | Refusal::ClientUnknown
        | Refusal::FirstRunLinkInvalid
        | Refusal::Property { .. }
        | Refusal::NotFound { .. }
        | Refusal::AlreadyExists { .. }
        | Refusal::VersionConflict
        | Refusal::ConfirmationNeeded { .. }
        | Refusal::AdministratorsLockedOut => sentence(&refusal.to_string()),
    }
}

fn next(refusal: &Refusal, occasion: Occasion) -> &'static str {
    match refusal {
        Refusal::PermissionMissing { .. } | Refusal::RoleMissing { .. } => {
            "Ask an administrator who may assign roles."
        }
        Refusal::TargetProtected | Refusal::OwnAccessPass => "Ask another administrator.",
        Refusal::Policy(_) => match occasion {
            Occasion::SignIn => {
                "Sign in with another passkey, or ask your administrator for a Temporary Access \
                 Pass."
            }
            Occasion::Registration | Occasion::Other => {
                "Use another device or security key, or ask your administrator."
            }
        },
        Refusal::TooManyPasskeys { .. } => "Delete one that you do not use any more.",
        Refusal::AccountDisabled => "Ask your administrator to enable it.",
        Refusal::PasskeyUnknown => {
            "Delete it on your device, and sign in another way or ask your administrator for a \
             Temporary Access Pass."
        }
        Refusal::AnotherPersonsPasskey
        | Refusal::Authentication(_)
        | Refusal::PasskeyRejected
        | Refusal::CounterWentBack => "Try another passkey, or ask your administrator for help.",
        Refusal::LockedOut { .. } | Refusal::AccessPassWrong => {
            "Check both; after many attempts wait a quarter of an hour, or ask your administrator \
             for a new pass."
        }
        Refusal::AccessPassTooOld
        | Refusal::AccessPassUnusable(_)
        | Refusal::AccessPassNotAllowed => "Ask your administrator for a new pass.",
        Refusal::CredentialKnown => "Use the passkey that you have, or another device.",
        Refusal::ChallengeForeign
        | Refusal::ChallengeMisplaced
        | Refusal::ChallengeExpired
        | Refusal::ChallengeUsed
        | Refusal::Registration(_) => "Load the page again and try once more.",
        Refusal::VersionConflict => "Load the page again to see the change.",
        Refusal::FreshSignInNeeded { .. } => "Sign in again; you come back here afterwards.",
        Refusal::AdministratorsLockedOut => {
            "Give an administrator another passkey first, or keep a model of theirs."
        }
        Refusal::FirstRunLinkInvalid
        | Refusal::ClientUnknown
        | Refusal::Property { .. }
        | Refusal::NotFound { .. }
        | Refusal::AlreadyExists { .. }
        | Refusal::ConfirmationNeeded { .. } => "",
    }
}

#[cfg(test)]
mod tests {
    use identity::policy::Rule;
    use webauthn::Timestamp;

    use super::*;

    fn words(refusal: Refusal, occasion: Occasion) -> Notice {
        let correlation = CorrelationId::new(uuid::Uuid::nil());
        notice(&Error::Refused(refusal), occasion, correlation)
    }

    /// S109
    #[test]
    fn a_lock_out_reads_like_a_wrong_pass() {
        let locked = Refusal::LockedOut { until: Timestamp(5) };
        let (locked, wrong) =
            (words(locked, Occasion::SignIn), words(Refusal::AccessPassWrong, Occasion::SignIn));
        assert_eq!((locked.what, locked.why, locked.next), (wrong.what, wrong.why, wrong.next));
    }

    #[test]
    fn a_refusal_says_what_why_and_next_with_its_correlation_id() {
        let said = words(Refusal::Policy(Rule::NotTargeted), Occasion::SignIn);
        for part in [&said.what, &said.why, &said.next] {
            assert!(part.ends_with('.') && part.chars().next().unwrap().is_uppercase(), "{part}");
        }
        assert_eq!(said.correlation_id, "00000000-0000-0000-0000-000000000000");
    }

    #[test]
    fn what_broke_stays_inside() {
        let inner = Error::Internal("table sessions is corrupt".to_owned());
        let said = notice(&inner, Occasion::Other, CorrelationId::new(uuid::Uuid::nil()));
        assert!(!format!("{said:?}").contains("table"));
    }
}
