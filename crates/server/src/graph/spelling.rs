//! The many spellings of one path, brought to the one that the route table knows.
//!
//! Clients write keys in parentheses or as segments, in any case, with doubled slashes, through
//! aliases and with function arguments in four ways. All of that ends here; behind this module
//! there is one path for one resource.

use axum::http::Uri;
use data_encoding::HEXLOWER_PERMISSIVE;

use crate::error::Error;

/// The versions that we serve, as the first segment of a path.
pub(crate) const VERSIONS: [&str; 2] = ["v1.0", "beta"];

/// Other names of the same resource: the first segments of a path, and what they stand for.
const ALIASES: &[(&str, &[&str])] = &[
    ("me", &["users", "me"]),
    ("authenticationMethodsPolicy", &["policies", "authenticationMethodsPolicy"]),
    (
        "authenticationMethodConfigurations",
        &["policies", "authenticationMethodsPolicy", "authenticationMethodConfigurations"],
    ),
];

/// Prefixes that may stand before the name of a function or type.
const NAMESPACES: [&str; 2] = ["microsoft.graph.", "graph."];

/// Most arguments of a path: each is compared with every option of the query, before anybody knows
/// who asks.
const ARGUMENTS_MAX: usize = 16;

/// The canonical form of a Graph address, or nothing if it is not an address of Graph or no
/// template fits. `templates` start behind the version, e.g. `/users/{user}`.
///
/// # Errors
/// [`Error::BadRequest`] where percent-encoding or parentheses are broken.
pub(crate) fn canonical(uri: &Uri, templates: &[&str]) -> Result<Option<Uri>, Error> {
    let mut raw = uri.path().split('/').filter(|segment| !segment.is_empty());
    let Some(version) = raw.next().and_then(version) else {
        return Ok(None);
    };
    let mut segments = Vec::new();
    let mut arguments = Vec::new();
    for segment in raw {
        let decoded = percent_decode(segment)?;
        spread(&decoded, &mut segments, &mut arguments)?;
    }
    unalias(&mut segments);
    // A name stands before a key: `/users/$count` is no user.
    let fitting = templates.iter().filter_map(|template| {
        fit(template, &segments).map(|path| (template.matches('{').count(), path))
    });
    let Some((_, path)) = fitting.min_by_key(|(keys, _)| *keys) else {
        return Ok(None);
    };
    let query = with_arguments(uri.query().unwrap_or_default(), &arguments)?;
    let separator = if query.is_empty() { "" } else { "?" };
    let address = format!("/{version}{path}{separator}{query}");
    address.parse().map(Some).map_err(|_| Error::BadRequest {
        property: None,
        problem: "the address is not a valid URI: check its encoding".to_owned(),
    })
}

/// Whether a path begins with a version of Graph.
pub(crate) fn is_graph(path: &str) -> bool {
    path.split('/').find(|segment| !segment.is_empty()).and_then(version).is_some()
}

fn version(segment: &str) -> Option<&'static str> {
    VERSIONS.into_iter().find(|version| version.eq_ignore_ascii_case(segment))
}

/// Cuts `name('key')` and `name(argument=value)` into a segment, a key and arguments.
fn spread(
    segment: &str,
    segments: &mut Vec<String>,
    arguments: &mut Vec<(String, String)>,
) -> Result<(), Error> {
    let Some((name, rest)) = segment.split_once('(') else {
        segments.push(segment.to_owned());
        return Ok(());
    };
    let Some(inner) = rest.strip_suffix(')') else {
        return Err(broken(segment, "an opening parenthesis without its closing one"));
    };
    segments.push(name.to_owned());
    let inner = inner.trim();
    if inner.is_empty() {
        return Ok(());
    }
    if let Some(key) = quoted(inner) {
        segments.push(key);
    } else if inner.contains('=') {
        for argument in inner.split(',') {
            let (name, value) = argument
                .split_once('=')
                .ok_or_else(|| broken(segment, "an argument without a value"))?;
            let value = value.trim();
            let value = quoted(value).unwrap_or_else(|| value.to_owned());
            arguments.push((name.trim().to_owned(), value));
            if arguments.len() > ARGUMENTS_MAX {
                return Err(broken(segment, "more arguments than any function takes"));
            }
        }
    } else {
        segments.push(inner.to_owned());
    }
    Ok(())
}

