//! The Huffman tables that a camera's MJPEG frames may leave out.
//!
//! UVC cameras may send JPEG pictures without Huffman tables, and without an application segment,
//! if they use the typical ones of ITU-T T.81, Annex K.3 (USB Device Class Definition for Video
//! Devices: Motion-JPEG Payload 1.5, 3). Decoders of still pictures know no table by themselves.

use std::borrow::Cow;

/// Most segments before the scan that are looked at; cameras send fewer than ten.
const MAX_SEGMENTS: usize = 64;

/// Second bytes of markers (ITU-T T.81, Table B.1).
const DEFINE_HUFFMAN: u8 = 0xc4;
const START_OF_SCAN: u8 = 0xda;

/// A JPEG picture with the typical Huffman tables, if it has none before its first scan. What has
/// some, or is no such picture, stays as it is and is not copied.
pub(super) fn with_huffman_tables(jpeg: &[u8]) -> Cow<'_, [u8]> {
    match scan_without_tables(jpeg) {
        Some(scan) => {
            let (head, scan) = jpeg.split_at(scan);
            Cow::Owned([head, SEGMENT, LUMA_AC, DC, CHROMA_AC, scan].concat())
        }
        None => Cow::Borrowed(jpeg),
    }
}

/// Where the first scan begins, if no Huffman table stands before it.
fn scan_without_tables(jpeg: &[u8]) -> Option<usize> {
    let mut at = jpeg.starts_with(&[0xff, 0xd8]).then_some(2)?;
    for _ in 0..MAX_SEGMENTS {
        match *jpeg.get(at..)? {
            [0xff, START_OF_SCAN, ..] => return Some(at),
            [0xff, DEFINE_HUFFMAN, ..] => return None,
            // A marker may begin with more than one such byte (B.1.1.2).
            [0xff, 0xff, ..] => at += 1,
            // Any other segment. What has no length, as the picture's end, is none.
            [0xff, 0xc0..=0xcf | 0xdb..=0xfe, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                at += 2 + length;
            }
            _ => return None,
        }
    }
    None
}

/// The beginning of the segment that defines the typical tables: its marker and length.
///
/// A table (ITU-T T.81, B.2.4.2) is its class and number, how many codes there are of each length
/// from 1 to 16 bits, and what they stand for.
const SEGMENT: &[u8] = b"\xff\xc4\x01\xa2";
/// Coefficients of luminance but for the first one (Table K.5).
const LUMA_AC: &[u8] = b"\
    \x10\0\x02\x01\x03\x03\x02\x04\x03\x05\x05\x04\x04\0\0\x01}\x01\x02\x03\0\x04\x11\x05\x12!1A\
    \x06\x13Qa\x07\"q\x142\x81\x91\xa1\x08#B\xb1\xc1\x15R\xd1\xf0$3br\x82\x09\x0a\x16\x17\x18\x19\
    \x1a%&'()*456789:CDEFGHIJSTUVWXYZcdefghijstuvwxyz\x83\x84\x85\x86\x87\x88\x89\x8a\x92\x93\x94\
    \x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\
    \xba\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xe1\xe2\xe3\xe4\
    \xe5\xe6\xe7\xe8\xe9\xea\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa";
/// Differences of the first coefficients, of luminance and of chrominance (Tables K.3 and K.4).
const DC: &[u8] = b"\
    \0\0\x01\x05\x01\x01\x01\x01\x01\x01\0\0\0\0\0\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\
    \x0b\
    \x01\0\x03\x01\x01\x01\x01\x01\x01\x01\x01\x01\0\0\0\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\
    \x0a\x0b";
