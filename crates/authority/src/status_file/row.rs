//! One row of a file of statuses: its fields, and what is wrong with them.

use std::borrow::Cow;

use gatepost_pass::{Colour, IdNumber, IdNumberError, Timestamp};
use gatepost_system::clock::parse_time;
use serde::Deserialize;

use crate::{
    pseudonym::PersonId,
    register::{EndsFirst, Status},
};

/// Longest row, in bytes.
pub(super) const MAX_LINE: usize = 4096;

/// A row that can be used.
pub(crate) struct StatusRow {
    pub(crate) person: PersonId,
    pub(crate) status: Status,
}

/// A row cannot be used. Never repeats what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RowError {
    #[error("it is longer than {MAX_LINE} bytes")]
    Long,
    #[error("it is not UTF-8 text")]
    Encoding,
    #[error("a quote is not closed, or is in the middle of a field")]
    Quote,
    #[error("it does not have as many fields as the first line")]
    FieldCount,
    #[error("it is not a JSON object of texts named id or tag, colour, since, until (column {0})")]
    Json(usize),
    #[error("it must name a person by either `id` or `tag`")]
    Person,
    #[error(transparent)]
    Number(#[from] IdNumberError),
    #[error("`tag` must be 32 hexadecimal digits")]
    Tag,
    #[error("`tag`: nobody with this tag was ever issued a pass")]
    UnknownTag,
    #[error("`colour` must be green, yellow or red")]
    Colour,
    #[error("`{0}` must be a time such as 2026-11-01T08:00:00Z")]
    Time(&'static str),
    #[error(transparent)]
    EndsFirst(#[from] EndsFirst),
}

/// The fields of a row; an empty one is the same as an absent one.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusFields<'a> {
    #[serde(borrow, default)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) tag: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) colour: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) since: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) until: Cow<'a, str>,
}

impl<'a> StatusFields<'a> {
    /// Reads a JSON object.
    pub(super) fn from_json(text: &'a str) -> Result<Self, RowError> {
        // serde would take an array for an object without its names.
        if !text.trim_start().starts_with('{') {
            return Err(RowError::Json(1));
        }
        serde_json::from_str(text).map_err(|why| RowError::Json(why.column()))
    }

    /// Checks the fields.
    pub(super) fn check(&self, now: Timestamp) -> Result<StatusRow, RowError> {
        let person = match (self.id.trim(), self.tag.trim()) {
            ("", "") => return Err(RowError::Person),
            (number, "") => PersonId::Number(IdNumber::parse(number)?),
            ("", tag) => PersonId::Tag(tag.parse().map_err(|_| RowError::Tag)?),
            _ => return Err(RowError::Person),
        };
        let colour = Colour::from_name(self.colour.trim()).ok_or(RowError::Colour)?;
        let (since, until) = (time("since", &self.since)?, time("until", &self.until)?);
        let status = Status::new(colour, since, until, now)?;
        Ok(StatusRow { person, status })
    }
}

fn time(field: &'static str, text: &str) -> Result<Option<Timestamp>, RowError> {
    match text.trim() {
        "" => Ok(None),
        text => parse_time(text)
            .map(Some)
            .map_err(|_| RowError::Time(field)),
    }
}
