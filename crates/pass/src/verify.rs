//! The one way from a scanned document to one that can be believed.
//!
//! Nothing outside this file can make a [`Verified`].

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    badge::Badge,
    claims::{EnrolmentCode, Live, Pass, Place},
    document::Document,
    document_error::DocumentError,
    envelope::Envelope,
    key::PublicKey,
    kind::Kind,
    time::Timestamp,
    trust::{IssuerEntry, Recognition, TrustList},
};

/// Claims under a signature that the trust list accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T> {
    claims: T,
    issuer: Arc<IssuerEntry>,
    key: PublicKey,
    kind: Kind,
    live: Option<Live>,
}

impl<T> Verified<T> {
    /// The claims that were signed.
    pub fn claims(&self) -> &T {
        &self.claims
    }

    /// Who signed it, as the trust list knows them.
    pub fn issuer(&self) -> &IssuerEntry {
        &self.issuer
    }

    /// The key that signed it.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// What kind of document it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The holder's signature, when it came as a live code.
    pub fn live(&self) -> Option<Live> {
        self.live
    }
}

/// A document of one of the kinds that people show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifiedDocument {
    /// A pass or a family pass.
    Pass(Verified<Pass>),
    /// A place code.
    Place(Verified<Place>),
    /// A staff badge.
    Badge(Verified<Badge>),
    /// An enrolment code.
    Enrolment(Verified<EnrolmentCode>),
}

/// Checks a scanned document: key by (issuer, key number), signature, role, validity, claims.
///
/// The signature comes first: a document that the named key did not sign is
/// [`DocumentError::BadSignature`], whatever else is wrong with key or issuer. A pass of an issuer
/// that is outside its dates is a refused region's ([`Recognition::Refuse`]).
///
/// A pass that is verified is signed, no more: whether it has expired, is revoked or red is for the
/// caller to ask, of its claims and of the [lists](crate::list).
///
/// ```
/// use gatepost_pass::{
///     Document, DocumentError, Kind, VerifiedDocument, document::to_text,
///     fixture::{self, NOW}, verify,
/// };
///
/// let trust = fixture::trust();
/// let text = to_text(&fixture::documents().sign(Kind::Pass, &fixture::paper_pass(1)));
/// match verify(&Document::from_text(&text)?, &trust, NOW)? {
///     VerifiedDocument::Pass(pass) => assert_eq!(pass.issuer().id.as_str(), "CN-SD"),
///     _ => panic!("it is a pass"),
/// }
///
/// // The same pass, signed by an issuer that is not on the trust list.
/// let stranger = fixture::foreign("CN-XX");
/// let text = to_text(&stranger.sign(Kind::Pass, &fixture::paper_pass(1)));
/// let refused = verify(&Document::from_text(&text)?, &trust, NOW);
/// assert_eq!(refused, Err(DocumentError::UnknownIssuer(stranger.issuer)));
/// # Ok::<(), DocumentError>(())
/// ```
pub fn verify(
    document: &Document,
    trust: &TrustList,
    now: Timestamp,
) -> Result<VerifiedDocument, DocumentError> {
    let envelope = &document.envelope;
    match envelope.kind {
        Kind::Pass | Kind::FamilyPass => {
            let mut pass = verify_envelope::<Pass>(envelope, trust, now)?;
            pass.live = check_live(document, &pass.claims)?;
            Ok(VerifiedDocument::Pass(pass))
        }
        Kind::PlaceCode => Ok(VerifiedDocument::Place(verify_envelope(
            envelope, trust, now,
        )?)),
        Kind::Badge => Ok(VerifiedDocument::Badge(verify_envelope(
            envelope, trust, now,
        )?)),
        Kind::Enrolment => Ok(VerifiedDocument::Enrolment(verify_envelope(
            envelope, trust, now,
        )?)),
        Kind::LiveCode
        | Kind::Root
        | Kind::TrustList
        | Kind::Policy
        | Kind::Manifest
        | Kind::List
        | Kind::Receipt
        | Kind::DeviceCertificate
        | Kind::Batch
        | Kind::DeviceRequest
        | Kind::DeviceStatus
        | Kind::AuditEntry
        | Kind::WipeOrder
        | Kind::TimeAnswer
        | Kind::ProgramRelease => Err(DocumentError::NotACode {
            kind: envelope.kind,
        }),
    }
}

