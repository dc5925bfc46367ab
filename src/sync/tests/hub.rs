//! A hub small enough to be trusted: it keeps what it is sent in a map, and fails as it is told.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use gatepost_pass::{DeviceId, Digest, fixture};
use gatepost_protocol::{
    Body, Epoch, Head, HubAnswer, Receipt, RefusalReason, RequestNonce, TimeAnswer, TimeNonce,
    VerifiedBatch,
    fixture::manifest_id,
    hub_answer,
    padding::{self, pad, unpad},
};

use super::*;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A refusal, with a `Retry-After` of so many seconds.
    Refuses(u16, RefusalReason, Option<u64>),
    /// Another server answers with a status, whatever is asked.
    Portal(u16),
    /// Another server that repeats the request's nonce in place of the mark.
    Echo(u16),
    /// Bytes that are no HTTP.
    NoHttp,
    /// 200 and bytes that are no receipt.
    Garbage,
    /// 200 and half of a receipt, then the end.
    HalfBody,
    /// 200 and a body without an end.
    EndlessBody,
    /// The headers, then a byte now and then.
    Drips,
    /// Says nothing at all.
    Silent,
    /// Hangs up without having read.
    HangsUp,
    /// Keeps the batch, then hangs up: the receipt is lost.
    ReceiptLost,
    /// A good receipt for another device.
    OthersReceipt,
    /// A good receipt with another chain hash.
    OtherChain,
    /// A receipt signed by a key that may not sign receipts.
    Unsigned,
    /// Throws the batch away and says that it holds nothing.
    HoldsNothing,
}

#[derive(Default)]
struct Held {
    records: BTreeMap<(DeviceId, Epoch, u64), Record>,
    conflicts: u64,
    requests: Vec<Request>,
    faults: VecDeque<Fault>,
    /// Goes wrong with every request.
    always: Option<Fault>,
    order: Option<Vec<u8>>,
    /// What time it says it is.
    time: Option<Timestamp>,
    /// Whether it answers another question than the one for the time that it was asked.
    replays: bool,
    receipts_at: Option<Timestamp>,
    bundle: Option<TempDir>,
    manifest: Option<Vec<u8>>,
}

/// What whoever watches the network sees of a request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Method and path.
    pub(super) line: String,
    /// Sizes of head and body.
    pub(super) sizes: (usize, usize),
    /// Size of the answer's body, where it was a good one.
    pub(super) answer: Option<usize>,
}

#[derive(Clone, Copy)]
struct Record {
    before: Head,
    head: Head,
    passage: bool,
}

/// What the sign-in page of a network says.
const PAGE: &[u8] = b"<!DOCTYPE html><title>Sign in</title>";
const SIGN_IN: &str = "Content-Type: text/html\r\nLocation: http://127.0.0.1:9/\r\n\
                       Retry-After: 3000\r\n";

/// The hub; it ends with the test.
pub(super) struct ModelHub {
    pub(super) address: String,
    held: Arc<Mutex<Held>>,
}

impl ModelHub {
    pub(super) fn new() -> Self {
        Self::serving("http", |stream, work| work(&mut { stream }))
    }

    /// A hub behind something that makes a stream of a connection.
    pub(super) fn serving(
        scheme: &str,
        wrap: impl Fn(TcpStream, &mut dyn FnMut(&mut dyn Stream)) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("{scheme}://{}", listener.local_addr().unwrap());
        let held = Arc::<Mutex<Held>>::default();
        let (kept, wrap) = (held.clone(), Arc::new(wrap));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (held, wrap) = (kept.clone(), wrap.clone());
                // A client that gives up is no fault of the hub's.
                thread::spawn(move || {
                    wrap(connection, &mut |stream| drop(answer(stream, &held)));
                });
            }
        });
        Self { address, held }
    }

    /// The next requests fail like this, one after the other.
    pub(super) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.held.lock().unwrap().faults.extend(faults);
    }

    /// All requests fail like this from now on, or none.
    pub(super) fn fail_always(&self, fault: Option<Fault>) {
        self.held.lock().unwrap().always = fault;
    }

    pub(super) fn give_order(&self, order: Vec<u8>) {
        self.held.lock().unwrap().order = Some(order);
    }

    /// From now on it says that it is this late.
    pub(super) fn tell_time(&self, at: Timestamp) {
        self.held.lock().unwrap().time = Some(at);
    }

    /// From now on it answers with an answer to another question.
    pub(super) fn replay_time(&self) {
        self.held.lock().unwrap().replays = true;
    }

    /// From now on its receipts have this date.
    pub(super) fn date_receipts(&self, at: Timestamp) {
        self.held.lock().unwrap().receipts_at = Some(at);
    }

    /// From now on it serves this bundle.
    pub(super) fn publish(&self, region: &Region) {
        self.held.lock().unwrap().bundle = Some(bundle(region));
    }

    /// Puts a file beside the bundle that it serves.
    pub(super) fn add_file(&self, name: &str, bytes: &[u8]) {
        let held = self.held.lock().unwrap();
        fs::write(held.bundle.as_ref().unwrap().path().join(name), bytes).unwrap();
    }

    /// The bundle that it has from now on, by its manifest.
    pub(super) fn have_bundle(&self, manifest: Vec<u8>) {
        self.held.lock().unwrap().manifest = Some(manifest);
    }

    /// Takes a batch as if it had come.
    pub(super) fn take(&self, batch: &[u8]) -> Vec<u8> {
        take(batch, &mut self.held.lock().unwrap()).unwrap()
    }

    pub(super) fn requests(&self) -> usize {
        self.held.lock().unwrap().requests.len()
    }

    /// The requests so far, which are then forgotten.
    pub(super) fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.held.lock().unwrap().requests)
    }

    /// Places at which two different records came.
    pub(super) fn conflicts(&self) -> u64 {
        self.held.lock().unwrap().conflicts
    }

    /// Number of a device's passages, after checking their chain from the first record of each
    /// epoch.
    pub(super) fn passages_of(&self, device: DeviceId) -> u64 {
        let held = self.held.lock().unwrap();
        let mut passages = 0;
        let mut last = None;
        for ((of, epoch, seq), record) in &held.records {
            if *of != device {
                continue;
            }
            let before = match last {
                Some((same, before)) if same == *epoch => before,
                _ => (0, Head::START),
            };
            assert_eq!((*seq, record.before), before, "the chain is broken");
            passages += u64::from(record.passage);
            last = Some((*epoch, (seq + 1, record.head)));
        }
        passages
    }
}

