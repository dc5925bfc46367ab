//! The same records in redb.

use std::error::Error;

use gatepost_pass::list::{TagKey, sorted};
use redb::{Database, ReadableDatabase, TableDefinition};

use crate::{
    data::{CACHE, Plan, SALT, tag},
    figures::{Figures, StepResult, Steps},
    measure::{self, Stopwatch},
};

pub const STEPS: Steps = &[("build", build), ("look up", look_up), ("merge", merge)];
const TABLE: TableDefinition<'_, u64, bool> = TableDefinition::new("status");

fn open(plan: &Plan) -> Result<Database, Box<dyn Error>> {
    Ok(Database::builder()
        .set_cache_size(CACHE)
        .create(plan.file("redb"))?)
}

fn build(plan: &Plan) -> StepResult {
    let entries = plan.entries(Plan::status, None);
    let mut figures = Figures::new();
    let watch = Stopwatch::start();
    let mut database = open(plan)?;
    let all = database.begin_write()?;
    {
        let mut table = all.open_table(TABLE)?;
        for entry in sorted(entries) {
            table.insert(entry.key, entry.red)?;
        }
    }
    all.commit()?;
    database.compact()?;
    watch.stop("build", &mut figures);
    drop(database);
    measure::built(plan, "redb", figures)
}

fn look_up(plan: &Plan) -> StepResult {
    let (database, hash) = (open(plan)?, TagKey::new(&SALT));
    let table = database.begin_read()?.open_table(TABLE)?;
    measure::look_ups(plan, |number| {
        let red = table.get(hash.key(&tag(number)));
        red.ok().map(|red| red.is_some())
    })
}

fn merge(plan: &Plan) -> StepResult {
    let changes = plan.changes(plan.mixed_day());
    let mut figures = Figures::new();
    let watch = Stopwatch::start();
    let database = open(plan)?;
    let all = database.begin_write()?;
    {
        let mut table = all.open_table(TABLE)?;
        for (key, red) in changes {
            match red {
                Some(red) => drop(table.insert(key, red)?),
                None => drop(table.remove(key)?),
            }
        }
    }
    all.commit()?;
    measure::merged("merge", watch, &mut figures);
    Ok(figures)
}
