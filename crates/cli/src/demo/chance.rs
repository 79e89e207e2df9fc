//! Numbers that look random and follow from a seed: the same seed gives the same organisation.

use uuid::{Builder, Uuid};

/// What numbers are drawn for, so that two draws for one person do not agree by design.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Tenant,
    User,
    Group,
    RoleAssignment,
    Handle,
    Entry,
    Ceremony,
    Name,
    Department,
    Past,
    Model,
    Use,
}

/// A seed. Not for secrets: whoever knows the seed knows every number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The `ordinal`-th number for this purpose.
    pub(super) fn number(self, purpose: Purpose, ordinal: u64) -> u64 {
        mix(mix(mix(self.0).wrapping_add(purpose.number())).wrapping_add(ordinal))
    }

    /// A number below `bound`; zero if that is zero.
    pub(super) fn below(self, purpose: Purpose, ordinal: u64, bound: u64) -> u64 {
        self.number(purpose, ordinal).checked_rem(bound).unwrap_or_default()
    }

    /// One of the items.
    pub(super) fn pick<T: Copy>(self, purpose: Purpose, ordinal: u64, items: &[T]) -> Option<T> {
        let bound = u64::try_from(items.len()).unwrap_or(u64::MAX);
        let index = usize::try_from(self.below(purpose, ordinal, bound)).unwrap_or_default();
        items.get(index).copied()
    }

    /// 32 bytes.
    pub(super) fn bytes(self, purpose: Purpose, ordinal: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        let mut state = self.number(purpose, ordinal);
        for part in bytes.chunks_exact_mut(8) {
            state = mix(state);
            part.copy_from_slice(&state.to_be_bytes());
        }
        bytes
    }

    /// A UUID of version 4.
    pub(super) fn uuid(self, purpose: Purpose, ordinal: u64) -> Uuid {
        let bytes = self.bytes(purpose, ordinal);
        let half = bytes.first_chunk::<16>().copied().unwrap_or_default();
        Builder::from_random_bytes(half).into_uuid()
    }

    /// The seed of all credentials, for `ctap`: its last eight bytes are ours.
    pub(super) fn credential_seed(self) -> [u8; 32] {
        let mut seed = [0; 32];
        if let Some(last) = seed.last_chunk_mut::<8>() {
            *last = self.0.to_be_bytes();
        }
        seed
    }
}

impl Purpose {
    const fn number(self) -> u64 {
        match self {
            Self::Tenant => 1,
            Self::User => 2,
            Self::Group => 3,
            Self::RoleAssignment => 4,
            Self::Handle => 5,
            Self::Entry => 6,
            Self::Ceremony => 7,
            Self::Name => 8,
            Self::Department => 9,
            Self::Past => 10,
            Self::Model => 11,
            Self::Use => 12,
        }
    }
}

/// One step of the `SplitMix64` generator (Steele, Lea and Flood, 2014).
const fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // the first number of SplitMix64 from state zero
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn seeds_purposes_and_ordinals_lead_to_different_numbers() {
        let numbers: BTreeSet<u64> = (0..100)
            .flat_map(|seed| (0..100).map(move |ordinal| (seed, ordinal)))
            .flat_map(|(seed, ordinal)| {
                [Purpose::User, Purpose::Group].map(|p| Chance::new(seed).number(p, ordinal))
            })
            .collect();
        assert_eq!(numbers.len(), 20_000);
        assert_eq!(Chance::new(1).uuid(Purpose::User, 0).get_version_num(), 4);
    }
}
