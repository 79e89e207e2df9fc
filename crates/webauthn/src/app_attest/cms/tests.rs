//! BER becomes DER, DER stays as it is, and what has no end does not end us.

use super::*;
use crate::testing::apple::open;
use crate::testing::certificate::der;

#[test]
fn der_stays_as_it_is() {
    for bytes in [
        &[0x30, 0x03, 0x02, 0x01, 0x05][..],
        // a length longer than it needs to be, as some certificates have it
        &[0x30, 0x81, 0x03, 0x02, 0x01, 0x05],
        &[0x04, 0x00],
        // a long tag, which stays as it is inside a length
        &[0x30, 0x05, 0xbf, 0x84, 0x58, 0x01, 0x00],
    ] {
        assert_eq!(to_der(bytes).as_deref(), Ok(bytes), "{bytes:02x?}");
    }
}

#[test]
fn open_ended_elements_get_a_length_and_pieces_become_one() {
    let inner = [der(0x02, &[5]), open(0x24, &[der(0x04, b"ab"), der(0x04, b"c")].concat())];
    let ber = open(0x30, &open(0xa0, &inner.concat()));
    let expected = der(0x30, &der(0xa0, &[der(0x02, &[5]), der(0x04, b"abc")].concat()));
    assert_eq!(to_der(&ber), Ok(expected.clone()));
    // pieces inside a length, and pieces of pieces
    let nested = open(0x24, &[der(0x24, &der(0x04, b"ab")), der(0x04, b"c")].concat());
    let ber = der(0x30, &der(0xa0, &[der(0x02, &[5]), nested].concat()));
    assert_eq!(to_der(&ber), Ok(expected));
    let long = open(0x24, &[der(0x04, &[1; 200]), der(0x04, &[2; 200])].concat());
    assert_eq!(to_der(&long).unwrap()[..4], [0x04, 0x82, 0x01, 0x90]);
}

#[test]
fn what_is_neither_is_refused() {
    for bytes in [
        &[][..],
        &[0x30],
        &[0x30, 0x80],
        &[0x30, 0x80, 0x00],
        // a primitive element without a length
        &[0x04, 0x80, 0x00, 0x00],
        &[0x30, 0x85, 0, 0, 0, 0, 0],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0x30, 0x00, 0x00],
        // pieces that are none
        &[0x24, 0x80, 0x02, 0x01, 0x05, 0x00, 0x00],
        &[0x3f, 0x81, 0x00, 0x00],
    ] {
        assert_eq!(to_der(bytes), Err(NotDer), "{bytes:02x?}");
    }
    assert_eq!(to_der(&[0x30, 0x80].repeat(1000)), Err(NotDer));
    assert_eq!(to_der(&vec![0x30; MAX_MESSAGE + 1]), Err(NotDer));
}
