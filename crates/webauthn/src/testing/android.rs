//! Descriptions of keys as a phone's hardware writes them, for tests.

use super::certificate::der;

/// A member of an authorization list under a tag of one or of two digits.
pub(crate) fn tagged(number: u16, value: &[u8]) -> Vec<u8> {
    match u8::try_from(number) {
        Ok(short @ 0..31) => der(0xa0 | short, value),
        _ => {
            let [high, low] = [number >> 7, number & 0x7f].map(|n| u8::try_from(n).unwrap());
            let element = der(0xbf, value);
            let digits = if high == 0 { vec![low] } else { vec![0x80 | high, low] };
            [&element[..1], &digits, &element[1..]].concat()
        }
    }
}

pub(crate) fn purposes(values: &[u8]) -> Vec<u8> {
    let integers: Vec<_> = values.iter().map(|value| der(0x02, &[*value])).collect();
    tagged(1, &der(0x31, &integers.concat()))
}

pub(crate) fn origin(value: u8) -> Vec<u8> {
    tagged(702, &der(0x02, &[value]))
}

/// What the phone runs: whether it is locked as the byte of a boolean, and whose system it is.
pub(crate) fn root_of_trust(locked: u8, state: u8) -> Vec<u8> {
    let fields =
        [der(0x04, &[7; 32]), der(0x01, &[locked]), der(0x0a, &[state]), der(0x04, &[8; 32])];
    tagged(704, &der(0x30, &fields.concat()))
}

/// The app that made the key.
pub(crate) fn application(package: &str, version: u8, digest: &[u8]) -> Vec<u8> {
    let package = [der(0x04, package.as_bytes()), der(0x02, &[version])].concat();
    let fields = [der(0x31, &der(0x30, &package)), der(0x31, &der(0x04, digest))].concat();
    tagged(709, &der(0x04, &der(0x30, &fields)))
}

/// A whole description, with the levels of the attestation and of the key.
pub(crate) fn description(
    levels: [u8; 2],
    challenge: &[u8],
    software: &[Vec<u8>],
    hardware: &[Vec<u8>],
) -> Vec<u8> {
    let fields = [
        der(0x02, &[4]),
        der(0x0a, &[levels[0]]),
        der(0x02, &[41]),
        der(0x0a, &[levels[1]]),
        der(0x04, challenge),
        der(0x04, &[]),
        der(0x30, &software.concat()),
        der(0x30, &hardware.concat()),
    ];
    der(0x30, &fields.concat())
}
