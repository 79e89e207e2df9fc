//! Credentials of people who do not exist, or have none: the same each time a name is typed, and
//! spread as real ones are, so that what a name is answered does not tell whether somebody has it.

use webauthn::CredentialId;
use webauthn::options::Descriptor;

use crate::error::Error;
use crate::keys::Keys;

/// What real credentials look like: bytes of the id, transports. Phones and computers make most.
const SHAPES: [(usize, &[&str]); 6] = [
    (20, &["hybrid", "internal"]),
    (32, &["internal"]),
    (16, &["hybrid", "internal"]),
    (32, &["hybrid", "internal"]),
    (48, &["nfc", "usb"]),
    (64, &["usb"]),
];

/// The decoys of a name: most people have one passkey, some two.
pub(super) fn descriptors(keys: &Keys, name: &str) -> Result<Vec<Descriptor>, Error> {
    let name = name.trim().to_lowercase();
    let [chance, ..] = keys.decoy(&name, 0);
    let count = if chance < 192 { 1 } else { 2 };
    (1..=count).map(|number| descriptor(keys, &name, number)).collect()
}

fn descriptor(keys: &Keys, name: &str, number: u8) -> Result<Descriptor, Error> {
    let first = keys.decoy(name, number.saturating_mul(2));
    let second = keys.decoy(name, number.saturating_mul(2).saturating_add(1));
    let [chance, .., last] = first;
    let shape = usize::from(chance ^ last).checked_rem(SHAPES.len()).unwrap_or_default();
    let (length, transports) = SHAPES.get(shape).copied().unwrap_or((32, &["internal"]));
    let bytes: Vec<u8> = first.into_iter().chain(second).take(length).collect();
    Ok(Descriptor {
        id: CredentialId::new(bytes).map_err(Error::internal)?,
        transports: transports.iter().map(|&transport| transport.to_owned()).collect(),
    })
}

#[cfg(test)]
mod tests {
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
        let mut counts = [0_usize; 3];
        let mut lengths = std::collections::BTreeSet::new();
        for number in 0..400 {
            let decoys = descriptors(&keys, &format!("nobody{number}@example.org")).unwrap();
            counts[decoys.len()] += 1;
            lengths.extend(decoys.iter().map(|decoy| decoy.id.as_bytes().len()));
        }
        assert_eq!(counts[0], 0);
        assert!(counts[1] > counts[2] && counts[2] > 40, "{counts:?}");
        assert!(lengths.len() >= 4, "{lengths:?}");
    }
}
