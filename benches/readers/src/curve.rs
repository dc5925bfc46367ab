//! `curve`: how much is read within how much time.

use std::time::Duration;

use crate::error::BenchError;
use crate::readers::{CONTESTANTS, ZXING};
use crate::table::{median, milliseconds, print, share};
use crate::trials::{Show, Trial, measure, photographs};

/// Budgets per picture, in medians of zxing-cpp.
const BUDGETS: [f64; 3] = [1.0, 3.0, 10.0];

/// Rate within a budget of CPU time per picture, in multiples of zxing-cpp's median
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Longest side of the pictures, in pixels; may be repeated
    #[arg(long, value_name = "PIXELS", default_values_t = [1280, 640])]
    side: Vec<u32>,
    /// How often each picture is shown; the least time counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// A picture is read within a budget if the reader was right and had returned by then.
pub(crate) fn run(args: &Args) -> Result<(), BenchError> {
    if CONTESTANTS
        .iter()
        .all(|contestant| contestant.name != ZXING)
    {
        return Err(BenchError::WithoutZxing);
    }
    let sets = photographs(&[])?;
    for &side in &args.side {
        let rounds = args.rounds;
        let mut trials = measure(&sets, CONTESTANTS, Show { side, rounds })?;
        trials.retain(Trial::has_code);
        let of_zxing = trials.iter().filter(|t| t.reader == ZXING);
        let unit = median(of_zxing.map(|t| milliseconds(t.time)));
        let rows: Vec<Vec<String>> = CONTESTANTS
            .iter()
            .map(|contestant| row(contestant.name, &trials, unit))
            .collect();
        let heading = format!(
            "Pictures read within a time, longest side {side}; zxing-cpp's median is {unit:.2} ms"
        );
        let head = ["reader", "1x", "3x", "10x", "unlimited"];
        print(&heading, &head, &rows);
    }
    Ok(())
}

fn row(name: &str, trials: &[Trial], unit: f64) -> Vec<String> {
    let own = || trials.iter().filter(|t| t.reader == name);
    let within = |limit: Duration| {
        let read = own().filter(|t| t.is_read() && t.time <= limit);
        share(read.count(), own().count())
    };
    let budget = |times: f64| Duration::from_secs_f64(times * unit / 1e3);
    let budgets = BUDGETS.iter().map(|&times| within(budget(times)));
    let mut row = vec![name.to_owned()];
    row.extend(budgets.chain([within(Duration::MAX)]));
    row
}