/// What a request is read from and answered on.
pub(super) trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn answer(stream: &mut dyn Stream, held: &Mutex<Held>) -> std::io::Result<()> {
    let fault = {
        let mut held = held.lock().unwrap();
        held.requests.push(Request {
            line: String::new(),
            sizes: (0, 0),
            answer: None,
        });
        held.faults.pop_front().or(held.always)
    };
    if fault == Some(Fault::HangsUp) {
        return Ok(());
    }
    let (head, body) = read_request(stream)?;
    let line = head.lines().next().unwrap_or_default().to_owned();
    let sizes = (head.len(), body.len());
    let is_upload = head.starts_with("POST /v1/uploads");
    let body = match is_upload {
        true => unpad(&body, &padding::UPLOAD).unwrap(),
        false => body,
    };
    let nonce = header(&head, hub_answer::NONCE);
    let nonce = nonce.and_then(|nonce| RequestNonce::parse(&nonce)).unwrap();
    let mark = |status, answer| {
        let mark = nonce.mark(status, answer);
        format!("{}: {mark}\r\n", hub_answer::MARK)
    };
    let done = mark(200, HubAnswer::Done);
    let said = |held: &Mutex<Held>| {
        let mut held = held.lock().unwrap();
        let answer = if is_upload && body.is_empty() {
            Some(Vec::new())
        } else if head.starts_with("POST /v1/time") {
            let nonce = TimeNonce::from_bytes(&body).unwrap();
            let at = held.time.unwrap_or(NOW);
            let fresh = TimeAnswer { nonce, at }.sign(&fixture::hub());
            let nonce = TimeNonce([0; 32]);
            let old = TimeAnswer { nonce, at }.sign(&fixture::hub());
            Some(if held.replays { old } else { fresh })
        } else if let (Some(name), Some(bundle)) =
            (head.strip_prefix("GET /v1/bundle/"), held.bundle.as_ref())
        {
            let name = name.split(' ').next().unwrap();
            let name = name.strip_prefix("files/").unwrap_or(name);
            fs::read(bundle.path().join(name)).ok()
        } else if let (Some(target), Some(bundle)) =
            (head.strip_prefix("GET /v1/program/"), held.bundle.as_ref())
        {
            let target = target.split(' ').next().unwrap();
            fs::read(bundle.path().join(format!("release-{target}"))).ok()
        } else if is_upload {
            take(&body, &mut held)
        } else if head.starts_with("POST") {
            Some(Vec::new())
        } else if head.starts_with("GET /v1/bundle/manifest") {
            held.manifest.clone()
        } else {
            held.order.clone()
        };
        let answer = answer.map(|answer| match is_upload {
            true => pad(&answer, &padding::ANSWER).unwrap(),
            false => answer,
        });
        if let Some(request) = held.requests.last_mut() {
            *request = Request {
                line: line.clone(),
                sizes,
                answer: answer.as_ref().map(Vec::len),
            };
        }
        answer
    };
    match fault {
        None => match said(held) {
            Some(body) => respond(stream, 200, &done, &body),
            None => {
                let mark = mark(404, HubAnswer::Refused(RefusalReason::NotFound));
                respond(stream, 404, &mark, b"nothing here")
            }
        },
        Some(Fault::Refuses(status, reason, after)) => {
            let after = after.map_or(String::new(), |after| format!("Retry-After: {after}\r\n"));
            let mark = mark(status, HubAnswer::Refused(reason));
            respond(
                stream,
                status,
                &(mark + &after),
                b"{\"reason\":\"told-to\"}",
            )
        }
        Some(Fault::Portal(status)) => respond(stream, status, SIGN_IN, PAGE),
        Some(Fault::Echo(status)) => {
            let echo = format!("{SIGN_IN}{}: done {nonce}\r\n", hub_answer::MARK);
            respond(stream, status, &echo, PAGE)
        }
        Some(Fault::NoHttp) => stream.write_all(&[0xff; 300]),
        Some(Fault::Garbage) => respond(stream, 200, &done, &[0xa5; 200]),
        Some(Fault::HalfBody) => {
            let body = said(held).unwrap_or_default();
            let length = body.len();
            let length = format!("HTTP/1.1 200 OK\r\n{done}Content-Length: {length}\r\n\r\n");
            stream.write_all(length.as_bytes())?;
            stream.write_all(&body[..body.len() / 2])
        }
        Some(Fault::EndlessBody) => {
            let head = format!("HTTP/1.1 200 OK\r\n{done}Connection: close\r\n\r\n");
            stream.write_all(head.as_bytes())?;
            loop {
                stream.write_all(&[0; 65536])?;
            }
        }
        Some(Fault::Drips) => {
            let head = format!("HTTP/1.1 200 OK\r\n{done}Content-Length: 4000\r\n\r\n");
            stream.write_all(head.as_bytes())?;
            loop {
                stream.write_all(b"x")?;
                stream.flush()?;
                thread::sleep(Duration::from_millis(100));
            }
        }
        Some(Fault::Silent) => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).map(|_| ())
        }
        Some(Fault::HangsUp | Fault::ReceiptLost) => {
            said(held);
            Ok(())
        }
        Some(lie) => {
            let receipt = pad(&false_receipt(&body, lie), &padding::ANSWER).unwrap();
            respond(stream, 200, &done, &receipt)
        }
    }
}

