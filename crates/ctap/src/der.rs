//! Writes the little DER that keys and attestation certificates need (X.690, RFC 5280).

/// `id-ecPublicKey`, 1.2.840.10045.2.1.
pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
/// `prime256v1`, 1.2.840.10045.3.1.7.
pub(crate) const PRIME256V1: &[u8] = &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// `ecdsa-with-SHA256`, 1.2.840.10045.4.3.2.
pub(crate) const ECDSA_WITH_SHA256: &[u8] = &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// `id-Ed25519`, 1.3.101.112.
pub(crate) const ED25519: &[u8] = &[0x06, 3, 0x2b, 0x65, 0x70];
/// `id-at-commonName`, 2.5.4.3.
pub(crate) const COMMON_NAME: &[u8] = &[0x06, 3, 0x55, 4, 3];
/// `id-at-countryName`, 2.5.4.6.
pub(crate) const COUNTRY: &[u8] = &[0x06, 3, 0x55, 4, 6];
/// `id-at-organizationName`, 2.5.4.10.
pub(crate) const ORGANIZATION: &[u8] = &[0x06, 3, 0x55, 4, 10];
/// `id-at-organizationalUnitName`, 2.5.4.11.
pub(crate) const ORGANIZATIONAL_UNIT: &[u8] = &[0x06, 3, 0x55, 4, 11];
/// `id-ce-keyUsage`, 2.5.29.15.
pub(crate) const KEY_USAGE: &[u8] = &[0x06, 3, 0x55, 0x1d, 15];
/// `id-ce-basicConstraints`, 2.5.29.19.
pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x06, 3, 0x55, 0x1d, 19];
/// `id-fido-gen-ce-aaguid`, 1.3.6.1.4.1.45724.1.1.4.
pub(crate) const FIDO_AAGUID: &[u8] = &[0x06, 11, 0x2b, 6, 1, 4, 1, 0x82, 0xe5, 0x1c, 1, 1, 4];

/// The DER for true.
pub(crate) const TRUE: &[u8] = &[0x01, 1, 0xff];

/// One element of the given tag around the concatenated parts.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        Ok(_) | Err(_) => {
            let length = content.len().to_be_bytes();
            let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(0x7f));
            out.extend_from_slice(&digits);
        }
    }
    out.extend_from_slice(&content);
    out
}

/// A SEQUENCE.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, parts)
}

/// An OCTET STRING.
pub(crate) fn octets(bytes: &[u8]) -> Vec<u8> {
    element(0x04, &[bytes])
}

/// A BIT STRING without unused bits.
pub(crate) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(0x03, &[&[0], bytes])
}

/// A Name of single-valued parts, each an attribute type and its text.
///
/// The country is a `PrintableString`, as RFC 5280 appendix A demands, everything else UTF-8.
pub(crate) fn name(parts: &[(&[u8], &str)]) -> Vec<u8> {
    let names: Vec<Vec<u8>> = parts
        .iter()
        .map(|(kind, text)| {
            let tag = if *kind == COUNTRY { 0x13 } else { 0x0c };
            element(0x31, &[&sequence(&[kind, &element(tag, &[text.as_bytes()])])])
        })
        .collect();
    sequence(&names.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_bytes() {
        assert_eq!(element(4, &[&[0; 127]])[..2], [4, 127]);
        assert_eq!(element(4, &[&[0; 128]])[..3], [4, 0x81, 128]);
        assert_eq!(element(4, &[&[0; 300]])[..4], [4, 0x82, 1, 44]);
    }
}
