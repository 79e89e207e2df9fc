//! The main job in a real browser: Chromium with two virtual authenticators, one for each person,
//! against the real server. Elements are found as people find them: by role and name.

mod browser {
    pub(crate) mod chromedriver;
    pub(crate) mod keyward;
    pub(crate) mod person;
}

use anyhow::Result;
use browser::keyward::Keyward;
use browser::person::{Person, together};

/// What Chromium's virtual authenticator says it is.
const MODEL: &str = "01020304-0506-0708-0102-030405060708";

/// The whole life of a passkey: first run, access pass, registration, sign-in, refused by a changed
/// policy, allowed again, deleted. S9, S43, S44, S45, S70, S88, S90, S108, S113, S118, S144.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_lives_and_dies_by_policy() -> Result<()> {
    together("a_passkey_lives_and_dies_by_policy", async |keyward, ada, noor| {
        first_run(keyward, ada).await?;
        let pass = add_noor(ada).await?;
        restrict_staff_to_the_model(ada).await?;

        enter_with_pass(noor, &pass).await?;
        noor.sees("Your Temporary Access Pass is your only way in").await?;
        register(noor, "Noor’s laptop").await?;
        sign_in_by_tile(noor).await?;
        noor.sees("Noor’s laptop").await?;

        remove_the_model(ada).await?;
        confirm_what_noor_loses(ada).await?;
        sign_in_is_refused(noor, "is not on your organisation’s list").await?;
        the_log_says(ada, "model-not-listed").await?;
        the_method_is_listed_as_not_usable(ada).await?;

        restore_the_model(ada).await?;
        sign_in_by_tile(noor).await?;
        noor.sees("Noor’s laptop").await?;

        delete_as_administrator(ada).await?;
        sign_in_is_refused(noor, "may have been deleted").await?;
        the_log_says(ada, "passkey-unknown").await
    })
    .await
}

/// S41, S85, S88: the reason is there before the device is touched, and again when it refuses.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_not_listed_cannot_be_registered() -> Result<()> {
    together("a_model_that_is_not_listed_cannot_be_registered", async |keyward, ada, noor| {
        first_run(keyward, ada).await?;
        let pass = add_noor(ada).await?;
        restrict_staff_to_the_model(ada).await?;
        remove_the_model(ada).await?;
        ada.sees("No passkey stops working").await?;
        ada.click("button", "Save").await?;
        ada.sees("The settings are saved").await?;
        enter_with_pass(noor, &pass).await?;
        noor.click("link", "Passkey On this device").await?;
        noor.sees("What your organisation accepts").await?;
        noor.sees("Microsoft Authenticator for iOS").await?;
        noor.click("button", "Create passkey").await?;
        noor.sees("No passkey was registered").await?;
        noor.sees("is not on your organisation’s list of accepted authenticators").await?;
        noor.sees("delete that entry").await?;
        the_audit_says(ada, "model-not-listed").await
    })
    .await
}

/// Everything by keyboard alone, from the address to security info.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_the_keyboard_alone() -> Result<()> {
    together("a_person_signs_in_with_the_keyboard_alone", async |keyward, ada, _| {
        first_run(keyward, ada).await?;
        ada.sign_out().await?;
        ada.tab_to("button", "Face, fingerprint, PIN or security key").await?;
        ada.press_enter().await?;
        ada.heading("Security info").await
    })
    .await
}

async fn first_run(keyward: &Keyward, ada: &Person) -> Result<()> {
    ada.open(keyward.first_run_link()).await?;
    ada.fill("Organisation", "Lighthouse Cooperative").await?;
    ada.fill("Your name", "Ada Lindqvist").await?;
    ada.fill("Your user name", "ada@lighthouse.example").await?;
    ada.click("button", "Next").await?;
    ada.click("button", "Create passkey").await?;
    ada.heading("Admin center").await
}

/// Two groups with one person each; answers Noor's access pass.
async fn add_noor(ada: &Person) -> Result<String> {
    for group in ["Administrators", "Staff"] {
        ada.click("link", "Groups").await?;
        ada.click("disclosure", "Add a security group").await?;
        ada.fill("Name", group).await?;
        ada.click("button", "Add group").await?;
        ada.heading(group).await?;
    }
    let pass = add_person_with_pass(ada).await?;
    for (group, person) in [("Administrators", "Ada"), ("Staff", "Noor")] {
        ada.click("link", "Groups").await?;
        ada.click("link", group).await?;
        ada.fill("Name of a person or group", person).await?;
        ada.click("button", "Search").await?;
        ada.click("radio", person).await?;
        ada.click("button", "Add to this group").await?;
        ada.sees("The member is added").await?;
    }
    Ok(pass)
}

async fn add_person_with_pass(ada: &Person) -> Result<String> {
    ada.click("link", "People").await?;
    ada.click("disclosure", "Add a person").await?;
    ada.fill("Name", "Noor van der Meer").await?;
    ada.fill("User name", "noor@lighthouse.example").await?;
    ada.click("button", "Add person").await?;
    ada.heading("Noor van der Meer").await?;
    ada.click("button", "Issue a pass").await?;
    ada.sees("shown only this once").await?;
    ada.text_of(".issued code").await
}

