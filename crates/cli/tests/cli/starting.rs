//! First starts, later starts, and starts that cannot be.

use std::net::TcpListener;

use reqwest::StatusCode;

use crate::program::{Data, Server};

#[test]
fn a_fresh_server_prints_a_link_that_the_next_start_replaces() {
    let data = Data::empty();
    let first = data.serve();
    let link = first.first_run_link.clone().unwrap();
    assert!(link.starts_with(&format!("{}/first-run?token=", first.url)), "{link}");
    assert_eq!(first.stop(), 0);
    let second = data.serve();
    let token = |link: &str| link.split_once("token=").unwrap().1.to_owned();
    assert_ne!(token(&second.first_run_link.clone().unwrap()), token(&link));
}

#[test]
fn a_server_that_is_set_up_prints_only_its_address() {
    let data = Data::with_organisation();
    let server = data.serve();
    assert_eq!(server.first_run_link, None);
    assert!(server.url.starts_with("http://localhost:"), "{}", server.url);
}

#[tokio::test]
async fn a_server_answers_as_soon_as_it_has_said_where() {
    let data = Data::empty();
    let server = data.serve();
    for path in ["healthz", "readyz", "metrics"] {
        let answer = reqwest::get(format!("http://{}/{path}", server.listen)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    assert_eq!(server.stop(), 0);
}

#[test]
fn a_port_in_use_is_one_clear_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = Data::empty();
    let complaint = data.run(&["serve", "--listen", &address]).complaint(1);
    assert!(complaint.starts_with(&format!("cannot listen on {address}: ")), "{complaint}");
    assert!(!data.path().join("keyward.db").exists(), "the data was touched");
}

#[test]
fn a_folder_that_cannot_be_used_is_one_clear_line() {
    let data = Data::empty();
    let file = data.file("file", "");
    let inside = format!("{file}/data");
    let run = crate::program::Run::of(crate::program::command(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        &inside,
    ]));
    let complaint = run.complaint(1);
    assert!(
        complaint.starts_with(&format!("cannot use the data folder {inside}: ")),
        "{complaint}"
    );
}

#[test]
fn a_database_out_of_reach_is_one_clear_line() {
    let data = Data::empty();
    let url = "postgres://keyward:hunter2@127.0.0.1:1/keyward";
    let complaint = data.run(&["serve", "--database-url", url, "--listen", "127.0.0.1:0"]);
    let complaint = complaint.complaint(1);
    assert!(complaint.starts_with("cannot open the database at postgres://127.0.0.1:1/keyward: "));
    assert!(!complaint.contains("hunter2"), "{complaint}");
}

#[test]
fn a_second_server_on_the_same_data_serves_too() {
    let data = Data::with_organisation();
    let (one, two) = (data.serve(), Server::start(&["--data", data.text()]));
    assert_ne!(one.listen, two.listen);
    assert_eq!((one.stop(), two.stop()), (0, 0));
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_reads_the_data_or_a_backup() {
    use std::os::unix::fs::PermissionsExt as _;

    let data = Data::with_organisation();
    let backup = data.path().join("backup.db");
    let server = data.serve();
    data.run(&["backup", backup.to_str().unwrap()]).done();
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} has mode {mode:o}", entry.file_name());
    }
    drop(server);
}
