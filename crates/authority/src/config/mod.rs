//! What people edit: `trust.json` and `policy.json`, and how they become claims.

mod file;
mod policy;
mod text_forms;
mod trust;

pub(crate) use file::{ConfigFileError, load, save};
pub(crate) use policy::PolicyConfig;
pub(crate) use trust::{IssuerConfig, KeyConfig, RecognitionConfig, RoleName, TrustConfig};
