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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_until_there_is_not_enough_left() {
        let mut budget = Budget::new(10);
        assert!(budget.spend(7).is_some());
        assert!(budget.spend(4).is_none());
        // What was refused took nothing.
        assert!(budget.spend(3).is_some());
        assert!(budget.spend(1).is_none());
        assert!(budget.spend(0).is_some());
    }
}
