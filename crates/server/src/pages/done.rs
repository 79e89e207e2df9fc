//! What was just done, told on the page that follows a form. The address carries a word from this
//! list and never a text, so that nobody can make our pages say something else.

use super::view::{Notice, Tone};

macro_rules! done {
    ($($(#[$docs:meta])* $variant:ident = $code:literal, $what:literal, $next:literal;)*) => {
        /// Something that was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Done {
            $($(#[$docs])* $variant,)*
        }

        impl Done {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            const fn words(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($what, $next),)* }
            }
        }
    };
}

done! {
    /// The passkey policy was saved.
    PolicySaved = "saved", "The settings are saved.", "They apply from the next request on.";
    /// A passkey of one's own was added and named.
    PasskeyAdded = "added", "Your passkey is ready.", "Use it the next time you sign in.";
    /// A passkey of one's own was deleted.
    PasskeyDeleted =
        "deleted",
        "The passkey is deleted.",
        "Remove it on the device too: it stays there until you do.";
    /// A person's passkey was deleted by an administrator.
    TheirPasskeyDeleted =
        "passkey-deleted",
        "The passkey is deleted and signs nobody in any more.",
        "It stays on the person’s device until it is removed there.";
    /// A person's pass was deleted.
    PassDeleted =
        "pass-deleted",
        "The Temporary Access Pass is deleted.",
        "Sessions opened with it have ended.";
    /// A person was added.
    PersonAdded =
        "person-added",
        "The person is added.",
        "Issue a Temporary Access Pass, so that they can register a passkey.";
    /// An account was enabled.
    Enabled = "enabled", "The account is enabled.", "";
    /// An account was disabled.
    Disabled = "disabled", "The account is disabled.", "All its sessions have ended.";
    /// Sessions were revoked.
    Revoked = "revoked", "All sessions of this person have ended.", "They have to sign in again.";
    /// A group was added.
    GroupAdded = "group-added", "The group is added.", "Add its members below.";
    /// A member was added.
    MemberAdded = "member-added", "The member is added.", "The policy follows at the next request.";
    /// A member was removed.
    MemberRemoved =
        "member-removed",
        "The member is removed.",
        "The policy follows at the next request.";
}

impl Done {
    /// An address that tells of it.
    pub(super) fn at(self, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}done={}", self.code())
    }

    /// The message for the code in an address, if it is one.
    pub(super) fn notice(code: &str) -> Option<Notice> {
        let done = Self::ALL.iter().copied().find(|done| done.code() == code)?;
        let (what, next) = done.words();
        Some(Notice {
            tone: Tone::Good,
            what: what.to_owned(),
            next: next.to_owned(),
            ..Notice::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_the_list_are_said() {
        assert_eq!(Done::PolicySaved.at("/admin?x=1"), "/admin?x=1&done=saved");
        assert_eq!(Done::notice("saved").unwrap().tone, Tone::Good);
        assert!(Done::notice("Call 555-0100 now").is_none());
    }
}
