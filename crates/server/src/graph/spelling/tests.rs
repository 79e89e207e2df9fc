//! Every spelling seen in the wild leads to one path, and broken ones nowhere.

use super::*;

const TEMPLATES: &[&str] = &[
    "/policies/authenticationMethodsPolicy",
    "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{configuration}",
    "/users",
    "/users/$count",
    "/users/{user}",
    "/users/{user}/authentication/fido2Methods",
    "/users/{user}/authentication/fido2Methods/creationOptions",
    "/users/{user}/authentication/fido2Methods/{method}",
    "/groups/{group}/members/{member}/$ref",
];

fn spelled(address: &str) -> Option<String> {
    canonical(&address.parse().unwrap(), TEMPLATES).unwrap().map(|uri| uri.to_string())
}

const CONFIGURATION: &str =
    "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/";

/// S72
#[test]
fn three_roots_two_key_forms_and_any_case_are_one_configuration() {
    for spelling in [
        "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Fido2",
        "/policies/authenticationmethodspolicy/authenticationmethodconfigurations/Fido2",
        "/Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations('Fido2')",
        "/authenticationMethodsPolicy/authenticationMethodConfigurations/Fido2",
        "/authenticationMethodsPolicy/authenticationMethodConfigurations(Fido2)",
        "/authenticationMethodConfigurations/Fido2",
        "/authenticationMethodConfigurations('Fido2')",
        "/authenticationMethodConfigurations%28%27Fido2%27%29",
        "//policies//authenticationMethodsPolicy/authenticationMethodConfigurations/Fido2/",
    ] {
        for version in ["v1.0", "beta", "V1.0", "BETA"] {
            let expected = format!("/{}{CONFIGURATION}Fido2", version.to_lowercase());
            assert_eq!(spelled(&format!("/{version}{spelling}")), Some(expected), "{spelling}");
        }
    }
}

#[test]
fn creation_options_are_found_in_all_spellings() {
    let path = "/beta/users/ana/authentication/fido2Methods/creationOptions";
    let list = "/beta/users/ana/authentication/fido2Methods";
    let ten = Some(format!("{path}?challengeTimeoutInMinutes=10"));
    let none = Some(path.to_owned());
    let name = "challengeTimeoutInMinutes";
    for (spelling, expected) in [
        ("/creationOptions".to_owned(), &none),
        ("/creationOptions()".to_owned(), &none),
        (format!("/creationOptions({name}=10)"), &ten),
        (format!("/creationOptions?{name}=10"), &ten),
        (format!("/creationOptions({name}=@{name})"), &none),
        (format!("/creationOptions({name}=@{name})?{name}=10"), &ten),
        (format!("/creationOptions({name}=@p)?@p=10"), &ten),
        (format!("/creationOptions({name}=@p)?%40p=10"), &ten),
        ("/microsoft.graph.creationOptions()".to_owned(), &none),
        ("/graph.creationOptions()".to_owned(), &none),
        (format!("/creationOptions%28{name}=%40{name}%29?{name}=10"), &ten),
        (format!("/creationOptions({name}=10)?{name}=99"), &ten),
    ] {
        assert_eq!(spelled(&format!("{list}{spelling}")), *expected, "{spelling}");
    }
}

#[test]
fn names_stand_before_keys_and_me_is_a_user() {
    assert_eq!(spelled("/beta/users/$count").as_deref(), Some("/beta/users/$count"));
    assert_eq!(spelled("/v1.0/me").as_deref(), Some("/v1.0/users/me"));
    assert_eq!(
        spelled("/v1.0/me/authentication/fido2methods/aGk1").as_deref(),
        Some("/v1.0/users/me/authentication/fido2Methods/aGk1")
    );
}

#[test]
fn a_key_keeps_its_case_and_its_odd_characters() {
    assert_eq!(
        spelled("/v1.0/users/Ana.O%27Neil%23ext@example.org").as_deref(),
        Some("/v1.0/users/Ana.O%27Neil%23ext%40example.org")
    );
    assert_eq!(
        spelled("/v1.0/users('Ana.O''Neil@example.org')?$select=id").as_deref(),
        Some("/v1.0/users/Ana.O%27Neil%40example.org?$select=id")
    );
    assert_eq!(spelled("/v1.0/users/a%2Fb").as_deref(), Some("/v1.0/users/a%2Fb"));
    assert_eq!(
        spelled("/v1.0//groups/1/members/2/$ref").as_deref(),
        Some("/v1.0/groups/1/members/2/$ref")
    );
}

#[test]
fn what_no_template_fits_is_left_alone() {
    for address in ["/", "/sign-in", "/v1.0", "/v2.0/users", "/v1.0/users('')", "/beta/me/x"] {
        assert_eq!(spelled(address), None, "{address}");
    }
}

#[test]
fn broken_encoding_is_refused() {
    for address in [
        "/v1.0/users/%",
        "/v1.0/users/%4",
        "/v1.0/users/%zz",
        "/v1.0/users/%ff%fe",
        "/v1.0/users/a%00b",
        "/v1.0/users/a%0Ab",
        "/v1.0/users('ana'",
        "/v1.0/users/x/authentication/fido2Methods/creationOptions(a=1,b)",
    ] {
        let refused = canonical(&address.parse().unwrap(), TEMPLATES);
        assert!(matches!(refused, Err(Error::BadRequest { .. })), "{address}");
    }
}
