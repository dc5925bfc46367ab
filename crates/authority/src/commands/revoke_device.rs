//! `revoke-device`: signs the order that a device wipes itself.

use std::path::PathBuf;

use gatepost_protocol::{
    Enrolment,
    device::{device_id, peek_certificate},
};

use crate::{Context, error::Error, files, home::SigningKey};

/// What `revoke-device` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The enrolment file that was made for the device.
    enrolment: PathBuf,
    /// File to write: for the hub, or for a USB stick.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let bytes = files::read(&args.enrolment, Enrolment::MAX as u64)?;
    let enrolment = Enrolment::from_bytes(&bytes).map_err(|why| Error::Request(why.into()))?;
    let certificate = peek_certificate(&enrolment.certificate).map_err(Error::Request)?;
    let order = certificate.revoke(&home.signer(SigningKey::Devices)?, context.now);
    files::write(&args.out, &order)?;
    println!(
        "device {} ({}) wipes itself when it reads {}",
        certificate.name,
        device_id(&certificate.key),
        args.out.display()
    );
    Ok(())
}
