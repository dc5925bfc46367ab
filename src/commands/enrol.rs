//! `gatepost enrol`: make this device known to an authority, in two steps over a file.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use gatepost_pass::Digest;
use gatepost_protocol::{DeviceRequest, Enrolment, device::device_id};

use super::{CommandError, Done};
use crate::{data::DataDir, files};

/// What `enrol` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Make the device's key and write a request for the authority.
    Request {
        /// Name of the device for people, such as "North gate".
        #[arg(long)]
        name: String,
        /// Where to write the request.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Take the authority's answer.
    Accept {
        /// The enrolment file.
        file: PathBuf,
    },
}

/// Does one of the two steps.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, CommandError> {
    let data = DataDir::open(data)?;
    match &arguments.step {
        Step::Request { name, out } => {
            let name = name.as_str().try_into().map_err(|_| CommandError::Name)?;
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(CommandError::Random)?;
            let key = data.device_key(&seed)?;
            files::replace(out, &DeviceRequest::sign(name, &key)).map_err(file_error(out))?;
            println!(
                "device {}: request written to {}",
                device_id(&key.public()),
                out.display()
            );
        }
        Step::Accept { file } => {
            let bytes = files::read_limited(file, Enrolment::MAX).map_err(file_error(file))?;
            let root = data.enrol(&bytes)?;
            println!(
                "enrolled; pinned root version {}, fingerprint {}",
                root.version(),
                Digest::of(root.to_bytes())
            );
            println!("compare it with the authority's before you trust this device");
        }
    }
    Ok(Done::Well)
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> CommandError {
    let path = path.display().to_string();
    move |why| CommandError::File { path, why }
}
