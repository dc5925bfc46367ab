//! `first-pass`: what one frame of a stream costs, against rqrr on the same frames.

use crate::error::BenchError;
use crate::readers::{CONTESTANTS, Contestant, OURS_FIRST, RQRR, RXING, ZXING_FAST};
use crate::table::{median, milliseconds, p95, print};
use crate::trials::{Show, Trial, measure, photographs};

/// Readers that look once.
const ONE_PASS: [&str; 4] = [RQRR, RXING, ZXING_FAST, OURS_FIRST];

/// CPU time of one pass over each photograph, as ratios to rqrr's
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Longest side of the pictures, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 640)]
    side: u32,
    /// How often each picture is shown; the least time counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

pub(crate) fn run(args: &Args) -> Result<(), BenchError> {
    let sets = photographs(&[])?;
    let one_pass = |contestant: &&Contestant| ONE_PASS.contains(&contestant.name);
    let contestants: Vec<Contestant> = CONTESTANTS.iter().filter(one_pass).copied().collect();
    let show = Show {
        side: args.side,
        rounds: args.rounds,
    };
    let trials = measure(&sets, &contestants, show)?;
    let rqrr = times(RQRR, &trials);
    let rows: Vec<Vec<String>> = contestants
        .iter()
        .map(|contestant| row(contestant.name, &times(contestant.name, &trials), &rqrr))
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
fn times(reader: &str, trials: &[Trial]) -> Vec<f64> {
    let own = trials.iter().filter(|t| t.reader == reader);
    own.map(|t| milliseconds(t.time)).collect()
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
