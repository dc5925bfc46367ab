//! Modules and codewords: no picture, so thousands a second.

use gatepost_decode::{CodeContent, steps};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::feed::Feed;
use crate::qr::{check, code};

const LEVELS: [QrCodeEcc; 4] = [
    QrCodeEcc::Low,
    QrCodeEcc::Medium,
    QrCodeEcc::Quartile,
    QrCodeEcc::High,
];

/// Tries one input. Its first byte chooses the way, by its remainder of 3: data codewords; a square
/// of modules, a bit each; a real code with some modules flipped.
pub(crate) fn run(input: &[u8]) {
    let mut feed = Feed(input);
    let way = feed.byte();
    let content = match way % 3 {
        0 => {
            let version = 1 + usize::from(feed.byte()) % 40;
            steps::codewords(version, feed.0)
        }
        1 => {
            // Also sides that are none.
            let side = usize::from(feed.byte()) % 180;
            let bit = |i: usize| (feed.0.get(i / 8).unwrap_or(&0) >> (i % 8)) & 1 == 1;
            read(side, &(0..side * side).map(bit).collect::<Vec<_>>())
        }
        _ => {
            damaged(feed);
            return;
        }
    };
    if let Some(content) = content {
        check(&content);
    }
}

/// Mask and error correction, how many bytes of content, the content, then pairs of bytes for what
/// is flipped.
fn damaged(mut feed: Feed<'_>) {
    let form = feed.byte();
    let level = LEVELS[usize::from(form) % 4];
    let length = usize::from(feed.byte());
    let sent = feed.slice(length);
    let Some(code) = code(sent, level, form >> 2) else {
        return;
    };
    let side = code.size() as usize;
    let at = |i: usize| code.get_module((i % side) as i32, (i / side) as i32);
    let mut modules: Vec<bool> = (0..side * side).map(at).collect();
    let mirrored = feed.byte() % 2 == 1;
    if mirrored {
        modules = (0..side * side)
            .map(|i| modules[i % side * side + i / side])
            .collect();
    }
    let whole = feed.is_empty();
    while !feed.is_empty() {
        let flipped = feed.index() % modules.len();
        modules[flipped] = !modules[flipped];
    }
    let content = read(side, &modules);
    if let Some(content) = &content {
        check(content);
    }
    if whole && !sent.is_empty() {
        // Bytes that are no UTF-8 may have become text.
        let same = |c: &CodeContent| c.as_bytes() == sent || std::str::from_utf8(sent).is_err();
        assert!(content.as_ref().is_some_and(same), "a whole code is lost");
    }
}

/// Modules that are all as sure as each other, read both ways; what the plain way reads, the other
/// reads too.
fn read(side: usize, modules: &[bool]) -> Option<CodeContent> {
    let tone = |&black: &bool| if black { 1.0 } else { -1.0 };
    let tones: Vec<f32> = modules.iter().map(tone).collect();
    let doubting = steps::modules(side, &tones, true);
    let plain = steps::modules(side, &tones, false);
    assert!(
        plain.is_none() || plain == doubting,
        "two readings of one symbol"
    );
    doubting
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        // Data codewords: alphanumeric "GP1:" and numeric "12345", byte "QR", then terminators.
        vec![0, 0, 0x20, 0x22, 0xe4, 0x97, 0x2c, 0x00, 0x00],
        vec![0, 0, 0x40, 0x25, 0x15, 0x20, 0xec, 0x11],
        // ECI 26 and bytes; structured append; FNC1 in first position; kanji.
        vec![0, 9, 0x71, 0xa4, 0x00, 0x02, 0x51, 0x52, 0x00],
        vec![0, 0, 0x30, 0x1a, 0x24, 0x02, 0x51, 0x52, 0x00],
        vec![0, 0, 0x54, 0x02, 0x51, 0x52, 0x00],
        vec![0, 26, 0x80, 0x02, 0x9e, 0x5a, 0x90, 0x00],
        // Hanzi with both shorter counts; ECIs 29 and bytes, 899 in two bytes, 26 in three; kanji
        // under ECI 26, then bytes under ECI 22.
        vec![0, 0, 0xd1, 0x01, 0x3c, 0x00, 0x00],
        vec![0, 9, 0xd1, 0x00, 0x4f, 0x00, 0x00],
        vec![0, 0, 0x71, 0xd4, 0x02, 0xc3, 0xc5, 0x00],
        vec![0, 0, 0x78, 0x38, 0x34, 0x01, 0x78, 0x00],
        vec![0, 0, 0x7c, 0x00, 0x01, 0xa4, 0x01, 0x78, 0x00],
        vec![
            0, 0, 0x71, 0xa8, 0x01, 0x6c, 0xfb, 0x8b, 0x20, 0x0e, 0x08, 0x00,
        ],
    ];
    for (level, bytes) in [(0, 8), (1, 40), (2, 90), (3, 200)] {
        let mut damaged = vec![2, level, bytes];
        damaged.extend((0..bytes).map(|i| b'A' + i % 26));
        damaged.push(level % 2);
        seeds.push(damaged.clone());
        damaged.extend([0, 200, 1, 7, 0, 99]);
        seeds.push(damaged);
    }
    let code = QrCode::encode_text("GP1:SEED", QrCodeEcc::Medium);
    if let Ok(code) = code {
        let side = code.size();
        let mut square = vec![0; (side * side + 7) as usize / 8];
        for i in 0..side * side {
            square[i as usize / 8] |= u8::from(code.get_module(i % side, i / side)) << (i % 8);
        }
        seeds.push([vec![1, side as u8], square].concat());
    }
    seeds
}
