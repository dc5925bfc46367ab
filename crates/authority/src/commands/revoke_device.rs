//! `revoke-device`: signs the order that makes a device wipe itself.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use gatepost_pass::{Signer, Timestamp};
use gatepost_protocol::{
    Answer, Enrolment, OrderError, Revoked, WipeOrder,
    device::{CertificateError, device_id, peek_certificate},
};
use gatepost_system::files::{self, Access};
use gatepost_system::say;

use crate::{
    context::Context,
    home::Home,
    key_files,
    offline_key::{self, OfflineKeyError},
    passphrase::PassphraseArgs,
    signing_keys::SigningKey,
};

/// Arguments of `revoke-device`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The enrolment file that was made for the device.
    #[arg(required_unless_present = "again")]
    enrolment: Option<PathBuf>,
    /// Give all orders once more, after a change of the wipe key.
    #[arg(long, conflicts_with = "enrolment")]
    again: bool,
    /// The wipe key, on its stick; not needed in a trial, which has it in its home.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// The list of revoked devices, such as `bundle/revoked`, where the hub and devices look for
    /// it; created if it does not exist. `publish` puts one beside every bundle too.
    #[arg(long, value_name = "FILE", required_unless_present = "again")]
    list: Option<PathBuf>,
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
}

impl Args {
    fn wipe_key(&self, home: &Home, now: Timestamp) -> Result<Signer, OfflineKeyError> {
        let path = self.key.as_deref();
        offline_key::open(home, SigningKey::Wipe, path, &self.passphrase, now)
    }
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let (Some(enrolment), Some(target)) = (&args.enrolment, &args.list) else {
        let signer = args.wipe_key(&home, context.now)?;
        let count = sign_again_by(&home, &signer, context.now)?;
        say!("{count} orders are given again. Next: `publish`");
        return Ok(());
    };
    let not_an_enrolment = |source| RevokeDeviceError::Enrolment {
        path: enrolment.clone(),
        source,
    };
    let bytes = files::read(enrolment, Answer::MAX)?;
    let enrolment = Enrolment::from_bytes(&bytes).or_else(|_| Answer::peek(&bytes));
    let enrolment = enrolment.map_err(|why| not_an_enrolment(why.into()))?;
    let certificate = peek_certificate(&enrolment.certificate).map_err(not_an_enrolment)?;
    let device = device_id(&certificate.key);
    let signer = args.wipe_key(&home, context.now)?;
    let at = context.now;
    let order = WipeOrder { device, at }.sign(&signer);
    // Kept here as well, so that every later bundle, and every later key, can bring it again.
    for path in [&home.revoked_path(), target] {
        let mut list = read_list(path)?;
        list.add(order.clone()).map_err(not_a_list(path))?;
        files::replace(path, Access::Shared, &list.to_bytes())?;
    }
    say!(
        "device {} ({device}) will wipe itself when it reads {}",
        certificate.name,
        target.display()
    );
    Ok(())
}

/// Gives all orders again, by the wipe key of a trial. Returns their number.
pub(crate) fn sign_again(home: &Home, at: Timestamp) -> Result<usize, Box<dyn Error>> {
    let key = key_files::read_signer(&home.key_path(SigningKey::Wipe.name()))?;
    sign_again_by(home, &key, at)
}

fn sign_again_by(home: &Home, key: &Signer, at: Timestamp) -> Result<usize, Box<dyn Error>> {
    let path = home.revoked_path();
    let (before, mut list) = (read_list(&path)?, Revoked::default());
    let mut count = 0;
    for device in before.devices() {
        let order = WipeOrder { device, at }.sign(key);
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
