//! Strongly connected and maximal end components.
//!
//! A set of states with a set of actions for each is an *end component* when the actions never leave the set and every state
//! can reach every other through them; under any policy, what is visited infinitely often is an end component with
//! probability one `[de Alfaro 1997, Thm 3.2]`. Maximal ones are disjoint and are found by removing actions that leave a
//! strongly connected component until none is left: $`O(|S| \cdot \mathrm{nnz})`$ at worst, two or three passes as a rule.

use crate::bellman::Bellman;

/// No component.
pub(crate) const NONE: u32 = u32::MAX;

/// The maximal end components of a model.
#[derive(Clone, Debug)]
pub(crate) struct EndComponents {
    /// Component of each state, or [`NONE`].
    pub(crate) of: Vec<u32>,
    /// Position of each state among the members of its component, or [`NONE`].
    pub(crate) position: Vec<u32>,
    /// Whether a pair is an action of its state's component.
    pub(crate) inside: Vec<bool>,
    /// States of each component, ascending.
    pub(crate) members: Vec<Vec<u32>>,
}

impl EndComponents {
    /// Decomposes a model; `leaks` tells which pairs lose mass (those are in no component).
    pub(crate) fn new(bellman: &Bellman<'_>, leaks: impl Fn(usize) -> bool) -> Self {
        let states = bellman.states();
        let mut inside: Vec<bool> = (0..bellman.pair_count()).map(|pair| !leaks(pair)).collect();
        let mut alive = vec![true; states];
        let of = loop {
            let component = strongly_connected(states, |state| {
                let marked = bellman.pairs(state).filter(|&pair| inside[pair]);
                marked.flat_map(|pair| bellman.row(pair).0.iter().map(|&next| next as usize))
            });
            let mut changed = false;
            for state in 0..states {
                let mut any = false;
                for pair in bellman.pairs(state) {
                    let stays = |&next: &u32| alive[next as usize] && component[next as usize] == component[state];
                    if inside[pair] && !bellman.row(pair).0.iter().all(stays) {
                        inside[pair] = false;
                        changed = true;
                    }
                    any |= inside[pair];
                }
                if alive[state] && !any {
                    alive[state] = false;
                    changed = true;
                }
            }
            if !changed {
                break component;
            }
        };
        let mut members: Vec<Vec<u32>> = Vec::new();
        let mut number = vec![NONE; states];
        let mut position = vec![NONE; states];
        let of = (0..states)
            .map(|state| {
                if !alive[state] {
                    return NONE;
                }
                let id = &mut number[of[state] as usize];
                if *id == NONE {
                    *id = members.len() as u32;
                    members.push(Vec::new());
                }
                position[state] = members[*id as usize].len() as u32;
                members[*id as usize].push(state as u32);
                *id
            })
            .collect();
        EndComponents { of, position, inside, members }
    }
}

/// Numbers the strongly connected components of a graph on `0..states` so that every edge leads to the same or a smaller
/// number `[Tarjan 1972]`. Iterative; linear in states and edges.
pub(crate) fn strongly_connected<I: Iterator<Item = usize>>(
    states: usize,
    successors: impl Fn(usize) -> I,
) -> Vec<u32> {
    let mut component = vec![NONE; states];
    let mut low = vec![0; states];
    // Visiting time from 1; 0 is unvisited.
    let mut time: Vec<u32> = vec![0; states];
    let (mut clock, mut count) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    let mut calls: Vec<(usize, I)> = Vec::new();
    for root in 0..states {
        let mut entered = (time[root] == 0).then_some(root);
        loop {
            if let Some(state) = entered.take() {
                clock += 1;
                (time[state], low[state]) = (clock, clock);
                open.push(state);
                calls.push((state, successors(state)));
            }
            let Some((state, edges)) = calls.last_mut() else { break };
            let state = *state;
            if let Some(next) = edges.next() {
                if time[next] == 0 {
                    entered = Some(next);
                } else if component[next] == NONE {
                    low[state] = low[state].min(time[next]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(parent, _)) = calls.last() {
                low[parent] = low[parent].min(low[state]);
            }
            if low[state] == time[state] {
                while let Some(member) = open.pop() {
                    component[member] = count;
                    if member == state {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_numbered_against_the_edges() {
        // 0 <-> 1 -> 2 <-> 3, 4 alone -> 0.
        let edges: [&[usize]; 5] = [&[1], &[0, 2], &[3], &[2], &[0]];
        let component = strongly_connected(5, |state| edges[state].iter().copied());
        assert_eq!(component, [1, 1, 0, 0, 2]);
    }

    #[test]
    fn deep_chains_do_not_overflow_the_stack() {
        let n = 300_000;
        let component = strongly_connected(n, |state| (state + 1 < n).then_some(state + 1).into_iter());
        assert_eq!((component[0], component[n - 1]), (n as u32 - 1, 0));
    }
}
