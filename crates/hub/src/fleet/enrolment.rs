//! Enrolment codes that the authority put into a folder, as QR symbols.

use std::{fs, io, path::Path};

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

/// Codes shown at once.
const MOST: usize = 24;
/// Longest code: what a symbol of version 40 holds.
const MAX_CODE: u64 = 2900;

/// A code and the name of its file.
pub(super) struct Code {
    pub(super) name: String,
    pub(super) symbol: Option<QrCode>,
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
            symbol: symbol(path),
        }
    });
    Ok(codes.collect())
}

fn symbol(path: &Path) -> Option<QrCode> {
    let length = fs::metadata(path).ok()?.len();
    if length > MAX_CODE {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    QrCode::encode_segments(&QrSegment::make_segments(text), QrCodeEcc::Medium)
        .or_else(|_| QrCode::encode_text(text, QrCodeEcc::Low))
        .ok()
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
