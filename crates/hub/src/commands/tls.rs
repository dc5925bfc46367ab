//! `tls-new` and `tls-pin`: the hub's certificate, and what enrolments pin of it.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use gatepost_hub::tls::{make, pin_of};

use crate::Failure;

/// Which certificate is made.
#[derive(clap::Args)]
pub(crate) struct New {
    /// Where to write the certificate (PEM).
    #[arg(long = "tls-cert", value_name = "FILE")]
    certificate: PathBuf,
    /// The key (PEM); made where there is none.
    #[arg(long = "tls-key", value_name = "FILE")]
    key: PathBuf,
    /// Names and addresses of the hub, for browsers and the like; devices don't look at them.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

impl New {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let pin = make(&self.certificate, &self.key, &self.names)?;
        Ok(writeln!(io::stdout(), "{pin}")?)
    }
}

pub(crate) fn pin(certificate: &Path) -> Result<(), Failure> {
    Ok(writeln!(io::stdout(), "{}", pin_of(certificate)?)?)
}
