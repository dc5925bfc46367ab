//! What several commands share of the command line: parsers of values, groups of options, and
//! values that may come from standard input or from a file.

use std::{
    error::Error,
    io::{self, BufRead as _, Read as _},
    path::{Path, PathBuf},
    str::FromStr,
};

use gatepost_pass::{
    Bounded, Colour, HubAddress, HubAddressError, HubPin, IdNumber, IssuerId, Kind, PublicKey,
    SubjectTag, Text, ValueError, document::TEXT_PREFIX, envelope::MAX_FILE, parse_hex,
};
use gatepost_system::files::{self, Access, FileError};
use gatepost_system::say;

use crate::{
    look_alikes::{LookAlikeError, check_alphabets},
    pseudonym::PersonId,
    register::{NameResult, Register},
};

/// The name of a region or issuer.
#[derive(clap::Args)]
pub(crate) struct RegionArgs {
    /// Code of the region, such as CN-SD (ISO 3166-2).
    #[arg(long)]
    pub(crate) issuer: IssuerId,
    /// Name in English.
    #[arg(long, value_parser = name::<60>)]
    pub(crate) name: Text<60>,
    /// Name in the local language.
    #[arg(long, value_parser = name::<60>)]
    pub(crate) local_name: Text<60>,
}

/// What place codes and badges have in common.
#[derive(clap::Args)]
pub(crate) struct CodeArgs {
    /// Name to show to people.
    #[arg(long, value_parser = name::<60>)]
    pub(crate) name: Text<60>,
    /// Number of days for which it is valid.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=3650))]
    pub(crate) days: u64,
    #[command(flatten)]
    pub(crate) out: TextOut,
}

/// Where the text of a code goes.
#[derive(clap::Args)]
pub(crate) struct TextOut {
    /// File to write the text to, instead of standard output.
    #[arg(long = "out", value_name = "FILE")]
    pub(crate) path: Option<PathBuf>,
}

impl TextOut {
    pub(crate) fn write(&self, text: &str) -> Result<(), FileError> {
        write_text(text, self.path.as_deref(), Access::Shared)
    }
}

/// Writes a text and a line end to a file, or to standard output where there is none.
pub(crate) fn write_text(text: &str, path: Option<&Path>, access: Access) -> Result<(), FileError> {
    match path {
        Some(path) => files::replace(path, access, format!("{text}\n").as_bytes()),
        None => {
            say!("{text}");
            Ok(())
        }
    }
}

/// A person, by ID number or by tag.
#[derive(clap::Args)]
pub(crate) struct PersonArgs {
    /// ID number of the person, who need not have a pass; `-` reads it from a line of standard
    /// input.
    #[arg(long, value_name = "NUMBER", required_unless_present = "tag")]
    id: Option<String>,
    /// Tag of the person.
    #[arg(long, conflicts_with = "id")]
    tag: Option<SubjectTag>,
}

impl PersonArgs {
    /// The person that was named; reads standard input where the number is `-`.
    pub(crate) fn person(&self) -> Result<PersonId, Box<dyn Error>> {
        match (&self.id, self.tag) {
            (Some(id), _) => Ok(PersonId::Number(IdNumber::parse(&or_line(id)?)?)),
            (None, Some(tag)) => Ok(PersonId::Tag(tag)),
            (None, None) => Err(NobodyNamed.into()),
        }
    }
}

/// Neither `--id` nor `--tag` was given; the command line normally refuses that itself.
#[derive(Debug, thiserror::Error)]
#[error("name the person by --id or --tag")]
pub(crate) struct NobodyNamed;

/// Standard input cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read standard input")]
pub(crate) struct InputError(#[from] io::Error);

/// A colour by its English name.
pub(crate) fn colour(text: &str) -> Result<Colour, &'static str> {
    Colour::from_name(text).ok_or("expected green, yellow or red")
}

