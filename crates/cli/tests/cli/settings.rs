//! Settings come from flags, environment and file, and a wrong one ends the program with code 2.

use crate::program::{Data, Run, Server, command};

#[test]
fn a_wrong_setting_is_one_line_that_names_it_and_code_2() {
    let data = Data::empty();
    let complaint = data.run(&["--listen", "8080"]).complaint(2);
    assert!(complaint.starts_with("--listen: \"8080\" is not an address"), "{complaint}");

    let mut by_environment = command(&["check"]);
    by_environment.env("KEYWARD_DATA", data.path()).env("KEYWARD_LOG_FORMAT", "xml");
    let complaint = Run::of(by_environment).complaint(2);
    assert_eq!(complaint, "KEYWARD_LOG_FORMAT: \"xml\" is neither text nor json");

    let file = data.file("keyward.toml", "listen_adress = '127.0.0.1:1'");
    let complaint = data.run(&["check"]).complaint(2);
    assert_eq!(complaint, format!("listen_adress in {file}: there is no such setting"));

    assert_eq!(data.run(&["--unknown-flag"]).code, 2);
    assert_eq!(data.run(&["unknown-command"]).code, 2);
}

#[test]
fn a_secret_in_a_database_address_is_not_repeated() {
    let data = Data::empty();
    for address in ["mysql://u:hunter2@h/d", "postgres://u:hunter2@127.0.0.1:1/d"] {
        let run = data.run(&["check", "--database-url", address]);
        assert!(run.code == 1 || run.code == 2, "{run:?}");
        assert!(!run.err.contains("hunter2"), "{}", run.err);
        assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    }
}

#[test]
fn a_server_takes_its_settings_from_the_file_in_its_folder() {
    let data = Data::empty();
    data.file("keyward.toml", "public_url = \"http://keyward.localhost:7777\"\n");
    let server = Server::start(&["--data", data.text()]);
    assert_eq!(server.url, "http://keyward.localhost:7777");
}

#[test]
fn help_names_every_command_and_setting() {
    let help = Run::of(command(&["--help"])).done();
    for word in ["serve", "aaguids", "backup", "--data", "--counter-reaction", "KEYWARD_LOG"] {
        assert!(help.contains(word), "{word}");
    }
    let version = Run::of(command(&["version"])).done();
    assert_eq!(version.trim(), format!("keyward {}", env!("CARGO_PKG_VERSION")));
}
