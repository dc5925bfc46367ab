//! `revoke-device`: signs the order that a device wipes itself.

use std::path::PathBuf;

use gatepost_protocol::{
    Answer, Enrolment,
    device::{Revoked, device_id, peek_certificate},
};

use crate::{Context, error::Error, files, home::SigningKey};

/// What `revoke-device` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The enrolment file that was made for the device.
    enrolment: PathBuf,
    /// The list of revoked devices, such as `bundle/revoked`, where hub and devices look for it; made
    /// where there is none.
    #[arg(long, value_name = "FILE")]
    list: PathBuf,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let bytes = files::read(&args.enrolment, Answer::MAX as u64)?;
    let enrolment = Enrolment::from_bytes(&bytes).or_else(|_| Answer::peek(&bytes));
    let enrolment = enrolment.map_err(|why| Error::Request(why.into()))?;
    let certificate = peek_certificate(&enrolment.certificate).map_err(Error::Request)?;
    let signer = home.signer(SigningKey::Devices)?;
    let mut revoked = match args.list.exists() {
        true => Revoked::from_bytes(&files::read(&args.list, Revoked::MAX as u64)?)
            .map_err(|why| Error::Request(why.into()))?,
        false => Revoked::default(),
    };
    revoked
        .add(certificate.revoke(&signer, context.now))
        .map_err(Error::Request)?;
    files::write(&args.list, &revoked.to_bytes())?;
    println!(
        "device {} ({}) wipes itself when it reads {}",
        certificate.name,
        device_id(&certificate.key),
        args.list.display()
    );
    Ok(())
}
