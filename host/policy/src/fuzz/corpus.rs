//! The inputs worth keeping: each went somewhere none before it had gone, or cost more than
//! any before it.
//!
//! Not here: files (the program keeps them).

use std::collections::HashMap;

use super::Input;
use super::chance::Chance;
use super::target::Seen;
use crate::questions::Question;

/// What was kept, and what has been seen.
#[derive(Default)]
pub(super) struct Corpus {
    entries: Vec<Input>,
    /// Those of them that went somewhere new; the others only cost more.
    ways: Vec<usize>,
    /// For each edge, the ranges of counts it was passed with, a bit each.
    passed: Vec<u8>,
    highs: HashMap<Question, Highs>,
}

/// What is new about an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    /// Nothing; it was not kept.
    None,
    /// It cost more than any before.
    Cost,
    /// It went where none had gone before.
    Way,
}

/// The most one question has cost so far, and by which entry.
#[derive(Default)]
struct Highs {
    fuel: u64,
    memory_octets: u64,
    host_calls: u64,
    entries: [Option<usize>; 3],
}

/// A high is worth keeping if it is that much higher: by an eighth.
const HIGHER_BY: u64 = 8;

/// So often; they are large and take long.
const COSTLIEST_EVERY: usize = 24;

/// One of the newest is chosen as often as any other at all.
const NEWEST: usize = 8;

impl Corpus {
    /// What was kept.
    pub(super) fn entries(&self) -> &[Input] {
        &self.entries
    }

    /// How many edges were passed by any input.
    pub(super) fn edges(&self) -> u32 {
        let passed = self.passed.iter().filter(|ranges| **ranges != 0);
        u32::try_from(passed.count()).unwrap_or(u32::MAX)
    }

    /// Keeps the input if what it did is new.
    pub(super) fn consider(&mut self, input: &Input, edges: &[u8], seen: &Seen) -> Novelty {
        let went = self.goes_on(edges);
        let at = self.entries.len();
        let cost = self.highs.entry(input.question).or_default().rise(seen, at);
        if went || cost {
            self.entries.push(input.clone());
        }
        if went {
            self.ways.push(at);
        }
        match (went, cost) {
            (true, _) => Novelty::Way,
            (false, true) => Novelty::Cost,
            (false, false) => Novelty::None,
        }
    }

    /// One to go on from: any that went somewhere new, one of the newest, or now and then
    /// the costliest of a question. Of two, the smaller one: it tells as much in less time.
    pub(super) fn pick(&self, chance: &mut Chance) -> Option<&Input> {
        if chance.once_in(COSTLIEST_EVERY)
            && let Some(costliest) = self.costliest(chance)
        {
            return Some(costliest);
        }
        let newest = self.ways.len().saturating_sub(NEWEST);
        let from = if chance.once_in(2) { newest } else { 0 };
        let mut one = || self.entries.get(*chance.pick(&self.ways[from..])?);
        let (one, other) = (one()?, one()?);
        Some(if one.size() <= other.size() {
            one
        } else {
            other
        })
    }

    fn costliest(&self, chance: &mut Chance) -> Option<&Input> {
        let entry = chance.pick(&self.entries)?;
        let highs = self.highs.get(&entry.question)?;
        let at = (*chance.pick(&highs.entries)?)?;
        self.entries.get(at)
    }

    fn goes_on(&mut self, edges: &[u8]) -> bool {
        if self.passed.len() < edges.len() {
            self.passed.resize(edges.len(), 0);
        }
        let mut new = false;
        for (passed, count) in self.passed.iter_mut().zip(edges) {
            let range = range(*count);
            new |= *passed & range != range;
            *passed |= range;
        }
        new
    }
}

impl Highs {
    fn rise(&mut self, seen: &Seen, at: usize) -> bool {
        let costs = [
            (&mut self.fuel, seen.fuel),
            (&mut self.memory_octets, seen.glimpse.memory_octets as u64),
            (&mut self.host_calls, seen.glimpse.host_calls.into()),
        ];
        let mut risen = false;
        for ((high, cost), entry) in costs.into_iter().zip(&mut self.entries) {
            if cost > *high + *high / HIGHER_BY {
                *high = cost;
                *entry = Some(at);
                risen = true;
            }
        }
        risen
    }
}

/// Counts that are about the same: 1, 2, 3, up to 7, 15, 31, 127, more.
fn range(count: u8) -> u8 {
    match count {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        4..8 => 8,
        8..16 => 16,
        16..32 => 32,
        32..128 => 64,
        128.. => 128,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::probe::Glimpse;

    fn seen(fuel: u64) -> Seen {
        Seen {
            answer: Ok(json!("accept")),
            verdict: "accept",
            fuel,
            log: Vec::new(),
            glimpse: Glimpse::default(),
        }
    }

    #[test]
    fn an_input_is_kept_for_a_new_edge_another_count_or_its_cost() {
        let mut corpus = Corpus::default();
        let input = Input::sample(Question::Sender, &json!({}));
        for (edges, fuel, novelty) in [
            ([1, 0], 100, Novelty::Way),
            ([1, 0], 100, Novelty::None),
            ([1, 1], 100, Novelty::Way),
            ([2, 1], 100, Novelty::Way),
            ([5, 1], 100, Novelty::Way),
            ([6, 1], 100, Novelty::None),
            ([1, 1], 110, Novelty::None),
            ([1, 1], 200, Novelty::Cost),
        ] {
            let told = corpus.consider(&input, &edges, &seen(fuel));
            assert_eq!(told, novelty, "{edges:?} {fuel}");
        }
        assert_eq!((corpus.edges(), corpus.entries().len()), (2, 5));
    }
}
