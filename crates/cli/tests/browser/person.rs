//! A person in front of a browser of his own: looks for things by role and name, and waits as long
//! as a person would.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::extensions::query::ElementQueryable as _;
use thirtyfour::{
    By, ChromiumLikeCapabilities as _, DesiredCapabilities, Key, LoggingPrefsLogLevel, RequestData,
    SessionId, WebDriver, WebElement,
};

use super::chromedriver::Chromedriver;
use super::keyward::Keyward;

/// How long a person waits for a page before he gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Steps with the tab key before he gives up.
const TABS: u32 = 40;

/// Chromium without its calls to the outside.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
];

/// A browser with an authenticator, and who sits there.
pub(crate) struct Person {
    driver: WebDriver,
    home: String,
    authenticator: String,
}

/// A part of a page: inside a section or group of this name, inside another, and so on.
pub(crate) struct Part<'a> {
    person: &'a Person,
    names: &'a [&'a str],
}

/// Runs a story of two people on a fresh server. When it fails, pictures of both screens stay; at
/// its end neither browser may have met a violation of the content security policy.
pub(crate) async fn together(
    name: &str,
    story: impl AsyncFnOnce(&Keyward, &Person, &Person) -> Result<()>,
) -> Result<()> {
    let (keyward, chromedriver) = (Keyward::start()?, Chromedriver::start()?);
    let ada = Person::new(&chromedriver, &keyward).await?;
    let noor = Person::new(&chromedriver, &keyward).await?;
    let mut result = story(&keyward, &ada, &noor).await;
    for (person, who) in [(&ada, "ada"), (&noor, "noor")] {
        if result.is_ok() {
            result = person.met_no_violation().await;
        }
        if let Err(error) = result {
            let file = format!("browser-{name}-{who}.png");
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
            let is_there = person.driver.screenshot(&path).await.is_ok();
            let picture = if is_there { path.display().to_string() } else { "none".to_owned() };
            result = Err(error.context(format!("picture of the screen of {who}: {picture}")));
        }
    }
    drop(ada.driver.quit().await);
    drop(noor.driver.quit().await);
    result
}

