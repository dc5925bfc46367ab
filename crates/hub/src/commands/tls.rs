//! `tls-new` and `tls-pin`: the hub's certificate, and its pin for enrolments.

use std::path::PathBuf;

use gatepost_hub::tls::{make_certificate, pin_of_file};
use gatepost_system::say;

use super::error::CliError;

#[derive(clap::Args)]
pub(crate) struct NewArgs {
    /// Where to write the certificate (PEM).
    #[arg(long = "tls-cert", value_name = "FILE")]
    certificate: PathBuf,
    /// The key (PEM); created if it does not exist.
    #[arg(long = "tls-key", value_name = "FILE")]
    key: PathBuf,
    /// Names and addresses of the hub, for browsers and other clients; devices ignore them.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

impl NewArgs {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        let pin = make_certificate(&self.certificate, &self.key, &self.names)?;
        say!("{pin}");
        Ok(())
    }
}

#[derive(clap::Args)]
pub(crate) struct PinArgs {
    /// The certificate (PEM); of several, the first.
    certificate: PathBuf,
}

impl PinArgs {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        say!("{}", pin_of_file(&self.certificate)?);
        Ok(())
    }
}
