//! The question whether the device stands at another place.

use std::time::Instant;

use gatepost_checkpoint::BadgeFault;
use gatepost_pass::Now;

use super::bar;

use crate::{
    app::state::{
        checkpoint::Checkpoint,
        place_moves::{MoveStep, PlaceMoves},
    },
    ui::{PlaceMoveStep, PlaceMoveView},
};

/// The page; nothing while no question is open.
pub(crate) fn view(
    checkpoint: &Checkpoint,
    moves: &PlaceMoves,
    now: Now,
    at: Instant,
) -> Option<PlaceMoveView> {
    let question = moves.question()?;
    let here = checkpoint.station.place();
    let there = checkpoint.rules_at(&question.to, now);
    Some(PlaceMoveView {
        number: moves.number(),
        from: here.name.clone(),
        from_id: here.id.to_string(),
        to: question.to.name.clone(),
        to_id: question.to.id.to_string(),
        rules: there.and_then(|there| bar::rules(&there)),
        step: match question.step {
            MoveStep::Confirm => PlaceMoveStep::Confirm,
            MoveStep::NobodyOnDuty => PlaceMoveStep::NobodyOnDuty,
            MoveStep::ShowBadge | MoveStep::EnterPin(_) => PlaceMoveStep::ShowBadge,
            MoveStep::BadgeRefused(BadgeFault::PinNotHere) => PlaceMoveStep::PinNotHere,
            MoveStep::BadgeRefused(_) => PlaceMoveStep::BadgeRefused,
        },
        seconds: u32::try_from(moves.seconds_left(at)).unwrap_or(u32::MAX),
    })
}
