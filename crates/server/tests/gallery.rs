//! Renders every page with sample data into `target/tmp/gallery`, and checks the markup of each.
//!
//! To look at them: serve that folder (`python3 -m http.server`) so that `/assets` is found.

mod gallery {
    pub(crate) mod account;
    pub(crate) mod administration;
    pub(crate) mod frames;
    pub(crate) mod settings;
}

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use server::assets;

/// A page by the name of its file.
type Page = (&'static str, String);

fn pages() -> Result<Vec<Page>, askama::Error> {
    let mut pages = gallery::account::pages()?;
    pages.extend(gallery::settings::pages()?);
    pages.extend(gallery::administration::pages()?);
    Ok(pages)
}

#[test]
fn every_page_is_written_for_looking_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    fs::create_dir_all(folder.join("assets")).unwrap();
    for asset in assets::ALL {
        fs::write(folder.join(asset.href.trim_start_matches('/')), asset.identity).unwrap();
    }
    for (name, html) in pages().unwrap() {
        fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}

/// The content security policy allows nothing inline; such markup would silently not work.
#[test]
fn nothing_is_inline() {
    for (name, html) in pages().unwrap() {
        for forbidden in [" style=", "<style", "javascript:", "<script>", " onclick=", " onload="] {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
        assert_eq!(
            html.matches("<script").count(),
            html.matches("<script type=\"module\" src=\"/assets/").count(),
            "{name}"
        );
    }
}

#[test]
fn every_form_that_posts_carries_the_csrf_field() {
    for (name, html) in pages().unwrap() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\" value=\"sample-csrf\""), "{name}: {form}");
            }
        }
        for ceremony in html.split("data-passkey=").skip(1) {
            assert!(
                ceremony.split('>').next().unwrap().contains("data-csrf=\"sample-csrf\""),
                "{name}"
            );
        }
    }
}

/// S86: the samples call people and passkeys `<b>&"'`; none of it may reach the page as markup.
#[test]
fn what_people_typed_is_escaped_everywhere() {
    for (name, html) in pages().unwrap() {
        assert!(!html.contains("<b>"), "{name}");
        assert!(!html.contains("\"'\""), "{name}: an attribute was left by its value");
    }
}

#[test]
fn ids_are_unique_and_references_meet_them() {
    for (name, html) in pages().unwrap() {
        let mut ids = BTreeSet::new();
        for id in attribute(&html, "id") {
            assert!(ids.insert(id), "{name}: id {id} is used twice");
        }
        for reference in ["for", "aria-describedby", "aria-labelledby"] {
            for target in attribute(&html, reference).flat_map(str::split_whitespace) {
                assert!(ids.contains(target), "{name}: {reference}={target} leads nowhere");
            }
        }
        for target in attribute(&html, "href").filter_map(|href| href.strip_prefix('#')) {
            assert!(ids.contains(target), "{name}: #{target} leads nowhere");
        }
    }
}

#[test]
fn every_page_has_one_main_heading_a_language_and_a_way_past_the_navigation() {
    for (name, html) in pages().unwrap() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main id=\"content\"").count(), 1, "{name}");
        assert!(html.contains("<html lang=\"en\"") && html.contains("href=\"#content\""), "{name}");
        assert!(!html.contains("<title> ·"), "{name}: the title is empty");
    }
}

/// A field without a name for people cannot be used with a screen reader.
#[test]
fn every_control_has_a_label() {
    for (name, html) in pages().unwrap() {
        for tag in ["<input ", "<textarea ", "<select "] {
            for (at, _) in html.match_indices(tag) {
                let (before, here) = html.split_at(at);
                let control = here.split('>').next().unwrap();
                let since_label = before.rsplit_once("<label");
                let inside_label =
                    since_label.is_some_and(|(_, since)| !since.contains("</label>"));
                let labelled = inside_label
                    || control.contains("type=\"hidden\"")
                    || control.contains("aria-label")
                    || attribute(control, "id")
                        .any(|id| html.contains(&format!("<label for=\"{id}\"")));
                assert!(labelled, "{name}: {control}");
            }
        }
    }
}

/// Values of an attribute, in order.
fn attribute<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let opening = format!(" {name}=\"");
    let parts: Vec<&str> = html.split(opening.as_str()).skip(1).collect();
    parts.into_iter().filter_map(|part| part.split('"').next()).filter(|value| !value.is_empty())
}