/// Claims of some kind of document: ties the type to the kinds that may hold it.
pub trait Claims: Serialize + DeserializeOwned {
    /// The kinds whose claims these are.
    const KINDS: &'static [Kind];

    /// What the types alone can't say about claims of this kind.
    fn check(&self, _kind: Kind) -> Result<(), DocumentError> {
        Ok(())
    }
}

impl Claims for Pass {
    const KINDS: &'static [Kind] = &[Kind::Pass, Kind::FamilyPass];

    fn check(&self, kind: Kind) -> Result<(), DocumentError> {
        let subjects = self.subjects.as_slice();
        let mut tags: Vec<_> = subjects.iter().map(|subject| subject.tag).collect();
        tags.sort_unstable();
        tags.dedup();
        let fits = match kind {
            Kind::FamilyPass => subjects.len() >= 2 && tags.len() == subjects.len(),
            _ => subjects.len() == 1,
        };
        if fits {
            Ok(())
        } else {
            Err(DocumentError::Subjects {
                kind,
                subjects: subjects.len(),
            })
        }
    }
}

impl Claims for Place {
    const KINDS: &'static [Kind] = &[Kind::PlaceCode];
}

impl Claims for Badge {
    const KINDS: &'static [Kind] = &[Kind::Badge];
}

impl Claims for EnrolmentCode {
    const KINDS: &'static [Kind] = &[Kind::Enrolment];
}

/// Checks any envelope that one key signs, and gives its claims.
pub fn verify_envelope<T: Claims>(
    envelope: &Envelope,
    trust: &TrustList,
    now: Timestamp,
) -> Result<Verified<T>, DocumentError> {
    let header = &envelope.header;
    if !T::KINDS.contains(&envelope.kind) {
        return Err(DocumentError::NotACode {
            kind: envelope.kind,
        });
    }
    let (issuer, key) = trust.named_key(header.issuer, header.key)?;
    // First of all: of what is forged nothing else may be said, least of all something that a
    // supervisor can set aside.
    key.key
        .verify(&envelope.message, &envelope.signature)
        .map_err(|_| DocumentError::BadSignature)?;
    let issuer = match trust.may_sign(issuer, key, envelope.kind, now) {
        Ok(()) => issuer.clone(),
        // A genuine pass, and nobody who is recognised now: like a refused region's, so that the
        // lists can still be asked about it.
        Err(DocumentError::NotRecognisedNow(_)) if is_pass(envelope.kind) => {
            Arc::new(IssuerEntry {
                recognition: Recognition::Refuse,
                ..IssuerEntry::clone(issuer)
            })
        }
        Err(why) => return Err(why),
    };
    let claims: T = envelope.peek()?;
    claims.check(envelope.kind)?;
    Ok(Verified {
        claims,
        issuer,
        key: key.key,
        kind: envelope.kind,
        live: None,
    })
}

const fn is_pass(kind: Kind) -> bool {
    matches!(kind, Kind::Pass | Kind::FamilyPass)
}

fn check_live(document: &Document, pass: &Pass) -> Result<Option<Live>, DocumentError> {
    let Some(live) = &document.live else {
        return Ok(None);
    };
    let holder = pass.holder.ok_or(DocumentError::NoHolderKey)?;
    holder
        .0
        .verify(&live.message, &live.signature)
        .map_err(|_| DocumentError::BadSignature)?;
    Ok(Some(Live { at: live.at }))
}
