//! Everything that ends a command, each saying what happened and what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    BundleError, CodeId, DeviceId, IdNumberError, IssuerId, KeyError, ListError, PassNumber,
    TrustError, ValueError,
    envelope::EnvelopeError,
    list::{DeltaError, WriteError},
};
use gatepost_protocol::device::CertificateError;

use crate::{
    person::NameError,
    status_rows::FileFault,
    store::{EndsFirst, StoreError},
    trace::audit::AuditError,
};

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A command that needs a home was given none.
    #[error("which authority? Add --home DIR")]
    NoHome,
    /// The standard input can't be read.
    #[error("the standard input can't be read: {0}")]
    Input(std::io::Error),
    /// `init` on a directory that holds something.
    #[error("{0} exists and is not empty: nothing was changed. Choose another directory")]
    HomeTaken(PathBuf),
    /// A directory that `init` did not make.
    #[error("{0} is not the home of an authority: make one with `init`")]
    NotHome(PathBuf),
    /// The threshold of the root is larger than the number of its keys.
    #[error("a threshold of {threshold} needs at least as many root keys, not {keys}")]
    Threshold {
        /// How many must sign.
        threshold: u8,
        /// How many there are.
        keys: u8,
    },
    /// A file can't be read or written.
    #[error("can't {verb} {path}: {why}")]
    File {
        /// What was tried.
        verb: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// `trust.json` or `policy.json` breaks its format.
    #[error("{path}: {why}. Correct the file and try again")]
    Config {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with line and column.
        why: serde_json::Error,
    },
    /// A configuration whose values do not fit together.
    #[error("{path}: {why}")]
    Values {
        /// Which file.
        path: PathBuf,
        /// What does not fit.
        why: &'static str,
    },
    /// A key file breaks its format.
    #[error("{path}: {why}")]
    Key {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: KeyError,
    },
    /// A file of a secret in hexadecimal breaks its format.
    #[error("{path}: {why}")]
    Secret {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: WordError,
    },
    /// The log of who traced whom does not count.
    #[error(
        "{path}: {why}. Nothing was opened: find out what happened to it, keep it, and put a copy back"
    )]
    Audit {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: AuditError,
    },
    /// An `https:` hub without a pin, or with too many.
    #[error(
        "a hub with https: needs one to four --hub-pin: the SHA-256 of its certificate's public key"
    )]
    Pins,
    /// A request that names no code, and no `--hub`.
    #[error(
        "the request names no enrolment code: if you know where it comes from, say which hub its device has: --hub URL, or --hub \"\""
    )]
    NoHub,
    /// A `--hub` for requests whose codes name one.
    #[error("the enrolment code says which hub the device has: leave --hub out")]
    HubTwice,
    /// One of many requests that names no code.
    #[error(
        "it names no enrolment code, so anybody may have sent it: enrol it as a file, with --hub, if you know where it comes from"
    )]
    Unproven,
    /// The code by which a device asks.
    #[error(transparent)]
    Code(#[from] CodeFault),
    /// Requests of a directory that were refused.
    #[error("{refused} of {of} requests were refused, as said above; the others are answered")]
    Refused {
        /// How many.
        refused: usize,
        /// Of how many.
        of: usize,
    },
    /// A window of time that is empty or too long.
    #[error("the window of time must begin before it ends, and be at most 92 days long")]
    Window,
    /// A public key given on the command line.
    #[error("`{0}` is neither a file that `public` wrote nor 64 hexadecimal digits of a key")]
    PublicKey(String),
    /// A bare key has no number.
    #[error("a key in hexadecimal needs its number: add --{0}")]
    KeyNumber(&'static str),
    /// A key file of someone else.
    #[error("{path} holds a key of {found}, not of {expected}")]
    OtherIssuer {
        /// Which file.
        path: PathBuf,
        /// Whose key it holds.
        found: IssuerId,
        /// Whose was asked for.
        expected: IssuerId,
    },
    /// Recognition by conversion without an address, or an address without it.
    #[error("--address says where passes are converted: give it with --recognition convert, only")]
    Address,
    /// The issuer is there already.
    #[error("{0} is on the trust list already: edit trust.json to change it")]
    KnownIssuer(IssuerId),
    /// Too few root keys in the home to sign.
    #[error(
        "{have} keys of root {version} are in keys/, too few to sign the trust list: put more back"
    )]
    FewRootKeys {
        /// Which root.
        version: u32,
        /// Keys that are here.
        have: usize,
    },
    /// A root key that is none.
    #[error("root {0} has no such key: `inspect` the files in keys/ to see them")]
    NoRootKey(u32),
    /// A person's number can't be used.
    #[error(transparent)]
    IdNumber(#[from] IdNumberError),
    /// A person's name can't be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// `--person` is not `ID;NAME[;COLOUR[;CLASS]]`.
    #[error("--person should be \"ID;NAME\", \"ID;NAME;COLOUR\" or \"ID;NAME;COLOUR;CLASS\"")]
    PersonText,
    /// One person twice on a family pass.
    #[error("a person stands on the pass twice")]
    SamePerson,
    /// More persons than a family pass holds.
    #[error("a pass holds 1 to 6 persons, not {0}: issue several")]
    Persons(usize),
    /// A medium that does not fit the holder key.
    #[error(
        "a holder key belongs to one person's phone pass: leave out --holder-key, or --medium paper"
    )]
    HolderKey,
    /// Nobody of that tag has a pass.
    #[error("nobody with this tag was ever issued a pass: check it, or use --id")]
    UnknownTag,
    /// A status whose times do not fit together.
    #[error("--since, --until: {0}")]
    EndsFirst(#[from] EndsFirst),
    /// A file of statuses that is none.
    #[error("{path}: {why}")]
    StatusFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong with the whole of it.
        why: FileFault,
    },
    /// Rows of a file of statuses that can't be used.
    #[error(
        "{rejected} of {rows} rows are rejected: nothing was changed. Correct them, or add --skip-rejected to take the others"
    )]
    Rejected {
        /// How many.
        rejected: u64,
        /// Of how many.
        rows: u64,
    },
    /// `identity import` without an identity list.
    #[error("this authority publishes no identity list: `identity on` first")]
    NoIdentityList,
    /// The identity list's salt changed while keys were made.
    #[error("the identity list was ended or given another salt meanwhile: start again")]
    IdentityChanged,
    /// The published list does not answer.
    #[error("the published list does not answer: {0}. `publish` again")]
    Query(ListError),
    /// `query` before the first `publish`.
    #[error("nothing was published yet: `publish` first")]
    NotPublished,
    /// `lists verify` found something.
    #[error("{0} findings: this bundle must not go out as it is")]
    Findings(usize),
    /// `lists import` found nothing.
    #[error("no list or delta in it can be used here: nothing was changed")]
    NoLists,
    /// No pass or badge of that number.
    #[error("no pass or badge {0} was issued here: check the number")]
    UnknownPass(PassNumber),
    /// A badge for too many places.
    #[error(
        "a badge counts at most at four places or groups of places: use a prefix such as bus-*"
    )]
    Sites,
    /// Not a PIN.
    #[error(transparent)]
    Pin(#[from] gatepost_pass::badge::PinError),
    /// A batch of random numbers that were all taken.
    #[error("no free pass number was found: try again")]
    NoNumber,
    /// A list that could not be written.
    #[error(transparent)]
    List(#[from] WriteError),
    /// A list that answers wrongly.
    #[error("the new lists answer wrongly for {0} persons or passes: nothing was published")]
    FalseAnswers(u64),
    /// A list that was just written can't be asked.
    #[error("the new lists can't be read back: {0}. Nothing was published")]
    Answers(ListError),
    /// A delta that can't be made, or makes something else.
    #[error(transparent)]
    Delta(#[from] DeltaError),
    /// A bundle that does not verify.
    #[error("the bundle does not verify: {0}")]
    Bundle(#[from] BundleError),
    /// A root or trust list that does not count.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A text or file that is not a document.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A device's request that does not count.
    #[error("{0}. Let the device write its request again")]
    Request(CertificateError),
    /// Neither a code nor a file that Gatepost knows.
    #[error("{0} is nothing that Gatepost knows")]
    Unknown(String),
    /// A picture that can't be made.
    #[error("can't make the picture: {0}")]
    Picture(String),
    /// The store of persons and passes.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No randomness.
    #[error("the system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

/// Why a device that asks by an enrolment code gets no certificate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeFault {
    /// Not of this authority.
    #[error("no enrolment code {0} was made here: let the device scan one of this authority's")]
    Unknown(CodeId),
    /// Too late.
    #[error("enrolment code {code} counted until {until}: make a new one with `enrol-code`")]
    Expired {
        /// Which code.
        code: CodeId,
        /// Until when.
        until: String,
    },
    /// Another device has it.
    #[error(
        "enrolment code {code} was used up by device {device} at {at}: make a new one with `enrol-code`. If nobody knows that device, somebody else saw the code: revoke it"
    )]
    Used {
        /// Which code.
        code: CodeId,
        /// By whom.
        device: DeviceId,
        /// When.
        at: String,
    },
    /// The proof is for another key, or made up.
    #[error(
        "the proof for enrolment code {code} is not of device {device}: it has not seen the code. The code is still good"
    )]
    Forged {
        /// Which code.
        code: CodeId,
        /// Who asks.
        device: DeviceId,
    },
    /// The root that the code pins is no longer in the home.
    #[error("the root that enrolment code {0} pins is not in root/: put it back")]
    Root(CodeId),
}

/// Names the file in an input or output error.
pub(crate) fn at(verb: &'static str, path: &Path) -> impl Fn(io::Error) -> Error {
    move |why| Error::File {
        verb,
        path: path.to_owned(),
        why,
    }
}