/// The content of a literal in single quotes, in which a quote is written twice.
fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let lone = inner.replace("''", "").contains('\'');
    (!lone).then(|| inner.replace("''", "'"))
}

fn unalias(segments: &mut Vec<String>) {
    let Some(first) = segments.first() else {
        return;
    };
    if let Some((_, meaning)) = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(first))
    {
        segments.splice(..1, meaning.iter().map(|segment| (*segment).to_owned()));
    }
}

/// The path by `template`, if the segments are one of its spellings.
fn fit(template: &str, segments: &[String]) -> Option<String> {
    let parts: Vec<&str> = template.split('/').filter(|part| !part.is_empty()).collect();
    if parts.len() != segments.len() {
        return None;
    }
    let mut path = String::new();
    for (part, segment) in parts.into_iter().zip(segments) {
        path.push('/');
        if part.starts_with('{') {
            if segment.is_empty() {
                return None;
            }
            path.push_str(&percent_encode(segment));
        } else if is_name(part, segment) {
            path.push_str(part);
        } else {
            return None;
        }
    }
    Some(path)
}

fn is_name(part: &str, segment: &str) -> bool {
    let bare = NAMESPACES
        .iter()
        .find_map(|namespace| {
            let (head, tail) = segment.split_at_checked(namespace.len())?;
            head.eq_ignore_ascii_case(namespace).then_some(tail)
        })
        .unwrap_or(segment);
    part.eq_ignore_ascii_case(segment) || part.eq_ignore_ascii_case(bare)
}

/// Puts function arguments where options stand. An argument that is a parameter alias takes its
/// value from the query, by the alias or, as a widespread client writes it, by the plain name; an
/// alias that nothing resolves is null, so the argument is left out.
fn with_arguments(query: &str, arguments: &[(String, String)]) -> Result<String, Error> {
    if arguments.is_empty() {
        return Ok(query.to_owned());
    }
    let given: Vec<(String, &str)> = query
        .split('&')
        .filter(|option| !option.is_empty())
        .map(|option| {
            let name = option.split_once('=').map_or(option, |(name, _)| name);
            Ok((percent_decode(name)?, option))
        })
        .collect::<Result<_, Error>>()?;
    let mut kept: Vec<String> = Vec::new();
    for (name, option) in &given {
        let is_inline =
            arguments.iter().any(|(argument, value)| argument == name && !value.starts_with('@'));
        let is_alias = arguments.iter().any(|(_, value)| value == name);
        if !is_inline && !is_alias {
            kept.push((*option).to_owned());
        }
    }
    for (name, value) in arguments {
        if !value.starts_with('@') {
            kept.push(format!("{}={}", percent_encode(name), percent_encode(value)));
        } else if let Some((_, option)) = given.iter().find(|(given, _)| given == value) {
            let raw = option.split_once('=').map_or("", |(_, raw)| raw);
            kept.push(format!("{}={raw}", percent_encode(name)));
        }
    }
    Ok(kept.join("&"))
}

/// Decodes strictly: a stray percent sign or bytes that are no text are refused, because two
/// readers of a loosely encoded path may see two different resources.
///
/// # Errors
/// [`Error::BadRequest`] where the encoding is broken.
pub(crate) fn percent_decode(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first != b'%' {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let decoded = tail.get(..2).and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits).ok());
        let Some(decoded) = decoded else {
            return Err(broken(text, "a percent sign without two hexadecimal digits"));
        };
        bytes.extend(decoded);
        rest = tail.get(2..).unwrap_or_default();
    }
    let decoded = String::from_utf8(bytes).map_err(|_| broken(text, "bytes that are not UTF-8"))?;
    if decoded.chars().any(char::is_control) {
        return Err(broken(text, "control characters"));
    }
    Ok(decoded)
}

/// Encodes everything but the unreserved characters of RFC 3986 §2.3.
pub(crate) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    encoded
}

fn broken(text: &str, fault: &str) -> Error {
    let shown: String = text.chars().take(80).collect();
    Error::BadRequest {
        property: None,
        problem: format!("the address holds {fault} in {shown}: encode it again"),
    }
}

#[cfg(test)]
mod tests;
