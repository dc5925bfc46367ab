//! How much work a look may take, in work rather than time: the same picture gives the same result
//! on every machine.

/// Work that is left, in modules sampled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new(modules: usize) -> Self {
        Self(modules)
    }

    /// Takes the work of `modules` off; `None` if there is not that much left.
    pub(super) fn spend(&mut self, modules: usize) -> Option<()> {
        self.0 = self.0.checked_sub(modules)?;
        Some(())
    }
}
