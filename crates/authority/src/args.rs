//! Words of the command line, and codes that come as a text or a file.

use std::{
    io::{self, BufRead as _, Read as _},
    path::Path,
};

use gatepost_pass::{Colour, IdNumber, PublicKey, Text, ValueError, document::TEXT_PREFIX};

use crate::{error::Error, files};

/// A colour.
pub(crate) fn colour(text: &str) -> Result<Colour, &'static str> {
    Colour::from_name(text).ok_or("expected green, yellow or red")
}

/// A text of at most `MAX` bytes.
pub(crate) fn text<const MAX: usize>(text: &str) -> Result<Text<MAX>, WordError> {
    text.try_into()
}

/// A public key in hexadecimal digits.
pub(crate) fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes = gatepost_pass::parse_hex(text).map_err(|why| why.to_string())?;
    PublicKey::from_bytes(&bytes).map_err(|why| why.to_string())
}

/// What an argument says, or the next line of the standard input where it is `-`: a command line is
/// open to every user of the machine and stays in the shell's history, so ID numbers can come that way.
pub(crate) fn or_line(argument: &str) -> Result<String, Error> {
    /// Longest line, in bytes.
    const LONGEST: u64 = 4096;
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut line = String::new();
    io::stdin()
        .lock()
        .take(LONGEST)
        .read_line(&mut line)
        .map_err(Error::Input)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// An ID number, by [`or_line`].
pub(crate) fn id_number(argument: &str) -> Result<IdNumber, Error> {
    Ok(IdNumber::parse(&or_line(argument)?)?)
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