/// A name of at most `MAX` bytes, which no mix of alphabets makes look like another one.
pub(crate) fn name<const MAX: usize>(text: &str) -> Result<Text<MAX>, String> {
    let name: Text<MAX> = text.try_into().map_err(|why: ValueError| why.to_string())?;
    check_alphabets(text).map_err(|why| why.to_string())?;
    Ok(name)
}

/// Keeps the name of a place, badge or device, or says which one it looks like.
pub(crate) fn keep_name(
    register: &Register,
    kind: Kind,
    id: &str,
    name: &str,
) -> Result<(), Box<dyn Error>> {
    match register.keep_name(kind, id, name)? {
        NameResult::Kept => Ok(()),
        NameResult::LooksLike(taken) => {
            let new = format!("{id} ({name})");
            Err(LookAlikeError::Taken { new, taken }.into())
        }
    }
}

/// An argument of at most `MAX` bytes.
pub(crate) fn text<const MAX: usize>(text: &str) -> Result<Text<MAX>, ValueError> {
    text.try_into()
}

/// A public key in hexadecimal digits.
pub(crate) fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes = parse_hex(text).map_err(|why| why.to_string())?;
    PublicKey::from_bytes(&bytes).map_err(|why| why.to_string())
}

/// The argument itself, or the next line of standard input where it is `-`: every user of the
/// machine can read a command line, and it stays in the shell's history, so ID numbers can come
/// that way.
pub(crate) fn or_line(argument: &str) -> Result<String, InputError> {
    /// Longest line, in bytes.
    const LONGEST: u64 = 4096;
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut line = String::new();
    io::stdin().lock().take(LONGEST).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A code given as its text, or as a file that holds it.
pub(crate) fn code_text(argument: &str) -> Result<String, FileError> {
    if argument.starts_with(TEXT_PREFIX) {
        return Ok(argument.to_owned());
    }
    // A code may end in a space, so only the line end is removed.
    let text = files::read_text(Path::new(argument), MAX_FILE)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// How a device is served.
#[derive(Clone, Debug)]
pub(crate) enum ServedBy {
    /// By a hub.
    Hub(HubAddress),
    /// By USB stick only.
    Stick,
}

impl ServedBy {
    /// As it stands in an enrolment.
    pub(crate) fn hub(&self) -> Option<HubAddress> {
        match self {
            Self::Hub(address) => Some(address.clone()),
            Self::Stick => None,
        }
    }
}

impl FromStr for ServedBy {
    type Err = HubAddressError;

    /// A hub's address; an empty text for none.
    fn from_str(text: &str) -> Result<Self, HubAddressError> {
        match text {
            "" => Ok(Self::Stick),
            address => address.parse().map(Self::Hub),
        }
    }
}

/// Checks the pins of a hub's certificate: one to four where its address is `https:`, none where
/// there is nothing that they could be of.
pub(crate) fn hub_pins(served: &ServedBy, pins: &[HubPin]) -> Result<HubPins, HubPinsError> {
    match served {
        ServedBy::Hub(hub) if hub.is_https() == pins.is_empty() => Err(HubPinsError::of(hub)),
        ServedBy::Stick if !pins.is_empty() => Err(HubPinsError::NoHub),
        _ => pins.to_vec().try_into().map_err(|_| HubPinsError::Https),
    }
}

/// Pins that were checked.
pub(crate) type HubPins = Bounded<HubPin, 0, 4>;

/// Pins that do not fit the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HubPinsError {
    /// No pins for an `https:` hub, or too many.
    #[error(
        "a hub with https: needs one to four --hub-pin: the SHA-256 of its certificate's public \
         key"
    )]
    Https,
    /// Pins for a hub that has no certificate.
    #[error("a hub with http: has no certificate: name it with https://, or leave --hub-pin out")]
    Http,
    /// Pins without a hub.
    #[error("there is no hub whose key --hub-pin could be")]
    NoHub,
}

impl HubPinsError {
    fn of(hub: &HubAddress) -> Self {
        match hub.is_https() {
            true => Self::Https,
            false => Self::Http,
        }
    }
}
