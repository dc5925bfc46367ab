//! A file of statuses, a row a line: CSV (RFC 4180) under a line of column names, or JSON lines.
//!
//! ```text
//! id,tag,colour,since,until               {"id":"11010519491231002X","colour":"red",
//! 11010519491231002X,,red,,                "since":"2026-11-01T08:00:00Z","until":"2026-11-15T08:00:00Z"}
//! ```
//!
//! Columns come in any order; only `colour` and one of `id` and `tag` are needed. Unlike in RFC 4180 a
//! field holds no end of line, so that a quote that is never closed costs one row and not the rest.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::Path,
};

use gatepost_pass::{Colour, IdNumber, IdNumberError, SubjectTag, Timestamp};
use serde::Deserialize;

use crate::{
    args, clock,
    error::{Error, at},
    progress::Progress,
    store::{EndsFirst, Status},
};

/// Longest line, in bytes.
const MAX_LINE: usize = 4096;
/// Most rows of a file: 16 million, 1 GiB of memory.
const MAX_ROWS: u64 = 1 << 24;

/// Whom a row names.
pub(crate) enum Who {
    Number(IdNumber),
    Tag(SubjectTag),
}

/// A row that can be used.
pub(crate) struct Row {
    pub(crate) who: Who,
    pub(crate) status: Status,
}

/// Why a file as a whole can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileFault {
    /// The storage failed.
    #[error("can't be read: {0}")]
    Read(#[from] io::Error),
    /// The first line of CSV is not one of column names.
    #[error(
        "the first line must name the columns, each once: `colour`, `id` or `tag`, and if wanted `since` and `until`; or every line is a JSON object"
    )]
    Columns,
    /// More than [`MAX_ROWS`].
    #[error("more than {MAX_ROWS} rows: cut it in pieces")]
    TooLong,
}

/// Why a row can't be used. Never repeats what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RowFault {
    #[error("it is longer than {MAX_LINE} bytes")]
    Long,
    #[error("it is not UTF-8 text")]
    Text,
    #[error("a quote is not closed, or stands in the middle of a field")]
    Quote,
    #[error("it has another number of fields than the first line")]
    Fields,
    #[error("it is no JSON object of texts named id or tag, colour, since, until (column {0})")]
    Json(usize),
    #[error("it must name a person by either `id` or `tag`")]
    Who,
    #[error("{0}")]
    Number(#[from] IdNumberError),
    #[error("a tag is 32 hexadecimal digits")]
    Tag,
    #[error("nobody with this tag was ever issued a pass")]
    UnknownTag,
    #[error("the colour must be green, yellow or red")]
    Colour,
    #[error("times are written as in 2026-11-01T08:00:00Z")]
    Time,
    #[error("{0}")]
    Ends(#[from] EndsFirst),
}

/// What a row consists of; empty is as good as absent.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<'a> {
    #[serde(borrow, default)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    tag: Cow<'a, str>,
    #[serde(borrow, default)]
    colour: Cow<'a, str>,
    #[serde(borrow, default)]
    since: Cow<'a, str>,
    #[serde(borrow, default)]
    until: Cow<'a, str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Tag,
    Colour,
    Since,
    Until,
}

enum Format {
    Csv(Vec<Column>),
    JsonLines,
}

/// Gives each row of a file to `take`, with the number of its line; says how many there were.
pub(crate) fn each_row(
    path: &Path,
    now: Timestamp,
    mut take: impl FnMut(u64, Result<Row, RowFault>) -> Result<(), Error>,
) -> Result<u64, Error> {
    let fault = |why| Error::StatusFile {
        path: path.to_owned(),
        why,
    };
    let file = File::open(path).map_err(at("read", path))?;
    let length = file.metadata().map_err(at("read", path))?.len();
    let mut progress = Progress::new("reading", length);
    let reader = BufReader::with_capacity(1 << 16, file);
    let mut rows = Rows::new(reader, now).map_err(fault)?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(|why| fault(why.into()))? {
        count += 1;
        if count > MAX_ROWS {
            return Err(fault(FileFault::TooLong));
        }
        take(rows.line(), row)?;
        progress.at(rows.bytes());
    }
    Ok(count)
}

/// Reads rows one by one.
pub(crate) struct Rows<R> {
    reader: R,
    format: Format,
    now: Timestamp,
    buffer: Vec<u8>,
    /// Number of the line that was read last, from 1.
    line: u64,
    /// Bytes that were read.
    bytes: u64,
    /// Whether the line in the buffer is a row that is still to be given.
    pending: bool,
}

