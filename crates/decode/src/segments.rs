//! The data codewords of a symbol to the bytes that they stand for (ISO/IEC 18004:2015, 7.4).

use crate::content::MAX_CONTENT_BYTES;

/// The data codewords are cut short, stand for nothing, or for more than is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoContent;

/// The bytes of all segments, in a row.
///
/// One symbol of several (structured append) gives its own part. What GS1 or an industry agreed on
/// (FNC1) gives its text, with the group separator where FNC1 ends an element (ISO/IEC 18004:2015,
/// 7.4.8). What an ECI says of the bytes' meaning is skipped.
pub(crate) fn content(version: usize, data: &[u8]) -> Result<Vec<u8>, NoContent> {
    let mut bits = Bits { data, next: 0 };
    let mut content = ContentBuilder {
        bytes: Vec::new(),
        separators: false,
    };
    // Fewer than four bits are left at the end of a full symbol.
    while bits.left() >= 4 {
        match bits.take(4)? {
            END => break,
            NUMERIC => content.numeric(&mut bits, counted(version, [10, 12, 14]))?,
            ALPHANUMERIC => content.alphanumeric(&mut bits, counted(version, [9, 11, 13]))?,
            BYTES => content.bytes(&mut bits, counted(version, [8, 16, 16]))?,
            KANJI => content.kanji(&mut bits, counted(version, [8, 10, 12]))?,
            ECI => drop(bits.take(eci_bits(&bits))?),
            // Its place among how many, and the parity of all.
            STRUCTURED_APPEND => drop(bits.take(16)?),
            FNC1_FIRST => content.separators = true,
            FNC1_SECOND => {
                content.separators = true;
                // The application.
                bits.take(8)?;
            }
            _ => return Err(NoContent),
        }
        if content.bytes.len() > MAX_CONTENT_BYTES {
            return Err(NoContent);
        }
    }
    if content.bytes.is_empty() {
        return Err(NoContent);
    }
    Ok(content.bytes)
}

/// Mode indicators (ISO/IEC 18004:2015, Table 2).
const END: usize = 0b0000;
const NUMERIC: usize = 0b0001;
const ALPHANUMERIC: usize = 0b0010;
const STRUCTURED_APPEND: usize = 0b0011;
const BYTES: usize = 0b0100;
const FNC1_FIRST: usize = 0b0101;
const ECI: usize = 0b0111;
const KANJI: usize = 0b1000;
const FNC1_SECOND: usize = 0b1001;

/// Bits of a segment's count, of those for small, middle and large versions (Table 3).
fn counted(version: usize, [small, middle, large]: [usize; 3]) -> usize {
    match version {
        0..=9 => small,
        10..=26 => middle,
        _ => large,
    }
}

/// Bits of an ECI's number: one, two or three bytes, as its first bits say.
fn eci_bits(bits: &Bits<'_>) -> usize {
    match bits.peek_byte().leading_ones() {
        0 => 8,
        1 => 16,
        _ => 24,
    }
}

struct ContentBuilder {
    bytes: Vec<u8>,
    /// Whether a percent sign stands for a group separator, and two for one of themselves.
    separators: bool,
}

impl ContentBuilder {
    /// Three digits in ten bits; two in seven or one in four at the end.
    fn numeric(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        let mut count = bits.take(count_bits)?;
        while count > 0 {
            let digits = count.min(3);
            let value = bits.take([4, 7, 10][digits - 1])?;
            if value >= 10usize.pow(digits as u32) {
                return Err(NoContent);
            }
            let digit = |place: usize| b'0' + (value / 10usize.pow(place as u32) % 10) as u8;
            self.bytes.extend((0..digits).rev().map(digit));
            count -= digits;
        }
        Ok(())
    }

    /// Two characters in eleven bits; one in six at the end.
    fn alphanumeric(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        const CHARACTERS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        const GROUP_SEPARATOR: u8 = 0x1d;
        let from = self.bytes.len();
        let mut count = bits.take(count_bits)?;
        while count > 0 {
            let (value, two) = match count {
                1 => (bits.take(6)?, false),
                _ => (bits.take(11)?, true),
            };
            let character = |value: usize| CHARACTERS.get(value).copied().ok_or(NoContent);
            if two {
                self.bytes.push(character(value / 45)?);
            } else {
                character(value)?;
            }
            self.bytes.push(character(value % 45)?);
            count -= if two { 2 } else { 1 };
        }
        if self.separators {
            let mut text = self.bytes.split_off(from).into_iter().peekable();
            while let Some(character) = text.next() {
                let percent = character == b'%' && text.next_if_eq(&b'%').is_none();
                self.bytes
                    .push(if percent { GROUP_SEPARATOR } else { character });
            }
        }
        Ok(())
    }

    fn bytes(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        for _ in 0..bits.take(count_bits)? {
            self.bytes.push(bits.take(8)? as u8);
        }
        Ok(())
    }

    /// Characters of Shift JIS, 13 bits each, as their two bytes.
    fn kanji(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        for _ in 0..bits.take(count_bits)? {
            let value = bits.take(13)?;
            let packed = ((value / 0xc0) << 8) | (value % 0xc0);
            let character = packed + if packed < 0x1f00 { 0x8140 } else { 0xc140 };
            self.bytes.extend([(character >> 8) as u8, character as u8]);
        }
        Ok(())
    }
}

/// Bits, the highest of each byte first.
struct Bits<'a> {
    data: &'a [u8],
    next: usize,
}

