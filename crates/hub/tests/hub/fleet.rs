//! The operator's pages over HTTP. How they look is tested in a browser (`browser.rs`).

use gatepost_hub::{Fleet, fleet::Operators, store::Paging};
use gatepost_pass::{
    Digest, HubPin, Kind, OneTimeSecret,
    claims::EnrolmentCode,
    document::to_text,
    fixture::{self, NOW},
    time::Minute,
};

use crate::{
    limits::{status, wide},
    support::{Answer, Device, Running, Site},
};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Pages for one operator, `ada`.
pub(crate) fn fleet() -> Fleet {
    let hash = Operators::hash(PASSWORD.as_bytes()).unwrap();
    Fleet {
        operators: format!("ada:{hash}").parse().unwrap(),
        enrolments: None,
        is_secure: false,
    }
}

/// The text of an enrolment code; with a hub's pins it is longer.
pub(crate) fn enrolment_code(pins: usize, secret: Option<OneTimeSecret>) -> String {
    let claims = EnrolmentCode {
        root: Digest([9; 32]),
        hub: Some("https://hub.example:8470".parse().unwrap()),
        not_after: Minute::of(NOW.plus(fixture::DAY)),
        hub_pins: vec![HubPin([7; 32]); pins].try_into().unwrap(),
        secret,
    };
    to_text(&fixture::documents().sign(Kind::Enrolment, &claims))
}

/// An operator who is logged in.
pub(crate) struct LoggedIn {
    cookie: String,
    pub(crate) form_token: String,
}

impl LoggedIn {
    pub(crate) fn header(&self) -> String {
        format!("cookie: {}\r\n", self.cookie)
    }

    pub(crate) fn get(&self, hub: &Running, path: &str) -> Answer {
        hub.operator("GET", path, &self.header(), "")
    }

    pub(crate) fn post(&self, hub: &Running, path: &str, fields: &str) -> Answer {
        let body = format!("token={}&{fields}", self.form_token);
        hub.operator("POST", path, &format!("{FORM}{}", self.header()), &body)
    }
}

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

