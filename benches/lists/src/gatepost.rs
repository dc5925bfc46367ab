//! Our lists: status (64-bit keys and colours) and revocation (40-bit keys).

use std::{
    error::Error,
    fs::{self, File},
    io::Write,
};

use gatepost_pass::{
    List, Listing, Revocation, TrustList,
    fixture::{self, NOW, SIGNED},
    list::{
        Delta, ListEntry, ListKind, ListPlan, merge, sorted, test_status, write_delta, write_list,
    },
};
use serde_json::json;

use crate::{
    data::{DayOfChanges, Plan, SALT, pass, tag},
    figures::{Figures, StepResult, Steps},
    measure::{self, Stopwatch, rounded},
};

macro_rules! steps {
    ($kind:expr $(, $more:expr)*) => {
        &[
            ("build", |plan| build(plan, $kind)),
            ("changes", |plan| changes(plan, $kind)),
            ("open", open),
            ("look up", |plan| look_up(plan, $kind)),
            ("merge", |plan| apply(plan, "mixed", "merge")),
            $($more),*
        ]
    };
}

pub const STATUS: Steps = steps!(
    ListKind::Status,
    ("merge a busy day", |plan| apply(plan, "busy", "busy_day")),
    ("exactness", exactness)
);
pub const REVOCATION: Steps = steps!(ListKind::Revocation);

fn write(
    plan: &Plan,
    kind: ListKind,
    name: &str,
    version: u64,
    entries: Vec<ListEntry>,
) -> Result<(), Box<dyn Error>> {
    let about = ListPlan {
        version,
        as_of: SIGNED,
        salt: SALT,
    };
    let mut file = File::create(plan.file(name))?;
    write_list(&fixture::lists(), kind, about, entries, &mut file)?;
    Ok(())
}

fn opened(plan: &Plan, name: &str, trust: &TrustList) -> Result<List<File>, Box<dyn Error>> {
    Ok(List::reopen(File::open(plan.file(name))?, trust, NOW)?)
}

fn records(kind: ListKind) -> fn(&Plan, u64, Option<DayOfChanges>) -> Option<ListEntry> {
    match kind {
        // An identity list has the shape of a status list, and is not measured apart.
        ListKind::Status | ListKind::Identity => Plan::status,
        ListKind::Revocation => Plan::revocation,
    }
}

/// From records in no order to a file.
fn build(plan: &Plan, kind: ListKind) -> StepResult {
    let entries = plan.entries(records(kind), None);
    let mut figures = Figures::new();
    let watch = Stopwatch::start();
    write(plan, kind, "list", 1, sorted(entries))?;
    watch.stop("build", &mut figures);
    measure::built(plan, "list", figures)
}

/// The issuer's later lists, and the deltas to them.
fn changes(plan: &Plan, kind: ListKind) -> StepResult {
    let trust = fixture::trust();
    let old = opened(plan, "list", &trust)?;
    let mut figures = Figures::new();
    for (name, day) in [("mixed", plan.mixed_day()), ("busy", plan.busy_day())] {
        let later = sorted(plan.entries(records(kind), Some(day)));
        write(plan, kind, name, 2, later)?;
        let new = opened(plan, name, &trust)?;
        let mut delta = Vec::new();
        write_delta(&old, &new, &mut delta)?;
        fs::write(plan.file(&format!("{name}.delta")), &delta)?;
        let made = Delta::open(delta, &trust, NOW)?;
        figures.insert(format!("{name}_delta_changes"), json!(made.changes()));
        let bytes = fs::metadata(plan.file(&format!("{name}.delta")))?.len();
        figures.insert(
            format!("{name}_delta_mb"),
            json!(rounded(bytes as f64 / 1e6)),
        );
    }
    Ok(figures)
}

fn open(plan: &Plan) -> StepResult {
    let trust = fixture::trust();
    let mut figures = Figures::new();
    let watch = Stopwatch::start();
    opened(plan, "list", &trust)?;
    watch.stop("reopen", &mut figures);
    let watch = Stopwatch::start();
    List::open(File::open(plan.file("list"))?, &trust, NOW)?;
    watch.stop("open_whole", &mut figures);
    measure::peak("open", &mut figures);
    Ok(figures)
}

fn look_up(plan: &Plan, kind: ListKind) -> StepResult {
    let trust = fixture::trust();
    let list = opened(plan, "list", &trust)?;
    measure::look_ups(plan, |number| {
        let listed = match kind {
            ListKind::Status | ListKind::Identity => list
                .status(&tag(number))
                .map(|found| found != Listing::NotListed),
            ListKind::Revocation => list
                .revocation(&pass(number))
                .map(|found| found == Revocation::Revoked),
        };
        listed.ok()
    })
}

/// A device takes a delta in.
fn apply(plan: &Plan, day: &str, name: &str) -> StepResult {
    let trust = fixture::trust();
    let mut figures = Figures::new();
    let watch = Stopwatch::start();
    let list = opened(plan, "list", &trust)?;
    let delta = Delta::open(File::open(plan.file(&format!("{day}.delta")))?, &trust, NOW)?;
    let mut out = File::create(plan.file("merged"))?;
    merge(&list, &delta, &mut out)?;
    out.flush()?;
    measure::merged(name, watch, &mut figures);
    figures.insert(format!("{name}_own_memory_mb"), measure::memory("RssAnon"));
    let same = fs::read(plan.file("merged"))? == fs::read(plan.file(day))?;
    figures.insert(format!("{name}_same_bytes_as_built"), json!(same));
    Ok(figures)
}

/// The issuer asks about five times as many persons as are listed, all of them.
fn exactness(plan: &Plan) -> StepResult {
    let trust = fixture::trust();
    let list = opened(plan, "list", &trust)?;
    let mut figures = Figures::new();
    let watch = Stopwatch::start();
    let persons = (0..5 * plan.count).map(|number| {
        let colour = plan.status(number, None).map(|entry| entry.colour());
        (
            tag(number),
            colour.map_or(Listing::NotListed, Listing::Listed),
        )
    });
    let found = test_status(&list, persons)?;
    watch.stop("exactness", &mut figures);
    figures.insert("exactness_tested".into(), json!(found.tested));
    figures.insert("exactness_false".into(), json!(found.wrong));
    Ok(figures)
}
