//! The words for colours and kinds of lists, as commands and files spell them.

use gatepost_pass::{Colour, list::ListKind};

/// Reads a colour.
pub(crate) fn parse_colour(text: &str) -> Result<Colour, &'static str> {
    match text {
        "green" => Ok(Colour::Green),
        "yellow" => Ok(Colour::Yellow),
        "red" => Ok(Colour::Red),
        _ => Err("expected green, yellow or red"),
    }
}

/// The word for a colour.
pub(crate) const fn colour_name(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "green",
        Colour::Yellow => "yellow",
        Colour::Red => "red",
    }
}

/// The word for a kind of list.
pub(crate) const fn list_kind_name(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Status => "status",
        ListKind::Revocation => "revocation",
        ListKind::Identity => "identity",
    }
}
