//! `gatepost enrol`: make this device known to an authority: over the hub by an enrolment code, or in two steps
//! over a file.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use clap::{Args, Subcommand};
use gatepost_pass::{DeviceId, Digest, Root, Text, document::TEXT_PREFIX};
use gatepost_protocol::{DeviceRequest, device::device_id};

use super::{CommandError, Done};
use crate::{
    clock::Clock,
    data::DataDir,
    files,
    sync::enrol::{Asked, EnrolError, FirstRun},
};

/// What `enrol` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Ask by an enrolment code, over the hub that it names, and wait for the authority's answer. Can be cut and
    /// run again at any time.
    Code {
        /// The code's text, or a file that holds it.
        code: String,
        /// Name of the device for people, such as "North gate".
        #[arg(long, default_value = "new device")]
        name: String,
        /// Write the request to this file instead of asking: it goes to the authority by USB stick, and the
        /// answer comes back by `enrol accept`.
        #[arg(long, value_name = "FILE", conflicts_with = "wait")]
        out: Option<PathBuf>,
        /// Wait at most so many seconds for the answer, instead of until the code is out of date.
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u64>,
    },
    /// Make the device's key and write a request for the authority.
    Request {
        /// Name of the device for people, such as "North gate".
        #[arg(long)]
        name: String,
        /// Where to write the request.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Take the authority's answer from a file.
    Accept {
        /// The enrolment file.
        file: PathBuf,
    },
}

/// Does one of the steps.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, CommandError> {
    let data = DataDir::open(data)?;
    match &arguments.step {
        Step::Code {
            code,
            name,
            out,
            wait,
        } => {
            let clock = Clock::new(None);
            let (name, text) = (text_of(name)?, code_text(code)?);
            let first_run = FirstRun::begin(&data, &text, &seed()?, clock.now().time)?;
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
        Step::Request { name, out } => {
            let name = text_of(name)?;
            let key = data.device_key(&seed()?)?;
            write(
                out,
                &DeviceRequest::sign(name, &key),
                device_id(&key.public()),
            )
        }
        Step::Accept { file } => {
            let bytes =
                files::read_limited(file, FirstRun::MAX_ANSWER).map_err(file_error(file))?;
            let root = match FirstRun::resume(&data) {
                Some(first_run) => first_run.accept(&data, &bytes)?,
                None => data.enrol(&bytes)?,
            };
            enrolled(&root);
            println!("compare it with the authority's before you trust this device");
            Ok(Done::Well)
        }
    }
}

/// Asks over the hub until there is an answer that counts.
fn ask(
    data: &DataDir,
    first_run: &FirstRun,
    name: Text<60>,
    clock: &Clock,
    wait: Option<Duration>,
) -> Result<Done, CommandError> {
    let mut asking = first_run.ask(name)?;
    let (began, mut told) = (Instant::now(), false);
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
            Some(why) => eprintln!("gatepost: {why}"),
            None if !told => {
                told = true;
                println!("device {}: the request is at the hub", first_run.device());
            }
            None => {}
        }
        let pause = asking.pause();
        if wait.is_some_and(|wait| began.elapsed() + pause > wait) {
            return Err(fault.map_or(CommandError::NotAnswered, CommandError::from));
        }
        thread::sleep(pause);
    }
}

fn enrolled(root: &Root) {
    println!(
        "enrolled; pinned root version {}, fingerprint {}",
        root.version(),
        Digest::of(root.to_bytes())
    );
}

fn write(out: &Path, request: &[u8], device: DeviceId) -> Result<Done, CommandError> {
    files::replace(out, request).map_err(file_error(out))?;
    println!("device {device}: request written to {}", out.display());
    Ok(Done::Well)
}

fn text_of(name: &str) -> Result<Text<60>, CommandError> {
    name.try_into().map_err(|_| CommandError::Name)
}

/// A code given as its text, or as a file that holds it.
fn code_text(code: &str) -> Result<String, CommandError> {
    /// Longest file, in bytes.
    const LONGEST: usize = 4096;
    if code.starts_with(TEXT_PREFIX) {
        return Ok(code.to_owned());
    }
    let path = Path::new(code);
    let bytes = files::read_limited(path, LONGEST).map_err(file_error(path))?;
    // A code may end in a space, so only the end of the line goes.
    let text = String::from_utf8(bytes).map_err(|_| EnrolError::NotACode)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn seed() -> Result<[u8; 32], CommandError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(CommandError::Random)?;
    Ok(seed)
}

fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> CommandError {
    let path = path.display().to_string();
    move |why| CommandError::File { path, why }
}
