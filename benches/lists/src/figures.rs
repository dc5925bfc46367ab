//! What is measured, and the steps that measure it.

use std::error::Error;

use serde_json::{Map, Value};

use crate::data::Plan;

/// What a step found.
pub type Figures = Map<String, Value>;
/// What a step found, or why it failed.
pub type StepResult = Result<Figures, Box<dyn Error>>;
/// One structure: its steps, in order, by name.
pub type Steps = &'static [(&'static str, fn(&Plan) -> StepResult)];