pub(crate) fn log_in(hub: &Running) -> LoggedIn {
    let body = format!("name=ada&password={}", PASSWORD.replace(' ', "+"));
    let answer = hub.operator("POST", "/fleet/login", FORM, &body);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/fleet"))
    );
    let cookie = answer.header("set-cookie").unwrap();
    for word in ["path=/", "httponly", "samesite=strict"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(cookie.split('=').nth(1).unwrap().len(), 64);
    let page = hub
        .operator("GET", "/fleet", &format!("cookie: {cookie}\r\n"), "")
        .text();
    let token = page.split(r#"name="token" value=""#).nth(1).unwrap();
    let form_token = token.split('"').next().unwrap().to_owned();
    LoggedIn { cookie, form_token }
}

fn hub(site: &Site, fleet: Fleet) -> Running {
    site.hub_with(site.location.open().unwrap(), wide(), Some(fleet))
}

#[test]
fn a_stranger_sees_the_login_and_nothing_else() {
    let site = Site::new();
    let hub = hub(&site, fleet());
    for path in [
        "/fleet",
        "/fleet/passages",
        "/fleet/findings",
        "/fleet/enrolment",
        "/fleet/revoke?device=00",
    ] {
        for cookie in [
            "",
            "cookie: gatepost-session=\r\n",
            "cookie: gatepost-session=00; x\r\n",
        ] {
            let answer = hub.operator("GET", path, cookie, "");
            assert_eq!(
                (answer.status, answer.header("location")),
                (303, Some("/fleet/login")),
                "{path}"
            );
        }
    }
    for path in ["/fleet/revoke", "/fleet/pause", "/fleet/logout"] {
        let answer = hub.operator("POST", path, FORM, "token=&minutes=15");
        assert_eq!(answer.status, 303, "{path}");
    }
    assert_eq!(hub.operator("GET", "/fleet/login", "", "").status, 200);
    // Without operators there are no pages at all.
    let hub = site.hub();
    assert_eq!(hub.operator("GET", "/fleet/login", "", "").refusal().0, 404);
}

#[test]
fn every_page_forbids_script_framing_and_keeping() {
    let site = Site::new();
    let hub = hub(&site, fleet());
    let session = log_in(&hub);
    for path in [
        "/fleet",
        "/fleet/passages",
        "/fleet/findings",
        "/fleet/enrolment",
        "/fleet/login",
        "/fleet?page=x",
    ] {
        let answer = session.get(&hub, path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; "),
            "{policy}"
        );
        assert!(
            !policy.contains("unsafe") && !policy.contains("script"),
            "{policy}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("deny"));
        let page = answer.text();
        assert!(
            !page.contains("<script") && !page.contains(" style="),
            "{path}"
        );
    }
}

#[test]
fn a_session_ends_with_the_logout() {
    let site = Site::new();
    let hub = hub(&site, fleet());
    let session = log_in(&hub);
    assert_eq!(session.get(&hub, "/fleet").status, 200);
    assert_eq!(
        session.post(&hub, "/fleet/logout", "").header("location"),
        Some("/fleet/login")
    );
    assert_eq!(session.get(&hub, "/fleet").status, 303);
}

#[test]
fn passwords_can_not_be_tried_without_end() {
    let site = Site::new();
    let hub = hub(&site, fleet());
    for _ in 0..12 {
        let answer = hub.operator(
            "POST",
            "/fleet/login",
            FORM,
            "name=ada&password=a+wrong+one",
        );
        assert_eq!(answer.status, 403);
    }
    // The right one has to wait as well, for a second or so.
    let body = format!("name=ada&password={}", PASSWORD.replace(' ', "+"));
    let mut last = 0;
    for _ in 0..100 {
        last = hub.operator("POST", "/fleet/login", FORM, &body).status;
        if last == 303 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(last, 303);
}

on_every_store! {
    the_pages_show_devices_passages_and_findings
    a_wish_to_revoke_is_queued_for_the_authority_and_stops_no_upload
}

fn the_pages_show_devices_passages_and_findings(site: &Site) {
    let (first, behind) = (Device::new(1, 4), Device::new(2, 6));
    let mut fork = first.cut(2);
    fork.pass(1);
    let hub = hub(site, fleet());
    hub.acknowledged(&first.batch(0..4));
    hub.acknowledged(&fork.batch(2..3));
    hub.acknowledged(&behind.batch(0..2));
    hub.acknowledged(&behind.batch(4..6));
    let reported = hub.post_status(&status(&first, 1234));
    assert_eq!(reported.status, 204);
    let session = log_in(&hub);
    let page = session.get(&hub, "/fleet").text();
    let shown = [first.id().to_string(), behind.id().to_string()];
    assert!(shown.iter().all(|id| page.contains(id.as_str())));
    for words in [
        "gate 3",
        "1\u{202f}234",
        "5 s ahead",
        "1.2.3",
        "fell back from 1.3.0",
        "fresh",
        "gap, 4 waiting",
        "not reported",
        "<b>6</b>",
    ] {
        assert!(page.contains(words), "{words} is not in\n{page}");
    }
    let page = session.get(&hub, "/fleet/passages").text();
    assert!(
        page.contains("2026-11-01T01Z: 0 admit, 6 check, 0 refuse"),
        "{page}"
    );
    let page = session.get(&hub, "/fleet/findings").text();
    assert!(
        page.contains("two different records with the same number"),
        "{page}"
    );
}

fn a_wish_to_revoke_is_queued_for_the_authority_and_stops_no_upload(site: &Site) {
    let device = Device::new(1, 4);
    let hub = hub(site, fleet());
    hub.acknowledged(&device.batch(0..2));
    let session = log_in(&hub);
    let ask = session.get(&hub, &format!("/fleet/revoke?device={}", device.id()));
    assert!(ask.text().contains("Only the authority"));
    let field = format!("device={}", device.id());
    for said in ["Noted for the authority", "was noted before"] {
        let answer = session.post(&hub, "/fleet/revoke", &field);
        assert!(answer.text().contains(said));
    }
    let unknown = session.post(
        &hub,
        "/fleet/revoke",
        &format!("device={}", "ab".repeat(16)),
    );
    assert!(unknown.text().contains("No such device"));
    assert!(session.get(&hub, "/fleet").text().contains("asked for"));
    hub.acknowledged(&device.batch(2..4));
    let store = site.location.open_to_read().unwrap();
    let devices = store.devices(Paging { skip: 0, take: 9 }).unwrap();
    assert!(devices[0].revocation.is_some());
    let mut listed = Vec::new();
    gatepost_hub::listing::list_revocations(&*store, &mut listed).unwrap();
    let listed = String::from_utf8(listed).unwrap();
    let expected = format!(
        "{{\"asked\":\"2026-11-01T01:00:00Z\",\"device\":\"{}\"}}\n",
        device.id()
    );
    assert_eq!(listed, expected);
    // The authority's signed list, if it exists, is served as it is.
    std::fs::write(site.path("bundle/revoked"), b"signed by the authority").unwrap();
    let answer = hub.get("/v1/revoked", "");
    assert_eq!(
        (answer.status, &answer.body[..]),
        (200, &b"signed by the authority"[..])
    );
    let tag = format!("if-none-match: {}\r\n", answer.header("etag").unwrap());
    assert_eq!(hub.get("/v1/revoked", &tag).status, 304);
}

#[test]
fn names_from_outside_are_text_and_not_markup() {
    let site = Site::new();
    let folder = site.path("codes");
    std::fs::create_dir(&folder).unwrap();
    let (code, secret) = (
        enrolment_code(0, None),
        enrolment_code(1, Some(OneTimeSecret([1; 16]))),
    );
    let gate = folder.join("<b>gate 7<img src=x>.txt");
    std::fs::write(gate, format!("{code}\n")).unwrap();
    std::fs::write(folder.join("one-time.txt"), format!("{secret}\n")).unwrap();
    std::fs::write(folder.join("cut.txt"), &secret[1..]).unwrap();
    std::fs::write(folder.join("long.txt"), "A".repeat(5000)).unwrap();
    std::fs::write(folder.join("secret.key"), "not shown").unwrap();
    let fleet = Fleet {
        enrolments: Some(folder),
        ..fleet()
    };
    let hub = hub(&site, fleet);
    let page = log_in(&hub).get(&hub, "/fleet/enrolment").text();
    assert!(page.contains("&lt;b&gt;gate 7&lt;img src=x&gt;"), "{page}");
    assert!(!page.contains("<img") && !page.contains("secret.key"));
    assert!(!page.contains("not shown"));
    // Only the code without a secret is drawn.
    assert_eq!(page.matches("class=\"qr\"").count(), 1);
    assert_eq!(page.matches("holds a one-time secret").count(), 1);
    assert_eq!(page.matches("holds no enrolment code").count(), 2);
}
