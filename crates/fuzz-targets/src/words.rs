//! Texts of strangers: addresses of a hub, marks of its answers, names as they are shown.

use gatepost_pass::{
    HubAddress, Text,
    visible::{first_hidden, visible},
};
use gatepost_protocol::{HubAnswer, RefusalReason, RequestNonce};

use crate::feed::{Feed, seed};

const NONCE: RequestNonce = RequestNonce([7; 16]);

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    let kind = feed.byte();
    let text = String::from_utf8_lossy(feed.0);
    match kind % 3 {
        0 => address(&text),
        1 => mark(&text),
        _ => name(&text),
    }
}

/// What is taken for an address is one that a client reads the same way, and is asked by its
/// scheme.
fn address(text: &str) {
    let Ok(address) = text.parse::<HubAddress>() else {
        return;
    };
    assert_eq!(address.as_str(), text);
    assert!(text.len() <= HubAddress::MAX && text.is_ascii());
    let place = text.strip_prefix("http://");
    let place = place.or(text.strip_prefix("https://")).unwrap();
    let strange = |c: char| c.is_control() || " /?#@\\%".contains(c);
    assert!(!place.is_empty() && !place.contains(strange), "{text}");
    assert_eq!(address.is_https(), text.starts_with("https:"));
}

/// Only the whole mark of this nonce and status is one.
fn mark(text: &str) {
    if let Some(answer) = NONCE.read_mark(200, text) {
        let word = text.split_once(' ').unwrap().0;
        match answer {
            HubAnswer::Done => assert_eq!(NONCE.mark(200, answer), text),
            HubAnswer::Refused(RefusalReason::Other) => assert!(word.len() <= 32),
            HubAnswer::Refused(reason) => assert_eq!(reason.name(), word),
        }
        assert_eq!(NONCE.read_mark(500, text), None);
        assert_eq!(RequestNonce([8; 16]).read_mark(200, text), None);
    }
    assert!(RequestNonce::parse(text).is_none_or(|nonce| nonce.to_string().len() == text.len()));
}

/// What is shown hides nothing, and what hides something is no text that anybody signs.
fn name(text: &str) {
    let shown = visible(text);
    assert_eq!(first_hidden(&shown), None);
    assert_eq!(visible(&shown), shown);
    let signed = Text::<60>::try_from(text);
    assert!(signed.is_err() || (shown == text && text.len() <= 60));
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let done = NONCE.mark(200, HubAnswer::Done);
    let busy = NONCE.mark(200, HubAnswer::Refused(RefusalReason::Busy));
    let texts = [
        (0, "https://hub.jinan.example:8443"),
        (0, "http://[2001:db8::1]:80"),
        (0, "http://192.0.2.7"),
        (1, done.as_str()),
        (1, busy.as_str()),
        (2, "泉城路西门 gate\u{202e}3\u{1b}[2J"),
        (2, "\u{1820}\u{180b} ئالىم"),
    ];
    texts
        .map(|(kind, text)| seed(kind, &[text.as_bytes()]))
        .into()
}
