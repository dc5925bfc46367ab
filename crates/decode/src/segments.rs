//! The data codewords of a symbol to the bytes that they stand for (ISO/IEC 18004:2015, 7.4; Hanzi:
//! GB/T 18284).

use std::mem;

use crate::content::MAX_CONTENT_BYTES;

/// The data codewords are cut short, stand for nothing, or for more than is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoContent;

/// Bytes of one meaning in a row; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The ECI that is in force, if any was announced.
    pub(crate) eci: Option<u32>,
    pub(crate) packing: Packing,
    pub(crate) bytes: Vec<u8>,
}

/// How segments pack bytes into bits, if that says something of their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Digits, the alphanumeric characters or bytes: it says nothing that ASCII doesn't.
    Plain,
    /// Two bytes of Shift JIS in 13 bits.
    Kanji,
    /// Two bytes of GB 2312 in 13 bits.
    Hanzi,
}

/// The bytes of all segments.
///
/// One symbol of several (structured append) gives its own part. What GS1 or an industry agreed on
/// (FNC1) gives its text, with the group separator where FNC1 ends an element (ISO/IEC 18004:2015,
/// 7.4.8).
pub(crate) fn content(version: usize, data: &[u8]) -> Result<Vec<Run>, NoContent> {
    let mut bits = Bits { data, next: 0 };
    let mut content = ContentBuilder {
        before: Vec::new(),
        run: Run {
            bytes: Vec::new(),
            eci: None,
            packing: Packing::Plain,
        },
        length: 0,
        eci: None,
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
            HANZI => content.hanzi(&mut bits, counted(version, [8, 10, 12]))?,
            ECI => content.eci = Some(eci(&mut bits)?),
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
        if content.length + content.run.bytes.len() > MAX_CONTENT_BYTES {
            return Err(NoContent);
        }
    }
    content.finish()
}

/// Mode indicators (ISO/IEC 18004:2015, Table 2; Hanzi: GB/T 18284).
const END: usize = 0b0000;
const NUMERIC: usize = 0b0001;
const ALPHANUMERIC: usize = 0b0010;
const STRUCTURED_APPEND: usize = 0b0011;
const BYTES: usize = 0b0100;
const FNC1_FIRST: usize = 0b0101;
const ECI: usize = 0b0111;
const KANJI: usize = 0b1000;
const FNC1_SECOND: usize = 0b1001;
const HANZI: usize = 0b1101;

/// Bits of a segment's count, of those for small, middle and large versions (Table 3).
fn counted(version: usize, [small, middle, large]: [usize; 3]) -> usize {
    match version {
        0..=9 => small,
        10..=26 => middle,
        _ => large,
    }
}

/// The number of an ECI: 7 bits in one byte, 14 in two or 21 in three, as its first bits say
/// (7.4.2.2).
fn eci(bits: &mut Bits<'_>) -> Result<u32, NoContent> {
    let number = match bits.peek_byte().leading_ones() {
        0 => bits.take(8)?,
        1 => bits.take(16)? & 0x3fff,
        2 => bits.take(24)? & 0x1f_ffff,
        _ => return Err(NoContent),
    };
    // 21 bits fit.
    Ok(number as u32)
}

struct ContentBuilder {
    /// What was read before the run that is being read.
    before: Vec<Run>,
    run: Run,
    /// Bytes of all runs before.
    length: usize,
    eci: Option<u32>,
    /// Whether a percent sign stands for a group separator, and two for one of themselves.
    separators: bool,
}

impl ContentBuilder {
    /// Where bytes of this packing go on.
    fn run(&mut self, packing: Packing) -> &mut Vec<u8> {
        if (self.run.eci, self.run.packing) != (self.eci, packing) {
            let next = Run {
                bytes: Vec::new(),
                eci: self.eci,
                packing,
            };
            let ended = mem::replace(&mut self.run, next);
            self.length += ended.bytes.len();
            self.before
                .extend(Some(ended).filter(|run| !run.bytes.is_empty()));
        }
        &mut self.run.bytes
    }

    fn finish(self) -> Result<Vec<Run>, NoContent> {
        let mut runs = self.before;
        runs.extend(Some(self.run).filter(|run| !run.bytes.is_empty()));
        if runs.is_empty() {
            return Err(NoContent);
        }
        Ok(runs)
    }

    /// Three digits in ten bits; two in seven or one in four at the end.
    fn numeric(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        let bytes = self.run(Packing::Plain);
        let mut count = bits.take(count_bits)?;
        while count > 0 {
            let digits = count.min(3);
            let value = bits.take([4, 7, 10][digits - 1])?;
            if value >= 10usize.pow(digits as u32) {
                return Err(NoContent);
            }
            let digit = |place: usize| b'0' + (value / 10usize.pow(place as u32) % 10) as u8;
            bytes.extend((0..digits).rev().map(digit));
            count -= digits;
        }
        Ok(())
    }

    /// Two characters in eleven bits; one in six at the end.
    fn alphanumeric(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        const CHARACTERS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        const GROUP_SEPARATOR: u8 = 0x1d;
        let separators = self.separators;
        let bytes = self.run(Packing::Plain);
        let from = bytes.len();
        let mut count = bits.take(count_bits)?;
        while count > 0 {
            let (value, two) = match count {
                1 => (bits.take(6)?, false),
                _ => (bits.take(11)?, true),
            };
            let character = |value: usize| CHARACTERS.get(value).copied().ok_or(NoContent);
            if two {
                bytes.push(character(value / 45)?);
            } else {
                character(value)?;
            }
            bytes.push(character(value % 45)?);
            count -= if two { 2 } else { 1 };
        }
        if separators {
            let mut text = bytes.split_off(from).into_iter().peekable();
            while let Some(character) = text.next() {
                let percent = character == b'%' && text.next_if_eq(&b'%').is_none();
                bytes.push(if percent { GROUP_SEPARATOR } else { character });
            }
        }
        Ok(())
    }

    fn bytes(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        let bytes = self.run(Packing::Plain);
        for _ in 0..bits.take(count_bits)? {
            bytes.push(bits.take(8)? as u8);
        }
        Ok(())
    }

    /// Characters of Shift JIS, 13 bits each, as their two bytes.
    fn kanji(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        let bytes = self.run(Packing::Kanji);
        for _ in 0..bits.take(count_bits)? {
            let value = bits.take(13)?;
            let packed = ((value / 0xc0) << 8) | (value % 0xc0);
            let character = packed + if packed < 0x1f00 { 0x8140 } else { 0xc140 };
            bytes.extend([(character >> 8) as u8, character as u8]);
        }
        Ok(())
    }

    /// Characters of GB 2312, which is subset 1 and the only one, 13 bits each, as their two bytes.
    fn hanzi(&mut self, bits: &mut Bits<'_>, count_bits: usize) -> Result<(), NoContent> {
        if bits.take(4)? != 1 {
            return Err(NoContent);
        }
        let bytes = self.run(Packing::Hanzi);
        for _ in 0..bits.take(count_bits)? {
            let value = bits.take(13)?;
            let (row, column) = (value / 0x60, value % 0x60);
            // A row has 94 columns. Rows 11 to 15 of GB 2312 hold nothing and are left out.
            if column >= 94 {
                return Err(NoContent);
            }
            let first = row + if row < 10 { 0xa1 } else { 0xa6 };
            bytes.extend([first as u8, (column + 0xa1) as u8]);
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
mod tests;
