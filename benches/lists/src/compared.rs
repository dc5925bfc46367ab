//! The same records in two embedded databases, each with 8 MiB of cache, as a small board would give.

use std::error::Error;

use redb::{Database, ReadableDatabase, TableDefinition};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use crate::{
    Figures, Outcome, Steps,
    data::{Day, Plan, SALT, tag},
    measure::{self, Clock, rounded},
};
use gatepost_pass::list::{TagKey, sorted};

const CACHE: usize = 8 << 20;

pub const SQLITE: Steps = &[
    ("build", sqlite_build),
    ("look up", sqlite_look_up),
    ("merge", sqlite_merge),
];
pub const REDB: Steps = &[
    ("build", redb_build),
    ("look up", redb_look_up),
    ("merge", redb_merge),
];
const TABLE: TableDefinition<'_, u64, bool> = TableDefinition::new("status");

/// What a day changes, key by key: with the new colour, or without any for those who go.
fn changes(plan: &Plan, day: Day) -> Vec<(u64, Option<bool>)> {
    let hash = TagKey::new(&SALT);
    let changed = (0..plan.count + day.adds).filter_map(|number| {
        // Hashing all would take longer than the merge: only who changed is hashed.
        let (before, after) = plan.colours(number, day);
        (before != after).then(|| (hash.key(&tag(number)), after))
    });
    let mut changed: Vec<_> = changed.collect();
    changed.sort_unstable();
    changed
}

fn sqlite(plan: &Plan) -> Result<Connection, Box<dyn Error>> {
    let connection = Connection::open(plan.file("sqlite"))?;
    connection.pragma_update(None, "cache_size", -(CACHE as i64 / 1024))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    Ok(connection)
}

/// Sorted, as ours are: the best case for a tree.
fn sqlite_build(plan: &Plan) -> Outcome {
    let entries = plan.entries(Plan::status, None);
    let mut figures = Figures::new();
    let clock = Clock::start();
    let mut connection = sqlite(plan)?;
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
    clock.stop("build", &mut figures);
    measure::peak("build", &mut figures);
    drop(connection);
    measure::size(&plan.file("sqlite"), plan.count, &mut figures);
    Ok(figures)
}

fn sqlite_look_up(plan: &Plan) -> Outcome {
    let (connection, hash) = (sqlite(plan)?, TagKey::new(&SALT));
    let mut select = connection.prepare("SELECT red FROM status WHERE key = ?1")?;
    let mut figures = Figures::new();
    let mut ask = |number: u64, expected: bool| {
        let key = hash.key(&tag(number)) as i64;
        let red = select
            .query_row([key], |row| row.get::<_, bool>(0))
            .optional();
        assert_eq!(red.ok().map(|red| red.is_some()), Some(expected));
    };
    plan.hits().for_each(|number| ask(number, true));
    measure::lookups("hit", &mut figures, plan.hits(), |number| ask(number, true));
    measure::lookups("miss", &mut figures, plan.misses(), |number| {
        ask(number, false)
    });
    measure::peak("look_up", &mut figures);
    Ok(figures)
}

fn sqlite_merge(plan: &Plan) -> Outcome {
    let changes = changes(plan, plan.mixed_day());
    let mut figures = Figures::new();
    let clock = Clock::start();
    let mut connection = sqlite(plan)?;
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
    clock.stop("merge", &mut figures);
    figures.insert(
        "merge_written_mb".into(),
        json!(rounded(measure::written_mb())),
    );
    measure::peak("merge", &mut figures);
    Ok(figures)
}

fn redb(plan: &Plan) -> Result<Database, Box<dyn Error>> {
    Ok(Database::builder()
        .set_cache_size(CACHE)
        .create(plan.file("redb"))?)
}

fn redb_build(plan: &Plan) -> Outcome {
    let entries = plan.entries(Plan::status, None);
    let mut figures = Figures::new();
    let clock = Clock::start();
    let mut database = redb(plan)?;
    let all = database.begin_write()?;
    {
        let mut table = all.open_table(TABLE)?;
        for entry in sorted(entries) {
            table.insert(entry.key, entry.red)?;
        }
    }
    all.commit()?;
    database.compact()?;
    clock.stop("build", &mut figures);
    measure::peak("build", &mut figures);
    drop(database);
    measure::size(&plan.file("redb"), plan.count, &mut figures);
    Ok(figures)
}

fn redb_look_up(plan: &Plan) -> Outcome {
    let (database, hash) = (redb(plan)?, TagKey::new(&SALT));
    let table = database.begin_read()?.open_table(TABLE)?;
    let mut figures = Figures::new();
    let ask = |number: u64, expected: bool| {
        let red = table.get(hash.key(&tag(number)));
        assert_eq!(red.ok().map(|red| red.is_some()), Some(expected));
    };
    plan.hits().for_each(|number| ask(number, true));
    measure::lookups("hit", &mut figures, plan.hits(), |number| ask(number, true));
    measure::lookups("miss", &mut figures, plan.misses(), |number| {
        ask(number, false)
    });
    measure::peak("look_up", &mut figures);
    Ok(figures)
}

fn redb_merge(plan: &Plan) -> Outcome {
    let changes = changes(plan, plan.mixed_day());
    let mut figures = Figures::new();
    let clock = Clock::start();
    let database = redb(plan)?;
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
    clock.stop("merge", &mut figures);
    figures.insert(
        "merge_written_mb".into(),
        json!(rounded(measure::written_mb())),
    );
    measure::peak("merge", &mut figures);
    Ok(figures)
}
