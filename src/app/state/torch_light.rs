//! Whether the torch is on, and why: a finger lit it, or a code that got too little light. What a
//! finger does goes before. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

use crate::config::TorchSettings;

/// How long a torch that lit by itself stays on after the last code.
const UNNEEDED: Duration = Duration::from_secs(20);

/// The torch as the button shows it.
#[derive(Debug)]
pub(crate) struct TorchLight {
    by_itself: bool,
    /// It goes out after so long, whoever lit it.
    lasts: Duration,
    lit: Option<Lit>,
    /// A finger put it out, and when a code last needed it since then.
    put_out: Option<Instant>,
}

/// Who lit it, and when.
#[derive(Clone, Copy, Debug)]
struct Lit {
    since: Instant,
    /// When a code last was in its light; nothing where a finger lit it.
    code: Option<Instant>,
}

impl TorchLight {
    pub(crate) fn new(settings: &TorchSettings) -> Self {
        Self {
            by_itself: settings.auto,
            lasts: settings.lasts(),
            lit: None,
            put_out: None,
        }
    }

    /// Whether it is on.
    pub(crate) fn is_on(&self) -> bool {
        self.lit.is_some()
    }

    /// A finger switched it.
    pub(crate) fn tapped(&mut self, on: bool, at: Instant) {
        let by_finger = Lit {
            since: at,
            code: None,
        };
        self.lit = on.then_some(by_finger);
        self.put_out = (!on).then_some(at);
    }

    /// A code gets too little light. Whether the torch lights now.
    pub(crate) fn needed(&mut self, at: Instant) -> bool {
        if let Some(put_out) = &mut self.put_out {
            if at.saturating_duration_since(*put_out) < UNNEEDED {
                *put_out = at;
                return false;
            }
            self.put_out = None;
        }
        self.code_seen(at);
        let lights = self.by_itself && self.lit.is_none();
        if lights {
            self.lit = Some(Lit {
                since: at,
                code: Some(at),
            });
        }
        lights
    }

    /// A code is in its light.
    pub(crate) fn code_seen(&mut self, at: Instant) {
        if let Some(Lit {
            code: Some(last), ..
        }) = &mut self.lit
        {
            *last = at;
        }
    }

    /// Time passes. Whether the torch goes out now.
    pub(crate) fn tick(&mut self, at: Instant) -> bool {
        let since = |then| at.saturating_duration_since(then);
        let over = |lit: &mut Lit| {
            since(lit.since) >= self.lasts || lit.code.is_some_and(|code| since(code) >= UNNEEDED)
        };
        self.lit.take_if(over).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Light, Within};

    fn torch(auto: bool) -> TorchLight {
        TorchLight::new(&TorchSettings {
            light: Light::Led("led".to_owned()),
            minutes: Within::nearest(5),
            auto,
        })
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_torch_lights_for_a_code_in_the_dark_and_goes_out_twenty_seconds_after_the_last_one() {
        let (mut torch, start) = (torch(true), Instant::now());
        assert!(!torch.tick(start));
        assert!(torch.needed(start) && torch.is_on());
        assert!(!torch.needed(start + SECOND), "it is on already");
        torch.code_seen(start + 10 * SECOND);
        assert!(!torch.tick(start + 29 * SECOND));
        assert!(torch.tick(start + 30 * SECOND) && !torch.is_on());
        assert!(torch.needed(start + 31 * SECOND));
    }

    #[test]
    fn a_torch_that_is_not_to_light_by_itself_does_not() {
        let (mut torch, start) = (torch(false), Instant::now());
        assert!(!torch.needed(start) && !torch.is_on());
        torch.tapped(true, start);
        assert!(torch.is_on());
    }

    #[test]
    fn a_finger_goes_before() {
        let (mut torch, start) = (torch(true), Instant::now());
        assert!(torch.needed(start));
        torch.tapped(false, start + SECOND);
        // As long as the same darkness lasts.
        for second in 2..60 {
            assert!(!torch.needed(start + second * SECOND));
        }
        assert!(torch.needed(start + 80 * SECOND));
        // What a finger lit goes out by its minutes only.
        torch.tapped(true, start + 81 * SECOND);
        assert!(!torch.tick(start + 200 * SECOND));
        assert!(torch.tick(start + 381 * SECOND) && !torch.is_on());
    }

    #[test]
    fn no_torch_stays_on_longer_than_the_settings_say() {
        let (mut torch, start) = (torch(true), Instant::now());
        assert!(torch.needed(start));
        for second in 1..300 {
            torch.code_seen(start + second * SECOND);
            assert!(!torch.tick(start + second * SECOND), "{second}");
        }
        assert!(torch.tick(start + 300 * SECOND));
    }
}
