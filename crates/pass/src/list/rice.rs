//! Rising numbers as Rice-coded gaps (Golomb 1966; Rice, JPL 79-22, 1979), each with a few bits
//! beside it.
//!
//! ```text
//! gap  = number - (number before + 1), or the number itself for the first
//! code = ⌊gap / 2^parameter⌋ 0 bits, a 1 bit, then as one field: the bits beside it ‖ gap mod
//! 2^parameter
//! ```
//!
//! A stream ends with zeros up to a whole byte.

use serde::{Deserialize, Serialize};

use super::{
    DeltaError, ReadAt,
    bits::{SLACK, WIDEST, mask, put_field, word},
};

/// Bytes that a reader holds at a time.
const BUFFER: usize = 16 * 1024;

/// What must be known of a stream to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RiceStream {
    /// The number of numbers in it.
    pub(super) count: u64,
    /// Bits of a gap that are not unary.
    pub(super) parameter: u8,
    /// Its length in bytes.
    pub(super) bytes: u64,
}

impl RiceStream {
    /// Numbers below `span` in order, each with `beside` bits.
    pub(super) fn write(
        span: u64,
        beside: u32,
        numbers: impl ExactSizeIterator<Item = (u64, u64)>,
    ) -> (Self, Vec<u8>) {
        let count = numbers.len() as u64;
        let parameter = parameter(span, count, beside);
        let mut bits = BitWriter::default();
        let mut least = 0;
        for (number, aside) in numbers {
            let gap = number - least;
            bits.put(gap >> parameter, 1, 1);
            let field = (gap & mask(parameter)) << beside | aside;
            bits.put(0, field, parameter + beside);
            // Nothing follows on the greatest.
            least = number.wrapping_add(1);
        }
        let bytes = bits.finish();
        let stream = Self {
            count,
            parameter: parameter as u8,
            bytes: bytes.len() as u64,
        };
        (stream, bytes)
    }

    /// Whether a reader can begin: each number takes a bit at least.
    pub(super) fn is_sound(&self, beside: u32) -> bool {
        u32::from(self.parameter) + beside <= WIDEST && self.count <= self.bytes.saturating_mul(8)
    }
}

/// The parameter that costs least for numbers spread evenly: log2 of the mean gap, rounded down.
fn parameter(span: u64, count: u64, beside: u32) -> u32 {
    let mean = (span / count.max(1)).saturating_sub(1).max(1);
    mean.ilog2().min(WIDEST - beside)
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    at: usize,
}

impl BitWriter {
    /// So many zeros, then a field.
    fn put(&mut self, zeros: u64, field: u64, width: u32) {
        self.at += zeros as usize;
        self.bytes.resize(self.at / 8 + 2 * SLACK, 0);
        put_field(&mut self.bytes, self.at, field);
        self.at += width as usize;
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.truncate(self.at.div_ceil(8));
        self.bytes
    }
}

/// Reads a stream in small memory.
pub(super) struct Numbers<'a, R> {
    source: &'a R,
    stream: RiceStream,
    beside: u32,
    /// Place of the byte to load next, and of the stream's end.
    next: u64,
    end: u64,
    /// Loaded bytes, then [`SLACK`] zeros.
    buffer: Vec<u8>,
    /// The next bit in the buffer.
    at: usize,
    /// Numbers that are still to come.
    left: u64,
    /// What the next number is not below; nothing after the greatest.
    least: Option<u64>,
}

impl<'a, R: ReadAt> Numbers<'a, R> {
    /// A stream that [`RiceStream::is_sound`], at a place in `source`.
    pub(super) fn new(source: &'a R, stream: RiceStream, beside: u32, place: u64) -> Self {
        Self {
            source,
            stream,
            beside,
            next: place,
            end: place.saturating_add(stream.bytes),
            buffer: vec![0; SLACK],
            at: 0,
            left: stream.count,
            least: Some(0),
        }
    }

    /// The next number, and the bits beside it.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<(u64, u64)>, DeltaError> {
        if self.left == 0 {
            return self.check_end().map(|()| None);
        }
        self.left -= 1;
        let parameter = u32::from(self.stream.parameter);
        let unary = self.zeros()?;
        let width = parameter + self.beside;
        let field = self.window()? & mask(width);
        self.skip(width)?;
        let too_large = DeltaError::Damaged("a number is too large");
        if unary > u64::MAX >> parameter {
            return Err(too_large);
        }
        let gap = unary << parameter | field >> self.beside;
        let number = self.least.and_then(|least| least.checked_add(gap));
        let number = number.ok_or(too_large)?;
        self.least = number.checked_add(1);
        Ok(Some((number, field & mask(self.beside))))
    }

    /// Counts zeros up to a one, and takes both.
    fn zeros(&mut self) -> Result<u64, DeltaError> {
        let mut zeros = 0;
        loop {
            let here = self.window()?.trailing_zeros();
            if here < WIDEST {
                self.skip(here + 1)?;
                return Ok(zeros + u64::from(here));
            }
            self.skip(WIDEST)?;
            zeros += u64::from(WIDEST);
        }
    }

    /// The next [`WIDEST`] bits at least; zeros after the end.
    fn window(&mut self) -> Result<u64, DeltaError> {
        if self.loaded() < self.at + 64 && self.next < self.end {
            self.load()?;
        }
        Ok(word(&self.buffer, self.at / 8) >> (self.at % 8))
    }

    fn loaded(&self) -> usize {
        8 * (self.buffer.len() - SLACK)
    }

    fn skip(&mut self, bits: u32) -> Result<(), DeltaError> {
        self.at += bits as usize;
        if self.at > self.loaded() {
            return Err(DeltaError::Damaged("a stream is cut short"));
        }
        Ok(())
    }

    fn load(&mut self) -> Result<(), DeltaError> {
        self.buffer.truncate(self.buffer.len() - SLACK);
        self.buffer.drain(..self.at / 8);
        self.at %= 8;
        let kept = self.buffer.len();
        let part = (self.end - self.next).min(BUFFER as u64) as usize;
        self.buffer.resize(kept + part, 0);
        self.source.read_at(&mut self.buffer[kept..], self.next)?;
        self.next += part as u64;
        self.buffer.resize(kept + part + SLACK, 0);
        Ok(())
    }

    /// After the last number only zeros up to a whole byte may follow.
    fn check_end(&mut self) -> Result<(), DeltaError> {
        if self.window()? == 0 && self.loaded() - self.at < 8 && self.next == self.end {
            Ok(())
        } else {
            Err(DeltaError::Damaged("a stream has bytes left over"))
        }
    }
}
