//! `trace`: opens sealed passages of one person or one place in a window of time, and keeps a
//! signed log of who asked and why.

use std::{collections::BTreeMap, error::Error, path::PathBuf};

use gatepost_pass::{IdNumber, ProgramVersion, SubjectTag, Text, Timestamp};
use gatepost_protocol::{Body, OpenError, Passage, PlaceMove, Seen, open};
use gatepost_system::chain;
use gatepost_system::clock::{format_time, parse_time};
use gatepost_system::say;
use serde_json::json;

use super::trace_audit;
use super::trace_check::{self, published_rules, read_evidence};
use crate::args::{self, NobodyNamed};
use crate::context::Context;
use crate::durations::DAY;
use crate::home::Home;
use crate::key_files::{self, KeyFileError};
use crate::pseudonym;
use crate::trace::audit_chain::AuditEvent;
use crate::trace::audit_log::AuditLog;
use crate::trace::discrepancy::DiscrepancyKind;
use crate::trace::evidence::ChainedRecord;

/// What to do with sealed passages.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Open the passages of a person or a place.
    Open(Box<OpenArgs>),
    /// Check signed batches and receipts without opening any.
    Check(trace_check::Args),
    /// Check the log of who traced whom, here or a copy of it, against bundles.
    VerifyAudit(trace_audit::Args),
}

impl Command {
    /// Whether all that it needs is named, so that it works without a home.
    pub(crate) const fn needs_no_home(&self) -> bool {
        match self {
            Self::VerifyAudit(args) => args.needs_no_home(),
            Self::Open(_) | Self::Check(_) => false,
        }
    }
}

/// Arguments of `trace open`.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("about").required(true).args(["id", "tag", "place"])))]
pub(crate) struct OpenArgs {
    /// Directory of signed batches (`*.batch`), from the hub or a device.
    batches: PathBuf,
    /// Order or case that permits it, for the audit log.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Text<200>,
    /// Name of the person who asks, for the audit log [default: the system's user name].
    #[arg(long, value_name = "NAME", value_parser = args::text::<60>)]
    by: Option<Text<60>>,
    /// ID number of the person; `-` reads it from a line of standard input.
    #[arg(long, value_name = "NUMBER")]
    id: Option<String>,
    /// Tag of the person.
    #[arg(long)]
    tag: Option<SubjectTag>,
    /// Short name of the place.
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// Start of the window.
    #[arg(long, value_name = "RFC3339", value_parser = parse_time)]
    from: Timestamp,
    /// End of the window, exclusive.
    #[arg(long, value_name = "RFC3339", value_parser = parse_time)]
    until: Timestamp,
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
}

/// Longest window, in seconds: whoever wants more has to ask, and be logged, several times.
const LONGEST_WINDOW: u64 = 92 * DAY;

/// The window cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the window must begin before it ends, and be at most 92 days long")]
struct WindowError;

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Open(args) => open_passages(args, context),
        Command::Check(args) => trace_check::run(args, context),
        Command::VerifyAudit(args) => trace_audit::run(args, context),
    }
}

/// Whose or which passages are asked for.
enum TraceTarget {
    Person(SubjectTag),
    Place(String),
}

impl TraceTarget {
    fn of(args: &OpenArgs, home: &Home) -> Result<Self, Box<dyn Error>> {
        match (&args.id, args.tag, &args.place) {
            (Some(id), ..) => {
                let id = IdNumber::parse(&args::or_line(id)?)?;
                Ok(Self::Person(pseudonym::tag(&id, &home.tag_secret()?)))
            }
            (None, Some(tag), _) => Ok(Self::Person(tag)),
            (None, None, Some(place)) => Ok(Self::Place(place.clone())),
            // The command line requires one of them.
            (None, None, None) => Err(NobodyNamed.into()),
        }
    }

    /// What the audit log says is asked.
    fn name(&self) -> String {
        match self {
            Self::Person(tag) => format!("person {tag}"),
            Self::Place(place) => format!("place {place}"),
        }
    }

    fn matches(&self, passage: &Passage, persons: &[SubjectTag]) -> bool {
        match self {
            Self::Person(tag) => persons.contains(tag),
            Self::Place(place) => {
                let to = moved(passage).map(|moved| moved.to.as_str());
                passage.place.as_str() == place || to == Some(place)
            }
        }
    }
}

fn open_passages(args: &OpenArgs, context: &Context) -> Result<(), Box<dyn Error>> {
    let (home, now) = (&context.home()?, context.now);
    let _lock = home.lock()?;
    if args.from >= args.until || args.until.since(args.from) > LONGEST_WINDOW {
        return Err(WindowError.into());
    }
    let target = TraceTarget::of(args, home)?;
    let rules = published_rules(home, now)?;
    let evidence = read_evidence(home, &rules, &args.batches, now)?;

    let mut audit = AuditLog::open(home, rules.manifest(), now)?;
    let by = match &args.by {
        Some(by) => by.to_string(),
        None => std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned()),
    };
    let question = audit.add(
        AuditEvent::Asked {
            by,
            reason: args.reason.to_string(),
            about: target.name(),
            from: format_time(args.from),
            until: format_time(args.until),
        },
        now,
    )?;
    let (mut keys, secret) = (TracingKeys::new(home), home.tag_secret()?);
    let (mut opened, mut shown, mut sealed_off) = (0, 0, BTreeMap::<String, u64>::new());
    for ((device, epoch), chained) in evidence.records() {
        let Body::Passage(sealed) = &chained.record.body else {
            continue;
        };
        // The hour is in clear, so records outside the window are never opened.
        let hour = Timestamp(u64::from(chained.record.hour) * 3600);
        if hour >= args.until || hour.plus(3600) <= args.from {
            continue;
        }
        let Some(clear) = chained.record.clear(device, epoch) else {
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
                if (args.from..args.until).contains(&passage.at)
                    && target.matches(&passage, &persons)
                {
                    shown += 1;
                    let position = format!("{device} {epoch} {}", clear.seq);
                    let marks = evidence.marks((device, epoch), chained);
                    let marks: Vec<_> = marks.into_iter().map(DiscrepancyKind::name).collect();
                    show(&passage, &persons, chained, (&position, &marks), args.json);
                }
            }
            Err(why) => *sealed_off.entry(chain(&why)).or_default() += 1,
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
    for (why, count) in &sealed_off {
        log::warn!("{count} records: {why}");
    }
    let batches = evidence.batches;
    for discrepancy in evidence.discrepancies() {
        log::warn!("{}: {discrepancy}", discrepancy.kind().name());
    }
    log::info!(
        "{shown} of {opened} opened records of {batches} batches; audit entry {question}, \
         newest hash {}",
        audit.head()
    );
    Ok(())
}

