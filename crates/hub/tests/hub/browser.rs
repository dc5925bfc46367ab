//! The fleet page in a real browser, over WebDriver (W3C): what an operator does, on a desk and on a phone. The
//! pictures stay in the target directory, to be looked at.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use gatepost_hub::Fleet;
use gatepost_pass::{ClockTrust, Freshness, fixture::NOW};
use gatepost_protocol::{DeviceStatus, Outcome, routes};
use serde_json::{Value, json};

use crate::{
    fleet::{PASSWORD, enrolment_code, fleet},
    limits::wide,
    support::{Device, Running, Site, request},
};

/// A browser, and the program that drives it.
struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
}

impl Browser {
    /// Opens a window of that size; nothing where the machine has no browser.
    fn open(width: u32, height: u32) -> Option<Self> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            line.split("successfully on port ")
                .nth(1)?
                .trim_end_matches('.')
                .parse()
                .ok()
        });
        // Whoever reads no more would block it.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Self {
            driver,
            address: (Ipv4Addr::LOCALHOST, port.unwrap()).into(),
            session: String::new(),
        };
        let metrics = json!({ "width": width, "height": height, "pixelRatio": 1 });
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--force-color-profile=srgb", format!("--window-size={width},{height}")],
            "mobileEmulation": { "deviceMetrics": metrics },
        });
        let wanted =
            json!({ "alwaysMatch": { "browserName": "chrome", "goog:chromeOptions": options } });
        let session = browser.send("POST", "/session", &json!({ "capabilities": wanted }));
        let id = session["sessionId"].as_str().unwrap();
        browser.session = format!("/session/{id}");
        Some(browser)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = match method {
            "POST" => body.to_string(),
            _ => String::new(),
        };
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n"
        );
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .unwrap();
        // It keeps connections open, so the length says where the answer ends.
        let mut stream = BufReader::new(stream);
        let (mut line, mut length, mut status) = (String::new(), 0, String::new());
        while stream.read_line(&mut line).unwrap() > 2 {
            match line.to_lowercase().split_once("content-length:") {
                Some((_, value)) => length = value.trim().parse().unwrap(),
                None if status.is_empty() => status.clone_from(&line),
                None => {}
            }
            line.clear();
        }
        let mut said = vec![0; length];
        stream.read_exact(&mut said).unwrap();
        let mut said: Value = serde_json::from_slice(&said).unwrap();
        assert!(status.contains(" 200 "), "{method} {path}: {said}");
        said["value"].take()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", &format!("{}{path}", self.session), body)
    }

    fn go(&self, hub: &Running, path: &str) {
        let url = format!("http://{}{path}", hub.operators);
        self.post("/url", &json!({ "url": url }));
    }

    fn find(&self, css: &str) -> String {
        let found = self.post(
            "/element",
            &json!({ "using": "css selector", "value": css }),
        );
        let id = found.as_object().unwrap().values().next().unwrap();
        id.as_str().unwrap().to_owned()
    }

    fn click(&self, css: &str) {
        self.post(&format!("/element/{}/click", self.find(css)), &json!({}));
    }

    fn type_into(&self, css: &str, text: &str) {
        self.post(
            &format!("/element/{}/value", self.find(css)),
            &json!({ "text": text }),
        );
    }

    fn ask(&self, script: &str) -> Value {
        self.post(
            "/execute/sync",
            &json!({ "script": format!("return {script}"), "args": [] }),
        )
    }

    fn text(&self) -> String {
        self.ask("document.body.innerText")
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Waits until a page says something: what a click brings comes when it comes.
    fn see(&self, words: &str) {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let text = self.text();
            if text.contains(words) {
                return;
            }
            assert!(Instant::now() < until, "{words} is not in\n{text}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn cookies(&self) -> Value {
        self.send("GET", &format!("{}/cookie", self.session), &Value::Null)
    }

    /// Keeps a picture of the whole page.
    fn picture(&self, name: &str) {
        let height = self.ask("document.documentElement.scrollHeight");
        let width = self.ask("innerWidth");
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = |cmd: &str, params: &Value| {
            self.post(
                "/goog/cdp/execute",
                &json!({ "cmd": cmd, "params": params }),
            )
        };
        command("Emulation.setDeviceMetricsOverride", &size);
        let shot = command("Page.captureScreenshot", &json!({ "format": "png" }));
        command("Emulation.clearDeviceMetricsOverride", &json!({}));
        let png = base64(shot["data"].as_str().unwrap());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        fs::write(path, png).unwrap();
    }

    /// What must hold of every page, however wide.
    fn check(&self, page: &str) {
        assert_eq!(
            self.ask("document.documentElement.scrollWidth <= innerWidth"),
            true,
            "{page} is too wide"
        );
        assert_eq!(
            self.ask("document.querySelectorAll('h1').length"),
            1,
            "{page}"
        );
        assert_eq!(self.ask("document.documentElement.lang"), "en");
        let style = self.ask("getComputedStyle(document.body).backgroundColor");
        assert_eq!(style, "rgb(244, 246, 248)", "{page} has no style");
        let unnamed = self.ask(
            "[...document.querySelectorAll('a, button, input:not([type=hidden]), svg[role=img]')].filter(e =>
                !(e.innerText || e.textContent || e.ariaLabel || (e.labels && e.labels.length))).length",
        );
        assert_eq!(unnamed, 0, "{page} has something without a name");
        let small = self.ask(
            "[...document.querySelectorAll('button, nav a')].filter(e => e.checkVisibility()
                && e.getBoundingClientRect().height < 36).length",
        );
        assert_eq!(small, 0, "{page} has something too small to hit");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.send("DELETE", &self.session, &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// RFC 4648, as far as a picture needs it.
fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text
        .bytes()
        .filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte));
    let digits: Vec<_> = digits.collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let bits = four
            .iter()
            .fold(0_u32, |bits, digit| bits << 6 | *digit as u32);
        let bits = bits << (6 * (4 - four.len()));
        bits.to_be_bytes().into_iter().skip(1).take(four.len() - 1)
    });
    bytes.collect()
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
    let told = |device: &Device, at, clock, bundle, freshness, backlog, parked| {
        let status = DeviceStatus {
            certificate: device.certificate.clone(),
            at,
            clock,
            bundle,
            freshness,
            backlog,
            parked,
        };
        let signed = status.sign(&device.secret);
        let answer = request(hub.address, "POST", routes::STATUS, "", &signed).unwrap();
        assert_eq!(answer.status, 204);
    };
    told(
        &busy,
        NOW.plus(2),
        ClockTrust::Trusted,
        1,
        Freshness::Fresh,
        12,
        0,
    );
    told(
        &gap,
        NOW.minus(4000),
        ClockTrust::Trusted,
        1,
        Freshness::Stale,
        12_345,
        2,
    );
    told(
        &broken,
        NOW.minus(NOW.0),
        ClockTrust::BehindFloor,
        0,
        Freshness::Expired,
        1,
        0,
    );
    hub
}

fn log_in(browser: &Browser, hub: &Running) {
    browser.go(hub, "/fleet");
    assert!(browser.text().contains("Password"));
    browser.check("the login");
    browser.type_into("input[name=name]", "ada");
    browser.type_into("input[name=password]", PASSWORD);
    browser.click("form button");
    browser.see("Devices");
}

fn look_at_all(browser: &Browser, hub: &Running, screen: &str) {
    browser.go(hub, "/fleet/login");
    browser.picture(&format!("fleet-{screen}-login"));
    log_in(browser, hub);
    for (path, name, words) in [
        ("/fleet", "devices", "Devices, last heard first"),
        ("/fleet/passages", "passages", "Passages an hour"),
        ("/fleet/findings", "findings", "two different records"),
        ("/fleet/enrolment", "enrolment", "北门"),
    ] {
        browser.go(hub, path);
        browser.check(name);
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
    phone.go(&hub, "/fleet");
    phone.click("tbody tr:first-child a");
    phone.see("Only the authority");
    phone.check("the question");
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
    phone.go(&hub, "/fleet/findings");
    assert!(
        phone.text().contains("Password"),
        "the session goes on after the logout"
    );
}
