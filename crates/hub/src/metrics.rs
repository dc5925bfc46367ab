//! Counters in Prometheus' text format (version 0.0.4). Sums only: nothing about a single device.
//! What counts people is shown once its hour is over, so that whoever reads it often sees no more
//! than the store holds.

use std::{
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// Upper bounds of the histogram's buckets for answer times, in milliseconds.
const BUCKETS: [u64; 10] = [1, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000];

/// What is counted one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counter {
    /// Batches that were refused.
    Refused,
    /// Findings that were stored.
    Findings,
    /// Status reports that were stored.
    Statuses,
    /// Requests over the rate of their address or device.
    Limited,
    /// Requests that were put off by a pause or for want of memory.
    Unready,
}

/// Name and help of each counter, in the same order.
const COUNTERS: [(&str, &str); 5] = [
    ("batches_refused_total", "Batches refused."),
    ("findings_total", "New findings."),
    ("statuses_total", "Device statuses taken."),
    ("limited_total", "Requests over a rate."),
    ("unready_total", "Requests put off by a pause or overload."),
];

/// All counts since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    kept: Mutex<KeptByHour>,
    counters: [AtomicU64; COUNTERS.len()],
    /// Answers by the first digit of their status, from 1 to 5.
    answers: [AtomicU64; 5],
    /// Answers by their time, each only in the lowest bucket that it fits; the last one is for all
    /// above.
    times: [AtomicU64; BUCKETS.len() + 1],
    /// Sum of the answer times, in microseconds.
    time_sum: AtomicU64,
}

/// Batches and records that were kept.
#[derive(Debug, Default)]
struct KeptByHour {
    /// In the hours before, in all.
    before: [u64; 2],
    /// The hour of the last, and what came in it.
    hour: u64,
    now: [u64; 2],
}

impl KeptByHour {
    /// Brings it up to an hour.
    fn at(&mut self, hour: u64) -> &mut Self {
        if self.hour != hour {
            let [batches, records] = std::mem::take(&mut self.now);
            self.before = [self.before[0] + batches, self.before[1] + records];
            self.hour = hour;
        }
        self
    }
}

impl Metrics {
    /// Counts a batch that got a receipt, and those of its records that were new, in an hour since
    /// 1970.
    pub(crate) fn kept(&self, hour: u64, records: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let [batches, all] = &mut kept.at(hour).now;
        (*batches, *all) = (*batches + 1, *all + records as u64);
    }

    /// Counts something.
    pub(crate) fn add(&self, counter: Counter, count: usize) {
        self.counters[counter as usize].fetch_add(count as u64, Relaxed);
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, status: u16, took: Duration) {
        let digit = usize::from(status / 100).clamp(1, 5) - 1;
        if let Some(answers) = self.answers.get(digit) {
            answers.fetch_add(1, Relaxed);
        }
        let ms = took.as_millis();
        let bucket = BUCKETS.iter().position(|end| ms <= u128::from(*end));
        if let Some(times) = self.times.get(bucket.unwrap_or(BUCKETS.len())) {
            times.fetch_add(1, Relaxed);
        }
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.time_sum.fetch_add(us, Relaxed);
    }

    /// Everything as text, in an hour since 1970. `gauges` are what is known elsewhere: name, help,
    /// value.
    pub(crate) fn to_text(&self, hour: u64, gauges: &[(&str, &str, u64)]) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut text, hour, gauges);
        text
    }

    fn write(&self, to: &mut String, hour: u64, gauges: &[(&str, &str, u64)]) -> std::fmt::Result {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let [batches, records] = kept.at(hour).before;
        drop(kept);
        for (name, help, count) in [
            (
                "batches_total",
                "Batches acknowledged before this hour.",
                batches,
            ),
            (
                "records_total",
                "New records kept before this hour.",
                records,
            ),
        ] {
            head(to, name, help, "counter")?;
            writeln!(to, "gatepost_hub_{name} {count}")?;
        }
        for ((name, help), counter) in COUNTERS.iter().zip(&self.counters) {
            head(to, name, help, "counter")?;
            writeln!(to, "gatepost_hub_{name} {}", counter.load(Relaxed))?;
        }
        head(to, "answers_total", "Answers by status class.", "counter")?;
        for (at, counter) in self.answers.iter().enumerate() {
            let count = counter.load(Relaxed);
            writeln!(
                to,
                "gatepost_hub_answers_total{{status=\"{}xx\"}} {count}",
                at + 1
            )?;
        }
        head(
            to,
            "answer_seconds",
            "Time from head to answer.",
            "histogram",
        )?;
        let mut all = 0;
        let ends = BUCKETS.iter().map(|ms| (*ms as f64 / 1000.0).to_string());
        for (end, counter) in ends.chain(["+Inf".into()]).zip(&self.times) {
            all += counter.load(Relaxed);
            writeln!(
                to,
                "gatepost_hub_answer_seconds_bucket{{le=\"{end}\"}} {all}"
            )?;
        }
        let seconds = self.time_sum.load(Relaxed) as f64 / 1e6;
        writeln!(to, "gatepost_hub_answer_seconds_sum {seconds}")?;
        writeln!(to, "gatepost_hub_answer_seconds_count {all}")?;
        for (name, help, value) in gauges {
            head(to, name, help, "gauge")?;
            writeln!(to, "gatepost_hub_{name} {value}")?;
        }
        Ok(())
    }
}

fn head(to: &mut String, name: &str, help: &str, kind: &str) -> std::fmt::Result {
    writeln!(
        to,
        "# HELP gatepost_hub_{name} {help}\n# TYPE gatepost_hub_{name} {kind}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_hour_brought_is_counted_once_it_is_over() {
        let metrics = Metrics::default();
        metrics.kept(7, 5);
        metrics.kept(7, 6);
        let shown = |hour, line| {
            metrics
                .to_text(hour, &[])
                .lines()
                .any(|found| found == line)
        };
        assert!(shown(7, "gatepost_hub_records_total 0"));
        assert!(shown(8, "gatepost_hub_records_total 11"));
        assert!(shown(8, "gatepost_hub_batches_total 2"));
        metrics.kept(8, 1);
        assert!(shown(8, "gatepost_hub_records_total 11"));
        assert!(shown(20, "gatepost_hub_records_total 12"));
    }
}
