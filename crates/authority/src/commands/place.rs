//! `place`: a signed code of a place, which tells a device where it is.

use std::error::Error;

use gatepost_pass::{KebabName, Kind, Place, Text, document::to_text, time::Minute};

use super::policy;
use crate::{
    args::{self, CodeArgs},
    context::Context,
    durations::DAY,
    signing_keys::SigningKey,
};

/// Arguments of `place`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Short stable name, such as gate-3 or a vehicle's number.
    #[arg(long, value_parser = args::name::<24>)]
    id: Text<24>,
    /// A place that a device does not leave by itself, such as a gate: once a device stands there,
    /// only a supervisor moves it, by badge and PIN.
    #[arg(long)]
    fixed: bool,
    /// Class of the place in the policy, whose rules hold there; without one the strictest of all.
    #[arg(long)]
    class: Option<KebabName>,
    /// Area of the policy where it lies; without one the highest risk.
    #[arg(long)]
    area: Option<KebabName>,
    #[command(flatten)]
    code: CodeArgs,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    policy::knowing(&home, args.class.as_ref(), args.area.as_ref())?;
    let signer = home.signer(SigningKey::Documents)?;
    let claims = Place {
        id: args.id.clone(),
        name: args.code.name.clone(),
        not_after: Minute::of(context.now.plus(args.code.days * DAY)),
        fixed: args.fixed,
        class: args.class.clone(),
        area: args.area.clone(),
    };
    let (id, name) = (claims.id.as_str(), claims.name.as_str());
    args::keep_name(&home.register()?, Kind::PlaceCode, id, name)?;
    let text = to_text(&signer.sign(Kind::PlaceCode, &claims)?);
    args.code.out.write(&text)?;
    Ok(())
}
