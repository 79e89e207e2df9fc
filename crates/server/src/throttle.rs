//! How many requests one address may send to the routes that guess, sign or hash.
//!
//! The generic cell rate algorithm: of each address only one moment is kept, the one at which a
//! steady sender's next request would be due.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use webauthn::Timestamp;

use crate::error::Error;
use crate::settings::RequestBudget;

/// Most addresses that are remembered; when more are active, the rest share one budget.
const ADDRESSES_MAX: usize = 65_536;
/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;

/// The budgets of all addresses.
#[derive(Debug)]
pub(crate) struct Throttles {
    budget: RequestBudget,
    due: Mutex<BTreeMap<IpAddr, i64>>,
}

impl Throttles {
    pub(crate) const fn new(budget: RequestBudget) -> Self {
        Self { budget, due: Mutex::new(BTreeMap::new()) }
    }

    /// Takes one request out of the budget of an address. Half a minute's worth may come at once.
    pub(crate) fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), Error> {
        let RequestBudget::PerMinute(requests) = self.budget else { return Ok(()) };
        // Microseconds, so that large budgets are not rounded away.
        let now = now.0.saturating_mul(1000);
        let step = (MINUTE_MS * 1000).checked_div(i64::from(requests)).unwrap_or(MINUTE_MS * 1000);
        let burst = MINUTE_MS * 500;
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = network_of(address);
        if due.len() >= ADDRESSES_MAX && !due.contains_key(&key) {
            due.retain(|_, due| *due > now);
            if due.len() >= ADDRESSES_MAX {
                key = IpAddr::from([0, 0, 0, 0]);
            }
        }
        let entry = due.entry(key).or_insert(now);
        let next = std::cmp::max(*entry, now).saturating_add(step);
        let over = next.saturating_sub(now).saturating_sub(std::cmp::max(burst, step));
        if over > 0 {
            let seconds = over.saturating_add(999_999).div_euclid(1_000_000);
            return Err(Error::Throttled {
                retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX),
            });
        }
        *entry = next;
        Ok(())
    }
}

/// Whoever has one IPv6 address usually has 2⁶⁴ of them.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_is_let_through_then_the_steady_rate_and_others_are_not_touched() {
        let throttles = Throttles::new(RequestBudget::PerMinute(60));
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        for _ in 0..30 {
            assert_eq!(throttles.take(one, Timestamp(0)), Ok(()));
        }
        let refused = throttles.take(one, Timestamp(0));
        assert_eq!(refused, Err(Error::Throttled { retry_after_s: 1 }));
        assert_eq!(throttles.take(other, Timestamp(0)), Ok(()));
        assert_eq!(throttles.take(one, Timestamp(1_000)), Ok(()));
        assert!(throttles.take(one, Timestamp(1_000)).is_err());
    }

    #[test]
    fn the_addresses_of_one_network_share_a_budget() {
        let throttles = Throttles::new(RequestBudget::PerMinute(1));
        assert_eq!(throttles.take(address("2001:db8::1"), Timestamp(0)), Ok(()));
        assert!(throttles.take(address("2001:db8::2"), Timestamp(0)).is_err());
        assert_eq!(throttles.take(address("2001:db8:0:1::1"), Timestamp(0)), Ok(()));
    }

    #[test]
    fn without_a_budget_nothing_is_counted() {
        let throttles = Throttles::new(RequestBudget::Unlimited);
        for _ in 0..10_000 {
            assert_eq!(throttles.take(address("192.0.2.1"), Timestamp(0)), Ok(()));
        }
    }
}
