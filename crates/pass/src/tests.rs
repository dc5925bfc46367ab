//! What the crate promises, seen from outside: documents, trust, lists, bundles.

#![allow(clippy::unwrap_used, clippy::panic)]

mod vectors;

use crate::{
    Colour, Digest, Document, DocumentError, IssuerId, KeyId, Kind, Listing, PassNumber,
    Revocation, SubjectTag, TrustError, TrustList, VerifiedBundle, VerifiedDocument,
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
mod identity;
mod keys;
mod lists;
mod stolen;
mod trust;

fn scan(text: &str) -> Result<VerifiedDocument, DocumentError> {
    verify(&Document::from_text(text)?, &fixture::trust(), NOW)
}

fn scan_bytes(bytes: &[u8]) -> Result<VerifiedDocument, DocumentError> {
    scan(&to_text(bytes))
}

fn take(region: &Region, have: &Versions) -> Result<VerifiedBundle<Vec<u8>>, BundleError> {
    let manifest = region.manifest();
    VerifiedBundle::verify(
        &fixture::root(),
        &manifest,
        &region.files,
        Intake::New(have),
        NOW,
    )
}
