//! What the crate promises, seen from outside: documents, trust, lists, bundles.

#![allow(clippy::unwrap_used, clippy::panic)]

mod vectors;

use crate::{
    BundleFiles, Colour, Digest, Document, DocumentError, IssuerId, KeyId, Kind, Listing,
    PassNumber, Revocation, SubjectTag, Timestamp, TrustError, TrustList, VerifiedBundle,
    VerifiedDocument,
    bundle::{BundleError, Intake, Versions},
    document::{live_code, to_text},
    envelope::EnvelopeError,
    fixture::{self, DAY, NOW, Region, SIGNED, documents, foreign, issuer},
    list::{List, ListError, ListKind},
    trust::{Recognition, Roles},
    verify,
};

mod attacks;
mod bundles;
mod deltas;
mod documents;
mod floors;
mod identity;
mod keys;
mod lists;
mod program;
mod proposals;
mod remembered;
mod rules_here;
mod stolen;
mod trust;

fn scan(text: &str) -> Result<VerifiedDocument, DocumentError> {
    verify(&Document::from_text(text)?, &fixture::trust(), NOW)
}

fn scan_bytes(bytes: &[u8]) -> Result<VerifiedDocument, DocumentError> {
    scan(&to_text(bytes))
}

fn take(region: &Region, have: &Versions) -> Result<VerifiedBundle<Vec<u8>>, BundleError> {
    verify_new(&region.manifest(), &region.files, have, NOW)
}

fn verify_new<F: BundleFiles>(
    manifest: &[u8],
    files: &F,
    have: &Versions,
    now: Timestamp,
) -> Result<VerifiedBundle<F::Reader>, BundleError> {
    VerifiedBundle::verify(&fixture::root(), manifest, files, Intake::New(have), now)
}