fn read_request(stream: &mut dyn Stream) -> std::io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16384];
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..read]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = header(&head, "content-length");
        let length = length.map_or(0, |length| length.parse().unwrap());
        if bytes.len() >= end + 4 + length {
            return Ok((head, bytes[end + 4..end + 4 + length].to_vec()));
        }
    }
}

fn header(head: &str, wanted: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let found = name.eq_ignore_ascii_case(wanted);
        found.then(|| value.trim().to_owned())
    })
}

fn respond(
    stream: &mut dyn Stream,
    status: u16,
    headers: &str,
    body: &[u8],
) -> std::io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    stream.flush()
}

/// Keeps a batch, and returns a receipt up to the first gap in its epoch.
fn take(body: &[u8], held: &mut Held) -> Option<Vec<u8>> {
    let batch = VerifiedBatch::verify(body, &fixture::trust(), NOW).ok()?;
    let (device, epoch) = (batch.device(), batch.epoch());
    let mut before = batch.before();
    for (record, _, head) in batch.records() {
        let new = Record {
            before,
            head: *head,
            passage: matches!(record.body, Body::Passage(_)),
        };
        let place = (device, epoch, record.seq);
        let kept = held.records.entry(place).or_insert(new);
        held.conflicts += u64::from(kept.head != *head);
        before = *head;
    }
    let (mut next_seq, mut head) = (0, Head::START);
    while let Some(record) = held.records.get(&(device, epoch, next_seq)) {
        (next_seq, head) = (next_seq + 1, record.head);
    }
    let receipt = Receipt {
        device,
        epoch,
        next_seq,
        head,
        batch: Digest::of(body),
        manifest: manifest_id(1),
        at: held.receipts_at.unwrap_or(NOW),
    };
    Some(receipt.sign(&fixture::hub()))
}

fn false_receipt(body: &[u8], lie: Fault) -> Vec<u8> {
    let batch = VerifiedBatch::verify(body, &fixture::trust(), NOW).unwrap();
    let (last, _, head) = batch.records().last().unwrap();
    let good = Receipt {
        device: batch.device(),
        epoch: batch.epoch(),
        next_seq: last.seq + 1,
        head: *head,
        batch: Digest::of(body),
        manifest: manifest_id(1),
        at: NOW,
    };
    let told = match lie {
        Fault::OthersReceipt => Receipt {
            device: DeviceId([9; 16]),
            ..good
        },
        Fault::OtherChain => Receipt {
            head: batch.before(),
            ..good
        },
        Fault::HoldsNothing => Receipt {
            next_seq: 0,
            head: Head::START,
            ..good
        },
        _ => return good.sign(&fixture::documents()),
    };
    told.sign(&fixture::hub())
}
