//! What stays the same while the scanner runs.

use std::{
    path::PathBuf,
    sync::{Arc, mpsc::Sender},
};

use super::event::Event;
use crate::{clock::Clock, config::Config, data::DataDir};

/// The device's directory, settings and clock, and the way to the loop.
pub(super) struct DeviceContext {
    pub(super) data: DataDir,
    pub(super) config: Config,
    pub(super) clock: Arc<Clock>,
    /// For whatever works beside the loop.
    pub(super) events: Sender<Event>,
    /// Where USB sticks are mounted.
    pub(super) sticks: Vec<PathBuf>,
    /// Where the kernel lists video devices.
    pub(super) video_devices: PathBuf,
}
