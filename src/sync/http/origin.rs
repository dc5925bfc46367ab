//! The hub, or any server that has its files, as an origin of bundles and images: what comes is
//! checked by signature and digest, so its mark is not needed.

use std::io::{self, Read};

use gatepost_pass::{Digest, KebabName, Kind, ProgramRelease, bundle::FileEntry};
use gatepost_protocol::routes;
use ureq::http::StatusCode;

use super::{Accepted, Credible, HubClient, HubError, Response, read_all};
use crate::{program::ReleaseOrigin, store::bundles::BundleOrigin};

impl BundleOrigin for HubClient {
    fn manifest(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let mut fetch = || {
            let Accepted { answer, marked } = self.get(routes::MANIFEST, Credible::Anyone, &[])?;
            let status = answer.status().as_u16();
            let manifest = read_all(answer, limit as u64)?;
            // A page of another server, and not a manifest of a newer authority.
            let says_manifest = manifest.first() == Some(&(Kind::Manifest as u8));
            match marked || says_manifest {
                true => Ok(manifest),
                false => Err(HubError::OtherServer(status)),
            }
        };
        fetch().map_err(io::Error::other)
    }

    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        self.signed_file(&entry.digest, entry.length, offset)
    }
}

impl ReleaseOrigin for HubClient {
    fn release(&mut self, target: &KebabName) -> io::Result<Option<Vec<u8>>> {
        self.program_release(target).map_err(io::Error::other)
    }

    fn image(&mut self, release: &ProgramRelease, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        self.signed_file(&release.digest, release.length.get(), offset)
    }
}

impl HubClient {
    /// A file of which digest and length are signed, from `offset` on.
    fn signed_file(
        &mut self,
        digest: &Digest,
        length: u64,
        offset: u64,
    ) -> io::Result<Box<dyn Read + '_>> {
        let path = format!("{}{digest}", routes::FILES);
        let answer = self.get_from(&path, offset).map_err(io::Error::other)?;
        // A page of another server must not come into a file that the next sync goes on with.
        let start = start_of(&answer, length).filter(|start| *start <= offset);
        let Some(start) = start else {
            let status = answer.status().as_u16();
            return Err(io::Error::other(HubError::OtherServer(status)));
        };
        let mut reader = answer.into_body().into_reader();
        // A server without range requests sends all of it: skip what is here already.
        io::copy(&mut (&mut reader).take(offset - start), &mut io::sink())?;
        Ok(Box::new(reader))
    }
}

/// At which of its bytes an answer with a file of that length begins (RFC 9110, 14.4); nothing
/// where it is not of that length.
fn start_of(answer: &Response, length: u64) -> Option<u64> {
    let header = |name| answer.headers().get(name)?.to_str().ok();
    let (start, whole) = match answer.status() {
        StatusCode::PARTIAL_CONTENT => {
            let (range, whole) = header("content-range")?
                .strip_prefix("bytes ")?
                .split_once('/')?;
            (range.split_once('-')?.0, whole)
        }
        _ => ("0", header("content-length")?),
    };
    (whole.parse() == Ok(length)).then(|| start.parse().ok())?
}