/// Secret tracing keys by number, read when one is needed.
struct TracingKeys<'a> {
    home: &'a Home,
    read: BTreeMap<u16, Option<[u8; 32]>>,
}

impl<'a> TracingKeys<'a> {
    fn new(home: &'a Home) -> Self {
        Self {
            home,
            read: BTreeMap::new(),
        }
    }

    /// The key; none if it is kept elsewhere.
    fn secret(&mut self, id: u16) -> Result<Option<[u8; 32]>, KeyFileError> {
        if let Some(secret) = self.read.get(&id) {
            return Ok(*secret);
        }
        let path = self.home.key_path(&format!("tracing-{id}"));
        let secret = path.exists().then(|| key_files::read_secret(&path));
        let secret = secret.transpose()?;
        self.read.insert(id, secret);
        Ok(secret)
    }
}

/// The persons that a passage names. An ID number gives the same tag as a pass.
fn persons(seen: &Seen, secret: &[u8; 32]) -> Vec<SubjectTag> {
    let of_number =
        |number: &str| IdNumber::parse(number).map(|number| pseudonym::tag(&number, secret));
    match seen {
        Seen::Unverified
        | Seen::PlaceMove(_)
        | Seen::ClockSet { .. }
        | Seen::ProgramAllowed { .. } => Vec::new(),
        Seen::Pass { subjects, .. } => subjects.as_slice().to_vec(),
        Seen::IdNumber(number) => of_number(number.0.as_str()).into_iter().collect(),
        Seen::ByHand(registered) => of_number(registered.contact.0.as_str())
            .into_iter()
            .collect(),
    }
}

/// That the device was to stand elsewhere, where the record is about that.
fn moved(passage: &Passage) -> Option<&PlaceMove> {
    match &passage.seen {
        Seen::PlaceMove(moved) => Some(moved),
        _ => None,
    }
}

/// Who allowed which version of the program, and which one ran; where the record is about that.
fn program_allowed(passage: &Passage) -> Option<(&str, ProgramVersion, ProgramVersion)> {
    match &passage.seen {
        Seen::ProgramAllowed {
            by,
            running,
            version,
        } => Some((by.as_str(), *running, *version)),
        _ => None,
    }
}

fn show(
    passage: &Passage,
    persons: &[SubjectTag],
    chained: &ChainedRecord,
    (position, marks): (&str, &[&str]),
    json: bool,
) {
    let persons: Vec<String> = persons.iter().map(ToString::to_string).collect();
    let reasons = passage.reasons.as_slice().iter();
    let reasons: Vec<_> = reasons.map(|reason| reason.name()).collect();
    let (direction, outcome) = (passage.direction.name(), passage.outcome.name());
    let (time, place) = (format_time(passage.at), &passage.place);
    let guard = passage.guard.as_ref().map(ToString::to_string);
    let (device, arrived) = (&chained.device_name, chained.arrived.map(format_time));
    if json {
        let program = program_allowed(passage).map(|(by, running, version)| {
            json!({"by": by, "running": running.to_string(), "version": version.to_string()})
        });
        let line = json!({
            "at": time, "clock": passage.clock.name(), "place": place.to_string(),
            "direction": direction, "outcome": outcome, "reasons": reasons, "persons": persons,
            "guard": guard, "device": device, "record": position, "arrived": arrived,
            "marks": marks, "move": moved(passage), "program": program,
        });
        say!("{line}");
        return;
    }
    let marks = match marks {
        [] => String::new(),
        marks => format!(" [{}]", marks.join(", ")),
    };
    if let Some(PlaceMove {
        to,
        end,
        supervisor,
    }) = moved(passage)
    {
        say!(
            "{time} {place} code of {to}: {} by {}, supervisor {}, device {device}, \
             record {position}{marks}",
            end.name(),
            guard.as_deref().unwrap_or("nobody"),
            supervisor.as_ref().map_or("none", Text::as_str),
        );
    } else if let Some((by, running, version)) = program_allowed(passage) {
        say!(
            "{time} {place} program {version} allowed on a device with {running}: by {}, \
             supervisor {by}, device {device}, record {position}{marks}",
            guard.as_deref().unwrap_or("nobody"),
        );
    } else {
        say!(
            "{time} {place} {direction} {outcome} ({}) {} by {}, device {device}, \
             record {position}{marks}",
            reasons.join(", "),
            persons.join(" "),
            guard.as_deref().unwrap_or("nobody"),
        );
    }
}

fn reason(text: &str) -> Result<Text<200>, String> {
    if text.trim().len() < 3 {
        return Err("give a reason that somebody else can check".to_owned());
    }
    args::text::<200>(text).map_err(|why| why.to_string())
}
