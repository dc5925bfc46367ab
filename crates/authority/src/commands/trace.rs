//! `trace`: opens sealed passages of one person or one place in a window of time, and keeps a signed log
//! of who asked and why.

use std::{collections::BTreeMap, path::PathBuf};

use gatepost_pass::{IdNumber, Rules, SubjectTag, Text, Timestamp, bundle::Intake};
use gatepost_protocol::{Body, OpenError, Passage, Seen, open};

use crate::{
    Context, args, clock,
    error::Error,
    files,
    home::{Home, read_hex},
    person,
    trace::{
        audit::{Audit, AuditEvent},
        evidence::{Evidence, Held},
    },
};

/// What to do with sealed passages.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Open the passages of a person or a place.
    Open(Box<OpenArgs>),
    /// Check the log of who traced whom.
    VerifyAudit(VerifyArgs),
}

/// What `trace open` is told.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("about").required(true).args(["id", "tag", "place"])))]
pub(crate) struct OpenArgs {
    /// Directory of signed batches (`*.batch`), from the hub or a device.
    batches: PathBuf,
    /// Why: an order or a case, for the audit log.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Text<200>,
    /// Who asks, for the audit log; the system's user name without it.
    #[arg(long, value_name = "NAME", value_parser = args::text::<60>)]
    by: Option<Text<60>>,
    /// ID number of the person; `-` reads it from a line of the standard input.
    #[arg(long, value_name = "NUMBER")]
    id: Option<String>,
    /// Tag of the person.
    #[arg(long)]
    tag: Option<SubjectTag>,
    /// Short name of the place.
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// From when.
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    from: Timestamp,
    /// Until when, exclusive.
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    until: Timestamp,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// What `trace verify-audit` is told.
#[derive(clap::Args)]
pub(crate) struct VerifyArgs {
    /// A hash that was noted earlier: the log must still hold it.
    #[arg(long, value_name = "HASH")]
    head: Option<gatepost_pass::Digest>,
}

/// Longest window, in seconds: whoever wants more has to ask, and be logged, more than once.
const LONGEST_WINDOW: u64 = 92 * clock::DAY;

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let _lock = home.lock()?;
    match command {
        Command::Open(args) => open_passages(args, &home, context.now),
        Command::VerifyAudit(args) => {
            let audit = Audit::open(&home)?;
            if let Some(head) = args.head {
                audit.holds(head)?;
            }
            println!(
                "{} entries in order; newest hash {}",
                audit.len(),
                audit.head()
            );
            Ok(())
        }
    }
}

/// Makes a new tracing key and names it in the policy; the old one stays, for what was sealed to it.
pub(crate) fn rotate_key(home: &Home) -> Result<u16, Error> {
    let mut policy = home.policy()?;
    let number = |id: u16| home.key_path(&format!("tracing-{id}"));
    let id = policy.tracing_key.id.checked_add(1);
    let id = id.ok_or_else(|| Error::Values {
        path: home.policy_path(),
        why: "no tracing key number is left",
    })?;
    let (secret, public) = gatepost_protocol::seal::tracing_key(&files::random()?);
    files::write_secret(&number(id), &format!("{}\n", files::hex(&secret)))?;
    policy.tracing_key.id = id;
    policy.tracing_key.public = public;
    crate::config::save(&home.policy_path(), &policy)?;
    Ok(id)
}

enum About {
    Person(SubjectTag),
    Place(String),
}

impl About {
    fn of(args: &OpenArgs, home: &Home) -> Result<Self, Error> {
        match (&args.id, args.tag, &args.place) {
            (Some(id), ..) => {
                let id = IdNumber::parse(&args::or_line(id)?)?;
                Ok(Self::Person(person::tag(&id, &home.tag_secret()?)))
            }
            (None, Some(tag), _) => Ok(Self::Person(tag)),
            (None, None, Some(place)) => Ok(Self::Place(place.clone())),
            // The command line asks for one of them.
            (None, None, None) => Err(Error::UnknownTag),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Person(tag) => format!("person {tag}"),
            Self::Place(place) => format!("place {place}"),
        }
    }

    fn is(&self, passage: &Passage, persons: &[SubjectTag]) -> bool {
        match self {
            Self::Person(tag) => persons.contains(tag),
            Self::Place(place) => passage.place.as_str() == place,
        }
    }
}

