//! Generated models: a number decides structure, rewards and everything else.

use dunamis_mdp::{Mdp, Number, Reward, TransitionModel};
use dunamis_sampling::{Seed, StreamRng};
use std::collections::BTreeMap;
use std::num::NonZeroU64;

const STRUCTURES: [&str; 7] =
    ["dense", "deterministic", "periodic", "multichain", "absorbing", "unreachable", "slowly mixing"];
const REWARDS: [&str; 7] = ["tied", "nearly tied", "fractions", "huge", "tiny", "of all sizes", "all equal"];

/// The model of a number, and a name that says what it is about.
pub(crate) fn generated_model(number: u64) -> (String, Mdp) {
    let mut draws = Draws(Seed::new(2_022).derive("conformance").stream(number));
    let structure = STRUCTURES[number as usize % STRUCTURES.len()];
    let kind = REWARDS[number as usize / STRUCTURES.len() % REWARDS.len()];
    let leaks = draws.one_in(4);
    let states = 2 + draws.below(6);
    let mut builder = TransitionModel::builder();
    let ids: Vec<_> = (0..states).map(|s| builder.state(&format!("s{s}")).expect("a new name")).collect();
    for s in 0..states {
        for action in 0..draws.action_count(structure, s) {
            let weights = draws.row(structure, states, s);
            let leak = if leaks && draws.one_in(3) { 1 + draws.below(3) } else { 0 };
            let total = weights.values().sum::<usize>() + leak;
            let action = format!("a{action}");
            for (next, weight) in weights {
                builder.transition(ids[s], &action, ids[next], fraction(weight, total)).expect("a new transition");
            }
            if leak > 0 {
                builder.leak(ids[s], &action, fraction(leak, total)).expect("one leak of each pair");
            }
        }
    }
    let model = builder.build().expect("rows that sum to 1");
    let on_pairs = draws.one_in(2);
    let count = if on_pairs { model.available().len() } else { states };
    let numbers: Vec<Number> = (0..count).map(|_| draws.reward(kind)).collect();
    let reward = if on_pairs { Reward::state_action(&model, numbers) } else { Reward::state(&model, numbers) };
    let name = format!("generated {number} ({structure}, rewards {kind}{})", if leaks { ", leaking" } else { "" });
    (name, Mdp::new(model, reward.expect("finite numbers")).expect("a reward of this model"))
}

fn fraction(weight: usize, total: usize) -> Number {
    format!("{weight}/{total}").parse().expect("a fraction")
}

struct Draws(StreamRng);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        NonZeroU64::new(bound as u64).map_or(0, |bound| self.0.below(bound) as usize)
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn action_count(&mut self, structure: &str, state: usize) -> usize {
        if structure == "absorbing" && state < 2 { 1 } else { 1 + self.below(3) }
    }

    /// Successors with weights.
    fn row(&mut self, structure: &str, states: usize, s: usize) -> BTreeMap<usize, usize> {
        let entries = 1 + self.below(3);
        let mut weights = BTreeMap::new();
        for _ in 0..entries {
            let next = match structure {
                // Even and odd states alternate.
                "periodic" => {
                    let parity = (s + 1) % 2;
                    2 * self.below((states + 1 - parity) / 2) + parity
                }
                // Two closed halves, and transient states that may enter either.
                "multichain" if s < states / 3 => self.below(states / 3),
                "multichain" if s < 2 * (states / 3) => states / 3 + self.below(states / 3),
                "absorbing" if s < 2 => s,
                "unreachable" => 1 + self.below(states - 1),
                _ => self.below(states),
            };
            *weights.entry(next).or_insert(0) += 1 + self.below(4);
        }
        match structure {
            "deterministic" => weights.into_iter().take(1).collect(),
            "slowly mixing" => {
                *weights.entry(s).or_insert(0) += 9_999;
                weights
            }
            _ => weights,
        }
    }

    fn reward(&mut self, kind: &str) -> Number {
        let text = match kind {
            "tied" => (self.below(3) as i64 - 1).to_string(),
            "nearly tied" => format!("{}.{:012}", 1 + self.below(2), self.below(4)),
            "fractions" => format!("{}/37", self.below(2_001) as i64 - 1_000),
            "huge" => format!("{}e199", self.below(41) as i64 - 20),
            "tiny" => format!("{}e-201", self.below(41) as i64 - 20),
            "of all sizes" => format!("{}e{}", self.below(19) as i64 - 9, self.below(25) as i64 - 12),
            _ => "0.7".into(),
        };
        text.parse().expect("a number")
    }
}
