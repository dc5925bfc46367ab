//! `issue`: a pass for one person, or a family pass for two to six.

use std::path::PathBuf;

use clap::ValueEnum;
use gatepost_pass::{
    Class, Colour, Holder, IdNumber, Kind, Medium, Pass, PassNumber, PublicKey, Subject, Timestamp,
    claims::MAX_SUBJECTS, document::to_text, time::Minute,
};

use crate::{
    Context, args,
    clock::{self, DAY},
    error::Error,
    files::random,
    home::{Home, SigningKey},
    identity_keys,
    person::{self, mask},
    store::{Recorded, Store},
};

/// Random numbers to try before giving up; the first is taken once in a million million / passes.
const TRIES: usize = 16;

/// What `issue` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// ID number of the one person on the pass; `-` reads it from a line of the standard input.
    #[arg(long, value_name = "NUMBER", requires = "name")]
    id: Option<String>,
    /// Name of that person; only its ends stand on the pass.
    #[arg(long, requires = "id")]
    name: Option<String>,
    /// Colour; without it, the person's on the status list.
    #[arg(long, value_parser = args::colour, requires = "id")]
    colour: Option<Colour>,
    /// Number of the special class that the person is of.
    #[arg(long, value_name = "CLASS", requires = "id")]
    special: Option<u8>,
    /// A person of a family pass, once for each: "ID;NAME[;COLOUR[;CLASS]]"; `-` reads that from a line
    /// of the standard input, where no other user of the machine sees it.
    #[arg(long, conflicts_with = "id", required_unless_present = "id")]
    person: Vec<String>,
    /// For how many days it counts.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    /// From when it counts; without it, from now.
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    not_before: Option<Timestamp>,
    /// What carries it; without it, a phone where there is a holder key, else paper.
    #[arg(long)]
    medium: Option<MediumWord>,
    /// Public key of the holder's phone: then only its live code counts.
    #[arg(long, value_name = "HEX", value_parser = args::public_key)]
    holder_key: Option<PublicKey>,
    /// File to write the code's text to, instead of the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Say it as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MediumWord {
    Paper,
    Phone,
}

/// A person as the command line gives them.
struct Person {
    id: String,
    name: String,
    colour: Option<Colour>,
    class: Class,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let mut store = home.store()?;
    let persons = persons(args)?;
    let kind = match persons.len() {
        1 => Kind::Pass,
        2..=MAX_SUBJECTS => Kind::FamilyPass,
        other => return Err(Error::Persons(other)),
    };
    let subjects = subjects(&home, &mut store, &persons, context.now)?;
    let medium = match (args.medium, args.holder_key) {
        (Some(MediumWord::Paper), Some(_)) => return Err(Error::HolderKey),
        (_, Some(_)) if kind == Kind::FamilyPass => return Err(Error::HolderKey),
        (Some(MediumWord::Phone), _) | (None, Some(_)) => Medium::Phone,
        (Some(MediumWord::Paper) | None, None) => Medium::Paper,
    };
    let from = args.not_before.unwrap_or(context.now);
    if args.days > u64::from(home.policy()?.max_validity_days) {
        eprintln!("warning: under this region's policy, devices refuse a pass of so many days");
    }
    let mut pass = Pass {
        number: PassNumber(random()?),
        subjects: subjects
            .try_into()
            .map_err(|_| Error::Persons(persons.len()))?,
        not_before: Minute::of(from),
        not_after: Minute::of(from.plus(args.days * DAY)),
        medium,
        holder: args.holder_key.map(Holder),
    };
    let signer = home.signer(SigningKey::Documents)?;
    record(&mut store, kind, &mut pass, context.now)?;
    let text = to_text(&signer.sign(kind, &pass));
    tell(args, &pass, &text)
}

fn persons(args: &Args) -> Result<Vec<Person>, Error> {
    if let (Some(id), Some(name)) = (&args.id, &args.name) {
        return Ok(vec![Person {
            id: args::or_line(id)?,
            name: name.clone(),
            colour: args.colour,
            class: args.special.map_or(Class::Ordinary, Class::Special),
        }]);
    }
    let texts = args.person.iter().map(|text| args::or_line(text));
    texts
        .map(|text| person(&text?).ok_or(Error::PersonText))
        .collect()
}

/// Reads `ID;NAME[;COLOUR[;CLASS]]`.
fn person(text: &str) -> Option<Person> {
    let mut fields = text.split(';');
    let (id, name) = (fields.next()?.to_owned(), fields.next()?.to_owned());
    let colour = match fields.next() {
        None | Some("") => None,
        Some(word) => Some(args::colour(word).ok()?),
    };
    let class = match fields.next() {
        None => Class::Ordinary,
        Some(number) => Class::Special(number.parse().ok()?),
    };
    fields.next().is_none().then_some(Person {
        id,
        name,
        colour,
        class,
    })
}

fn subjects(
    home: &Home,
    store: &mut Store,
    persons: &[Person],
    now: Timestamp,
) -> Result<Vec<Subject>, Error> {
    let secret = home.tag_secret()?;
    let mut subjects: Vec<Subject> = Vec::new();
    for person in persons {
        let id = IdNumber::parse(&person.id)?;
        let tag = person::tag(&id, &secret);
        if subjects.iter().any(|other| other.tag == tag) {
            return Err(Error::SamePerson);
        }
        let listed = store.status(&tag, now)?;
        identity_keys::note(store, &tag, &id)?;
        subjects.push(Subject {
            tag,
            name: mask(&person.name)?,
            last4: id.last4(),
            colour: person.colour.unwrap_or(listed),
            class: person.class,
        });
    }
    Ok(subjects)
}

/// Takes the pass into the store, under a number that no other pass has.
fn record(store: &mut Store, kind: Kind, pass: &mut Pass, at: Timestamp) -> Result<(), Error> {
    for _ in 0..TRIES {
        match store.record_pass(kind, pass, at)? {
            Recorded::New => return Ok(()),
            Recorded::NumberTaken => pass.number = PassNumber(random()?),
        }
    }
    Err(Error::NoNumber)
}

fn tell(args: &Args, pass: &Pass, text: &str) -> Result<(), Error> {
    if !args.json {
        eprintln!(
            "pass {}, {} to {}",
            pass.number,
            clock::show(pass.not_before.start()),
            clock::show(pass.not_after.start())
        );
        for subject in pass.subjects.as_slice() {
            eprintln!(
                "  {} {} {}, tag {}",
                subject.name,
                subject.last4.as_str(),
                subject.colour.name(),
                subject.tag
            );
        }
        return args::give_text(text, args.out.as_deref());
    }
    if args.out.is_some() {
        args::give_text(text, args.out.as_deref())?;
    }
    let tags: Vec<_> = pass
        .subjects
        .as_slice()
        .iter()
        .map(|subject| subject.tag.to_string())
        .collect();
    let told = serde_json::json!({
        "number": pass.number.to_string(),
        "tag": tags.first(),
        "tags": tags,
        "text": text,
    });
    println!("{told}");
    Ok(())
}
