//! `enrol`: answers devices' requests with their certificate, the root to pin and the hub's address. A request
//! that names an enrolment code proves itself, and uses the code up; for any other, whoever brings it vouches.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gatepost_pass::{DeviceId, Digest, HubPin, Text};
use gatepost_protocol::{Answer, ByCode, DeviceRequest, Enrolment, device::device_id};

use crate::{
    Context, args,
    clock::{self, DAY},
    error::{CodeFault, Error, at},
    files,
    home::{Home, Roots, SigningKey},
    store::{Code, Store, UsedUp},
};

/// Most requests of a directory that are looked at.
const MOST: usize = 100_000;

/// What `enrol` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The request that a device wrote, or a directory of requests that a hub has queued.
    request: PathBuf,
    /// Address of the hub; empty for a device that is served by USB stick only. A request by an enrolment
    /// code needs none: the code says it.
    #[arg(long, value_name = "URL", value_parser = args::text::<120>)]
    hub: Option<Text<120>>,
    /// SHA-256 of the SubjectPublicKeyInfo of the hub's certificate, in hexadecimal; up to four, so that
    /// a key in reserve can take over. Needed where the address is https:.
    #[arg(long, value_name = "HEX", requires = "hub")]
    hub_pin: Vec<HubPin>,
    /// File to write, to be brought to the device; with a directory of requests, the directory of answers,
    /// which the hub serves.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// For how many days the certificate counts.
    #[arg(long, default_value_t = 730, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let desk = Desk {
        home: context.home()?,
        args,
        context,
    };
    if args.request.is_dir() {
        return desk.answer_all();
    }
    let request = read(&args.request)?;
    let answer = match &request.by {
        Some(by) if args.hub.is_none() => desk.by_code(&request, by)?,
        Some(_) => return Err(Error::HubTwice),
        None => desk.vouched(&request)?,
    };
    files::write(&args.out, &answer)?;
    println!("device {} ({})", request.name, device_id(&request.key));
    println!("certified until {}", clock::show(desk.until()));
    let roots = desk.home.roots()?;
    let fingerprint = Digest::of(roots.newest_file());
    println!("root {}, fingerprint {fingerprint}", roots.newest.version());
    Ok(())
}

fn read(path: &Path) -> Result<DeviceRequest, Error> {
    let bytes = files::read(path, DeviceRequest::MAX as u64)?;
    DeviceRequest::verify(&bytes).map_err(Error::Request)
}

/// Where requests are answered.
struct Desk<'a> {
    home: Home,
    args: &'a Args,
    context: &'a Context,
}

impl Desk<'_> {
    fn until(&self) -> gatepost_pass::Timestamp {
        self.context.now.plus(self.args.days * DAY)
    }

    /// Answers all that can be answered, and says of each how it fared.
    fn answer_all(&self) -> Result<(), Error> {
        let (folder, out) = (&self.args.request, &self.args.out);
        if self.args.hub.is_some() {
            return Err(Error::HubTwice);
        }
        fs::create_dir_all(out).map_err(at("make", out))?;
        let entries = fs::read_dir(folder).map_err(at("read", folder))?;
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.is_file());
        paths.sort();
        paths.truncate(MOST);
        let mut refused = 0;
        for path in &paths {
            let name = path.file_name().unwrap_or_default().display();
            match self.answer_one(path) {
                Ok((device, request)) => println!("{name}: device {} ({device})", request.name),
                Err(why) => {
                    refused += 1;
                    eprintln!("{name}: refused: {why}");
                }
            }
        }
        if refused > 0 {
            return Err(Error::Refused {
                refused,
                of: paths.len(),
            });
        }
        println!("{} answered", paths.len());
        Ok(())
    }

    fn answer_one(&self, path: &Path) -> Result<(DeviceId, DeviceRequest), Error> {
        let request = read(path)?;
        let by = request.by.as_ref().ok_or(Error::Unproven)?;
        let answer = self.by_code(&request, by)?;
        let device = device_id(&request.key);
        files::write(&self.args.out.join(device.to_string()), &answer)?;
        Ok((device, request))
    }

    /// The answer to a request for which somebody vouches.
    fn vouched(&self, request: &DeviceRequest) -> Result<Vec<u8>, Error> {
        let hub = self.args.hub.clone().ok_or(Error::NoHub)?;
        if hub.as_str().starts_with("https:") && self.args.hub_pin.is_empty() {
            return Err(Error::Pins);
        }
        let root = self.home.roots()?.newest_file().to_vec();
        let enrolment = self.enrolment(request, root, hub, self.args.hub_pin.clone())?;
        Ok(enrolment.to_bytes())
    }

    /// The answer to a request by a code, which is used up by it. The same device may ask again.
    fn by_code(&self, request: &DeviceRequest, by: &ByCode) -> Result<Vec<u8>, Error> {
        let store = self.home.store()?;
        let (code, device) = (by.code, device_id(&request.key));
        let open = match store.code(code)?.ok_or(CodeFault::Unknown(code))? {
            Code::Open(open) => open,
            used @ Code::Used { .. } => return Ok(same_again(used, by, device)?),
        };
        if self.context.now >= open.not_after.start() {
            let until = clock::show(open.not_after.start());
            return Err(CodeFault::Expired { code, until }.into());
        }
        if !request.is_proven_by(&open.secret) {
            return Err(CodeFault::Forged { code, device }.into());
        }
        let root = root_of(&self.home.roots()?, open.root).ok_or(CodeFault::Root(code))?;
        let enrolment = self.enrolment(request, root, open.hub, open.hub_pins)?;
        let answer = Answer::seal(&enrolment, &open.secret);
        self.use_up(&store, by, device, answer)
    }

    fn use_up(
        &self,
        store: &Store,
        by: &ByCode,
        device: DeviceId,
        answer: Vec<u8>,
    ) -> Result<Vec<u8>, Error> {
        match store.use_code(by.code, device, self.context.now, &answer)? {
            UsedUp::Now => Ok(answer),
            // Another run of this program was quicker.
            UsedUp::Before => {
                let used = store.code(by.code)?.ok_or(CodeFault::Unknown(by.code))?;
                Ok(same_again(used, by, device)?)
            }
        }
    }

    fn enrolment(
        &self,
        request: &DeviceRequest,
        root: Vec<u8>,
        hub: Text<120>,
        hub_pins: Vec<HubPin>,
    ) -> Result<Enrolment, Error> {
        let signer = self.home.signer(SigningKey::Devices)?;
        // A device's clock may be a little behind.
        let from = self.context.now.minus(DAY);
        Ok(Enrolment {
            root,
            certificate: request.certify(&signer, from, self.until()),
            hub,
            hub_pins: hub_pins.try_into().map_err(|_| Error::Pins)?,
        })
    }
}

/// What was answered to the device that used a code, where it is this one.
fn same_again(code: Code, by: &ByCode, device: DeviceId) -> Result<Vec<u8>, CodeFault> {
    let code_id = by.code;
    match code {
        Code::Used {
            device: by, answer, ..
        } if by == device => Ok(answer),
        Code::Used { device, at, .. } => Err(CodeFault::Used {
            code: code_id,
            device,
            at: clock::show(at),
        }),
        Code::Open(_) => Err(CodeFault::Unknown(code_id)),
    }
}

/// The root that a code names: a newer one may have come since.
fn root_of(roots: &Roots, digest: Digest) -> Option<Vec<u8>> {
    let named = |(_, bytes): &&(u32, Vec<u8>)| Digest::of(bytes) == digest;
    roots
        .files
        .iter()
        .find(named)
        .map(|(_, bytes)| bytes.clone())
}
