//! Reads all that one decision needs, in as few statements as it takes.

use std::collections::BTreeSet;

use identity::access::{DirectoryRole, SignedInPerson};
use identity::access_pass::PassState;
use identity::administration::{AdministratorAccess, IssueFacts, PolicyFacts};
use identity::directory::{AccountState, Person, User};
use identity::first_run::FirstRunFacts;
use identity::policy::patch::NamedGroups;
use identity::registration::{KnownCredential, RegistrationFacts};
use identity::sign_in::{AccessPassFacts, PasskeyFound, SignInFacts};
use identity::{GroupId, SessionId, UserId};
use webauthn::{CredentialId, Timestamp};

use crate::error::StoreError;
use crate::passkeys::columns as passkey_columns;
use crate::sessions::columns as session_columns;
use crate::tx::Snapshot;
use crate::users::columns as user_columns;
use crate::{groups, organisations, passkeys, sessions, users};

const PASSKEY_AND_OWNER: &str = concat!(
    "SELECT ",
    passkey_columns!(),
    ", ",
    user_columns!(),
    " FROM passkeys p JOIN users u ON u.tenant = $1 AND u.id = p.user_id \
     WHERE p.tenant = $1 AND p.credential_id = $2"
);
const SESSION_AND_OWNER: &str = concat!(
    "SELECT ",
    session_columns!(),
    ", ",
    user_columns!(),
    " FROM sessions s JOIN users u ON u.tenant = $1 AND u.id = s.user_id \
     WHERE s.tenant = $1 AND s.id = $2"
);

impl Snapshot<'_> {
    /// What the first run is decided on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn first_run_facts(&mut self) -> Result<FirstRunFacts, StoreError> {
        Ok(FirstRunFacts {
            is_set_up: self.organisation()?.is_some(),
            link: organisations::link(self)?,
        })
    }

    /// A user with groups and roles.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn person(&mut self, user: UserId) -> Result<Option<Person>, StoreError> {
        let user = self.user(user)?;
        user.map(|user| self.with_standing(user)).transpose()
    }

    /// The user with this sign-in name, with groups and roles.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn person_by_upn(&mut self, upn: &str) -> Result<Option<Person>, StoreError> {
        let user = self.user_by_upn(upn)?;
        user.map(|user| self.with_standing(user)).transpose()
    }

    /// The session and its person as the directory has him now. Whether the session is alive is
    /// for the caller to ask: it takes a clock.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn signed_in(&mut self, session: SessionId) -> Result<Option<SignedInPerson>, StoreError> {
        let found = self.first(SESSION_AND_OWNER, &[session.into()], |row| {
            Ok((sessions::read(row)?, users::read(row)?))
        })?;
        let Some((session, user)) = found else { return Ok(None) };
        Ok(Some(SignedInPerson { person: self.with_standing(user)?, session }))
    }

    /// What a registration for this user is decided on; none if there is no such user.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn registration_facts(
        &mut self,
        user: UserId,
    ) -> Result<Option<RegistrationFacts>, StoreError> {
        let Some(person) = self.person(user)? else { return Ok(None) };
        Ok(Some(RegistrationFacts {
            person,
            configuration: self.fido2_configuration()?,
            existing: self.known_credentials(user)?,
        }))
    }

    /// A person's credentials, to exclude or to allow.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn known_credentials(&mut self, user: UserId) -> Result<Vec<KnownCredential>, StoreError> {
        let passkeys = self.passkeys_of(user)?;
        Ok(passkeys
            .into_iter()
            .map(|passkey| KnownCredential { id: passkey.id, transports: passkey.transports })
            .collect())
    }

    /// What a sign-in with this credential is decided on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn sign_in_facts(&mut self, credential: &CredentialId) -> Result<SignInFacts, StoreError> {
        let found = self.first(PASSKEY_AND_OWNER, &[credential.into()], |row| {
            Ok((passkeys::read(row)?, users::read(row)?))
        })?;
        let found = match found {
            None => None,
            Some((passkey, user)) => {
                Some(PasskeyFound { passkey, person: self.with_standing(user)? })
            }
        };
        Ok(SignInFacts { found, configuration: self.fido2_configuration()? })
    }

    /// What a sign-in with a Temporary Access Pass under this name is decided on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn access_pass_facts(&mut self, upn: &str) -> Result<AccessPassFacts, StoreError> {
        let person = self.person_by_upn(upn)?;
        let (pass, failures) = match &person {
            None => (None, None),
            Some(person) => {
                (self.access_pass_of(person.user.id)?, self.failures_of(person.user.id)?)
            }
        };
        let configuration = self.access_pass_configuration()?;
        Ok(AccessPassFacts { person, pass, configuration, failures })
    }

    /// What issuing a pass to this user is decided on; none if there is no such user.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn issue_facts(&mut self, user: UserId) -> Result<Option<IssueFacts>, StoreError> {
        let Some(person) = self.person(user)? else { return Ok(None) };
        Ok(Some(IssueFacts { person, configuration: self.access_pass_configuration()? }))
    }

    /// What a change of the FIDO2 configuration is decided on. `named` are the groups that the
    /// change names; those of the stored configuration are added.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn policy_facts(
        &mut self,
        named: &BTreeSet<GroupId>,
        now: Timestamp,
    ) -> Result<PolicyFacts, StoreError> {
        let current = self.fido2_configuration()?;
        let groups = current.value.named_groups().union(named).copied().collect();
        Ok(PolicyFacts {
            current,
            groups: self.named_groups(&groups)?,
            administrators: self.policy_administrators(now)?,
            passes: self.access_pass_configuration()?.value,
        })
    }

    /// Which of these groups exist, and which of them are security groups.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn named_groups(&mut self, ids: &BTreeSet<GroupId>) -> Result<NamedGroups, StoreError> {
        groups::named(self, ids)
    }

    /// Enabled people who may change the policy, with their ways in (S9).
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn policy_administrators(
        &mut self,
        now: Timestamp,
    ) -> Result<Vec<AdministratorAccess>, StoreError> {
        const CAPABLE: [DirectoryRole; 2] =
            [DirectoryRole::GlobalAdministrator, DirectoryRole::AuthenticationPolicyAdministrator];
        let mut administrators = Vec::new();
        for user in groups::holders(self, CAPABLE)? {
            let Some(person) = self.person(user)? else { continue };
            if person.user.state == AccountState::Disabled {
                continue;
            }
            let has_usable_pass =
                self.access_pass_of(user)?.is_some_and(|pass| pass.state(now) == PassState::Usable);
            let passkeys = self.passkeys_of(user)?.into_iter().map(|key| key.facts).collect();
            administrators.push(AdministratorAccess {
                user,
                groups: person.groups,
                passkeys,
                has_usable_pass,
            });
        }
        Ok(administrators)
    }

    fn with_standing(&mut self, user: User) -> Result<Person, StoreError> {
        let standing = groups::standing(self, user.id)?;
        Ok(Person {
            user,
            groups: standing.groups,
            roles: standing.roles,
            in_role_assignable_group: standing.in_role_assignable_group,
        })
    }
}
