//! `policy`: changes settings of this region's policy as a file says, all or none, and explains in
//! words what devices decide by it. The next `publish` sends it out.

use std::{collections::BTreeMap, error::Error, path::PathBuf};

use clap::Subcommand;
use gatepost_pass::{ClockTrust, KebabName, Now, Policy, RulesHere, Timestamp, policy::Risk};
use gatepost_protocol::verdict::Outcome;
use gatepost_system::{
    clock::{format_time, parse_time},
    say,
};
use serde::Serialize;

use crate::{
    config,
    context::Context,
    home::Home,
    visitors::{Decision, Visitors},
};

/// Subcommands of `policy`.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Change settings as a file says, all or none.
    Set(SetArgs),
    /// Say what a device decides for each kind of person, at each class of place or at one.
    Explain(ExplainArgs),
}

/// Arguments of `policy set`.
#[derive(clap::Args)]
pub(crate) struct SetArgs {
    /// JSON with the settings to change, named as in `policy.json` in the home.
    #[arg(value_name = "FILE")]
    settings: PathBuf,
}

/// Arguments of `policy explain`.
#[derive(clap::Args)]
pub(crate) struct ExplainArgs {
    /// Only at this class of place, with all reasons.
    #[arg(long)]
    class: Option<KebabName>,
    /// In this area; else as where a place code names none.
    #[arg(long)]
    area: Option<KebabName>,
    /// At this time, such as 2026-12-24T00:00:00Z; else now.
    #[arg(long, value_name = "RFC3339", value_parser = parse_time)]
    at: Option<Timestamp>,
    /// One JSON object for each class, with all reasons.
    #[arg(long)]
    json: bool,
}

/// A setting that devices would refuse.
#[derive(Debug, thiserror::Error)]
#[error(
    "looser than the floors of the trust list allow: {rule}. Nothing was changed; `trust floors` \
     comes first, and needs the root keys"
)]
struct Looser {
    rule: &'static str,
}

/// A class of place or an area that the policy does not have.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnknownName {
    /// A class.
    #[error("no class {0} in the policy; it has {1}")]
    Class(KebabName, String),
    /// An area.
    #[error("no area {0} in the policy; it has {1}")]
    Area(KebabName, String),
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Set(args) => set(args, context),
        Command::Explain(args) => explain(args, context),
    }
}

fn set(args: &SetArgs, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let policy = config::changed(&home.policy()?, &args.settings)?;
    let claims = policy.claims(&args.settings)?;
    let floors = home.trust()?.floors.claims(&home.trust_path())?;
    let (fresh_until, hard_expiry) = policy.lifetime(context.now, &args.settings)?;
    let (fresh, usable) = (
        fresh_until.since(context.now),
        hard_expiry.since(context.now),
    );
    let looser = floors.looser(&claims);
    if let Some(rule) = looser.or_else(|| floors.longer(fresh, usable)) {
        return Err(Looser { rule }.into());
    }
    config::save(&home.policy_path(), &policy)?;
    say!("settings changed; `publish` to send them out");
    Ok(())
}

/// The policy as the next `publish` sends it out; classes and areas that it does not have are
/// refused.
pub(crate) fn knowing(
    home: &Home,
    class: Option<&KebabName>,
    area: Option<&KebabName>,
) -> Result<Policy, Box<dyn Error>> {
    let policy = home.policy()?.claims(&home.policy_path())?;
    let (places, areas) = (policy.places.as_map(), policy.areas.as_map());
    if let Some(class) = class.filter(|class| !places.contains_key(class)) {
        return Err(UnknownName::Class(class.clone(), names(places)).into());
    }
    if let Some(area) = area.filter(|area| !areas.contains_key(area)) {
        return Err(UnknownName::Area(area.clone(), names(areas)).into());
    }
    Ok(policy)
}

fn names<T>(map: &BTreeMap<KebabName, T>) -> String {
    let names: Vec<_> = map.keys().map(KebabName::as_str).collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}

fn explain(args: &ExplainArgs, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let policy = knowing(&home, args.class.as_ref(), args.area.as_ref())?;
    let time = args.at.unwrap_or(context.now);
    let now = Now {
        time,
        clock: ClockTrust::Trusted,
    };
    let visitors = Visitors::new(&policy, time)?;
    let area = args.area.as_ref();
    let at = |class: Option<&KebabName>| {
        let here = policy.rules_at(class, area, now);
        let decisions = visitors.decide(&here, now);
        Explained {
            class: class.cloned(),
            area: area.cloned(),
            at: format_time(time),
            holds: holds(&here),
            decisions,
        }
    };
    if let Some(class) = &args.class {
        let explained = at(Some(class));
        return if args.json {
            json(&explained)
        } else {
            in_full(&explained)
        };
    }
    // The last of them: a device that does not know where it stands.
    let classes = policy.places.as_map().keys().map(Some).chain([None]);
    let all: Vec<Explained> = classes.map(at).collect();
    match args.json {
        true => all.iter().try_for_each(json),
        false => overview(&all),
    }
}

