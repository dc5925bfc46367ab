//! Words of the command line, and codes that come as a text or a file.

use std::path::Path;

use gatepost_pass::{Colour, PublicKey, Text, envelope::TEXT_PREFIX, words::WordError};

use crate::{error::Error, files};

/// A colour.
pub(crate) fn colour(text: &str) -> Result<Colour, &'static str> {
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

/// A text of at most `MAX` bytes.
pub(crate) fn text<const MAX: usize>(text: &str) -> Result<Text<MAX>, WordError> {
    text.try_into()
}

/// A public key in hexadecimal digits.
pub(crate) fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes = gatepost_pass::words::parse_hex(text).map_err(|why| why.to_string())?;
    PublicKey::from_bytes(&bytes).map_err(|why| why.to_string())
}

/// A code given as its text, or as a file that holds it.
pub(crate) fn code_text(argument: &str) -> Result<String, Error> {
    if argument.starts_with(TEXT_PREFIX) {
        return Ok(argument.to_owned());
    }
    // A code may end in a space, so only the end of the line goes.
    let text = files::read_text(Path::new(argument))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Puts a code where it was asked for: into a file, or on the standard output.
pub(crate) fn give_text(text: &str, out: Option<&Path>) -> Result<(), Error> {
    match out {
        Some(path) => files::write(path, format!("{text}\n").as_bytes()),
        None => {
            println!("{text}");
            Ok(())
        }
    }
}
