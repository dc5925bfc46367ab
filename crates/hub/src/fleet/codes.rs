//! Enrolment codes that the authority put into a folder, as QR symbols. One with a one-time secret
//! is not shown: with it, the hub's own machine could enrol a device. Nothing is shown but what was
//! decoded as a code without a secret.

use std::{fs, path::Path};

use gatepost_pass::Document;
use gatepost_system::files::{self, Action, FileError};
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

/// Most codes on the page.
const MOST: usize = 24;
/// Longest file, in bytes: what a symbol of version 40 holds.
const MAX_CODE: usize = 2900;

/// A file of the folder.
pub(super) struct CodeFile {
    pub(super) name: String,
    pub(super) content: CodeDisplay,
}

/// What is in a file.
pub(super) enum CodeDisplay {
    /// A code to show.
    Symbol(Box<QrCode>),
    /// No enrolment code, or one that is too long.
    Unreadable,
    /// It holds a one-time secret.
    Secret,
}

/// Reads the files `*.txt` in the folder, in the order of their names.
pub(super) fn read(folder: &Path) -> Result<Vec<CodeFile>, FileError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(FileError::at(Action::Read, folder))?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    paths.sort();
    let codes = paths.iter().take(MOST).map(|path| {
        let name = path.file_stem().unwrap_or_default();
        CodeFile {
            name: name.to_string_lossy().into_owned(),
            content: content(path),
        }
    });
    Ok(codes.collect())
}

fn content(path: &Path) -> CodeDisplay {
    let text = files::read_text(path, MAX_CODE).unwrap_or_default();
    // Only the end of the line is removed, as devices do.
    let text = text.trim_end_matches(['\r', '\n']);
    let code = Document::from_text(text).ok();
    match code.and_then(|code| code.claimed_enrolment()) {
        Some(code) if code.secret.is_none() => symbol(text),
        Some(_) => CodeDisplay::Secret,
        None => CodeDisplay::Unreadable,
    }
}

fn symbol(text: &str) -> CodeDisplay {
    let symbol = QrCode::encode_segments(&QrSegment::make_segments(text), QrCodeEcc::Medium)
        .or_else(|_| QrCode::encode_text(text, QrCodeEcc::Low));
    symbol.map_or(CodeDisplay::Unreadable, |symbol| {
        CodeDisplay::Symbol(Box::new(symbol))
    })
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
        svg class="qr" viewBox=(format!("0 0 {side} {side}")) shape-rendering="crispEdges"
            role="img" aria-label=(format!("QR code {name}")) {
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
            hub: Some("https://hub.example:8470".parse().unwrap()),
            not_after: Minute::of(fixture::NOW),
            hub_pins: Vec::new().try_into().unwrap(),
            secret,
        };
        to_text(&fixture::documents().sign(Kind::Enrolment, &claims))
    }

    /// What is found in a file with these contents.
    fn said(contents: &str) -> &'static str {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("gate.txt"), contents).unwrap();
        let codes = read(folder.path()).unwrap();
        let [code] = &codes[..] else {
            panic!("one code");
        };
        match code.content {
            CodeDisplay::Symbol(_) => "symbol",
            CodeDisplay::Unreadable => "unreadable",
            CodeDisplay::Secret => "secret",
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
