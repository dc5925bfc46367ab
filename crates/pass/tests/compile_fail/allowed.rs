//! The same names, used as they are meant: this compiles.

use gatepost_pass::{
    BundleFiles, Document, List, Pass, Root, Rules, Timestamp, TrustList, Verified, VerifiedBundle,
    VerifiedDocument,
    bundle::{BundleError, Intake, Manifest},
    list::{ListHead, ReadAt},
    policy::Policy,
    verify,
};

pub fn documents(document: &Document, trust: &TrustList, now: Timestamp) -> Option<Pass> {
    let VerifiedDocument::Pass(pass) = verify(document, trust, now).ok()? else {
        return None;
    };
    let same: Verified<Pass> = pass.clone();
    let (_, _, _) = (same.issuer(), same.kind(), same.live());
    Some(same.claims().clone())
}

pub fn trust(bytes: &[u8]) -> Option<TrustList> {
    let root = Root::pin(bytes).ok()?.advance(bytes).ok()?;
    TrustList::verify(&root, bytes).ok()
}

pub fn bundle<F: BundleFiles>(root: &Root, files: &F) -> Result<(), BundleError> {
    let rules: Rules = Rules::verify(root, &[], files, Intake::Installed, Timestamp(0))?;
    let _: (&TrustList, &Manifest, &Policy) = (rules.trust(), rules.manifest(), rules.policy());
    let bundle: VerifiedBundle<F::Reader> =
        VerifiedBundle::verify(root, &[], files, Intake::Installed, Timestamp(0))?;
    let _: Option<&List<F::Reader>> = bundle.lists().next();
    Ok(())
}

pub fn list<R: ReadAt>(reader: R, trust: &TrustList) -> Option<ListHead> {
    let list = List::open(reader, trust, Timestamp(0)).ok()?;
    Some(list.head().clone())
}

fn readable<T: serde::de::DeserializeOwned>() {}

pub fn claims_are_read_from_bytes() {
    readable::<Pass>();
    readable::<Manifest>();
}
