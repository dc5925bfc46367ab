//! From the text of a QR code to a verified pass, as any other implementation has to do it.
//!
//! ```sh
//! cargo run -p gatepost-pass --features fixture --example verify_pass            # a pass of its
//! own cargo run -p gatepost-pass --features fixture --example verify_pass 'GP1:…'
//! ```
//!
//! Everything is signed with the published keys of `keys/test`: nothing of it is valid anywhere.

use std::error::Error;

use gatepost_pass::{
    Document, Kind, Root, TrustList, VerifiedDocument,
    document::to_text,
    fixture::{self, NOW},
    verify,
};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    // What a device has: the root that it was given when it was enrolled, and the trust list that
    // the root has signed.
    let root = Root::pin(&fixture::root_bytes())?;
    let trust = TrustList::verify(&root, &fixture::trust_bytes(&fixture::trust_claims()))?;

    // What a person shows. An authority makes it by signing claims.
    let text = match std::env::args().nth(1) {
        Some(text) => text,
        None => to_text(&fixture::documents().sign(Kind::FamilyPass, &fixture::family_pass(1))),
    };
    println!("{text}");

    // The form first, then the signature. Time is an argument: nothing here reads a clock.
    let document = Document::from_text(&text)?;
    let VerifiedDocument::Pass(pass) = verify(&document, &trust, NOW)? else {
        return Err("this code is no pass".into());
    };

    // What it says can be believed now. Whether it is valid today, revoked, or of a person who has
    // turned red, the caller asks next: of these claims and of the lists of a bundle.
    let claims = pass.claims();
    println!("pass {} of {}", claims.number, pass.issuer().name);
    for subject in claims.subjects.as_slice() {
        println!(
            "  {} {} {}",
            subject.name,
            subject.last4.as_str(),
            subject.colour.name()
        );
    }
    Ok(())
}
