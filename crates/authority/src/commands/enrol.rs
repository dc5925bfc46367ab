//! `enrol`: answers devices' requests with their certificate, the root to pin and the hub's
//! address. A request by an enrolment code proves that its device saw the code, and uses it up; for
//! any other, whoever brings it vouches.

use std::{error::Error, path::PathBuf};

use gatepost_pass::{CodeId, DeviceId, Digest, HubAddress, HubPin, Kind, Timestamp};
use gatepost_protocol::device::{CertificateError, device_id};
use gatepost_protocol::{Answer, ByCode, DeviceRequest, Enrolment};
use gatepost_system::chain;
use gatepost_system::clock::format_time;
use gatepost_system::files::Access;
use gatepost_system::say;
use gatepost_system::stick::{self, Entry, StickDir};

use crate::args::{self, HubPins, ServedBy};
use crate::context::Context;
use crate::durations::DAY;
use crate::home::{Home, Roots};
use crate::look_alikes;
use crate::register::{EnrolCode, Register, UseResult};
use crate::signing_keys::SigningKey;

/// Arguments of `enrol`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The request that a device wrote, or a directory of requests that a hub has queued.
    request: PathBuf,
    /// Address of the hub; empty for a device that is served by USB stick only. Not needed for a
    /// request by an enrolment code, which contains it.
    #[arg(long, value_name = "URL", value_parser = clap::value_parser!(ServedBy))]
    hub: Option<ServedBy>,
    /// SHA-256 of the SubjectPublicKeyInfo of the hub's certificate, in hexadecimal; up to four, so
    /// that a key in reserve can take over. Required if the address is https:.
    #[arg(long, value_name = "HEX", requires = "hub")]
    hub_pin: Vec<HubPin>,
    /// File to write, to be brought to the device; for a directory of requests, the directory of
    /// answers, which the hub serves.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Number of days for which the certificate is valid.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
}

/// A request cannot be answered.
#[derive(Debug, thiserror::Error)]
enum RequestError {
    /// The request is damaged, or not signed by its own key.
    #[error("the request is not valid, let the device write it again")]
    Request(#[source] CertificateError),
    /// A request without a code, and no `--hub`.
    #[error(
        "the request has no enrolment code: if you know where it comes from, name the hub of its \
         device: --hub URL, or --hub \"\""
    )]
    NoHub,
    /// A `--hub` for requests whose codes name one.
    #[error("the enrolment code names the hub: leave --hub out")]
    HubTwice,
    /// One of many requests, without a code.
    #[error(
        "it has no enrolment code, so anybody may have sent it: if you know where it comes from, \
         enrol it as a file, with --hub"
    )]
    NoCode,
    /// The code was not made here.
    #[error("no enrolment code {0} was made here: let the device scan one of this authority's")]
    UnknownCode(CodeId),
    /// The code is no longer valid.
    #[error("enrolment code {code} was valid until {until}: make a new one with `enrol-code`")]
    ExpiredCode { code: CodeId, until: String },
    /// Another device used the code.
    #[error(
        "enrolment code {code} was used by device {device} at {at}: make a new one with \
         `enrol-code`. If nobody knows that device, somebody else saw the code: revoke the device"
    )]
    UsedCode {
        code: CodeId,
        device: DeviceId,
        at: String,
    },
    /// The proof is for another key, or made up.
    #[error(
        "the proof for enrolment code {code} is not of device {device}: it has not seen the code, \
         which can still be used"
    )]
    WrongProof { code: CodeId, device: DeviceId },
    /// The root that the code pins is no longer in the home.
    #[error("the root that enrolment code {0} pins is not in root/: put it back")]
    NoRoot(CodeId),
    /// Requests of a directory that were refused.
    #[error("{refused} of {of} requests were refused, as reported above; the others are answered")]
    Refused { refused: usize, of: usize },
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let enroller = Enroller {
        home: context.home()?,
        args,
        now: context.now,
    };
    if args.request.is_dir() {
        return enroller.answer_all();
    }
    let bytes = stick::read(&args.request, DeviceRequest::MAX)?;
    let request = DeviceRequest::verify(&bytes).map_err(RequestError::Request)?;
    let answer = match &request.by {
        Some(by) if args.hub.is_none() => enroller.by_code(&request, by)?,
        Some(_) => return Err(RequestError::HubTwice.into()),
        None => enroller.vouched(&request)?,
    };
    stick::replace(&args.out, Access::Shared, &answer)?;
    say!("device {} ({})", request.name, device_id(&request.key));
    say!("certified until {}", format_time(enroller.until()));
    let roots = enroller.home.roots()?;
    let fingerprint = Digest::of(roots.newest_file());
    say!("root {}, fingerprint {fingerprint}", roots.newest.version());
    Ok(())
}

/// Answers requests.
struct Enroller<'a> {
    home: Home,
    args: &'a Args,
    now: Timestamp,
}

