//! How much work a look may take, in work rather than time: the same picture gives the same result
//! on every machine.

/// The work that may still be done, in modules sampled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    left: usize,
    /// Kept back for what has proved to be a code.
    reserve: usize,
}

impl Budget {
    pub(crate) fn new(modules: usize) -> Self {
        Self::with_reserve(modules, 0)
    }

    pub(crate) fn with_reserve(modules: usize, reserve: usize) -> Self {
        Self {
            left: modules,
            reserve,
        }
    }

    /// Takes the work of `modules` off; `None` if there is not that much left.
    pub(crate) fn spend(&mut self, modules: usize) -> Option<()> {
        self.left = self.left.checked_sub(modules)?;
        Some(())
    }

    /// There is a code: the reserve may be spent too.
    pub(crate) fn open(&mut self) {
        self.left += std::mem::take(&mut self.reserve);
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

    #[test]
    fn the_reserve_is_spent_only_once_there_is_a_code() {
        let mut budget = Budget::with_reserve(10, 5);
        assert!(budget.spend(11).is_none());
        budget.open();
        assert!(budget.spend(15).is_some());
        budget.open();
        assert!(budget.spend(1).is_none());
    }
}
