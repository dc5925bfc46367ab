//! What users of a gate, a bus and a station really see: a table of parameters for each.

use crate::auto_control::{AutoExposure, Focus, Settling};
use crate::light::{Flicker, Glare};
use crate::motion::{Entrance, Path, Shake};
use crate::setting::{Screen, Setting, Shutter};

/// How sheets and phones are shown to a scanner. The same seed is the same hand and the same room
/// in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// A printed pass held out to a gate's camera indoors, brought in from the side.
    PaperHandheld,
    /// A sheet that was rolled in a pocket, under tubes on the mains: bent, with dark bands.
    PaperCurled,
    /// A sheet outdoors after sunset: a long exposure at high gain, so noise and motion blur.
    PaperDusk,
    /// A laminated card under a lamp that is mirrored across the code as the hand turns.
    PaperLaminatedGlare,
    /// A phone at normal brightness, held out to a gate indoors.
    PhoneIndoors,
    /// A phone that saves its battery, in a dim room: a dark, noisy picture with the bands of the
    /// screen's dimmer.
    PhoneDim,
    /// A phone under the sun: the screen is darker than the world and mirrors the sky.
    PhoneSunlight,
    /// A bright phone at night: blown out until the exposure has settled, its light all over the
    /// lens.
    PhoneNight,
    /// Boarding a bus: the phone swings in fast from far, focus and exposure hunt, and it leaves.
    PhoneApproach,
    /// An inspector at a bus station with a handheld, from farther off: few pixels per module, two
    /// unsteady hands.
    BusStationFar,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::PaperHandheld,
        Self::PaperCurled,
        Self::PaperDusk,
        Self::PaperLaminatedGlare,
        Self::PhoneIndoors,
        Self::PhoneDim,
        Self::PhoneSunlight,
        Self::PhoneNight,
        Self::PhoneApproach,
        Self::BusStationFar,
    ];

    /// Its name in lower case with hyphens.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PaperHandheld => "paper-handheld",
            Self::PaperCurled => "paper-curled",
            Self::PaperDusk => "paper-dusk",
            Self::PaperLaminatedGlare => "paper-laminated-glare",
            Self::PhoneIndoors => "phone-indoors",
            Self::PhoneDim => "phone-dim",
            Self::PhoneSunlight => "phone-sunlight",
            Self::PhoneNight => "phone-night",
            Self::PhoneApproach => "phone-approach",
            Self::BusStationFar => "bus-station-far",
        }
    }

    /// Its parameters.
    #[must_use]
    pub fn setting(self) -> Setting {
        let paper = Setting::paper();
        let phone = Setting::phone();
        match self {
            Self::PaperHandheld => paper,
            Self::PaperCurled => Setting {
                curl: [0.45, 0.85],
                mains: Flicker {
                    hz: 100.0,
                    depth: 0.5,
                },
                shutter: Shutter {
                    exposure_ms: 4.0,
                    readout_ms: 25.0,
                },
                ..paper
            },
            Self::PaperDusk => Setting {
                shutter: Shutter {
                    exposure_ms: 30.0,
                    readout_ms: 30.0,
                },
                white: 0.38,
                electrons: 330.0,
                read_noise: 3.0,
                mains: Flicker::NONE,
                ..paper
            },
            Self::PaperLaminatedGlare => Setting {
                glare: Some(Glare {
                    tube: false,
                    peak: 5.0,
                    size: 0.07,
                    sweep_ms: 900.0,
                }),
                sky: 0.03,
                ..paper
            },
            Self::PhoneIndoors => phone,
            Self::PhoneDim => Setting {
                screen: Screen {
                    brightness: 1.2,
                    // Not quite eight to a frame, so the bands creep.
                    flicker: Flicker {
                        hz: 241.0,
                        depth: 0.8,
                    },
                },
                // The camera keeps its exposure short against motion blur, and so must amplify.
                shutter: Shutter {
                    exposure_ms: 2.8,
                    readout_ms: 28.0,
                },
                white: 0.14,
                electrons: 220.0,
                read_noise: 3.5,
                ..phone
            },
            Self::PhoneSunlight => Setting {
                screen: Screen {
                    brightness: 0.35,
                    flicker: Flicker::NONE,
                },
                sky: 0.22,
                glare: Some(Glare {
                    tube: true,
                    peak: 0.8,
                    size: 0.2,
                    sweep_ms: 1500.0,
                }),
                shutter: Shutter {
                    exposure_ms: 1.5,
                    readout_ms: 22.0,
                },
                white: 0.8,
                mains: Flicker::NONE,
                ..phone
            },
            Self::PhoneNight => Setting {
                screen: Screen {
                    brightness: 14.0,
                    flicker: Flicker {
                        hz: 360.0,
                        depth: 0.2,
                    },
                },
                white: 0.10,
                metering: AutoExposure {
                    error_ev: 3.2,
                    settling: Settling {
                        delay_ms: 120.0,
                        settle_ms: 260.0,
                        hz: 0.7,
                    },
                },
                stray: 0.06,
                shutter: Shutter {
                    exposure_ms: 16.0,
                    readout_ms: 28.0,
                },
                electrons: 1500.0,
                ..phone
            },
            Self::PhoneApproach => Setting {
                path: Path {
                    entry: Entrance::Far(2.6),
                    travel_ms: 620.0,
                    hold_ms: 1300.0,
                },
                focus: Focus::Auto {
                    settling: Settling {
                        delay_ms: 130.0,
                        settle_ms: 170.0,
                        hz: 2.2,
                    },
                    hunts_per_s: 0.8,
                },
                metering: AutoExposure {
                    error_ev: 1.2,
                    settling: Settling {
                        delay_ms: 60.0,
                        settle_ms: 220.0,
                        hz: 1.3,
                    },
                },
                shake: phone.shake.times(2.0),
                aperture_mm: 1.6,
                ..phone
            },
            Self::BusStationFar => Setting {
                fov_deg: 40.0,
                module_mm: 1.0,
                px_per_module: [2.1, 2.9],
                tilt_deg: 16.0,
                path: Path {
                    entry: Entrance::Far(1.7),
                    travel_ms: 700.0,
                    hold_ms: f32::INFINITY,
                },
                // A tenth of a degree of the scanner's hand is more than half a millimetre there.
                shake: Shake {
                    tremor_mm: 0.6,
                    drift_mm: 5.0,
                    ..paper.shake.times(1.5)
                },
                focus: Focus::Fixed(300.0),
                shutter: Shutter {
                    exposure_ms: 8.0,
                    readout_ms: 20.0,
                },
                ..paper
            },
        }
    }
}
