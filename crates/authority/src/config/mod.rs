//! What people edit: `trust.json` and `policy.json`, and how they become claims.

mod file;
mod floors;
mod places;
mod policy;
mod text_forms;
mod trust;

pub(crate) use file::{ConfigFileError, changed, load, save};
pub(crate) use floors::FloorsConfig;
pub(crate) use policy::PolicyConfig;
pub(crate) use trust::{IssuerConfig, KeyConfig, RecognitionConfig, RoleName, TrustConfig};