impl Person {
    async fn new(chromedriver: &Chromedriver, keyward: &Keyward) -> Result<Self> {
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in ARGUMENTS {
            capabilities.add_arg(argument)?;
        }
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::new(chromedriver.address(), capabilities)
            .await
            .context("Chromium could not be started: install it with its driver")?;
        let tools = driver.cdp();
        tools.send_raw("WebAuthn.enable", json!({})).await?;
        let options = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
            "automaticPresenceSimulation": true,
        });
        let add = "WebAuthn.addVirtualAuthenticator";
        let added = tools.send_raw(add, json!({ "options": options })).await?;
        let authenticator = added.get("authenticatorId").and_then(Value::as_str);
        let authenticator = authenticator.context("no virtual authenticator")?.to_owned();
        Ok(Self { driver, home: keyward.url().to_owned(), authenticator })
    }

    /// Types an address.
    pub(crate) async fn open(&self, address: &str) -> Result<()> {
        Ok(self.driver.goto(address).await?)
    }

    /// The address of the server.
    pub(crate) async fn home(&self) -> Result<()> {
        self.open(&self.home).await
    }

    /// Signs out, if signed in, and stands before the sign-in page with a finger off the sensor:
    /// the page asks for a passkey while it just stands there, and a touch would answer that.
    pub(crate) async fn sign_out(&self) -> Result<()> {
        self.touch(false).await?;
        self.home().await?;
        self.eventually("a page", async || {
            Ok(self.shows("Sign out").await? || self.shows("User name").await?)
        })
        .await?;
        if self.shows("Sign out").await? {
            self.click("button", "Sign out").await?;
            self.click("link", "Sign in again").await?;
        }
        self.heading("Sign in").await?;
        self.touch(true).await
    }

    /// Whether a finger lies on the sensor.
    async fn touch(&self, is_there: bool) -> Result<()> {
        let parameters = json!({ "authenticatorId": self.authenticator, "enabled": is_there });
        self.driver.cdp().send_raw("WebAuthn.setAutomaticPresenceSimulation", parameters).await?;
        Ok(())
    }

    /// A part of the page, by the names of the parts around it.
    pub(crate) const fn within<'a>(&'a self, names: &'a [&'a str]) -> Part<'a> {
        Part { person: self, names }
    }

    /// Presses what has this role and a name that begins so.
    pub(crate) async fn click(&self, role: &str, name: &str) -> Result<()> {
        self.within(&[]).click(role, name).await
    }

    /// Types into the field with this label, in place of what is there.
    pub(crate) async fn fill(&self, label: &str, text: &str) -> Result<()> {
        self.within(&[]).fill(label, text).await
    }

    /// Waits for a text on the page.
    pub(crate) async fn sees(&self, text: &str) -> Result<()> {
        self.eventually(&format!("the text “{text}”"), async || self.shows(text).await).await
    }

    /// Whether a text is on the page now.
    pub(crate) async fn shows(&self, text: &str) -> Result<bool> {
        Ok(self.driver.find(By::Tag("body")).await?.text().await?.contains(text))
    }

    /// Waits for a heading.
    pub(crate) async fn heading(&self, text: &str) -> Result<()> {
        self.eventually(&format!("the heading “{text}”"), async || {
            for heading in self.driver.find_all(By::Css("h1, h2")).await? {
                if heading.text().await? == text {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    /// The text of an element that has no name for people.
    pub(crate) async fn text_of(&self, css: &str) -> Result<String> {
        Ok(self.driver.query(By::Css(css)).first().await?.text().await?)
    }

    /// Goes on with the tab key until this has the focus.
    pub(crate) async fn tab_to(&self, role: &str, name: &str) -> Result<()> {
        for _ in 0..TABS {
            self.driver.action_chain().send_keys(Key::Tab).perform().await?;
            let focused = self.driver.active_element().await?;
            if self.is(&focused, role, name).await? {
                return Ok(());
            }
        }
        bail!("{role} “{name}” cannot be reached with the tab key")
    }

    /// Presses the enter key.
    pub(crate) async fn press_enter(&self) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(Key::Enter).perform().await?)
    }

    async fn met_no_violation(&self) -> Result<()> {
        for entry in self.driver.browser_log().await? {
            let text = entry.message.to_lowercase();
            let is_violation = text.contains("content security policy")
                || text.contains("trusted type")
                || text.contains("integrity");
            ensure!(!is_violation, "the browser refused something of ours: {}", entry.message);
        }
        Ok(())
    }

    async fn is(&self, element: &WebElement, role: &str, name: &str) -> Result<bool> {
        let tag = element.tag_name().await?;
        let is_role = selectors(role).iter().any(|selector| selector.starts_with(tag.as_str()));
        Ok(is_role && self.label(element).await?.starts_with(name))
    }

    /// The name that assistive technology reads out.
    async fn label(&self, element: &WebElement) -> Result<String> {
        let answer = self.driver.cmd(ComputedLabel(element.element_id().to_string())).await?;
        Ok(answer.value()?)
    }

    async fn show(&self, element: &WebElement) -> Result<()> {
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        self.driver.execute(script, vec![element.to_json()?]).await?;
        Ok(())
    }

    /// Tries until it works. Pages change under one's hands, so a failed try is only "not yet".
    async fn eventually(
        &self,
        what: &str,
        mut attempt: impl AsyncFnMut() -> Result<bool>,
    ) -> Result<()> {
        let mut last = None;
        let trying = async {
            loop {
                match attempt().await {
                    Ok(true) => return,
                    Ok(false) => last = None,
                    Err(error) => last = Some(error),
                }
            }
        };
        if tokio::time::timeout(PATIENCE, trying).await.is_ok() {
            return Ok(());
        }
        let page = self.driver.find(By::Tag("body")).await?.text().await?;
        let address = self.driver.current_url().await?;
        let why = last.map_or_else(String::new, |error| format!(" ({error:#})"));
        bail!("{what} does not come up at {address}{why}; the page says:\n{page}")
    }
}

impl Part<'_> {
    /// Presses what has this role and a name that begins so.
    pub(crate) async fn click(&self, role: &str, name: &str) -> Result<()> {
        let what = format!("{role} “{name}” in {:?}", self.names);
        self.person
            .eventually(&what, async || {
                let Some(found) = self.find(role, name).await? else { return Ok(false) };
                self.person.show(&found).await?;
                found.click().await?;
                Ok(true)
            })
            .await
    }

    /// Types into the field with this label, in place of what is there.
    pub(crate) async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let what = format!("the field “{label}” in {:?}", self.names);
        self.person
            .eventually(&what, async || {
                let Some(found) = self.find("textbox", label).await? else { return Ok(false) };
                self.person.show(&found).await?;
                found.clear().await?;
                found.send_keys(text).await?;
                Ok(true)
            })
            .await
    }

    async fn find(&self, role: &str, name: &str) -> Result<Option<WebElement>> {
        let mut part = self.person.driver.find(By::Tag("body")).await?;
        for name in self.names {
            let Some(inner) = self.first(&part, "section, fieldset", name).await? else {
                return Ok(None);
            };
            part = inner;
        }
        self.first(&part, &selectors(role).join(", "), name).await
    }

    /// The one with this very name, else the first whose name begins so.
    async fn first(&self, part: &WebElement, css: &str, name: &str) -> Result<Option<WebElement>> {
        let mut best = None;
        for element in part.find_all(By::Css(css)).await? {
            let label = self.person.label(&element).await?;
            if !label.starts_with(name) {
                continue;
            }
            // Many a box is drawn by its label, and the label is what people press.
            let around = element.find_all(By::XPath("self::input/ancestor::label")).await?;
            let element = around.into_iter().next().unwrap_or(element);
            if !element.is_displayed().await? {
                continue;
            }
            if label == name {
                return Ok(Some(element));
            }
            best = best.or(Some(element));
        }
        Ok(best)
    }
}

/// The elements that have this role in our pages.
fn selectors(role: &str) -> &'static [&'static str] {
    match role {
        "button" => &["button"],
        "link" => &["a"],
        "disclosure" => &["summary"],
        "radio" => &["input[type=radio]"],
        "checkbox" => &["input[type=checkbox]"],
        _ => &["input:not([type=radio]):not([type=checkbox]):not([type=hidden])", "textarea"],
    }
}

/// `GET /session/{id}/element/{id}/computedlabel` of the protocol.
#[derive(Debug)]
struct ComputedLabel(String);

impl FormatRequestData for ComputedLabel {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("/session/{session}/element/{}/computedlabel", self.0);
        RequestData::new(Method::GET, path)
    }
}
