//! Medians, percentiles and markdown.

use std::time::Duration;

/// The value below which this share of them lies: the nearest rank, so one that was seen. 0 of
/// none.
pub(crate) fn percentile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(values, 0.5)
}

pub(crate) fn p95(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(values, 0.95)
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// `12 (34.5%)`, or `-` of nothing.
pub(crate) fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    format!("{part} ({:.1}%)", 100.0 * part as f64 / whole as f64)
}

/// Prints a markdown table with its heading.
pub(crate) fn print(heading: &str, head: &[&str], rows: &[Vec<String>]) {
    println!("\n### {heading}\n\n| {} |", head.join(" | "));
    println!("|{}", " --- |".repeat(head.len()));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let to_twenty = || (1..=20).rev().map(f64::from);
        assert_eq!(median(to_twenty()), 10.0);
        assert_eq!(p95(to_twenty()), 19.0);
        assert_eq!(percentile(to_twenty(), 1.0), 20.0);
        assert_eq!(median([7.0]), 7.0);
        assert_eq!(median([]), 0.0);
    }
}
