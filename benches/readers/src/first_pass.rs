//! `first-pass`: what one frame of a stream costs, against rqrr on the same frames.

use crate::BenchError;
use crate::measure::{Outcome, Show, measure};
use crate::readers::{KINDS, Kind, OURS_FIRST, RQRR, RXING, ZXING_FAST};
use crate::table::{median, milliseconds, p95, print};

/// Readers that look once.
const ONE_PASS: [&str; 4] = [RQRR, RXING, ZXING_FAST, OURS_FIRST];

/// CPU time of one pass over each photograph, as ratios to rqrr's
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Longest side of the pictures, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 640)]
    side: u32,
    /// How often each picture is shown; the least time counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let sets = crate::photographs(&[])?;
    let one_pass = |kind: &&Kind| ONE_PASS.contains(&kind.name);
    let kinds: Vec<Kind> = KINDS.iter().filter(one_pass).copied().collect();
    let show = Show {
        side: arguments.side,
        rounds: arguments.rounds,
    };
    let outcomes = measure(&sets, &kinds, show)?;
    let rqrr = times(RQRR, &outcomes);
    let rows: Vec<Vec<String>> = kinds
        .iter()
        .map(|kind| row(kind.name, &times(kind.name, &outcomes), &rqrr))
        .collect();
    let head = [
        "reader",
        "median ms",
        "median / rqrr's median",
        "median of the ratios per picture",
        "p95 / own median",
        "worst / own median",
    ];
    let heading = format!(
        "One pass over {} pictures, longest side {}",
        rqrr.len(),
        show.side
    );
    print(&heading, &head, &rows);
    Ok(())
}

/// In the order of the pictures.
fn times(reader: &str, outcomes: &[Outcome]) -> Vec<f64> {
    let own = outcomes.iter().filter(|o| o.reader == reader);
    own.map(|o| milliseconds(o.time)).collect()
}

fn row(name: &str, own: &[f64], rqrr: &[f64]) -> Vec<String> {
    let middle = median(own.iter().copied());
    let ratios = own.iter().zip(rqrr).map(|(own, rqrr)| own / rqrr);
    let worst = own.iter().copied().fold(0.0, f64::max);
    vec![
        name.to_owned(),
        format!("{middle:.2}"),
        format!("{:.2}", middle / median(rqrr.iter().copied())),
        format!("{:.2}", median(ratios)),
        format!("{:.2}", p95(own.iter().copied()) / middle),
        format!("{:.1}", worst / middle),
    ]
}
