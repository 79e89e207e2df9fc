//! Credentials of people who do not exist, or have none: the same each time a name is typed, and
//! spread as real ones are, so that what a name is answered does not tell whether somebody has it.
//!
//! Each id ends with a mark that only we can make. Whoever answers with one is refused as if he
//! had signed wrongly for a real one; without the mark it would be a passkey that nobody knows.

use webauthn::CredentialId;
use webauthn::options::Descriptor;

use crate::error::Error;
use crate::keys::Keys;
use crate::secret::is_equal;

/// Most passkeys that are offered for a name; people with more would stand out.
pub(super) const OFFERED_MAX: usize = 3;

/// Bytes of the mark: nobody meets one by chance, and half of the shortest id is left to vary.
const MARK: usize = 8;

/// What real credentials look like: bytes of the id, transports. Phones and computers make most.
const SHAPES: [(usize, &[&str]); 8] = [
    (20, &["hybrid", "internal"]),
    (32, &["internal"]),
    (16, &["hybrid", "internal"]),
    (32, &["hybrid", "internal"]),
    (48, &["nfc", "usb"]),
    (64, &["nfc", "usb"]),
    (64, &["usb"]),
    (96, &["usb"]),
];

/// The decoys of a name: most people have one passkey, some two, few three.
pub(super) fn descriptors(keys: &Keys, name: &str) -> Result<Vec<Descriptor>, Error> {
    let name = name.trim().to_lowercase();
    let [chance, ..] = keys.decoy(&name, 0);
    let count: u8 = match chance {
        0..=159 => 1,
        160..=223 => 2,
        224..=255 => 3,
    };
    (1..=count).map(|number| descriptor(keys, &name, number)).collect()
}

fn descriptor(keys: &Keys, name: &str, number: u8) -> Result<Descriptor, Error> {
    let part = |index: u8| keys.decoy(name, number.saturating_mul(4).saturating_add(index));
    let [chance, ..] = part(0);
    let shape = usize::from(chance).checked_rem(SHAPES.len()).unwrap_or_default();
    let (length, transports) = SHAPES.get(shape).copied().unwrap_or((32, &["internal"]));
    let varying = (1..=3).flat_map(part).take(length.saturating_sub(MARK));
    let mut bytes: Vec<u8> = varying.collect();
    let mark = keys.decoy_mark(&bytes);
    bytes.extend(mark.into_iter().take(MARK));
    Ok(Descriptor {
        id: CredentialId::new(bytes).map_err(Error::internal)?,
        transports: transports.iter().map(|&transport| transport.to_owned()).collect(),
    })
}

/// Whether we invented this id.
pub(crate) fn is_decoy(keys: &Keys, id: &CredentialId) -> bool {
    let Some((beginning, mark)) = id.as_bytes().split_last_chunk::<MARK>() else { return false };
    let expected = keys.decoy_mark(beginning);
    expected.first_chunk::<MARK>().is_some_and(|expected| is_equal(expected, mark))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys() -> Keys {
        Keys::new(&[1; 32], &Keys::new_token_key().unwrap()).unwrap()
    }

    /// S109
    #[test]
    fn a_name_gets_the_same_decoys_each_time_in_any_case() {
        let keys = keys();
        let once = descriptors(&keys, "nobody@example.org").unwrap();
        assert_eq!(descriptors(&keys, " Nobody@Example.org").unwrap(), once);
        assert_ne!(descriptors(&keys, "noone@example.org").unwrap(), once);
    }

    /// S109
    #[test]
    fn decoys_come_in_the_numbers_and_shapes_of_real_passkeys() {
        let keys = keys();
        let mut counts = [0_usize; OFFERED_MAX + 1];
        let (mut lengths, mut ids) = (BTreeSet::new(), BTreeSet::new());
        for number in 0..400 {
            let decoys = descriptors(&keys, &format!("nobody{number}@example.org")).unwrap();
            counts[decoys.len()] += 1;
            for decoy in decoys {
                lengths.insert(decoy.id.as_bytes().len());
                assert!(ids.insert(decoy.id.as_bytes().to_vec()), "the same id twice");
            }
        }
        assert_eq!(counts[0], 0);
        assert!(counts[1] > counts[2] && counts[2] > counts[3] && counts[3] > 20, "{counts:?}");
        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [16, 20, 32, 48, 64, 96]);
    }

    /// S109: only whoever has the key can tell a decoy from somebody's credential.
    #[test]
    fn we_know_our_decoys_again_and_nothing_else() {
        let (keys, others) = (keys(), Keys::new(&[2; 32], &Keys::new_token_key().unwrap()));
        let others = others.unwrap();
        for number in 0..50 {
            for decoy in descriptors(&keys, &format!("nobody{number}@example.org")).unwrap() {
                assert!(is_decoy(&keys, &decoy.id) && !is_decoy(&others, &decoy.id));
                let mut altered = decoy.id.as_bytes().to_vec();
                altered[0] ^= 1;
                assert!(!is_decoy(&keys, &CredentialId::new(altered).unwrap()));
            }
        }
        assert!(!is_decoy(&keys, &CredentialId::new([7]).unwrap()), "shorter than a mark");
    }
}
