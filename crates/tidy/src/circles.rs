//! Things that lead to each other in a circle: strongly connected components (Tarjan 1972).

use std::collections::{BTreeMap, BTreeSet};

/// Groups of two and more in which each leads to every other.
pub fn circles<'a, T: Ord>(edges: &BTreeMap<&'a T, BTreeSet<&'a T>>) -> Vec<Vec<&'a T>> {
    let mut walk = Walk {
        edges,
        numbers: BTreeMap::new(),
        lows: BTreeMap::new(),
        open: Vec::new(),
        found: Vec::new(),
    };
    for node in edges.keys() {
        if !walk.numbers.contains_key(node) {
            walk.visit(node);
        }
    }
    walk.found
}

struct Walk<'e, 'a, T> {
    edges: &'e BTreeMap<&'a T, BTreeSet<&'a T>>,
    /// In which order each was seen first.
    numbers: BTreeMap<&'a T, usize>,
    /// The earliest that each leads to.
    lows: BTreeMap<&'a T, usize>,
    /// Seen, and not yet in a group.
    open: Vec<&'a T>,
    found: Vec<Vec<&'a T>>,
}

impl<'a, T: Ord> Walk<'_, 'a, T> {
    fn visit(&mut self, node: &'a T) -> usize {
        let number = self.numbers.len();
        self.numbers.insert(node, number);
        self.open.push(node);
        let mut low = number;
        for next in self.edges.get(node).into_iter().flatten() {
            match self.numbers.get(next) {
                None => low = low.min(self.visit(next)),
                Some(seen) if self.open.contains(next) => low = low.min(*seen),
                Some(_) => {}
            }
        }
        self.lows.insert(node, low);
        if low == number {
            let start = self.open.iter().position(|open| *open == node);
            let group = self.open.split_off(start.unwrap_or_default());
            if group.len() > 1 {
                self.found.push(group);
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_and_chains_are_none() {
        let names = ["a", "b", "c", "d"];
        let [a, b, c, d] = names.each_ref();
        let edges: BTreeMap<_, BTreeSet<_>> = [
            (a, [b].into()),
            (b, [c].into()),
            (c, [b, d].into()),
            (d, BTreeSet::new()),
        ]
        .into();
        assert_eq!(circles(&edges), [[b, c]]);
    }
}
