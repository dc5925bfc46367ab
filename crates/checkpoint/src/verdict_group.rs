//! Several codes of one frame, judged at once: each its own passage, one page for the guard.

use super::{
    judge::Judged,
    pass_back::share_a_person,
    verdict::{OpenQuestion, Outcome},
};

/// Most codes that share a page.
pub const MAX_GROUP: usize = 8;

/// The codes that share a page; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictGroup(Vec<Judged>);

/// The page is full: this one must have the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFull(pub Judged);

impl VerdictGroup {
    /// A page that begins with this code.
    pub fn new(first: Judged) -> Self {
        Self(vec![first])
    }

    /// Takes one more code onto the page, and gives its place there.
    pub fn join(&mut self, judged: Judged) -> Result<usize, Box<GroupFull>> {
        if self.0.len() == MAX_GROUP {
            return Err(Box::new(GroupFull(judged)));
        }
        self.0.push(judged);
        Ok(self.0.len() - 1)
    }

    /// The codes, in the order in which they came.
    pub fn members(&self) -> &[Judged] {
        &self.0
    }

    /// The worst outcome of all: a gate opens only when that is an admission.
    pub fn outcome(&self) -> Outcome {
        let outcomes = self.0.iter().map(|member| member.verdict.outcome);
        outcomes.max().unwrap_or(Outcome::Refuse)
    }

    /// The code that the page is about: the first of the worst, and of these one whose holder has
    /// passed already.
    pub fn worst(&self) -> usize {
        let weight = |at: &usize| {
            let verdict = self.0.get(*at).map(|member| &member.verdict);
            verdict.map(|verdict| (verdict.outcome, verdict.passed_minutes_ago.is_some()))
        };
        // Of equals the last of what it is given.
        (0..self.0.len())
            .rev()
            .max_by_key(weight)
            .unwrap_or_default()
    }

    /// The first code whose verdict waits for an answer: they are asked one after the other.
    pub fn asked(&self) -> Option<(usize, OpenQuestion)> {
        let waiting = |(at, member): (usize, &Judged)| Some((at, member.verdict.question()?));
        self.0.iter().enumerate().find_map(waiting)
    }

    /// Whether somebody on this code is let through, or waits for an answer, on another one here.
    pub fn lets_through_one_of(&self, judged: &Judged) -> bool {
        self.0.iter().any(|member| {
            let verdict = &member.verdict;
            let admitted = verdict.outcome == Outcome::Admit || verdict.question().is_some();
            admitted && share_a_person(&member.seen, &judged.seen)
        })
    }

    /// Puts what was decided once more in the place of what was decided before.
    pub fn decide_again(&mut self, at: usize, again: impl FnOnce(Judged) -> Judged) {
        if let Some(member) = self.0.get_mut(at) {
            *member = again(member.clone());
        }
    }
}
