//! `gatepost enrol`: enrols this device with an authority, over the hub with an enrolment code, or
//! in two steps over files.

use std::{
    error::Error,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use clap::{Args, Subcommand};
use gatepost_pass::{DeviceId, Digest, Root, Text, document::TEXT_PREFIX};
use gatepost_protocol::{DeviceRequest, device::device_id};
use gatepost_system::{chain, files::Access, random, say, stick};

use super::{CommandError, Done};
use crate::{
    clock::Clock,
    data::DataDir,
    sync::enrol::{self, Asked, EnrolError, FirstRun},
};

/// What `enrol` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    command: EnrolCommand,
}

#[derive(Debug, Subcommand)]
enum EnrolCommand {
    /// Ask with an enrolment code, over the hub that it names, and wait for the authority's answer.
    /// Can be stopped and run again at any time.
    Code {
        /// The code's text, or a file that holds it.
        code: String,
        /// Name of the device for people, such as "North gate".
        #[arg(long, default_value = "new device")]
        name: String,
        /// Write the request to this file instead of asking: bring it to the authority by USB
        /// stick, and give the answer to `enrol accept`.
        #[arg(long, value_name = "FILE", conflicts_with = "wait")]
        out: Option<PathBuf>,
        /// Wait for the answer at most so many seconds, instead of until the code expires.
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u64>,
    },
    /// Make the device's key and write a request to the authority.
    Request {
        /// Name of the device for people, such as "North gate".
        #[arg(long)]
        name: String,
        /// Where to write the request.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Accept the authority's answer from a file.
    Accept {
        /// The enrolment file.
        file: PathBuf,
    },
}

/// Runs one of the subcommands.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, Box<dyn Error>> {
    let data = DataDir::open(data)?;
    match &arguments.command {
        EnrolCommand::Code {
            code,
            name,
            out,
            wait,
        } => {
            let clock = data.clock();
            let (name, text) = (text_of(name)?, code_text(code)?);
            let first_run = FirstRun::begin(&data, &text, &random::bytes()?, clock.now().time)?;
            match out {
                Some(out) => write(out, &first_run.request(name), first_run.device()),
                None => ask(
                    &data,
                    &first_run,
                    name,
                    &clock,
                    wait.map(Duration::from_secs),
                ),
            }
        }
        EnrolCommand::Request { name, out } => {
            let name = text_of(name)?;
            let key = data.device_key(&random::bytes()?)?;
            write(
                out,
                &DeviceRequest::sign(name, &key),
                device_id(&key.public()),
            )
        }
        EnrolCommand::Accept { file } => {
            let bytes = stick::read(file, FirstRun::MAX_ANSWER)?;
            let root = match FirstRun::resume(&data) {
                Some(first_run) => first_run.accept(&data, &bytes)?,
                None => enrol::accept(&data, &bytes)?,
            };
            enrolled(&root);
            say!("compare it with the authority's before you trust this device");
            Ok(Done::Well)
        }
    }
}

/// Asks over the hub until there is a valid answer.
fn ask(
    data: &DataDir,
    first_run: &FirstRun,
    name: Text<60>,
    clock: &Clock,
    wait: Option<Duration>,
) -> Result<Done, Box<dyn Error>> {
    let mut asking = first_run.ask(name)?;
    let (began, mut reported) = (Instant::now(), false);
    loop {
        let fault = match asking.round(clock.now().time) {
            Ok(Asked::Answer(bytes)) => match first_run.accept(data, &bytes) {
                Ok(root) => {
                    enrolled(&root);
                    return Ok(Done::Well);
                }
                Err(why) => Some(why),
            },
            Ok(Asked::Waiting) => None,
            Err(why @ EnrolError::Expired) => return Err(why.into()),
            Err(why) => Some(why),
        };
        match &fault {
            Some(why) => log::warn!("{}", chain(why)),
            None if !reported => {
                reported = true;
                say!("device {}: the request is at the hub", first_run.device());
            }
            None => {}
        }
        let pause = asking.pause();
        if wait.is_some_and(|wait| began.elapsed() + pause > wait) {
            return Err(fault.map_or(CommandError::NotAnswered.into(), Into::into));
        }
        thread::sleep(pause);
    }
}

fn enrolled(root: &Root) {
    say!(
        "enrolled; pinned root version {}, fingerprint {}",
        root.version(),
        Digest::of(root.to_bytes())
    );
}

fn write(out: &Path, request: &[u8], device: DeviceId) -> Result<Done, Box<dyn Error>> {
    stick::replace(out, Access::Shared, request)?;
    say!("device {device}: request written to {}", out.display());
    Ok(Done::Well)
}

fn text_of(name: &str) -> Result<Text<60>, Box<dyn Error>> {
    Ok(name.try_into().map_err(|_| CommandError::Name)?)
}

/// A code given as its text, or as a file that holds it.
fn code_text(code: &str) -> Result<String, Box<dyn Error>> {
    /// Longest file, in bytes.
    const LONGEST: usize = 4096;
    if code.starts_with(TEXT_PREFIX) {
        return Ok(code.to_owned());
    }
    let path = Path::new(code);
    let bytes = stick::read(path, LONGEST)?;
    // A code may end in a space, so only the end of the line goes.
    let text = String::from_utf8(bytes).map_err(|_| EnrolError::NotACode)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
