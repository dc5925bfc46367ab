//! The operators' pages in a real browser: what an operator does, on a desk and on a phone.

use std::fs;

use gatepost_hub::Fleet;
use gatepost_pass::{ClockTrust, Freshness, ProgramVersion, fixture::NOW};
use gatepost_protocol::{DeviceStatus, Outcome, ProgramStatus, ProgramUpdate, UpdateEnd};

use crate::{
    fleet::{PASSWORD, enrolment_code, fleet},
    limits::wide,
    support::{Device, Running, Site},
    webdriver::Browser,
};

fn go(browser: &Browser, hub: &Running, path: &str) {
    browser.go(&format!("http://{}{path}", hub.operators));
}

/// What must hold of every page, however wide.
fn check(browser: &Browser, page: &str) {
    assert_eq!(
        browser.ask("document.documentElement.scrollWidth <= innerWidth"),
        true,
        "{page} is too wide"
    );
    assert_eq!(
        browser.ask("document.querySelectorAll('h1').length"),
        1,
        "{page}"
    );
    assert_eq!(browser.ask("document.documentElement.lang"), "en");
    let style = browser.ask("getComputedStyle(document.body).backgroundColor");
    assert_eq!(style, "rgb(244, 246, 248)", "{page} has no style");
    let unnamed = browser.ask(
        "[...document.querySelectorAll('a, button, input:not([type=hidden]), svg[role=img]')]
            .filter(e => !(e.innerText || e.textContent || e.ariaLabel
                || (e.labels && e.labels.length))).length",
    );
    assert_eq!(unnamed, 0, "{page} has something without a name");
    let small = browser.ask(
        "[...document.querySelectorAll('button, nav a')].filter(e => e.checkVisibility()
            && e.getBoundingClientRect().height < 36).length",
    );
    assert_eq!(small, 0, "{page} has something too small to hit");
}

/// A fleet with everything that the pages can show.
fn busy_hub(site: &Site) -> Running {
    let codes = site.path("codes");
    fs::create_dir(&codes).unwrap();
    for (name, pins) in [("North gate 北门", 0), ("Bus depot", 4)] {
        let code = enrolment_code(pins, None);
        fs::write(codes.join(format!("{name}.txt")), code).unwrap();
    }
    let fleet = Fleet {
        enrolments: Some(codes),
        ..fleet()
    };
    let hub = site.hub_with(site.location.open().unwrap(), wide(), Some(fleet));
    let now = (NOW.0 / 3600) as u32;
    let mut busy = Device::new(1, 1);
    for ago in (0..40).rev() {
        let hour = now - ago;
        let rush = [1, 3, 9, 5, 2, 4, 7, 3][(hour % 8) as usize];
        busy.pass_at(hour, Outcome::Admit, rush * 2);
        busy.pass_at(hour, Outcome::Check, rush / 2);
        busy.pass_at(hour, Outcome::Refuse, rush / 4);
    }
    let end = busy.records.len();
    for start in (0..end).step_by(500) {
        hub.acknowledged(&busy.batch(start..end.min(start + 500)));
    }
    let mut fork = busy.cut(3);
    fork.pass(1);
    hub.acknowledged(&fork.batch(3..4));
    let gap = Device::new(2, 9);
    hub.acknowledged(&gap.batch(0..2));
    hub.acknowledged(&gap.batch(6..9));
    let (quiet, broken) = (Device::new(3, 3), Device::new(4, 2));
    hub.acknowledged(&quiet.batch(0..3));
    let report = |device: &Device, at, clock, bundle: bool, freshness, backlog, parked| {
        let status = DeviceStatus {
            certificate: device.certificate.clone(),
            at,
            clock,
            bundle: bundle.then(|| site.serves()),
            freshness,
            backlog,
            parked,
            program: ProgramStatus {
                running: ProgramVersion::new(1, 2, 3),
                update: Some(ProgramUpdate {
                    version: ProgramVersion::new(1, 3, 0),
                    end: UpdateEnd::FellBack,
                }),
            },
        };
        let signed = status.sign(&device.secret);
        let answer = hub.post_status(&signed);
        assert_eq!(answer.status, 204);
    };
    report(
        &busy,
        NOW.plus(2),
        ClockTrust::Trusted,
        true,
        Freshness::Fresh,
        12,
        0,
    );
    report(
        &gap,
        NOW.minus(4000),
        ClockTrust::Trusted,
        true,
        Freshness::Stale,
        12_345,
        2,
    );
    report(
        &broken,
        NOW.minus(NOW.0),
        ClockTrust::Behind,
        false,
        Freshness::Expired,
        1,
        0,
    );
    hub
}

fn log_in(browser: &Browser, hub: &Running) {
    go(browser, hub, "/fleet");
    assert!(browser.text().contains("Password"));
    check(browser, "the login");
    browser.type_into("input[name=name]", "ada");
    browser.type_into("input[name=password]", PASSWORD);
    browser.click("form button");
    browser.see("Devices");
}

fn look_at_all(browser: &Browser, hub: &Running, screen: &str) {
    go(browser, hub, "/fleet/login");
    browser.picture(&format!("fleet-{screen}-login"));
    log_in(browser, hub);
    for (path, name, words) in [
        ("/fleet", "devices", "Devices, latest contact first"),
        ("/fleet/passages", "passages", "Passages per hour"),
        ("/fleet/findings", "findings", "two different records"),
        ("/fleet/enrolment", "enrolment", "北门"),
    ] {
        go(browser, hub, path);
        check(browser, name);
        let text = browser.text().to_lowercase();
        assert!(text.contains(&words.to_lowercase()), "{name}: {text}");
        browser.picture(&format!("fleet-{screen}-{name}"));
    }
}

#[test]
fn an_operator_sees_the_fleet_and_asks_to_revoke_on_a_desk_and_on_a_phone() {
    let Some(desk) = Browser::open(1280, 800) else {
        println!("SKIPPED: no chromedriver on this machine (Debian: chromium-driver)");
        return;
    };
    let site = Site::new();
    let hub = busy_hub(&site);
    look_at_all(&desk, &hub, "desk");
    // The page can't read its own cookie, and what is written into it is no script.
    assert_eq!(desk.ask("document.cookie"), "");
    assert_eq!(desk.cookies()[0]["httpOnly"], true);
    assert_eq!(desk.cookies()[0]["sameSite"], "Strict");
    desk.ask(
        "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';
        document.body.append(s) })()",
    );
    assert_eq!(
        desk.ask("window.ran === undefined"),
        true,
        "the policy let a script run"
    );

    let phone = Browser::open(360, 740).unwrap();
    look_at_all(&phone, &hub, "phone");
    go(&phone, &hub, "/fleet");
    phone.click("tbody tr:first-child a");
    phone.see("Only the authority");
    check(&phone, "the question");
    phone.picture("fleet-phone-revoke");
    phone.click("button.danger");
    phone.see("Noted for the authority.");
    phone.click("main a.button");
    phone.see("asked for");
    phone.click("button[name=minutes]");
    phone.see("Uploads are paused");
    phone.picture("fleet-phone-paused");
    phone.click("header form button");
    phone.see("Password");
    go(&phone, &hub, "/fleet/findings");
    assert!(
        phone.text().contains("Password"),
        "the session goes on after the logout"
    );
}
