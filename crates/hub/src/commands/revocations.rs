//! `revocations`: the devices that operators asked the authority to revoke.

use std::io::{self, BufWriter};

use gatepost_hub::listing;

use super::{database::Database, error::CliError, passages::complete};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    database: Database,
}

impl Args {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        let store = self.database.open_to_read()?;
        let mut output = BufWriter::new(io::stdout().lock());
        complete(listing::list_revocations(&*store, &mut output))
    }
}
