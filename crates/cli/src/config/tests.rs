//! Precedence, and one clear line for each mistake.

use super::*;

fn given(pairs: &[(&'static str, &str)]) -> Given {
    pairs.iter().map(|(key, text)| (*key, OsString::from(text))).collect()
}

/// An environment whose data folder does not exist, so that no file is found.
fn nowhere() -> Given {
    given(&[("data", "/nonexistent/keyward")])
}

fn wrong(flags: &[(&'static str, &str)]) -> String {
    Config::resolve(&given(flags), &nowhere()).unwrap_err().to_string()
}

#[test]
fn without_any_setting_everything_is_as_documented() {
    let config = Config::resolve(&Given::new(), &nowhere()).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url_at(8080).unwrap().as_str(), "http://localhost:8080");
    assert_eq!(config.public_url_at(80).unwrap().as_str(), "http://localhost");
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.log_format, LogFormat::Text);
    assert_eq!(config.impact_confirmation, ImpactConfirmation::Off);
    assert_eq!(config.request_budget, RequestBudget::DEFAULT);
    assert!(config.database_url.is_none());
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let text = "log_format = \"json\"\nlisten = \"127.0.0.1:1\"\npasskey_limit = 3\n";
    std::fs::write(path, text).unwrap();
    let data = folder.path().to_str().unwrap();
    let environment = given(&[("data", data), ("listen", "127.0.0.1:2"), ("log", "debug")]);
    let config = Config::resolve(&given(&[("log", "warn")]), &environment).unwrap();
    assert_eq!(config.log_format, LogFormat::Json);
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.log.as_deref(), Some("warn"));
    assert_eq!(config.limits.passkeys_per_user, 3);
}

#[test]
fn a_named_file_is_read_in_place_of_the_one_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE_NAME), "log = \"off\"").unwrap();
    let named = folder.path().join("other.toml");
    std::fs::write(&named, "log = \"trace\"\ndata = \"/elsewhere\"").unwrap();
    let flags = given(&[("config", named.to_str().unwrap())]);
    let config = Config::resolve(&flags, &Given::new()).unwrap();
    assert_eq!(config.log.as_deref(), Some("trace"));
    assert_eq!(config.data, PathBuf::from("/elsewhere"));
    let flags = given(&[("config", "/nonexistent/keyward.toml")]);
    let error = Config::resolve(&flags, &nowhere()).unwrap_err().to_string();
    assert!(error.starts_with("--config: cannot read /nonexistent/keyward.toml: "), "{error}");
}

#[test]
fn a_wrong_setting_is_named_with_where_it_came_from() {
    assert_eq!(
        wrong(&[("listen", "8080")]),
        "--listen: \"8080\" is not an address with a port: write for example 127.0.0.1:8080"
    );
    let environment = given(&[("data", "/nonexistent"), ("log-format", "xml")]);
    let error = Config::resolve(&Given::new(), &environment).unwrap_err();
    assert_eq!(error.to_string(), "KEYWARD_LOG_FORMAT: \"xml\" is neither text nor json");
    for bad in ["0", "10001", "-1", "many", ""] {
        let error = wrong(&[("passkey-limit", bad)]);
        assert!(error.starts_with("--passkey-limit: "), "{error}");
    }
    assert!(wrong(&[("log", "server=loud")]).starts_with("--log: "));
    assert!(wrong(&[("impact-confirmation", "on")]).contains("neither off nor required"));
    assert!(wrong(&[("requests-per-minute", "0")]).contains("neither unlimited nor"));
    assert!(wrong(&[("counter-reaction", "shrug")]).contains("neither refuse nor report"));
}

#[test]
fn a_wrong_file_is_told_by_line_and_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let error = |text: &str| {
        std::fs::write(folder.path().join(FILE_NAME), text).unwrap();
        Config::resolve(&given(&[("data", data)]), &Given::new()).unwrap_err().to_string()
    };
    assert!(error("prot = 1").starts_with("prot in "), "{}", error("prot = 1"));
    assert!(error("log-format = 'json'").ends_with("no such setting: write log_format"));
    assert!(error("config = 'x'").contains("there is no such setting"));
    assert!(error("listen = true").contains("is a TOML boolean"));
    assert!(error("data = '/elsewhere'").contains("it cannot name another one"));
    let broken = error("log = 'info'\ndatabase_url = 'postgres://u:secret@h/d");
    assert!(broken.contains("keyward.toml, line 2: "), "{broken}");
    assert!(!broken.contains("secret"), "{broken}");
}

#[test]
fn the_password_of_a_database_is_never_printed() {
    let flags = given(&[("database-url", "postgres://user:secret@host:5433/db?password=secret")]);
    let config = Config::resolve(&flags, &nowhere()).unwrap();
    let url = config.database_url.clone().unwrap();
    assert_eq!(url.to_string(), "postgres://host:5433/db");
    assert!(!format!("{config:?}").contains("secret"));
    assert!(!wrong(&[("database-url", "mysql://user:secret@host")]).contains("secret"));
}

#[test]
fn a_public_url_is_one_that_passkeys_can_be_bound_to() {
    let url = |text: &str| {
        let config = Config::resolve(&given(&[("public-url", text)]), &nowhere());
        config.map(|config| config.public_url.unwrap().as_str().to_owned())
    };
    for (text, origin) in [
        ("https://id.example.org", "https://id.example.org"),
        ("https://id.example.org/", "https://id.example.org"),
        ("https://id.example.org:443", "https://id.example.org"),
        ("https://id.example.org:8443", "https://id.example.org:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://keyward.localhost:9000", "http://keyward.localhost:9000"),
    ] {
        assert_eq!(url(text).unwrap(), origin);
    }
    for text in [
        "id.example.org",
        "https://",
        "https://id.example.org/path",
        "ftp://id.example.org",
        "https://192.0.2.1",
        "http://127.0.0.1:8080",
        "http://id.example.org",
        "android:apk-key-hash:abc",
    ] {
        assert!(url(text).is_err(), "{text}");
    }
}
