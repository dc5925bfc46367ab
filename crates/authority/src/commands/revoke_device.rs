//! `revoke-device`: signs the order that makes a device wipe itself.

use std::{error::Error, path::PathBuf};

use gatepost_protocol::{
    Answer, Enrolment,
    device::{CertificateError, Revoked, device_id, peek_certificate},
};
use gatepost_system::files::{self, Access};
use gatepost_system::say;

use crate::{context::Context, signing_keys::SigningKey};

/// Arguments of `revoke-device`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The enrolment file that was made for the device.
    enrolment: PathBuf,
    /// The list of revoked devices, such as `bundle/revoked`, where the hub and devices look for
    /// it; created if it does not exist.
    #[arg(long, value_name = "FILE")]
    list: PathBuf,
}

/// A device cannot be revoked.
#[derive(Debug, thiserror::Error)]
enum RevokeDeviceError {
    /// The file is not the enrolment of a device.
    #[error("{} is not an enrolment file", path.display())]
    Enrolment {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: CertificateError,
    },
    /// The list cannot be extended.
    #[error("{} is not a list of revoked devices", path.display())]
    List {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: CertificateError,
    },
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let not_an_enrolment = |source| RevokeDeviceError::Enrolment {
        path: args.enrolment.clone(),
        source,
    };
    let not_a_list = |source| RevokeDeviceError::List {
        path: args.list.clone(),
        source,
    };
    let bytes = files::read(&args.enrolment, Answer::MAX)?;
    let enrolment = Enrolment::from_bytes(&bytes).or_else(|_| Answer::peek(&bytes));
    let enrolment = enrolment.map_err(|why| not_an_enrolment(why.into()))?;
    let certificate = peek_certificate(&enrolment.certificate).map_err(not_an_enrolment)?;
    let signer = home.signer(SigningKey::Devices)?;
    let mut revoked = match args.list.exists() {
        true => Revoked::from_bytes(&files::read(&args.list, Revoked::MAX)?)
            .map_err(|why| not_a_list(why.into()))?,
        false => Revoked::default(),
    };
    let order = certificate.revoke(&signer, context.now);
    revoked.add(order).map_err(not_a_list)?;
    files::replace(&args.list, Access::Shared, &revoked.to_bytes())?;
    say!(
        "device {} ({}) will wipe itself when it reads {}",
        certificate.name,
        device_id(&certificate.key),
        args.list.display()
    );
    Ok(())
}
