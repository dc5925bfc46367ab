//! A browser that tests drive by WebDriver (W3C). Pictures stay in the target directory, to be
//! looked at.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use data_encoding::BASE64;
use serde_json::{Value, json};
use ureq::Agent;

/// A window of a browser, and the program that drives it.
pub(crate) struct Browser {
    driver: Child,
    agent: Agent,
    /// URL of the session.
    session: String,
}

impl Browser {
    /// Opens a window of this size; nothing if the machine has no browser.
    pub(crate) fn open(width: u32, height: u32) -> Option<Self> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            let port = line.split("successfully on port ").nth(1)?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        // It would block if nobody read its output.
        std::thread::spawn(move || lines.for_each(drop));
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)));
        let mut browser = Self {
            driver,
            agent: config.build().new_agent(),
            session: format!("http://127.0.0.1:{}/session", port.unwrap()),
        };
        let metrics = json!({ "width": width, "height": height, "pixelRatio": 1 });
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--force-color-profile=srgb", format!("--window-size={width},{height}"),
            ],
            "mobileEmulation": { "deviceMetrics": metrics },
        });
        let wanted =
            json!({ "alwaysMatch": { "browserName": "chrome", "goog:chromeOptions": options } });
        let session = browser.post("", &json!({ "capabilities": wanted }));
        browser.session += "/";
        browser.session += session["sessionId"].as_str().unwrap();
        Some(browser)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.agent.post(format!("{}{path}", self.session));
        value(request.send(body.to_string()))
    }

    pub(crate) fn go(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    fn find(&self, css: &str) -> String {
        let selector = json!({ "using": "css selector", "value": css });
        let found = self.post("/element", &selector);
        let id = found.as_object().unwrap().values().next().unwrap();
        id.as_str().unwrap().to_owned()
    }

    pub(crate) fn click(&self, css: &str) {
        self.post(&format!("/element/{}/click", self.find(css)), &json!({}));
    }

    pub(crate) fn type_into(&self, css: &str, text: &str) {
        let path = format!("/element/{}/value", self.find(css));
        self.post(&path, &json!({ "text": text }));
    }

    /// The value of an expression.
    pub(crate) fn ask(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    pub(crate) fn text(&self) -> String {
        let text = self.ask("document.body.innerText");
        text.as_str().unwrap().to_owned()
    }

    /// Waits until the page contains a text: what a click loads takes its time.
    pub(crate) fn see(&self, words: &str) {
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

    pub(crate) fn cookies(&self) -> Value {
        value(self.agent.get(format!("{}/cookie", self.session)).call())
    }

    /// Saves a picture of the whole page.
    pub(crate) fn picture(&self, name: &str) {
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
        let png = BASE64.decode(shot["data"].as_str().unwrap().as_bytes());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        fs::write(path, png.unwrap()).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            value(self.agent.delete(&self.session).call());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The value in an answer of the driver, which must be a success.
fn value(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Value {
    let mut answer = answer.unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    assert_eq!(answer.status(), 200, "{text}");
    serde_json::from_str::<Value>(&text).unwrap()["value"].take()
}