/// What a device decides at a class of place.
#[derive(Serialize)]
struct Explained {
    /// None for a device that does not know where it stands.
    class: Option<KebabName>,
    area: Option<KebabName>,
    at: String,
    /// The rules, in words.
    holds: Vec<String>,
    decisions: Vec<Decision>,
}

/// What holds here, in words.
fn holds(here: &RulesHere<'_>) -> Vec<String> {
    let rules = here.rules();
    let mut words = vec![match here.class() {
        Some(class) => format!("{} {}", class.name.local_name, class.name.name),
        None => "no known class of place: the strictest of all".to_owned(),
    }];
    if let Some(area) = here.area() {
        words.push(format!("in {} {}", area.name.local_name, area.name.name));
    }
    words.extend(here.risk().map(|risk| match risk {
        Risk::Low => "low risk".to_owned(),
        Risk::Medium => "medium risk".to_owned(),
        Risk::High => "high risk".to_owned(),
    }));
    if here.stops_nobody() {
        words.push("nobody need be stopped".to_owned());
    }
    let mut flag = |is: bool, what: &str| words.extend(is.then(|| what.to_owned()));
    flag(rules.special_place, "special place");
    let of_whom = match here.needs_no_check() {
        true => "temperature taken of special classes",
        false => "temperature taken",
    };
    flag(rules.temperature, of_whom);
    flag(!here.questions().is_empty(), "health questions by hand");
    words.extend(rules.ways.iter().map(|way| way.name().replace('-', " ")));
    words
}

/// The outcomes of all classes, beside each other.
fn overview(all: &[Explained]) -> Result<(), Box<dyn Error>> {
    // The strictest rules ask everything that any ask, so nobody is missing there.
    let Some(strictest) = all.last() else {
        return Ok(());
    };
    let column = |explained: &Explained| match &explained.class {
        Some(class) => class.to_string(),
        None => "(no place)".to_owned(),
    };
    let heads: Vec<String> = all.iter().map(column).collect();
    let width = |head: &String| head.len().max("refuse+".len()) + 2;
    let row = |person: &str, cells: Vec<String>| {
        let cells = cells.iter().zip(&heads);
        let cells = cells.map(|(cell, head)| format!("{cell:<0$}", width(head)));
        format!("{person:<38}{}", cells.collect::<String>())
    };
    let area = strictest.area.as_ref();
    let area = area.map_or_else(String::new, |area| format!(", in area {area}"));
    say!("At {}{area}:", strictest.at);
    say!("{}", row("", heads.clone()).trim_end());
    for Decision { person, .. } in &strictest.decisions {
        let cell = |explained: &Explained| {
            let mut decisions = explained.decisions.iter();
            match decisions.find(|decision| decision.person == *person) {
                Some(decision) if decision.supervisor_may_allow => {
                    format!("{}+", decision.outcome.name())
                }
                Some(decision) => decision.outcome.name().to_owned(),
                None => "-".to_owned(),
            }
        };
        let cells = all.iter().map(cell).collect();
        say!("{}", row(person, cells).trim_end());
    }
    say!("+ a supervisor's badge may allow it; `--class CLASS` gives the reasons");
    Ok(())
}

/// One class, with all reasons.
fn in_full(explained: &Explained) -> Result<(), Box<dyn Error>> {
    say!("At {}:", explained.at);
    say!("  {}", explained.holds.join(", "));
    for decision in &explained.decisions {
        say!("{:<38}{}", decision.person, in_words(decision));
    }
    Ok(())
}

/// Outcome and reasons; on an admission only what is remarked on.
fn in_words(decision: &Decision) -> String {
    let remarks = usize::from(decision.outcome == Outcome::Admit);
    let reasons: Vec<String> = (decision.reasons.iter().skip(remarks))
        .map(|reason| reason.name().replace('-', " "))
        .collect();
    let mut words = decision.outcome.name().to_owned();
    if !reasons.is_empty() {
        words += &format!(": {}", reasons.join(", "));
    }
    if decision.supervisor_may_allow {
        words += " (a supervisor's badge may allow it)";
    }
    words
}

fn json(explained: &Explained) -> Result<(), Box<dyn Error>> {
    say!("{}", serde_json::to_string(explained)?);
    Ok(())
}
