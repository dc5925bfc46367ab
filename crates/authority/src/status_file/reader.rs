//! Reads a file of statuses row by row, whatever is in it.

use std::io::{self, BufRead, Read as _};

use gatepost_pass::Timestamp;

use super::{
    csv::CsvRows,
    row::{MAX_LINE, RowError, StatusFields, StatusRow},
};

/// The first line does not begin a file of statuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FirstLineError {
    /// The storage failed.
    #[error("it cannot be read")]
    Read(#[from] io::Error),
    /// It is neither a line of column names nor a JSON object.
    #[error(
        "the first line must name the columns, each once: `colour`, `id` or `tag`, and optionally \
         `since` and `until`; or every line must be a JSON object"
    )]
    Columns,
}

enum RowFormat {
    Csv(Box<CsvRows>),
    JsonLines,
}

/// Reads rows one by one.
pub(super) struct RowReader<R> {
    lines: BoundedLines<R>,
    format: RowFormat,
    now: Timestamp,
    /// Whether the line that was read last is a row that was not returned yet.
    pending: bool,
}

impl<R: BufRead> RowReader<R> {
    /// Reads the first line, which decides the format.
    pub(super) fn new(reader: R, now: Timestamp) -> Result<Self, FirstLineError> {
        let mut lines = BoundedLines {
            reader,
            buffer: Vec::new(),
            line: 0,
            bytes: 0,
        };
        if !lines.next()? {
            return Err(FirstLineError::Columns);
        }
        if lines.buffer.starts_with("\u{feff}".as_bytes()) {
            lines.buffer.drain(.."\u{feff}".len());
        }
        let pending = lines.buffer.trim_ascii_start().starts_with(b"{");
        let format = if pending {
            RowFormat::JsonLines
        } else {
            let text = lines.text().map_err(|_| FirstLineError::Columns)?;
            let rows = CsvRows::new(text).ok_or(FirstLineError::Columns)?;
            RowFormat::Csv(Box::new(rows))
        };
        Ok(Self {
            lines,
            format,
            now,
            pending,
        })
    }

    /// Number of the line that was read last, from 1.
    pub(super) fn line(&self) -> u64 {
        self.lines.line
    }

    /// Number of bytes that were read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.lines.bytes
    }

    /// The next row; none at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<StatusRow, RowError>>> {
        if !std::mem::take(&mut self.pending) && !self.lines.next()? {
            return Ok(None);
        }
        Ok(Some(self.row()))
    }

    fn row(&mut self) -> Result<StatusRow, RowError> {
        let text = self.lines.text()?;
        let fields = match &mut self.format {
            RowFormat::JsonLines => StatusFields::from_json(text)?,
            RowFormat::Csv(rows) => rows.fields(text)?,
        };
        fields.check(self.now)
    }
}

/// Reads lines of limited length.
struct BoundedLines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Number of the line in the buffer, from 1.
    line: u64,
    /// Number of bytes that were read.
    bytes: u64,
}

impl<R: BufRead> BoundedLines<R> {
    /// Reads the next line that is not blank, without its end, or the start of one that is too
    /// long.
    fn next(&mut self) -> io::Result<bool> {
        loop {
            self.buffer.clear();
            let limit = MAX_LINE as u64 + 2;
            let read = (&mut self.reader)
                .take(limit)
                .read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(false);
            }
            self.bytes += read as u64;
            self.line += 1;
            if read as u64 == limit && !self.buffer.ends_with(b"\n") {
                self.bytes += self.reader.skip_until(b'\n')? as u64;
            }
            while self.buffer.last().is_some_and(|end| b"\r\n".contains(end)) {
                self.buffer.pop();
            }
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    fn text(&self) -> Result<&str, RowError> {
        if self.buffer.len() > MAX_LINE {
            return Err(RowError::Long);
        }
        str::from_utf8(&self.buffer).map_err(|_| RowError::Encoding)
    }
}
