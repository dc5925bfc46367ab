//! What the tests of this binary share: the programs and what they say, a log, a web client.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

use gatepost::{
    data::DataDir,
    store::{Cap, LogError, PassageLog},
};
use gatepost_protocol::{Epoch, device::device_id, fixture};
use gatepost_system::{clock::now, random};
use serde_json::Value;

/// Output of a program.
pub struct Said {
    pub well: bool,
    pub out: String,
    pub err: String,
}

impl Said {
    #[track_caller]
    pub fn of(output: Output) -> Self {
        let said = Self {
            well: output.status.success(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!said.err.contains("panicked"), "{}", said.err);
        said
    }

    #[track_caller]
    pub fn well(self) -> Self {
        assert!(self.well, "{}\n{}", self.out, self.err);
        self
    }

    /// It went well and printed this.
    #[track_caller]
    pub fn prints(self, words: &str) -> Self {
        let said = self.well();
        assert!(said.out.contains(words), "no {words:?} in {}", said.out);
        said
    }

    /// It failed, and said this of why.
    #[track_caller]
    pub fn fails(self, words: &str) -> Self {
        assert!(!self.well, "{}", self.out);
        assert!(self.err.contains(words), "no {words:?} in {}", self.err);
        self
    }
}

/// A program of the workspace. `scripts/test` builds all of them before it tests.
pub fn program(name: &str) -> Command {
    let here = Path::new(env!("CARGO_BIN_EXE_gatepost"));
    let path = here.with_file_name(name);
    assert!(
        path.exists(),
        "{} is missing: run `cargo build --workspace` first",
        path.display()
    );
    Command::new(path)
}

/// Arguments of mixed kinds.
#[macro_export]
macro_rules! arguments {
    ($($argument:expr),* $(,)?) => {
        vec![$(std::ffi::OsString::from($argument)),*]
    };
}

/// A device's passage log, in a new epoch.
pub fn open_log(device: &Path) -> Result<PassageLog, LogError> {
    let data = DataDir::open(device).unwrap();
    let id = device_id(&data.identity().unwrap().key.public());
    let epoch = Epoch(random::bytes().unwrap());
    let opened = PassageLog::open(&data.passages(), id, epoch, now(), Cap::default());
    opened.map(|opened| opened.log)
}

/// Logs that many passages in one commit.
pub fn log_together(log: &mut PassageLog, count: u64) -> Result<(), LogError> {
    let (passage, key) = (fixture::passage(now()), fixture::tracing());
    let group = vec![(&passage, &key); count as usize];
    log.append_all(&group, &mut fixture::random()).map(|_| ())
}

/// Sends a `POST` request, and returns status and body of the answer.
pub fn post(address: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = [
        format!("POST {path} HTTP/1.1"),
        format!("Host: {host}"),
        format!("Content-Length: {}", body.len()),
        "Connection: close\r\n\r\n".to_owned(),
    ];
    stream.write_all(head.join("\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let mut blank_lines = answer.windows(4);
    let end = blank_lines.position(|four| four == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    let head = String::from_utf8(answer).unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
}

/// Number of rounds: `GATEPOST_FAULTS` times as many as in an ordinary test run.
pub fn runs(ordinary: u64) -> u64 {
    let factor = std::env::var("GATEPOST_FAULTS").ok();
    ordinary * factor.and_then(|factor| factor.parse().ok()).unwrap_or(1)
}

/// What a program said, a JSON value a line.
pub fn lines(said: &Said) -> Vec<Value> {
    said.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Waits until something holds; a test that waits for a minute has failed.
#[track_caller]
pub fn wait_for(mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "waited for a minute");
        thread::sleep(Duration::from_millis(10));
    }
}
