//! Time, CPU time and memory of this process.

use std::{fs, time::Instant};

use serde_json::{Value, json};

use crate::{
    data::Plan,
    figures::{Figures, StepResult},
};

/// Wall and CPU seconds of some work.
pub struct Stopwatch {
    wall: Instant,
    cpu: f64,
}

impl Stopwatch {
    pub fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu_seconds(),
        }
    }

    /// Adds `NAME_s` and `NAME_cpu_s`.
    pub fn stop(self, name: &str, figures: &mut Figures) {
        let (wall, cpu) = (self.wall.elapsed().as_secs_f64(), cpu_seconds() - self.cpu);
        figures.insert(format!("{name}_s"), json!(rounded(wall)));
        figures.insert(format!("{name}_cpu_s"), json!(rounded(cpu)));
    }
}

/// User and system seconds of this process: `/proc/self/stat`, in ticks of 10 ms.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// A line of `/proc/self/status` in MB.
pub fn memory(field: &str) -> Value {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    json!(kilobytes.map(|kilobytes| rounded(kilobytes * 1024.0 / 1e6)))
}

/// Peak memory of this process.
pub fn peak(name: &str, figures: &mut Figures) {
    figures.insert(format!("{name}_peak_rss_mb"), memory("VmHWM"));
}

/// Memory of a build, and the size of its file.
pub fn built(plan: &Plan, file: &str, mut figures: Figures) -> StepResult {
    peak("build", &mut figures);
    let bytes = fs::metadata(plan.file(file))?.len();
    figures.insert("bytes".into(), json!(bytes));
    let per_entry = rounded(bytes as f64 / plan.count as f64);
    figures.insert("bytes_per_entry".into(), json!(per_entry));
    Ok(figures)
}

/// Looks up all that is to be hit and missed: once to bring the pages in, then timed. `is_listed`
/// looks one number up; this panics where it is wrong.
pub fn look_ups(plan: &Plan, mut is_listed: impl FnMut(u64) -> Option<bool>) -> StepResult {
    let mut ask = |number, expected| assert_eq!(is_listed(number), Some(expected));
    plan.hits().for_each(|number| ask(number, true));
    let mut figures = Figures::new();
    lookups("hit", &mut figures, plan.hits(), |number| ask(number, true));
    lookups("miss", &mut figures, plan.misses(), |number| {
        ask(number, false)
    });
    peak("look_up", &mut figures);
    Ok(figures)
}

/// Time, bytes written and memory of a merge.
pub fn merged(name: &str, watch: Stopwatch, figures: &mut Figures) {
    watch.stop(name, figures);
    figures.insert(format!("{name}_written_mb"), json!(rounded(written_mb())));
    peak(name, figures);
}

/// Times each call, and adds `NAME_p50_ns` and `NAME_p99_ns`.
fn lookups(
    name: &str,
    figures: &mut Figures,
    numbers: impl Iterator<Item = u64>,
    mut ask: impl FnMut(u64),
) {
    let mut times: Vec<u64> = numbers
        .map(|number| {
            let start = Instant::now();
            ask(number);
            start.elapsed().as_nanos() as u64
        })
        .collect();
    times.sort_unstable();
    for percent in [50, 99] {
        let time = times[(times.len() - 1) * percent / 100];
        figures.insert(format!("{name}_p{percent}_ns"), json!(time));
    }
}

/// Bytes this process has handed to the system for writing, in MB.
fn written_mb() -> f64 {
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|bytes| bytes.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1e6
}

/// Four digits after the point.
pub fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
