//! `revoke-device`: signs the order that makes a device wipe itself.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use gatepost_pass::{KeyId, Timestamp};
use gatepost_protocol::{
    Answer, Enrolment, OrderError, Revoked, WipeOrder,
    device::{CertificateError, device_id, peek_certificate},
};
use gatepost_system::files::{self, Access};
use gatepost_system::say;

use crate::{
    config::{KeyConfig, RecognitionConfig},
    context::Context,
    home::Home,
    signing_keys::SigningKey,
};

/// Arguments of `revoke-device`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The enrolment file that was made for the device.
    enrolment: PathBuf,
    /// The list of revoked devices, such as `bundle/revoked`, where the hub and devices look for
    /// it; created if it does not exist. `publish` puts one beside every bundle too.
    #[arg(long, value_name = "FILE")]
    list: PathBuf,
}

/// A device cannot be revoked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RevokeDeviceError {
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
        source: OrderError,
    },
    /// No device would obey the key.
    #[error("wipe key {} is not valid at this time by trust.json: `key rotate wipe`", .0.0)]
    Key(KeyId),
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let not_an_enrolment = |source| RevokeDeviceError::Enrolment {
        path: args.enrolment.clone(),
        source,
    };
    let bytes = files::read(&args.enrolment, Answer::MAX)?;
    let enrolment = Enrolment::from_bytes(&bytes).or_else(|_| Answer::peek(&bytes));
    let enrolment = enrolment.map_err(|why| not_an_enrolment(why.into()))?;
    let certificate = peek_certificate(&enrolment.certificate).map_err(not_an_enrolment)?;
    let device = device_id(&certificate.key);
    let signer = home.signer(SigningKey::Wipe)?;
    if !is_valid(&home, signer.key, context.now)? {
        return Err(RevokeDeviceError::Key(signer.key).into());
    }
    let at = context.now;
    let order = WipeOrder { device, at }.sign(&signer);
    // Kept here as well, so that every later bundle, and every later key, can bring it again.
    for path in [&home.revoked_path(), &args.list] {
        let mut list = read_list(path)?;
        list.add(order.clone()).map_err(not_a_list(path))?;
        files::replace(path, Access::Shared, &list.to_bytes())?;
    }
    say!(
        "device {} ({device}) will wipe itself when it reads {}",
        certificate.name,
        args.list.display()
    );
    Ok(())
}

/// Gives all orders again, by the wipe key of now. Returns their number.
pub(crate) fn sign_again(home: &Home, at: Timestamp) -> Result<usize, Box<dyn Error>> {
    let path = home.revoked_path();
    let (before, mut list) = (read_list(&path)?, Revoked::default());
    let signer = home.signer(SigningKey::Wipe)?;
    let mut count = 0;
    for device in before.devices() {
        let order = WipeOrder { device, at }.sign(&signer);
        list.add(order).map_err(not_a_list(&path))?;
        count += 1;
    }
    if count > 0 {
        files::replace(&path, Access::Shared, &list.to_bytes())?;
    }
    Ok(count)
}

/// A list of orders; an empty one where there is no file yet.
pub(crate) fn read_list(path: &Path) -> Result<Revoked, Box<dyn Error>> {
    match files::read(path, Revoked::MAX) {
        Ok(bytes) => Ok(Revoked::from_bytes(&bytes).map_err(|why| not_a_list(path)(why.into()))?),
        Err(why) if why.is_not_found() => Ok(Revoked::default()),
        Err(why) => Err(why.into()),
    }
}

fn not_a_list(path: &Path) -> impl FnOnce(OrderError) -> RevokeDeviceError {
    let path = path.to_owned();
    move |source| RevokeDeviceError::List { path, source }
}

/// Whether the trust list lets a key of the own authority give orders now.
fn is_valid(home: &Home, id: KeyId, now: Timestamp) -> Result<bool, Box<dyn Error>> {
    let issuers = home.trust()?.issuers;
    let own = |recognition: &RecognitionConfig| matches!(recognition, RecognitionConfig::Own);
    let mut keys = issuers
        .iter()
        .filter(|issuer| own(&issuer.recognition))
        .flat_map(|issuer| &issuer.keys);
    let valid = |key: &KeyConfig| key.id == id && (key.from..key.until).contains(&now);
    Ok(keys.any(valid))
}
