//! The same records in SQLite.

use std::error::Error;

use gatepost_pass::list::{TagKey, sorted};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    data::{CACHE, Plan, SALT, tag},
    figures::{Figures, StepResult, Steps},
    measure::{self, Stopwatch},
};

pub const STEPS: Steps = &[("build", build), ("look up", look_up), ("merge", merge)];

fn open(plan: &Plan) -> Result<Connection, Box<dyn Error>> {
    let connection = Connection::open(plan.file("sqlite"))?;
    connection.pragma_update(None, "cache_size", -(CACHE as i64 / 1024))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    Ok(connection)
}

/// Sorted, as ours are: the best case for a tree.
fn build(plan: &Plan) -> StepResult {
    let entries = plan.entries(Plan::status, None);
    let mut figures = Figures::new();
    let watch = Stopwatch::start();
    let mut connection = open(plan)?;
    connection.execute(
        "CREATE TABLE status (key INTEGER PRIMARY KEY, red INTEGER NOT NULL) WITHOUT ROWID",
        [],
    )?;
    let all = connection.transaction()?;
    {
        let mut insert = all.prepare("INSERT INTO status VALUES (?1, ?2)")?;
        let mut entries = sorted(entries);
        // SQLite's numbers are signed: in its order, so that it only appends.
        entries.sort_unstable_by_key(|entry| entry.key as i64);
        for entry in entries {
            insert.execute(params![entry.key as i64, entry.red])?;
        }
    }
    all.commit()?;
    connection.pragma_update(None, "wal_checkpoint", "truncate")?;
    watch.stop("build", &mut figures);
    drop(connection);
    measure::built(plan, "sqlite", figures)
}

fn look_up(plan: &Plan) -> StepResult {
    let (connection, hash) = (open(plan)?, TagKey::new(&SALT));
    let mut select = connection.prepare("SELECT red FROM status WHERE key = ?1")?;
    measure::look_ups(plan, |number| {
        let key = hash.key(&tag(number)) as i64;
        let red = select.query_row([key], |row| row.get::<_, bool>(0));
        red.optional().ok().map(|red| red.is_some())
    })
}

fn merge(plan: &Plan) -> StepResult {
    let changes = plan.changes(plan.mixed_day());
    let mut figures = Figures::new();
    let watch = Stopwatch::start();
    let mut connection = open(plan)?;
    let all = connection.transaction()?;
    {
        let mut put = all.prepare("INSERT OR REPLACE INTO status VALUES (?1, ?2)")?;
        let mut remove = all.prepare("DELETE FROM status WHERE key = ?1")?;
        for (key, red) in changes {
            match red {
                Some(red) => put.execute(params![key as i64, red])?,
                None => remove.execute([key as i64])?,
            };
        }
    }
    all.commit()?;
    connection.pragma_update(None, "wal_checkpoint", "truncate")?;
    measure::merged("merge", watch, &mut figures);
    Ok(figures)
}
