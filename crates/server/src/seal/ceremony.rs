//! The compact form of ceremonies: fields of fixed width in a fixed order, so that the length of a
//! challenge tells nothing about what is in it.

use identity::first_run::FirstRunCeremony;
use identity::registration::RegistrationCeremony;
use identity::sign_in::{ExpectedUser, SignInCeremony};
use identity::{SessionId, UserId, Version};
use uuid::Uuid;
use webauthn::{Challenge, Timestamp, UserHandle};

use crate::seal::{Purpose, SALT, Sealer};

impl Sealer {
    /// The challenge of a registration.
    pub(crate) fn seal_registration(
        &self,
        ceremony: &RegistrationCeremony,
        salt: [u8; SALT],
    ) -> Option<Challenge> {
        let mut out = Writer::default();
        out.bytes(ceremony.user.as_uuid().as_bytes());
        out.optional(ceremony.session.as_ref().map(SessionId::as_bytes));
        out.int(ceremony.policy.0);
        out.int(ceremony.expires_at.0);
        out.bytes(&ceremony.nonce);
        Challenge::new(self.seal(Purpose::Registration, &out.0, salt)?).ok()
    }

    /// The registration that a challenge began.
    pub(crate) fn open_registration(&self, challenge: &Challenge) -> Option<RegistrationCeremony> {
        let plain = self.open(Purpose::Registration, challenge.as_bytes())?;
        let mut from = Reader(&plain);
        let ceremony = RegistrationCeremony {
            user: UserId::new(from.uuid()?),
            session: from.optional()?.map(SessionId::from_digest),
            policy: Version(from.int()?),
            expires_at: Timestamp(from.int()?),
            nonce: from.bytes()?,
        };
        from.end(ceremony)
    }

    /// The challenge of a sign-in.
    pub(crate) fn seal_sign_in(
        &self,
        ceremony: &SignInCeremony,
        salt: [u8; SALT],
    ) -> Option<Challenge> {
        let (kind, user) = match ceremony.expected {
            ExpectedUser::Anyone => (0, Uuid::nil()),
            ExpectedUser::Only(user) => (1, user.as_uuid()),
            ExpectedUser::Nobody => (2, Uuid::nil()),
        };
        let mut out = Writer::default();
        out.bytes(&[kind]);
        out.bytes(user.as_bytes());
        out.bytes(&ceremony.browser);
        out.int(ceremony.expires_at.0);
        out.bytes(&ceremony.nonce);
        Challenge::new(self.seal(Purpose::SignIn, &out.0, salt)?).ok()
    }

    /// The sign-in that a challenge began.
    pub(crate) fn open_sign_in(&self, challenge: &Challenge) -> Option<SignInCeremony> {
        let plain = self.open(Purpose::SignIn, challenge.as_bytes())?;
        let mut from = Reader(&plain);
        let [kind] = from.bytes()?;
        let user = UserId::new(from.uuid()?);
        let ceremony = SignInCeremony {
            expected: match kind {
                0 => ExpectedUser::Anyone,
                1 => ExpectedUser::Only(user),
                2 => ExpectedUser::Nobody,
                _ => return None,
            },
            browser: from.bytes()?,
            expires_at: Timestamp(from.int()?),
            nonce: from.bytes()?,
        };
        from.end(ceremony)
    }

    /// The challenge of the first registration of all.
    pub(crate) fn seal_first_run(
        &self,
        ceremony: &FirstRunCeremony,
        salt: [u8; SALT],
    ) -> Option<Challenge> {
        let mut out = Writer::default();
        out.bytes(ceremony.user.as_uuid().as_bytes());
        out.bytes(&ceremony.link);
        out.int(ceremony.expires_at.0);
        out.bytes(&ceremony.nonce);
        out.bytes(ceremony.handle.as_bytes());
        Challenge::new(self.seal(Purpose::FirstRun, &out.0, salt)?).ok()
    }

    /// The first run that a challenge began.
    pub(crate) fn open_first_run(&self, challenge: &Challenge) -> Option<FirstRunCeremony> {
        let plain = self.open(Purpose::FirstRun, challenge.as_bytes())?;
        let mut from = Reader(&plain);
        Some(FirstRunCeremony {
            user: UserId::new(from.uuid()?),
            link: from.bytes()?,
            expires_at: Timestamp(from.int()?),
            nonce: from.bytes()?,
            handle: UserHandle::new(from.0).ok()?,
        })
    }
}

/// Puts fields one after the other.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn int(&mut self, number: i64) {
        self.bytes(&number.to_be_bytes());
    }

    /// As wide when there is nothing.
    fn optional(&mut self, bytes: Option<&[u8; 32]>) {
        self.bytes(&[u8::from(bytes.is_some())]);
        self.bytes(bytes.unwrap_or(&[0; 32]));
    }
}

/// Takes fields from the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    fn int(&mut self) -> Option<i64> {
        self.bytes().map(i64::from_be_bytes)
    }

    fn uuid(&mut self) -> Option<Uuid> {
        self.bytes().map(Uuid::from_bytes)
    }

    /// Nothing, or the bytes; none if it is neither.
    fn optional(&mut self) -> Option<Option<[u8; 32]>> {
        let [flag] = self.bytes()?;
        let bytes = self.bytes()?;
        match flag {
            0 => Some(None),
            1 => Some(Some(bytes)),
            _ => None,
        }
    }

    /// The value, if nothing is left over.
    fn end<T>(self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}
