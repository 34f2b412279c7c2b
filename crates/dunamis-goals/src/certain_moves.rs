//! Moves without chance: shortest ways and shortest cycles.

use dunamis_mdp::{StateId, TransitionModel};

/// No state, no pair, no distance.
pub(crate) const NONE: u32 = u32::MAX;

/// Edges by state: the other end and the pair.
#[derive(Clone, Debug)]
struct Edges {
    starts: Vec<u32>,
    ends: Vec<(u32, u32)>,
}

impl Edges {
    fn new(states: usize, edges: &[(u32, u32, u32)]) -> Self {
        let mut starts = vec![0_u32; states + 1];
        for &(from, _, _) in edges {
            starts[from as usize + 1] += 1;
        }
        for state in 0..states {
            starts[state + 1] += starts[state];
        }
        let (mut free, mut ends) = (starts.clone(), vec![(0, 0); edges.len()]);
        for &(from, to, pair) in edges {
            ends[free[from as usize] as usize] = (to, pair);
            free[from as usize] += 1;
        }
        Edges { starts, ends }
    }

    fn of(&self, state: u32) -> &[(u32, u32)] {
        &self.ends[self.starts[state as usize] as usize..self.starts[state as usize + 1] as usize]
    }
}

/// The moves of a model that lead to one state with certainty.
#[derive(Clone, Debug)]
pub(crate) struct CertainMoves {
    forward: Edges,
    backward: Edges,
    /// Whether every other move of these states leaks all its mass: then only certain moves matter.
    pub(crate) complete: bool,
}

/// Shortest ways from one state, of at least one step.
#[derive(Clone, Debug)]
pub(crate) struct ShortestWays {
    /// Steps, or [`NONE`].
    pub(crate) steps: Vec<u32>,
    /// The state before and its pair.
    by: Vec<(u32, u32)>,
}

/// Scratch space of [`CertainMoves::cycle`]: distances with the number of the search that set them.
#[derive(Clone, Debug)]
pub(crate) struct CycleSearch {
    number: u32,
    seen: [Vec<(u32, u32)>; 2],
    fronts: [Vec<u32>; 2],
    next: Vec<u32>,
}

impl CertainMoves {
    /// The moves of the states that are marked.
    pub(crate) fn new(model: &TransitionModel, among: &[bool]) -> Self {
        let mut edges = Vec::new();
        let mut complete = true;
        for state in model.state_ids().filter(|state| among[state.index()]) {
            for pair in model.available().pairs(state) {
                match model.row(pair) {
                    // A row of one entry near 1 may be a rounded one.
                    (&[next], &[1.0])
                        if model.leak(pair) == 0.0 && model.number_row(pair).all(|(_, p)| p.is_double()) =>
                    {
                        edges.push((state.index() as u32, next, pair as u32));
                    }
                    (&[], _) => {}
                    _ => complete = false,
                }
            }
        }
        let reversed: Vec<_> = edges.iter().map(|&(from, to, pair)| (to, from, pair)).collect();
        let states = model.states().len();
        CertainMoves { forward: Edges::new(states, &edges), backward: Edges::new(states, &reversed), complete }
    }

    /// Breadth first from one state.
    pub(crate) fn ways(&self, from: StateId) -> ShortestWays {
        let states = self.forward.starts.len() - 1;
        let mut ways = ShortestWays { steps: vec![NONE; states], by: vec![(NONE, NONE); states] };
        let mut front = vec![from.index() as u32];
        let mut steps = 0;
        while !front.is_empty() {
            steps += 1;
            let mut next = Vec::new();
            for &state in &front {
                for &(to, pair) in self.forward.of(state) {
                    if ways.steps[to as usize] == NONE {
                        ways.steps[to as usize] = steps;
                        ways.by[to as usize] = (state, pair);
                        next.push(to);
                    }
                }
            }
            front = next;
        }
        ways
    }

    /// The length of a shortest cycle through a state, of at most `limit` steps: breadth first from both of its ends, the
    /// smaller front first.
    pub(crate) fn cycle(&self, state: StateId, limit: u32, search: &mut CycleSearch) -> Option<u32> {
        let start = state.index() as u32;
        search.number += 1;
        let number = search.number;
        let mut length = 0;
        for side in 0..2 {
            search.fronts[side].clear();
            search.fronts[side].push(start);
            search.seen[side][start as usize] = (number, 0);
        }
        while length < limit && search.fronts.iter().all(|front| !front.is_empty()) {
            length += 1;
            let side = usize::from(search.fronts[1].len() < search.fronts[0].len());
            let edges = [&self.forward, &self.backward][side];
            search.next.clear();
            for &from in &search.fronts[side] {
                for &(to, _) in edges.of(from) {
                    // Shorter cycles would have been met before, so that this one has as many steps as were made.
                    if search.seen[1 - side][to as usize].0 == number {
                        return Some(length);
                    }
                    if search.seen[side][to as usize].0 != number {
                        search.seen[side][to as usize] = (number, length);
                        search.next.push(to);
                    }
                }
            }
            std::mem::swap(&mut search.fronts[side], &mut search.next);
        }
        None
    }
}

impl CycleSearch {
    pub(crate) fn new(states: usize) -> Self {
        let seen = vec![(0, 0); states];
        CycleSearch { number: 0, seen: [seen.clone(), seen], fronts: [Vec::new(), Vec::new()], next: Vec::new() }
    }
}

impl ShortestWays {
    /// The pairs of a shortest way.
    pub(crate) fn pairs(&self, to: StateId) -> Vec<u32> {
        let (mut state, mut pairs) = (to.index(), Vec::new());
        for _ in 0..self.steps[to.index()] {
            let (before, pair) = self.by[state];
            pairs.push(pair);
            state = before as usize;
        }
        pairs.reverse();
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        /// The search from both ends finds what the search from one end finds.
        #[test]
        fn cycles_are_shortest_ways_back(lists in prop::collection::vec(prop::collection::vec(0..12_usize, 1..4), 12), limit in 0..14_u32) {
            let mut builder = TransitionModel::builder();
            let states: Vec<StateId> = (0..12).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
            for (&from, targets) in states.iter().zip(&lists) {
                for (number, &to) in targets.iter().enumerate() {
                    builder.transition(from, &format!("a{number}"), states[to], 1.0).unwrap();
                }
            }
            let model = builder.build().unwrap();
            let moves = CertainMoves::new(&model, &[true; 12]);
            prop_assert!(moves.complete);
            let mut search = CycleSearch::new(12);
            for &state in &states {
                let ways = moves.ways(state);
                let back = ways.steps[state.index()];
                prop_assert_eq!(moves.cycle(state, limit, &mut search), (back <= limit).then_some(back));
                if back != NONE {
                    let pairs = ways.pairs(state);
                    prop_assert_eq!(pairs.len(), back as usize);
                    let end = pairs.iter().fold(state.index(), |here, &pair| {
                        assert!(model.available().pairs(StateId::new(here)).contains(&(pair as usize)));
                        model.row(pair as usize).0[0] as usize
                    });
                    prop_assert_eq!(end, state.index());
                }
            }
        }
    }
}
