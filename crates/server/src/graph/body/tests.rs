//! Bodies that are no JSON objects, and members of the wrong kind.

use axum::http::HeaderValue;

use super::*;

fn object(json: &str) -> Object {
    parse_as("application/json", json).unwrap()
}

fn parse_as(media_type: &str, body: &str) -> Result<Object, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_str(media_type).unwrap());
    Object::parse(&headers, body.as_bytes())
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (Option<String>, String) {
    let error = result.unwrap_err();
    let Error::BadRequest { property, problem } = error else { panic!("{error:?}") };
    (property, problem)
}

#[test]
fn only_json_is_read() {
    for media_type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        assert!(parse_as(media_type, "{}").is_ok(), "{media_type}");
    }
    for media_type in ["text/plain", "application/json+x", "application/x-www-form-urlencoded"] {
        let refused = parse_as(media_type, "{}");
        assert!(matches!(refused, Err(Error::UnsupportedMediaType)), "{media_type}");
    }
    let refused = Object::parse(&HeaderMap::new(), b"{}");
    assert!(matches!(refused, Err(Error::UnsupportedMediaType)));
}

#[test]
fn what_is_no_object_is_refused() {
    for body in ["", "{", "[]", "null", "\"x\"", "1", "{\"a\":1} x", "{'a':1}", "{\"a\":\u{1}}"] {
        assert!(parse_as("application/json", body).is_err(), "{body}");
    }
    let deep = "[".repeat(200) + &"]".repeat(200);
    assert!(parse_as("application/json", &format!("{{\"a\":{deep}}}")).is_err());
}

#[test]
fn a_member_that_stands_twice_is_refused_at_any_depth() {
    for body in [r#"{"a":1,"a":1}"#, r#"{"b":[{"a":1,"a":2}]}"#] {
        let (_, problem) = problem(parse_as("application/json", body));
        assert!(problem.contains("the member a stands twice"), "{problem}");
    }
}

#[test]
fn a_wrong_type_names_its_property_and_what_to_send() {
    type Read = fn(&mut Object) -> Result<(), Error>;
    let read: [(&str, Read); 6] = [
        ("true or false", |object| object.boolean("x").map(drop)),
        ("a whole number", |object| object.number("x").map(drop)),
        ("a text", |object| object.text("x").map(drop)),
        ("an object", |object| object.object("x").map(drop)),
        ("a list", |object| object.list("x").map(drop)),
        ("a text or null", |object| object.clearable("x").map(drop)),
    ];
    for (expected, read) in read {
        let wrong = if expected.starts_with("a text") { "1.5" } else { "\"1\"" };
        let (property, problem) = problem(read(&mut object(&format!("{{\"x\":{wrong}}}"))));
        assert_eq!(property.as_deref(), Some("x"));
        assert!(problem.contains(expected), "{problem}");
        assert!(read(&mut object("{}")).is_ok(), "{expected}");
    }
    for number in ["-1", "1.5", "4294967296", "1e99"] {
        assert!(object(&format!("{{\"x\":{number}}}")).number("x").is_err(), "{number}");
    }
}

#[test]
fn null_keeps_nothing_by_accident() {
    let (_, problem) = problem(object("{\"x\":null}").boolean("x"));
    assert!(problem.contains("leave it out to keep it"), "{problem}");
    assert_eq!(object("{\"x\":null}").clearable("x").unwrap(), Member::Null);
}

#[test]
fn unknown_properties_are_named_with_their_path() {
    let mut outer = object(r#"{"@odata.type":"t","a@odata.context":"c","list":[{},{"b":1}]}"#);
    let mut inner = outer.objects("list").unwrap().unwrap();
    outer.finish().unwrap();
    let second = inner.pop().unwrap();
    let (property, _) = problem(second.finish());
    assert_eq!(property.as_deref(), Some("list/1/b"));
}

#[test]
fn a_property_in_the_wrong_case_is_told_its_spelling() {
    let mut object = object(r#"{"AaGuids":[]}"#);
    assert!(object.list("aaGuids").unwrap().is_none());
    let (property, problem) = problem(object.finish());
    assert_eq!(property.as_deref(), Some("AaGuids"));
    assert!(problem.contains("spelled aaGuids"), "{problem}");
}