impl<R: BufRead> Rows<R> {
    /// Reads the first line, which says what the file is.
    pub(crate) fn new(reader: R, now: Timestamp) -> Result<Self, FileFault> {
        let mut rows = Self {
            reader,
            format: Format::JsonLines,
            now,
            buffer: Vec::new(),
            line: 0,
            bytes: 0,
            pending: false,
        };
        if !rows.next_line()? {
            return Err(FileFault::Columns);
        }
        let first = rows.buffer.strip_prefix("\u{feff}".as_bytes());
        rows.buffer = first.unwrap_or(&rows.buffer).to_vec();
        if rows.buffer.trim_ascii_start().starts_with(b"{") {
            rows.pending = true;
        } else {
            let text = rows.text().map_err(|_| FileFault::Columns)?;
            rows.format = Format::Csv(columns(text).ok_or(FileFault::Columns)?);
        }
        Ok(rows)
    }

    /// The line of the row that was read last, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Bytes that were read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next row; none at the end of the file.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<Row, RowFault>>> {
        if !std::mem::take(&mut self.pending) && !self.next_line()? {
            return Ok(None);
        }
        Ok(Some(self.row()))
    }

    fn row(&self) -> Result<Row, RowFault> {
        let text = self.text()?;
        let fields = match &self.format {
            // An array would be taken for an object without its names.
            Format::JsonLines if !text.trim_start().starts_with('{') => {
                return Err(RowFault::Json(1));
            }
            Format::JsonLines => {
                serde_json::from_str(text).map_err(|why| RowFault::Json(why.column()))?
            }
            Format::Csv(columns) => Fields::from_csv(text, columns)?,
        };
        fields.row(self.now)
    }

    fn text(&self) -> Result<&str, RowFault> {
        if self.buffer.len() > MAX_LINE {
            return Err(RowFault::Long);
        }
        str::from_utf8(&self.buffer).map_err(|_| RowFault::Text)
    }

    /// Reads the next line that is not blank, without its end; of one that is too long the front.
    fn next_line(&mut self) -> io::Result<bool> {
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
}

impl<'a> Fields<'a> {
    fn from_csv(text: &'a str, columns: &[Column]) -> Result<Self, RowFault> {
        let mut fields = Self::default();
        let mut columns = columns.iter();
        for field in csv(text) {
            let place = match columns.next().ok_or(RowFault::Fields)? {
                Column::Id => &mut fields.id,
                Column::Tag => &mut fields.tag,
                Column::Colour => &mut fields.colour,
                Column::Since => &mut fields.since,
                Column::Until => &mut fields.until,
            };
            *place = field?;
        }
        match columns.next() {
            None => Ok(fields),
            Some(_) => Err(RowFault::Fields),
        }
    }

    fn row(&self, now: Timestamp) -> Result<Row, RowFault> {
        let who = match (self.id.trim(), self.tag.trim()) {
            ("", "") => return Err(RowFault::Who),
            (number, "") => Who::Number(IdNumber::parse(number)?),
            ("", tag) => Who::Tag(tag.parse().map_err(|_| RowFault::Tag)?),
            _ => return Err(RowFault::Who),
        };
        let colour: Colour = args::colour(self.colour.trim()).map_err(|_| RowFault::Colour)?;
        let (since, until) = (time(&self.since)?, time(&self.until)?);
        let status = Status::new(colour, since, until, now)?;
        Ok(Row { who, status })
    }
}

fn time(text: &str) -> Result<Option<Timestamp>, RowFault> {
    match text.trim() {
        "" => Ok(None),
        text => clock::parse(text).map(Some).map_err(|_| RowFault::Time),
    }
}

/// The columns that a first line names.
fn columns(text: &str) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    for name in csv(text) {
        let column = match name.ok()?.trim().to_ascii_lowercase().as_str() {
            "id" => Column::Id,
            "tag" => Column::Tag,
            "colour" => Column::Colour,
            "since" => Column::Since,
            "until" => Column::Until,
            _ => return None,
        };
        if columns.contains(&column) {
            return None;
        }
        columns.push(column);
    }
    let has = |column| columns.contains(&column);
    (has(Column::Colour) && (has(Column::Id) || has(Column::Tag))).then_some(columns)
}

/// The fields of a line of CSV.
fn csv(text: &str) -> impl Iterator<Item = Result<Cow<'_, str>, RowFault>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let Some(quoted) = text.strip_prefix('"') else {
            let (field, after) = match text.split_once(',') {
                Some((field, after)) => (field, Some(after)),
                None => (text, None),
            };
            rest = after;
            return Some(if field.contains('"') {
                Err(RowFault::Quote)
            } else {
                Ok(Cow::Borrowed(field))
            });
        };
        let mut field = String::new();
        let mut left = quoted;
        loop {
            let Some((part, after)) = left.split_once('"') else {
                return Some(Err(RowFault::Quote));
            };
            field.push_str(part);
            match after.strip_prefix('"') {
                Some(more) => {
                    field.push('"');
                    left = more;
                }
                None if after.is_empty() => return Some(Ok(Cow::Owned(field))),
                None => match after.strip_prefix(',') {
                    Some(more) => {
                        rest = Some(more);
                        return Some(Ok(Cow::Owned(field)));
                    }
                    None => return Some(Err(RowFault::Quote)),
                },
            }
        }
    })
}

#[cfg(test)]
mod tests;