fn open_passages(args: &OpenArgs, home: &Home, now: Timestamp) -> Result<(), Error> {
    if args.from >= args.until || args.until.since(args.from) > LONGEST_WINDOW {
        return Err(Error::Window);
    }
    let about = About::of(args, home)?;
    let published = home.published()?;
    let first = home.roots()?.first;
    let rules = Rules::verify(
        &first,
        &published.manifest()?,
        &published,
        Intake::Installed,
        now,
    )?;
    let evidence = Evidence::read(&args.batches, rules.trust(), now)?;

    let mut audit = Audit::open(home)?;
    let by = match &args.by {
        Some(by) => by.to_string(),
        None => std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned()),
    };
    let question = audit.add(
        AuditEvent::Asked {
            by,
            reason: args.reason.to_string(),
            about: about.name(),
            from: clock::show(args.from),
            until: clock::show(args.until),
        },
        now,
    )?;
    let (mut keys, secret) = (Keys::new(home), home.tag_secret()?);
    let (mut opened, mut shown, mut closed) = (0, 0, BTreeMap::<String, u64>::new());
    for ((device, epoch), held) in evidence.records() {
        let Body::Passage(sealed) = &held.record.body else {
            continue;
        };
        // The hour in clear spares the records outside the window from being opened at all.
        let hour = Timestamp(u64::from(held.record.hour) * 3600);
        if hour >= args.until || hour.plus(3600) <= args.from {
            continue;
        }
        let Some(clear) = held.record.clear(device, epoch) else {
            continue;
        };
        let result = match keys.secret(sealed.tracing_key)? {
            Some(secret) => open(sealed, &clear, sealed.tracing_key, &secret),
            None => Err(OpenError::OtherKey(sealed.tracing_key)),
        };
        match result {
            Ok(passage) => {
                opened += 1;
                let persons = persons(&passage.seen, &secret);
                if (args.from..args.until).contains(&passage.at) && about.is(&passage, &persons) {
                    shown += 1;
                    show(
                        &passage,
                        &persons,
                        held,
                        &format!("{device} {epoch} {}", clear.seq),
                        args.json,
                    );
                }
            }
            Err(why) => *closed.entry(why.to_string()).or_default() += 1,
        }
    }
    audit.add(
        AuditEvent::Answered {
            question,
            opened,
            shown,
        },
        now,
    )?;
    for (why, count) in &closed {
        eprintln!("{count} records: {why}");
    }
    let batches = evidence.batches;
    for doubt in evidence.doubts() {
        eprintln!("{doubt}");
    }
    eprintln!(
        "{shown} of {opened} opened records of {batches} batches; audit entry {question}, newest hash {}",
        audit.head()
    );
    Ok(())
}

/// Secret tracing keys by their number, read when one is needed.
struct Keys<'a> {
    home: &'a Home,
    read: BTreeMap<u16, Option<[u8; 32]>>,
}

impl<'a> Keys<'a> {
    fn new(home: &'a Home) -> Self {
        Self {
            home,
            read: BTreeMap::new(),
        }
    }

    /// Nothing when the key is kept elsewhere.
    fn secret(&mut self, id: u16) -> Result<Option<[u8; 32]>, Error> {
        if let Some(secret) = self.read.get(&id) {
            return Ok(*secret);
        }
        let path = self.home.key_path(&format!("tracing-{id}"));
        let secret = path.exists().then(|| read_hex(&path)).transpose()?;
        self.read.insert(id, secret);
        Ok(secret)
    }
}

/// The persons that a passage names. Who gave an ID number is the same person as with a pass.
fn persons(seen: &Seen, secret: &[u8; 32]) -> Vec<SubjectTag> {
    let of_number =
        |number: &str| IdNumber::parse(number).map(|number| person::tag(&number, secret));
    match seen {
        Seen::Unverified => Vec::new(),
        Seen::Pass { subjects, .. } => subjects.as_slice().to_vec(),
        Seen::IdNumber(number) => of_number(number.0.as_str()).into_iter().collect(),
        Seen::ByHand(registered) => of_number(registered.contact.0.as_str())
            .into_iter()
            .collect(),
    }
}

fn show(passage: &Passage, persons: &[SubjectTag], held: &Held, at: &str, json: bool) {
    let persons: Vec<String> = persons.iter().map(ToString::to_string).collect();
    let reasons = passage.reasons.as_slice().iter();
    let reasons: Vec<_> = reasons.map(|reason| reason.name()).collect();
    let (time, clock) = (clock::show(passage.at), passage.clock.name());
    let (direction, outcome) = (passage.direction.name(), passage.outcome.name());
    let guard = passage.guard.as_ref().map(ToString::to_string);
    if json {
        let line = serde_json::json!({
            "at": time, "clock": clock, "place": passage.place.to_string(), "direction": direction,
            "outcome": outcome, "reasons": reasons, "persons": persons, "guard": guard,
            "device": held.device_name, "record": at,
        });
        println!("{line}");
    } else {
        println!(
            "{time} {} {direction} {outcome} ({}) {} by {}, device {}, record {at}",
            passage.place,
            reasons.join(", "),
            persons.join(" "),
            guard.as_deref().unwrap_or("nobody"),
            held.device_name,
        );
    }
}

fn reason(text: &str) -> Result<Text<200>, String> {
    if text.trim().len() < 3 {
        return Err("say why, in words that somebody else can check".to_owned());
    }
    args::text::<200>(text).map_err(|why| why.to_string())
}
