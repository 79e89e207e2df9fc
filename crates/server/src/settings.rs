//! What an operator decides about a server, as values: whoever starts it has read flags and files.

use identity::Limits;
use identity::registration::CounterReaction;
use webauthn::{InvalidOrigin, Origin, RpId};

use crate::clock::Clock;

/// Everything that makes one server different from another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the data lives.
    pub location: store::Location,
    /// Where people reach the server; decides origin and RP ID.
    pub public_url: Origin,
    /// Limits.
    pub limits: Limits,
    /// What happens when an authenticator's counter goes back (S112).
    pub counter_reaction: CounterReaction,
    /// Whether a policy change that stops passkeys in use must be confirmed (S50).
    pub impact_confirmation: ImpactConfirmation,
    /// How many requests one address may send to the routes of sign-in, tokens and first run.
    pub request_budget: RequestBudget,
    /// The clock.
    pub clock: Clock,
}

/// How many requests one address may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBudget {
    /// So many a minute, half of them at once; then 429.
    PerMinute(u32),
    /// As many as it likes: for load tests, and behind a proxy that counts.
    Unlimited,
}

impl RequestBudget {
    /// Enough for an office behind one address.
    pub const DEFAULT: Self = Self::PerMinute(1200);
}

/// Whether a policy change that stops passkeys in use must be confirmed (S50).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImpactConfirmation {
    /// A change is made when it is asked for, as in the real product.
    Off,
    /// A change that stops passkeys is refused with the numbers until it is sent as confirmed.
    Required,
}

impl Settings {
    /// Everything but location and address as a new server has it.
    #[must_use]
    pub fn new(location: store::Location, public_url: Origin) -> Self {
        Self {
            location,
            public_url,
            limits: Limits::default(),
            counter_reaction: CounterReaction::Refuse,
            impact_confirmation: ImpactConfirmation::Off,
            request_budget: RequestBudget::DEFAULT,
            clock: Clock::system(),
        }
    }

    /// The RP ID: the host of the public URL.
    ///
    /// # Errors
    /// [`InvalidOrigin`] when the public URL has no host, as an app's origin.
    pub fn rp_id(&self) -> Result<RpId, InvalidOrigin> {
        self.public_url.host().ok_or(InvalidOrigin)?.parse()
    }
}
