//! `enrol`: answers a device's request with its certificate, the root to pin and the hub's address.

use std::path::PathBuf;

use gatepost_pass::{Digest, Text, envelope::MAX_CODE};
use gatepost_protocol::{
    DeviceRequest, Enrolment,
    device::{HubPin, device_id},
};

use crate::{
    Context, args,
    clock::{self, DAY},
    error::Error,
    files,
    home::SigningKey,
};

/// What `enrol` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The request that the device wrote.
    request: PathBuf,
    /// Address of the hub; empty for a device that is served by USB stick only.
    #[arg(long, value_name = "URL", value_parser = args::text::<120>)]
    hub: Text<120>,
    /// SHA-256 of the SubjectPublicKeyInfo of the hub's certificate, in hexadecimal; up to four, so that
    /// a key in reserve can take over. Needed where the address is https:.
    #[arg(long, value_name = "HEX")]
    hub_pin: Vec<HubPin>,
    /// File to write, to be brought to the device.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// For how many days the certificate counts.
    #[arg(long, default_value_t = 730, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    if args.hub.as_str().starts_with("https:") && args.hub_pin.is_empty() {
        return Err(Error::Pins);
    }
    let bytes = files::read(&args.request, MAX_CODE as u64)?;
    let request = DeviceRequest::verify(&bytes).map_err(Error::Request)?;
    let roots = home.roots()?;
    let root = roots.newest_file().to_vec();
    let fingerprint = Digest::of(&root);
    let until = context.now.plus(args.days * DAY);
    let signer = home.signer(SigningKey::Devices)?;
    let enrolment = Enrolment {
        root,
        // A device's clock may be a little behind.
        certificate: request.certify(&signer, context.now.minus(DAY), until),
        hub: args.hub.clone(),
        hub_pins: args.hub_pin.clone().try_into().map_err(|_| Error::Pins)?,
    };
    files::write(&args.out, &enrolment.to_bytes())?;
    println!("device {} ({})", request.name, device_id(&request.key));
    println!("certified until {}", clock::show(until));
    println!("root {}, fingerprint {fingerprint}", roots.newest.version());
    Ok(())
}