impl Enroller<'_> {
    /// When the certificates end.
    fn until(&self) -> Timestamp {
        self.now.plus(self.args.days * DAY)
    }

    /// Answers all requests of the directory that can be answered, and reports each.
    fn answer_all(&self) -> Result<(), Box<dyn Error>> {
        let out = &self.args.out;
        if self.args.hub.is_some() {
            return Err(RequestError::HubTwice.into());
        }
        let out = StickDir::create(out, Access::Shared)?;
        let queue = StickDir::open(&self.args.request)?;
        let mut requests = queue.entries(|_| true)?;
        requests.retain(|(_, entry)| *entry == Entry::File);
        let mut refused = 0;
        for (name, _) in &requests {
            match self.answer_one(&queue, name, &out) {
                Ok((device, request)) => say!("{name}: device {} ({device})", request.name),
                Err(why) => {
                    refused += 1;
                    log::warn!("{name}: refused: {}", chain(&*why));
                }
            }
        }
        if refused > 0 {
            let of = requests.len();
            return Err(RequestError::Refused { refused, of }.into());
        }
        say!("{} answered", requests.len());
        Ok(())
    }

    fn answer_one(
        &self,
        queue: &StickDir,
        name: &str,
        out: &StickDir,
    ) -> Result<(DeviceId, DeviceRequest), Box<dyn Error>> {
        let bytes = queue.read(name, DeviceRequest::MAX)?;
        let request = DeviceRequest::verify(&bytes).map_err(RequestError::Request)?;
        let by = request.by.as_ref().ok_or(RequestError::NoCode)?;
        let answer = self.by_code(&request, by)?;
        let device = device_id(&request.key);
        out.replace(device.to_string(), Access::Shared, &answer)?;
        Ok((device, request))
    }

    /// The answer to a request that somebody vouches for.
    fn vouched(&self, request: &DeviceRequest) -> Result<Vec<u8>, Box<dyn Error>> {
        let served = self.args.hub.as_ref().ok_or(RequestError::NoHub)?;
        let hub_pins = args::hub_pins(served, &self.args.hub_pin)?;
        let root = self.home.roots()?.newest_file().to_vec();
        Ok(self
            .enrolment(request, root, served.hub(), hub_pins)?
            .to_bytes())
    }

    /// The answer to a request by a code, which is used up. The same device may ask again.
    fn by_code(&self, request: &DeviceRequest, by: &ByCode) -> Result<Vec<u8>, Box<dyn Error>> {
        let register = self.home.register()?;
        let (code, device) = (by.code, device_id(&request.key));
        let open = match register
            .code(code)?
            .ok_or(RequestError::UnknownCode(code))?
        {
            EnrolCode::Open(open) => open,
            used @ EnrolCode::Used { .. } => return Ok(same_answer(used, code, device)?),
        };
        if self.now >= open.not_after.start() {
            let until = format_time(open.not_after.start());
            return Err(RequestError::ExpiredCode { code, until }.into());
        }
        if !request.is_proven_by(&open.secret) {
            return Err(RequestError::WrongProof { code, device }.into());
        }
        let root = root_of(&self.home.roots()?, open.root).ok_or(RequestError::NoRoot(code))?;
        let enrolment = self.enrolment(request, root, open.hub, open.hub_pins)?;
        let answer = Answer::seal(&enrolment, &open.secret);
        self.use_up(&register, code, device, answer)
    }

    fn use_up(
        &self,
        register: &Register,
        code: CodeId,
        device: DeviceId,
        answer: Vec<u8>,
    ) -> Result<Vec<u8>, Box<dyn Error>> {
        match register.use_code(code, device, self.now, &answer)? {
            UseResult::Now => Ok(answer),
            // Another run of this program was faster.
            UseResult::Before => {
                let used = register
                    .code(code)?
                    .ok_or(RequestError::UnknownCode(code))?;
                Ok(same_answer(used, code, device)?)
            }
        }
    }

    fn enrolment(
        &self,
        request: &DeviceRequest,
        root: Vec<u8>,
        hub: Option<HubAddress>,
        hub_pins: HubPins,
    ) -> Result<Enrolment, Box<dyn Error>> {
        let (device, name) = (device_id(&request.key).to_string(), request.name.as_str());
        look_alikes::check_alphabets(name)?;
        args::keep_name(
            &self.home.register()?,
            Kind::DeviceCertificate,
            &device,
            name,
        )?;
        let signer = self.home.signer(SigningKey::Devices)?;
        // A device's clock may be a little slow.
        let from = self.now.minus(DAY);
        // From the next bundle on this device can check the PINs of badges.
        let certificate = request.certificate(from, self.until());
        self.home.register()?.record_device(&certificate)?;
        Ok(Enrolment {
            root,
            certificate: signer.sign(
                Kind::DeviceCertificate,
                &request.certificate(from, self.until()),
            )?,
            hub,
            hub_pins,
        })
    }
}

/// What the device that used a code was answered, if it is this one.
fn same_answer(used: EnrolCode, code: CodeId, device: DeviceId) -> Result<Vec<u8>, RequestError> {
    match used {
        EnrolCode::Used {
            device: by, answer, ..
        } if by == device => Ok(answer),
        EnrolCode::Used { device, at, .. } => Err(RequestError::UsedCode {
            code,
            device,
            at: format_time(at),
        }),
        EnrolCode::Open(_) => Err(RequestError::UnknownCode(code)),
    }
}

/// The root that a code pins, which need not be the newest any more.
fn root_of(roots: &Roots, digest: Digest) -> Option<Vec<u8>> {
    let mut files = roots.files.iter();
    let (_, bytes) = files.find(|(_, bytes)| Digest::of(bytes) == digest)?;
    Some(bytes.clone())
}
