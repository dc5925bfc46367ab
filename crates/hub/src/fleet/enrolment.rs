//! Enrolment codes that the authority put into a folder, as QR symbols. One with a one-time secret is not shown:
//! that it lies here at all lets the hub's own machine enrol a device. Nothing is shown that was not read as a code
//! without one.

use std::{fs, io, path::Path};

use gatepost_pass::Document;
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

/// Codes shown at once.
const MOST: usize = 24;
/// Longest code: what a symbol of version 40 holds.
const MAX_CODE: u64 = 2900;

/// A code and the name of its file.
pub(super) struct Code {
    pub(super) name: String,
    pub(super) shown: Shown,
}

/// What becomes of a code.
pub(super) enum Shown {
    Symbol(Box<QrCode>),
    /// No enrolment code, or one too long.
    Unreadable,
    /// It holds a one-time secret.
    Secret,
}

/// Reads `*.txt` in the folder, in the order of their names.
pub(super) fn read(folder: &Path) -> io::Result<Vec<Code>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    paths.sort();
    let codes = paths.iter().take(MOST).map(|path| {
        let name = path.file_stem().unwrap_or_default();
        Code {
            name: name.to_string_lossy().into_owned(),
            shown: shown(path),
        }
    });
    Ok(codes.collect())
}

fn shown(path: &Path) -> Shown {
    let length = fs::metadata(path).map_or(u64::MAX, |file| file.len());
    let text = match length {
        0..=MAX_CODE => fs::read_to_string(path).unwrap_or_default(),
        _ => String::new(),
    };
    // Only the end of the line goes, as where a device reads a file.
    let text = text.trim_end_matches(['\r', '\n']);
    let code = Document::from_text(text).ok();
    match code.and_then(|code| code.claimed_enrolment()) {
        Some(code) if code.secret.is_none() => symbol(text),
        Some(_) => Shown::Secret,
        None => Shown::Unreadable,
    }
}

fn symbol(text: &str) -> Shown {
    let symbol = QrCode::encode_segments(&QrSegment::make_segments(text), QrCodeEcc::Medium)
        .or_else(|_| QrCode::encode_text(text, QrCodeEcc::Low));
    symbol.map_or(Shown::Unreadable, |symbol| Shown::Symbol(Box::new(symbol)))
}

/// A symbol with its quiet zone of four modules (ISO/IEC 18004).
pub(super) fn draw(code: &QrCode, name: &str) -> Markup {
    let side = code.size() + 8;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + 4, y + 4));
        }
    }
    html! {
        svg class="qr" viewBox=(format!("0 0 {side} {side}")) shape-rendering="crispEdges" role="img"
            aria-label=(format!("QR code {name}")) {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use gatepost_pass::{
        Digest, Kind, OneTimeSecret, claims, document::to_text, fixture, time::Minute,
    };

    fn code(secret: Option<OneTimeSecret>) -> String {
        let claims = claims::EnrolmentCode {
            root: Digest([1; 32]),
            hub: "https://hub.example:8470".try_into().unwrap(),
            not_after: Minute::of(fixture::NOW),
            hub_pins: Vec::new().try_into().unwrap(),
            secret,
        };
        to_text(&fixture::documents().sign(Kind::Enrolment, &claims))
    }

    /// What becomes of a file with these contents.
    fn said(contents: &str) -> &'static str {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("gate.txt"), contents).unwrap();
        let codes = read(folder.path()).unwrap();
        let [code] = &codes[..] else {
            panic!("one code");
        };
        match code.shown {
            Shown::Symbol(_) => "symbol",
            Shown::Unreadable => "unreadable",
            Shown::Secret => "secret",
        }
    }

    #[test]
    fn only_what_was_read_as_a_code_without_a_secret_is_drawn() {
        let (open, secret) = (code(None), code(Some(OneTimeSecret([7; 16]))));
        for end in ["", "\n", "\r\n", "\n\n"] {
            assert_eq!(said(&format!("{open}{end}")), "symbol", "{end:?}");
            assert_eq!(said(&format!("{secret}{end}")), "secret", "{end:?}");
        }
        let pass = to_text(&fixture::documents().sign(Kind::Pass, &fixture::paper_pass(1)));
        for contents in [
            format!("\u{feff}{secret}"),
            format!(" {secret}"),
            format!("{secret} 0"),
            format!("Code: {secret}"),
            secret.to_lowercase(),
            secret[..secret.len() - 3].to_owned(),
            format!("{secret}\n{open}"),
            pass,
            "GP1:ABC".to_owned(),
            "WIFI:T:WPA;S:gate;P:secret;;".to_owned(),
            String::new(),
        ] {
            assert_eq!(said(&contents), "unreadable", "{contents:?}");
        }
    }
}