impl Bits<'_> {
    fn left(&self) -> usize {
        self.data.len() * 8 - self.next
    }

    /// The next `count` bits as a number, the first highest.
    fn take(&mut self, count: usize) -> Result<usize, NoContent> {
        if count > self.left() {
            return Err(NoContent);
        }
        let bit = |at: usize| usize::from(self.data[at / 8] >> (7 - at % 8) & 1);
        let value = (self.next..self.next + count).fold(0, |value, at| value << 1 | bit(at));
        self.next += count;
        Ok(value)
    }

    /// The next eight bits; nothing is taken. Those behind the end are 0.
    fn peek_byte(&self) -> u8 {
        let left = self.left().min(8);
        let mut ahead = Bits { ..*self };
        ahead
            .take(left)
            .map_or(0, |value| (value << (8 - left)) as u8)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::SeededBytes;

    /// Bits from numbers and how many bits each has, filled up with zeros.
    fn data(fields: &[(usize, usize)]) -> Vec<u8> {
        let bits: Vec<u8> = fields
            .iter()
            .flat_map(|&(value, count)| (0..count).rev().map(move |i| (value >> i & 1) as u8))
            .collect();
        let byte = |bits: &[u8]| {
            bits.iter()
                .enumerate()
                .fold(0, |b, (i, bit)| b | bit << (7 - i))
        };
        bits.chunks(8).map(byte).collect()
    }

    fn read(fields: &[(usize, usize)]) -> Result<String, NoContent> {
        content(1, &data(fields)).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_examples_of_the_standard_are_read() {
        // 7.4.3, 7.4.4 and 7.4.6, in version 1.
        let digits = [(1, 4), (8, 10), (12, 10), (345, 10), (67, 7), (0, 4)];
        assert_eq!(read(&digits).unwrap(), "01234567");
        let letters = [(2, 4), (5, 9), (462, 11), (1_849, 11), (2, 6), (0, 4)];
        assert_eq!(read(&letters).unwrap(), "AC-42");
        let kanji = [(8, 4), (2, 8), (0xd9f, 13), (0x1aaa, 13), (0, 4)];
        assert_eq!(content(1, &data(&kanji)).unwrap(), b"\x93\x5f\xe4\xaa");
    }

    #[test]
    fn counts_are_wider_in_larger_versions() {
        for (version, bits) in [(1, 8), (9, 8), (10, 16), (26, 16), (27, 16), (40, 16)] {
            let byte = data(&[(4, 4), (1, bits), (b'A'.into(), 8)]);
            assert_eq!(content(version, &byte).unwrap(), b"A", "version {version}");
        }
        for (version, bits) in [(9, 10), (10, 12), (26, 12), (27, 14)] {
            let digit = data(&[(1, 4), (1, bits), (7, 4), (0, 4)]);
            assert_eq!(content(version, &digit).unwrap(), b"7", "version {version}");
        }
    }

    #[test]
    fn one_symbol_of_several_gives_its_part() {
        let part = [
            (3, 4),
            (1, 4),
            (3, 4),
            (0x5a, 8),
            (4, 4),
            (2, 8),
            (0x4142, 16),
            (0, 4),
        ];
        assert_eq!(read(&part).unwrap(), "AB");
    }

    #[test]
    fn fnc1_separates_what_it_ends() {
        let percent = 38;
        // "0A%%B%1": a percent sign, then a separator.
        let pairs = [(0, 10), (percent, percent), (11, percent)].map(|(a, b)| (a * 45 + b, 11));
        let text = [&[(2, 4), (7, 9)][..], &pairs, &[(1, 6), (0, 4)]].concat();
        let first = [&[(5, 4)][..], &text].concat();
        let second = [&[(9, 4), (37, 8)][..], &text].concat();
        assert_eq!(read(&first).unwrap(), "0A%B\u{1d}1");
        assert_eq!(read(&second).unwrap(), "0A%B\u{1d}1");
        assert_eq!(read(&text).unwrap(), "0A%%B%1");
    }

    #[test]
    fn an_eci_of_any_length_is_skipped() {
        for eci in [(26, 8), (0x8000 | 999, 16), (0xc0_0000 | 811_799, 24)] {
            let text = [(7, 4), eci, (4, 4), (1, 8), (b'x'.into(), 8), (0, 4)];
            assert_eq!(read(&text).unwrap(), "x");
        }
    }

    #[test]
    fn what_is_cut_short_or_stands_for_nothing_is_no_content() {
        for fields in [
            // No segment; an empty one; a mode that is not in use; a count, digits and bytes cut
            // short.
            &[][..],
            &[(4, 4), (0, 8), (0, 4)],
            &[(6, 4), (0, 12)],
            &[(1, 4), (0, 4)],
            &[(1, 4), (3, 10), (1, 2)],
            &[(4, 4), (3, 8), (0x4142, 20)],
            // Digits and characters that there are not.
            &[(1, 4), (1, 10), (10, 4), (0, 6)],
            &[(1, 4), (3, 10), (1_000, 10)],
            &[(2, 4), (2, 9), (45 * 45, 11)],
            &[(2, 4), (1, 9), (45, 6), (0, 5)],
        ] {
            assert_eq!(read(fields), Err(NoContent), "{fields:?}");
        }
    }

    #[test]
    fn noise_never_panics() {
        let mut noise = SeededBytes::new(2);
        for round in 0..20_000 {
            let length = usize::from(noise.byte()) % 40;
            let data: Vec<u8> = (0..length).map(|_| noise.byte()).collect();
            _ = content(1 + round % 40, &data);
        }
    }
}
