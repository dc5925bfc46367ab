//! `issue`: a pass for one person, or a family pass for two to six.

use std::error::Error;

use clap::ValueEnum;
use gatepost_pass::{
    Class, Colour, Holder, IdNumber, Kind, Medium, Pass, PassNumber, PublicKey, Subject, Timestamp,
    claims::MAX_SUBJECTS, document::to_text, time::Minute,
};
use gatepost_system::clock::{format_time, parse_time};
use gatepost_system::files::FileError;
use gatepost_system::random;
use gatepost_system::say;

use crate::{
    args::{self, InputError, TextOut},
    context::Context,
    durations::DAY,
    home::Home,
    identity_hashing, pseudonym,
    register::{Recorded, Register},
    signing_keys::SigningKey,
};

/// Random numbers to try before giving up. One is taken once in a million million / passes.
const TRIES: usize = 16;

/// Arguments of `issue`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// ID number of the one person on the pass; `-` reads it from a line of standard input.
    #[arg(long, value_name = "NUMBER", requires = "name")]
    id: Option<String>,
    /// Name of that person; only its ends are on the pass.
    #[arg(long, requires = "id")]
    name: Option<String>,
    /// Colour [default: the person's colour on the status list].
    #[arg(long, value_parser = args::colour, requires = "id")]
    colour: Option<Colour>,
    /// Number of the special class that the person belongs to.
    #[arg(long, value_name = "CLASS", requires = "id")]
    special: Option<u8>,
    /// A person on a family pass, once for each: `ID;NAME[;COLOUR[;CLASS]]`; `-` reads that from a
    /// line of standard input, where no other user of the machine sees it.
    #[arg(long, conflicts_with = "id", required_unless_present = "id")]
    person: Vec<String>,
    /// Number of days for which it is valid.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// When it becomes valid [default: now].
    #[arg(long, value_name = "RFC3339", value_parser = parse_time)]
    not_before: Option<Timestamp>,
    /// What carries it [default: a phone if there is a holder key, else paper].
    #[arg(long)]
    medium: Option<MediumArg>,
    /// Public key of the holder's phone: then only its live code is valid.
    #[arg(long, value_name = "HEX", value_parser = args::public_key)]
    holder_key: Option<PublicKey>,
    #[command(flatten)]
    out: TextOut,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MediumArg {
    Paper,
    Phone,
}

/// A pass cannot be issued.
#[derive(Debug, thiserror::Error)]
enum IssueError {
    /// `--person` has another form.
    #[error("--person must be \"ID;NAME\", \"ID;NAME;COLOUR\" or \"ID;NAME;COLOUR;CLASS\"")]
    PersonText,
    /// One person would be on the pass twice.
    #[error("a person is on the pass twice")]
    SamePerson,
    /// A family pass holds fewer.
    #[error("a pass holds 1 to 6 persons, not {0}: issue several")]
    Persons(usize),
    /// The medium does not fit the holder key.
    #[error(
        "a holder key belongs to one person's phone pass: leave out --holder-key, or --medium paper"
    )]
    HolderKey,
    /// All numbers that were tried are taken.
    #[error("no free pass number was found: try again")]
    NoNumber,
}

/// A person as the command line names them.
struct PersonEntry {
    id: String,
    name: String,
    colour: Option<Colour>,
    class: Class,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let mut register = home.register()?;
    let persons = persons(args)?;
    let kind = match persons.len() {
        1 => Kind::Pass,
        2..=MAX_SUBJECTS => Kind::FamilyPass,
        other => return Err(IssueError::Persons(other).into()),
    };
    let subjects = subjects(&home, &mut register, &persons, context.now)?;
    let medium = match (args.medium, args.holder_key) {
        (Some(MediumArg::Paper), Some(_)) => return Err(IssueError::HolderKey.into()),
        (_, Some(_)) if kind == Kind::FamilyPass => return Err(IssueError::HolderKey.into()),
        (Some(MediumArg::Phone), _) | (None, Some(_)) => Medium::Phone,
        (Some(MediumArg::Paper) | None, None) => Medium::Paper,
    };
    let from = args.not_before.unwrap_or(context.now);
    if args.days > u64::from(home.policy()?.max_validity_days) {
        log::warn!("under this region's policy, devices refuse a pass that is valid for so long");
    }
    let mut pass = Pass {
        number: PassNumber(random::bytes()?),
        subjects: subjects
            .try_into()
            .map_err(|_| IssueError::Persons(persons.len()))?,
        not_before: Minute::of(from),
        not_after: Minute::of(from.plus(args.days * DAY)),
        medium,
        holder: args.holder_key.map(Holder),
    };
    let signer = home.signer(SigningKey::Documents)?;
    record(&mut register, kind, &mut pass, context.now)?;
    let text = to_text(&signer.sign(kind, &pass)?);
    report(args, &pass, &text)?;
    Ok(())
}