/// Coefficients of chrominance but for the first one (Table K.6).
const CHROMA_AC: &[u8] = b"\
    \x11\0\x02\x01\x02\x04\x04\x03\x04\x07\x05\x04\x04\0\x01\x02w\0\x01\x02\x03\x11\x04\x05!\
    1\x06\x12AQ\x07aq\x13\"2\x81\x08\x14B\x91\xa1\xb1\xc1\x09#3R\xf0\x15br\xd1\x0a\x16$4\xe1\
    %\xf1\x17\x18\x19\x1a&'()*56789:CDEFGHIJSTUVWXYZcdefghijstuvwxyz\x82\x83\x84\x85\x86\x87\
    \x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xb2\
    \xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\
    \xd7\xd8\xd9\xda\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use image::codecs::jpeg::JpegEncoder;
    use image::{ExtendedColorType, ImageEncoder};

    use super::super::{Frame, load_picture};
    use super::*;

    /// A coloured picture as this house's encoder writes it: with an application segment and
    /// Huffman tables, which are the typical ones.
    fn whole() -> Vec<u8> {
        let pixel = |i: usize| [i % 32 * 8, i / 32 * 10, i * 7 % 256].map(|c| c as u8);
        let rgb: Vec<u8> = (0..32 * 24).flat_map(pixel).collect();
        let mut jpeg = Vec::new();
        JpegEncoder::new(&mut jpeg)
            .write_image(&rgb, 32, 24, ExtendedColorType::Rgb8)
            .unwrap();
        jpeg
    }

    /// The segments before the scan, and all from there on.
    fn segments(jpeg: &[u8]) -> (Vec<&[u8]>, &[u8]) {
        let mut rest = &jpeg[2..];
        let mut segments = Vec::new();
        while rest[1] != START_OF_SCAN {
            let (segment, next) =
                rest.split_at(2 + usize::from(rest[2]) * 256 + usize::from(rest[3]));
            segments.push(segment);
            rest = next;
        }
        (segments, rest)
    }

    /// The picture without its segments of these markers.
    fn without(jpeg: &[u8], markers: &[u8]) -> Vec<u8> {
        let (segments, scan) = segments(jpeg);
        let kept = segments
            .into_iter()
            .filter(|segment| !markers.contains(&segment[1]));
        [&jpeg[..2], &kept.collect::<Vec<_>>().concat(), scan].concat()
    }

    #[test]
    fn a_frame_without_huffman_tables_and_application_segment_is_the_same_picture() {
        let whole = whole();
        let bare = without(&whole, &[DEFINE_HUFFMAN, 0xe0]);
        assert!(bare.len() + 420 < whole.len());
        assert_eq!(
            Frame::from_jpeg(&bare).unwrap(),
            Frame::from_jpeg(&whole).unwrap()
        );
        // Fill bytes before a marker, and bytes after the end, as cameras send them.
        let scan = scan_without_tables(&bare).unwrap();
        let filled = [&bare[..scan], &[0xff; 3], &bare[scan..], &[0; 500]].concat();
        assert_eq!(
            Frame::from_jpeg(&filled).unwrap(),
            Frame::from_jpeg(&whole).unwrap()
        );
    }

    #[test]
    fn a_picture_file_may_leave_them_out_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("frame.jpg");
        fs::write(&file, without(&whole(), &[DEFINE_HUFFMAN, 0xe0])).unwrap();
        assert_eq!(load_picture(file).unwrap().width(), 32);
    }

    #[test]
    fn the_tables_are_those_that_another_encoder_writes() {
        let jpeg = whole();
        let tables = |segment: &&[u8]| segment[1] == DEFINE_HUFFMAN;
        let (segments, _) = segments(&jpeg);
        let mut theirs: Vec<u8> = Vec::new();
        for segment in segments.into_iter().filter(tables) {
            theirs.extend(&segment[4..]);
        }
        let ours = [LUMA_AC, DC, CHROMA_AC].concat();
        assert_eq!(theirs.len(), ours.len());
        // Each by its class and number, whatever their order.
        let (mut rest, mut found) = (&theirs[..], 0);
        while !rest.is_empty() {
            let codes: usize = rest[1..17].iter().map(|&count| usize::from(count)).sum();
            let (table, next) = rest.split_at(17 + codes);
            let is_it = |part: &[u8]| part == table;
            assert!(ours.windows(table.len()).any(is_it), "{:#x}", table[0]);
            (rest, found) = (next, found + 1);
        }
        assert_eq!(found, 4);
    }

    #[test]
    fn a_frame_that_has_tables_is_not_copied_and_keeps_its_own() {
        let whole = whole();
        assert!(matches!(with_huffman_tables(&whole), Cow::Borrowed(same) if same == whole));
        // A second time they are there.
        let mended = with_huffman_tables(&without(&whole, &[DEFINE_HUFFMAN])).into_owned();
        assert!(matches!(with_huffman_tables(&mended), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_no_picture_stays_as_it_is() {
        let many = [
            &[0xff, 0xd8][..],
            &[0xff, 0xfe, 0, 2].repeat(1_000),
            &[0xff, 0xda],
        ]
        .concat();
        let no_length = [0xff, 0xd8, 0xff, 0xfe, 0, 0, 0xff, 0xda];
        for bytes in [
            &b""[..],
            b"\xff",
            b"\xff\xd8",
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xd9\xff\xda",
            b"\xff\xd8\xff\xfe\xff\xff",
            b"\x89PNG\r\n\x1a\n",
            &no_length,
            &many,
            &[0xff; 5_000],
        ] {
            assert!(matches!(with_huffman_tables(bytes), Cow::Borrowed(same) if same == bytes));
        }
    }

    #[test]
    fn a_frame_cut_or_changed_anywhere_never_panics() {
        let whole = whole();
        for jpeg in [&whole, &without(&whole, &[DEFINE_HUFFMAN, 0xe0])] {
            for end in 0..jpeg.len() {
                _ = Frame::from_jpeg(&jpeg[..end]);
            }
            for at in 0..jpeg.len() {
                let mut changed = jpeg.clone();
                changed[at] ^= 0xff;
                _ = Frame::from_jpeg(&changed);
            }
        }
    }

    #[test]
    fn the_frame_of_the_report_is_read() {
        let file = gatepost_truth::reports().join("mjpeg-no-huffman-tables.jpg");
        let Ok(bytes) = fs::read(&file) else {
            println!("skipped: no {}", file.display());
            return;
        };
        let frame = Frame::from_jpeg(&bytes).unwrap();
        assert!(!gatepost_decode::decode(frame.view()).is_empty());
        assert_eq!(load_picture(file).unwrap().luma(), frame.luma());
    }
}
