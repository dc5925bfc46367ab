//! Updates of the program: the release of the hub or of a stick, judged by the trust list of the
//! installed bundle.

use super::{bundle::rules, error::SyncError, http::HubError};
use crate::{
    clock::Clock,
    config::ProgramSettings,
    data::{DataDir, Identity},
    program::{InstallTool, ProgramError, ProgramLeave, ReleaseOrigin, UpdateOutcome, Updater},
};

/// What updates the program of a device with these settings.
pub fn updater(data: &DataDir, settings: &ProgramSettings) -> Updater {
    let tool = InstallTool::new(settings.install.words());
    Updater::new(data.clone(), settings.target.clone(), Box::new(tool))
}

/// Takes the release that is there, if it is one for this device. `progress` is told how many bytes
/// of how many are here.
pub fn update_program(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    updater: &mut Updater,
    origin: &mut dyn ReleaseOrigin,
    leave: Option<&ProgramLeave>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<UpdateOutcome, SyncError> {
    let _lock = data.lock("program")?;
    let rules = rules(data, identity, clock)?;
    let now = clock.now().time;
    let updated = updater.update(origin, rules.trust(), now, leave, progress);
    let outcome = updated.map_err(of_hub)?;
    if let UpdateOutcome::Written(version) = outcome {
        log::info!("program {version} is in the other slot: it runs from the next start on");
    }
    Ok(outcome)
}

/// What the hub's client said of a fetch is the hub's fault, not the release's.
fn of_hub(error: ProgramError) -> SyncError {
    match error {
        ProgramError::Origin { what, source } => match source.downcast::<HubError>() {
            Ok(why) => why.into(),
            Err(source) => ProgramError::Origin { what, source }.into(),
        },
        error => error.into(),
    }
}
