//! Rows of CSV: the columns that the first line names, and splitting the lines below it.

use std::str;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::row::{MAX_LINE, RowError, StatusFields};

/// A column that a row can have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Tag,
    Colour,
    Since,
    Until,
}

/// Most columns: each of them once.
const MAX_COLUMNS: usize = 5;

/// Splits the rows of a file.
pub(super) struct CsvRows {
    columns: Vec<Column>,
    splitter: Splitter,
}

impl CsvRows {
    /// Takes the columns that the first line names; none when it names others, one twice, or not
    /// all that are required.
    pub(super) fn new(first_line: &str) -> Option<Self> {
        let mut columns = Vec::new();
        let mut splitter = Splitter::new();
        for name in splitter.split(first_line).ok()? {
            let column = match name.trim().to_ascii_lowercase().as_str() {
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
        let enough = has(Column::Colour) && (has(Column::Id) || has(Column::Tag));
        enough.then_some(Self { columns, splitter })
    }

    /// The fields of a line.
    pub(super) fn fields(&mut self, line: &str) -> Result<StatusFields<'_>, RowError> {
        let mut fields = StatusFields::default();
        let mut columns = self.columns.iter();
        for text in self.splitter.split(line)? {
            let field = match columns.next().ok_or(RowError::FieldCount)? {
                Column::Id => &mut fields.id,
                Column::Tag => &mut fields.tag,
                Column::Colour => &mut fields.colour,
                Column::Since => &mut fields.since,
                Column::Until => &mut fields.until,
            };
            *field = text.into();
        }
        match columns.next() {
            None => Ok(fields),
            Some(_) => Err(RowError::FieldCount),
        }
    }
}

/// Splits one line at a time, so that a broken one does not reach into the next.
pub(super) struct Splitter {
    reader: Reader,
    line: Vec<u8>,
    text: Vec<u8>,
    ends: [usize; MAX_COLUMNS + 1],
}

impl Splitter {
    pub(super) fn new() -> Self {
        let mut builder = ReaderBuilder::new();
        Self {
            reader: builder.terminator(Terminator::Any(b'\n')).build(),
            line: Vec::new(),
            text: vec![0; MAX_LINE],
            ends: [0; MAX_COLUMNS + 1],
        }
    }

    /// The fields of a line of at most [`MAX_LINE`] bytes that is not blank.
    pub(super) fn split(&mut self, line: &str) -> Result<impl Iterator<Item = &str>, RowError> {
        // The library would drop such a quote, and guess.
        let ordinary = |byte| ![b',', b'"'].contains(&byte);
        let stray = |at: &[u8]| at[1] == b'"' && ordinary(at[0]) && ordinary(at[2]);
        if line.as_bytes().windows(3).any(stray) {
            return Err(RowError::Quote);
        }
        self.line.clear();
        self.line.extend(line.as_bytes());
        self.line.push(b'\n');
        let (result, _, _, count) =
            self.reader
                .read_record(&self.line, &mut self.text, &mut self.ends);
        match result {
            ReadRecordResult::Record => {}
            failed => {
                self.reader.reset();
                return Err(match failed {
                    ReadRecordResult::OutputEndsFull => RowError::FieldCount,
                    // The line end went into a field.
                    _ => RowError::Quote,
                });
            }
        }
        let (text, mut start) = (&self.text, 0);
        Ok(self.ends[..count].iter().map(move |end| {
            let field = &text[start..*end];
            start = *end;
            // UTF-8 that is split at quotes and commas stays UTF-8.
            str::from_utf8(field).unwrap_or_default()
        }))
    }
}