fn persons(args: &Args) -> Result<Vec<PersonEntry>, Box<dyn Error>> {
    if let (Some(id), Some(name)) = (&args.id, &args.name) {
        return Ok(vec![PersonEntry {
            id: args::or_line(id)?,
            name: name.clone(),
            colour: args.colour,
            class: args.special.map_or(Class::Ordinary, Class::Special),
        }]);
    }
    let texts = args.person.iter().map(|text| args::or_line(text));
    let texts = texts.collect::<Result<Vec<_>, InputError>>()?;
    let persons = texts.iter().map(|text| person(text));
    let persons = persons.collect::<Option<_>>();
    Ok(persons.ok_or(IssueError::PersonText)?)
}

/// Reads `ID;NAME[;COLOUR[;CLASS]]`.
fn person(text: &str) -> Option<PersonEntry> {
    let mut fields = text.split(';');
    let (id, name) = (fields.next()?.to_owned(), fields.next()?.to_owned());
    let colour = match fields.next() {
        None | Some("") => None,
        Some(word) => Some(Colour::from_name(word)?),
    };
    let class = match fields.next() {
        None => Class::Ordinary,
        Some(number) => Class::Special(number.parse().ok()?),
    };
    fields.next().is_none().then_some(PersonEntry {
        id,
        name,
        colour,
        class,
    })
}

fn subjects(
    home: &Home,
    register: &mut Register,
    persons: &[PersonEntry],
    now: Timestamp,
) -> Result<Vec<Subject>, Box<dyn Error>> {
    let secret = home.tag_secret()?;
    let mut subjects: Vec<Subject> = Vec::new();
    for person in persons {
        let id = IdNumber::parse(&person.id)?;
        let tag = pseudonym::tag(&id, &secret);
        if subjects.iter().any(|other| other.tag == tag) {
            return Err(IssueError::SamePerson.into());
        }
        let listed = register.status(&tag, now)?;
        identity_hashing::store_key(register, &tag, &id)?;
        subjects.push(Subject {
            tag,
            name: pseudonym::mask(&person.name)?,
            last4: id.last4(),
            colour: person.colour.unwrap_or(listed),
            class: person.class,
        });
    }
    Ok(subjects)
}

/// Records the pass under a number that no other pass has.
fn record(
    register: &mut Register,
    kind: Kind,
    pass: &mut Pass,
    at: Timestamp,
) -> Result<(), Box<dyn Error>> {
    for _ in 0..TRIES {
        match register.record_pass(kind, pass, at)? {
            Recorded::New => return Ok(()),
            Recorded::NumberTaken => pass.number = PassNumber(random::bytes()?),
        }
    }
    Err(IssueError::NoNumber.into())
}

fn report(args: &Args, pass: &Pass, text: &str) -> Result<(), FileError> {
    if !args.json {
        log::info!(
            "pass {}, {} to {}",
            pass.number,
            format_time(pass.not_before.start()),
            format_time(pass.not_after.start())
        );
        for subject in pass.subjects.as_slice() {
            log::info!(
                "{} {} {}, tag {}",
                subject.name,
                subject.last4.as_str(),
                subject.colour.name(),
                subject.tag
            );
        }
        return args.out.write(text);
    }
    if args.out.path.is_some() {
        args.out.write(text)?;
    }
    let subjects = pass.subjects.as_slice().iter();
    let tags: Vec<_> = subjects.map(|subject| subject.tag.to_string()).collect();
    let issued = serde_json::json!({
        "number": pass.number.to_string(),
        "tag": tags.first(),
        "tags": tags,
        "text": text,
    });
    say!("{issued}");
    Ok(())
}