/// Administrators keep the default profile; staff get one that takes this model and the app.
async fn restrict_staff_to_the_model(ada: &Person) -> Result<()> {
    ada.click("link", "Passkey settings").await?;
    ada.click("radio", "Select groups").await?;
    for group in ["Administrators", "Staff"] {
        ada.fill("Add groups", group).await?;
        ada.click("button", "Add").await?;
        ada.sees(&format!("Profiles for {group}")).await?;
    }
    ada.click("radio", "Configure").await?;
    ada.click("button", "Add profile").await?;
    let staff = ada.within(&["New profile"]);
    staff.fill("Name", "Staff keys").await?;
    let restrictions = ["New profile", "Enforce key restrictions"];
    ada.within(&restrictions).click("radio", "Yes").await?;
    staff.click("radio", "Allow").await?;
    staff.fill("Add AAGUIDs", MODEL).await?;
    staff.click("button", "Add").await?;
    staff.click("checkbox", "Microsoft Authenticator").await?;
    ada.click("radio", "Enable and target").await?;
    for profile in ["Default passkey profile", "New profile"] {
        ada.within(&["Profiles for Staff"]).click("checkbox", profile).await?;
    }
    save(ada).await
}

/// Up to the preview.
async fn remove_the_model(ada: &Person) -> Result<()> {
    settings(ada).await?;
    ada.within(&["Staff keys"]).click("checkbox", "Remove Chromium").await?;
    ada.click("button", "Preview impact").await?;
    ada.heading("Preview of your change").await
}

/// The preview names who is concerned, and saves nothing before that is confirmed.
async fn confirm_what_noor_loses(ada: &Person) -> Result<()> {
    ada.sees("Noor van der Meer").await?;
    ada.sees("1 passkey of 1 person stops working").await?;
    ada.click("button", "Save").await?;
    ada.sees("tick this to save").await?;
    ada.click("checkbox", "Yes, 1 passkey").await?;
    ada.click("button", "Save").await?;
    ada.sees("The settings are saved").await
}

async fn restore_the_model(ada: &Person) -> Result<()> {
    settings(ada).await?;
    let staff = ada.within(&["Staff keys"]);
    staff.fill("Add AAGUIDs", MODEL).await?;
    staff.click("button", "Add").await?;
    ada.click("button", "Preview impact").await?;
    ada.sees("works again").await?;
    ada.click("button", "Save").await?;
    ada.sees("The settings are saved").await
}

async fn settings(ada: &Person) -> Result<()> {
    ada.click("link", "Passkey settings").await?;
    ada.click("radio", "Configure").await
}

async fn save(ada: &Person) -> Result<()> {
    ada.click("button", "Preview impact").await?;
    ada.heading("Preview of your change").await?;
    ada.click("button", "Save").await?;
    ada.sees("The settings are saved").await
}

/// By name and pass, without any method yet.
async fn enter_with_pass(noor: &Person, pass: &str) -> Result<()> {
    noor.home().await?;
    noor.click("link", "Use a Temporary Access Pass").await?;
    noor.fill("User name", "noor@lighthouse.example").await?;
    noor.fill("Temporary Access Pass", pass).await?;
    noor.click("button", "Sign in").await?;
    noor.heading("Security info").await
}

async fn register(noor: &Person, name: &str) -> Result<()> {
    noor.click("link", "Passkey On this device").await?;
    noor.click("button", "Create passkey").await?;
    noor.heading("Your passkey is registered").await?;
    noor.fill("Name", name).await?;
    noor.click("button", "Save name").await?;
    noor.sees("Your passkey is ready").await
}

async fn sign_in_by_tile(noor: &Person) -> Result<()> {
    noor.sign_out().await?;
    noor.click("button", "Face, fingerprint, PIN or security key").await?;
    noor.heading("Security info").await
}

async fn sign_in_is_refused(noor: &Person, why: &str) -> Result<()> {
    noor.sign_out().await?;
    noor.click("button", "Face, fingerprint, PIN or security key").await?;
    noor.sees(why).await?;
    noor.sees("Correlation id").await
}

async fn the_log_says(ada: &Person, code: &str) -> Result<()> {
    ada.click("link", "Logs").await?;
    ada.click("radio", "Sign-ins").await?;
    ada.click("button", "Show").await?;
    ada.sees(code).await
}

async fn the_audit_says(ada: &Person, code: &str) -> Result<()> {
    ada.click("link", "Logs").await?;
    ada.sees(code).await
}

async fn the_method_is_listed_as_not_usable(ada: &Person) -> Result<()> {
    ada.click("link", "People").await?;
    ada.click("link", "Noor van der Meer").await?;
    ada.heading("Non-usable sign-in methods").await?;
    ada.sees("is not on the allow list of profile “Staff keys”").await
}

async fn delete_as_administrator(ada: &Person) -> Result<()> {
    ada.click("link", "People").await?;
    ada.click("link", "Noor van der Meer").await?;
    ada.click("link", "Delete Noor’s laptop").await?;
    ada.sees("until they remove it there").await?;
    ada.click("button", "Delete passkey").await?;
    ada.sees("signs nobody in any more").await
}
