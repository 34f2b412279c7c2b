//! Two-agent POWER against exact rationals and against a second, naive program.

use dunamis_envs::{Collision, JointEnvironment, JointRules, Swaps, load};
use dunamis_mdp::{Agent, Discount, StateId};
use dunamis_power::{
    MultiAgentPower, MultiAgentSettings, Sampling, SeedPolicy, estimate_multi_agent, exact_multi_agent, policy_toward,
};
use dunamis_sampling::{
    CorrelatedRewards, Correlation, FiniteSupport, IndependentRewards, Marginal, RewardDistribution, Seed,
};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

fn one_hot(joint: &JointEnvironment, correlation: f64) -> CorrelatedRewards {
    let law = FiniteSupport::one_hot(joint.model().states().len()).unwrap();
    CorrelatedRewards::new(Arc::new(law), Correlation::new(correlation).unwrap()).unwrap()
}

fn settings(discount: f64, seed_policy: SeedPolicy) -> MultiAgentSettings {
    MultiAgentSettings { seed_policy, ..MultiAgentSettings::new(Discount::new(discount).unwrap()) }
}

fn exact(joint: &JointEnvironment, correlation: f64) -> MultiAgentPower {
    exact_multi_agent(joint.model(), &one_hot(joint, correlation), &settings(0.5, SeedPolicy::Uniform)).unwrap()
}

fn close(found: f64, numerator: f64, denominator: f64) {
    assert!((found - numerator / denominator).abs() < 1e-11, "{found} is not {numerator}/{denominator}");
}

fn at(joint: &JointEnvironment, h: u32, a: u32) -> usize {
    joint.model().states().get(&format!("(0, {h})_H^(0, {a})_A")).unwrap()
}

#[test]
fn corridor_where_agents_may_overlap() {
    let joint = JointEnvironment::new(load("corridor-3").unwrap(), Collision::None).unwrap();
    let power = exact(&joint, 0.0);
    for (h, a, of_h, of_a) in [
        (0, 0, (2921.0, 12636.0), (5011.0, 17496.0)),
        (0, 1, (1435.0, 6318.0), (1015.0, 2916.0)),
        (1, 0, (295.0, 1053.0), (415.0, 1458.0)),
        (1, 1, (287.0, 1053.0), (253.0, 729.0)),
        (2, 2, (2921.0, 12636.0), (5011.0, 17496.0)),
        (2, 1, (1435.0, 6318.0), (1015.0, 2916.0)),
    ] {
        close(power.power_h.mean[at(&joint, h, a)], of_h.0, of_h.1);
        close(power.power_a.mean[at(&joint, h, a)], of_a.0, of_a.1);
        let seed = if h == 1 { (1.0, 3.0) } else { (5.0, 18.0) };
        close(power.power_h_seed.mean[at(&joint, h, a)], seed.0, seed.1);
    }
    assert!((power.alignment.alpha.unwrap() + 0.13317).abs() < 5e-6);
    assert!(power.power_h.std_error.iter().all(|&e| e == 0.0));
}

#[test]
fn corridor_with_one_goal() {
    let joint = JointEnvironment::new(load("corridor-3").unwrap(), Collision::None).unwrap();
    let power = exact(&joint, 1.0);
    for (h, a) in power.power_h.mean.iter().zip(&power.power_a.mean) {
        assert!((h - a).abs() < 1e-11);
    }
    assert!((power.alignment.alpha.unwrap() - 1.0).abs() < 1e-11);
}

#[test]
fn corridor_with_the_leaking_rule() {
    let joint = JointEnvironment::new(load("corridor-3").unwrap(), Collision::Leak).unwrap();
    let power = exact(&joint, 0.0);
    for (h, a, of_h, of_a) in [
        (0, 1, (26471.0, 102_816.0), (13.0, 36.0)),
        (0, 2, (58951.0, 205_632.0), (5.0, 16.0)),
        (1, 0, (419.0, 1224.0), (7.0, 24.0)),
        (2, 1, (26471.0, 102_816.0), (13.0, 36.0)),
    ] {
        close(power.power_h.mean[at(&joint, h, a)], of_h.0, of_h.1);
        close(power.power_a.mean[at(&joint, h, a)], of_a.0, of_a.1);
    }
    assert!((power.alignment.alpha.unwrap() + 0.91919).abs() < 5e-6);
}

#[test]
fn conserving_rules_differ_from_each_other() {
    let [renormalize, block] = [Collision::Renormalize, Collision::Block].map(|collision| {
        exact(&JointEnvironment::new(load("corridor-3").unwrap(), collision).unwrap(), 0.0).power_h.mean
    });
    assert!(renormalize.iter().zip(&block).any(|(r, b)| (r - b).abs() > 1e-3));
}

/// Every joint state of two cells offers the same, so POWER is constant and alignment is not defined.
#[test]
fn two_cells_have_no_alignment() {
    let joint = JointEnvironment::new(load("grid:rows=1,columns=2").unwrap(), Collision::None).unwrap();
    let law = IndependentRewards::identical(4, Marginal::UNIT).unwrap();
    let law = CorrelatedRewards::new(Arc::new(law), Correlation::INDEPENDENT).unwrap();
    let settings = settings(0.5, SeedPolicy::Uniform);
    let power = estimate_multi_agent(joint.model(), &law, &settings, &Sampling::new(200, Seed::new(1)), &()).unwrap();
    assert_eq!(power.alignment.alpha, None);
    assert_eq!(power.alignment.noise_corrected, None);
}

/// A second implementation, straight from the definitions, over positions and hash maps.
mod naive {
    use super::HashMap;
    use dunamis_envs::{Collision, Swaps};

    type Cell = (i32, i32);
    pub(super) type Joint = (Cell, Cell);
    /// Moves of one agent at a joint state with their probabilities.
    type Policy = HashMap<Joint, Vec<(Cell, f64)>>;
    /// For each state, for each move: successors with probabilities; what is missing to 1 is lost.
    type Model = HashMap<Joint, Vec<(Cell, Vec<(Joint, f64)>)>>;

    pub(super) struct World {
        pub(super) cells: Vec<Cell>,
        pub(super) collision: Collision,
        pub(super) swaps: Swaps,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(super) enum Seed {
        Uniform,
        Stay,
        /// Towards the first cell.
        Toward,
        /// To three quarters staying, else uniform.
        Mixture,
    }

    #[derive(Clone, Copy)]
    enum Who {
        H,
        A,
    }

    impl World {
        fn moves(&self, (r, c): Cell) -> Vec<Cell> {
            let around = [(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1), (r, c)];
            around.into_iter().filter(|cell| self.cells.contains(cell)).collect()
        }

        fn states(&self) -> Vec<Joint> {
            let pairs = self.cells.iter().flat_map(|&h| self.cells.iter().map(move |&a| (h, a)));
            pairs.filter(|(h, a)| self.collision == Collision::None || h != a).collect()
        }

        fn outcome(&self, (h, a): Joint, to: Joint) -> Option<Joint> {
            let collides = to.0 == to.1 || (self.swaps == Swaps::Forbidden && to == (a, h) && h != a);
            match self.collision {
                Collision::None => Some(to),
                Collision::Block if collides => Some((h, a)),
                _ if collides => None,
                _ => Some(to),
            }
        }

        fn redraws(&self) -> bool {
            self.collision == Collision::Renormalize
        }

        /// Moves between two cells.
        fn distance(&self, from: Cell, to: Cell) -> usize {
            let (mut reached, mut moves) = (vec![from], 0);
            while !reached.contains(&to) {
                reached = reached.iter().flat_map(|&cell| self.moves(cell)).collect();
                moves += 1;
            }
            moves
        }

        fn seed(&self, seed: Seed) -> Policy {
            let policy = |s: Joint| {
                let all = self.moves(s.1);
                let share = 1.0 / all.len() as f64;
                let uniform = all.iter().map(|&m| (m, share)).collect();
                let distances: Vec<usize> = all.iter().map(|&m| self.distance(m, self.cells[0])).collect();
                let least = distances.iter().min().unwrap();
                let nearer: Vec<Cell> =
                    all.iter().zip(&distances).filter(|(_, d)| *d == least).map(|(&m, _)| m).collect();
                let toward = nearer.iter().map(|&m| (m, 1.0 / nearer.len() as f64)).collect();
                let mut stay_or_uniform: Vec<(Cell, f64)> = all.iter().map(|&m| (m, 0.25 * share)).collect();
                stay_or_uniform.push((s.1, 0.75));
                let moves = match seed {
                    Seed::Uniform => uniform,
                    Seed::Stay => vec![(s.1, 1.0)],
                    Seed::Toward => toward,
                    Seed::Mixture => stay_or_uniform,
                };
                (s, moves)
            };
            self.states().into_iter().map(policy).collect()
        }

        fn problem(&self, who: Who, other: &Policy) -> Model {
            let mut model = Model::new();
            for s in self.states() {
                let own = self.moves(match who {
                    Who::H => s.0,
                    Who::A => s.1,
                });
                let mut rows = Vec::new();
                for &m in &own {
                    let joint = |o: Cell| match who {
                        Who::H => (m, o),
                        Who::A => (o, m),
                    };
                    let outcomes: Vec<(Joint, f64)> =
                        other[&s].iter().filter_map(|&(o, p)| Some((self.outcome(s, joint(o))?, p))).collect();
                    let mass: f64 = outcomes.iter().map(|(_, p)| p).sum();
                    if mass > 0.0 || !self.redraws() {
                        let scale = if self.redraws() { mass } else { 1.0 };
                        rows.push((m, outcomes.into_iter().map(|(next, p)| (next, p / scale)).collect()));
                    }
                }
                if rows.is_empty() {
                    // Drawing again never ends, whatever is chosen: both stay.
                    rows = own.into_iter().map(|m| (m, vec![(s, 1.0)])).collect();
                }
                model.insert(s, rows);
            }
            model
        }

        fn optimize(model: &Model, reward: &HashMap<Joint, f64>, gamma: f64) -> (HashMap<Joint, f64>, Policy) {
            let mut value: HashMap<Joint, f64> = reward.clone();
            let ahead = |value: &HashMap<Joint, f64>, row: &[(Joint, f64)]| row.iter().map(|(n, p)| p * value[n]).sum();
            for _ in 0..sweeps(gamma) {
                value = model
                    .iter()
                    .map(|(s, rows)| {
                        let best = rows.iter().map(|(_, row)| ahead(&value, row)).fold(f64::NEG_INFINITY, f64::max);
                        (*s, reward[s] + gamma * best)
                    })
                    .collect();
            }
            let policy = model
                .iter()
                .map(|(s, rows)| {
                    let q: Vec<f64> = rows.iter().map(|(_, row)| ahead(&value, row)).collect();
                    let best = q.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let tied: Vec<Cell> =
                        rows.iter().zip(&q).filter(|(_, q)| **q > best - 1e-10).map(|((m, _), _)| *m).collect();
                    let share = 1.0 / tied.len() as f64;
                    (*s, tied.into_iter().map(|m| (m, share)).collect())
                })
                .collect();
            (value, policy)
        }

        /// Both follow their policies: (1 − γ)·E V(next).
        fn follow(&self, h: &Policy, a: &Policy, reward: &HashMap<Joint, f64>, gamma: f64) -> HashMap<Joint, f64> {
            let chain: HashMap<Joint, Vec<(Joint, f64)>> = self
                .states()
                .into_iter()
                .map(|s| {
                    let mut row: Vec<(Joint, f64)> = Vec::new();
                    for &(mh, ph) in &h[&s] {
                        row.extend(a[&s].iter().filter_map(|&(ma, pa)| Some((self.outcome(s, (mh, ma))?, ph * pa))));
                    }
                    let mass: f64 = row.iter().map(|(_, p)| p).sum();
                    if self.redraws() && mass > 0.0 {
                        for (_, p) in &mut row {
                            *p /= mass;
                        }
                    } else if self.redraws() {
                        row = vec![(s, 1.0)];
                    }
                    (s, row)
                })
                .collect();
            let mut value = reward.clone();
            let ahead = |value: &HashMap<Joint, f64>, row: &[(Joint, f64)]| -> f64 {
                row.iter().map(|(n, p)| p * value[n]).sum()
            };
            for _ in 0..sweeps(gamma) {
                value = chain.iter().map(|(s, row)| (*s, reward[s] + gamma * ahead(&value, row))).collect();
            }
            chain.iter().map(|(s, row)| (*s, (1.0 - gamma) * ahead(&value, row))).collect()
        }

        /// POWER samples of H, A, H against the seed and the seed against H.
        pub(super) fn sample(
            &self,
            reward_h: &HashMap<Joint, f64>,
            reward_a: &HashMap<Joint, f64>,
            [gamma_h, gamma_a]: [f64; 2],
            seed: Seed,
            rounds: u32,
        ) -> [HashMap<Joint, f64>; 4] {
            let seed = self.seed(seed);
            let (value_h, mut policy_h) = Self::optimize(&self.problem(Who::H, &seed), reward_h, gamma_h);
            let baseline = self.follow(&policy_h, &seed, reward_a, gamma_a);
            let (mut value_a, mut policy_a) = Self::optimize(&self.problem(Who::A, &policy_h), reward_a, gamma_a);
            for _ in 1..rounds {
                policy_h = Self::optimize(&self.problem(Who::H, &policy_a), reward_h, gamma_h).1;
                (value_a, policy_a) = Self::optimize(&self.problem(Who::A, &policy_h), reward_a, gamma_a);
            }
            let power = |value: &HashMap<Joint, f64>, reward: &HashMap<Joint, f64>, gamma: f64| {
                value.iter().map(|(s, v)| (*s, (1.0 - gamma) / gamma * (v - reward[s]))).collect()
            };
            [
                self.follow(&policy_h, &policy_a, reward_h, gamma_h),
                power(&value_a, reward_a, gamma_a),
                power(&value_h, reward_h, gamma_h),
                baseline,
            ]
        }
    }

    fn sweeps(gamma: f64) -> usize {
        (-32.0 / gamma.ln()).ceil() as usize
    }
}

/// Averages naive samples over the very reward vectors that the library draws, and compares state by state.
fn compare(map: &str, rules: JointRules, discounts: [f64; 2], seed: naive::Seed, rounds: u32, discrete: bool) {
    let [discount_h, discount_a] = discounts;
    let environment = {
        let grid: dunamis_envs::Grid = map.parse().unwrap();
        dunamis_envs::Environment::gridworld("test", grid, &dunamis_envs::Noise::none()).unwrap()
    };
    let grid = environment.grid().unwrap().clone();
    let cell = |s| {
        let (r, c) = grid.cell(s);
        (r as i32, c as i32)
    };
    let joint = JointEnvironment::new(environment.clone(), rules).unwrap();
    let positions: Vec<naive::Joint> = joint.positions().unwrap().iter().map(|&(h, a)| (cell(h), cell(a))).collect();
    let world = naive::World {
        cells: environment.model().state_ids().map(cell).collect(),
        collision: rules.collision,
        swaps: rules.swaps,
    };
    let n = positions.len();
    // Bernoulli rewards are full of ties, uniform ones have none.
    let marginal =
        if discrete { Marginal::Bernoulli(dunamis_sampling::Bernoulli::new(0.3).unwrap()) } else { Marginal::UNIT };
    let law = Arc::new(IndependentRewards::identical(n, marginal).unwrap());
    assert_eq!(law.states(), n);
    let law = CorrelatedRewards::new(law, Correlation::new(0.25).unwrap()).unwrap();
    let seed_policy = match seed {
        naive::Seed::Uniform => SeedPolicy::Uniform,
        naive::Seed::Stay => SeedPolicy::Stay,
        naive::Seed::Toward => {
            let toward = policy_toward(environment.model(), StateId::new(0)).unwrap();
            SeedPolicy::Given(joint.lift(Agent::A, &toward).unwrap())
        }
        naive::Seed::Mixture => SeedPolicy::Mixture(vec![(0.75, SeedPolicy::Stay), (0.25, SeedPolicy::Uniform)]),
    };
    let samples = 12;
    let stream = Seed::new(5);
    let settings = MultiAgentSettings {
        discount_a: Discount::new(discount_a).unwrap(),
        rounds: NonZeroU32::new(rounds).unwrap(),
        ..settings(discount_h, seed_policy)
    };
    let power = estimate_multi_agent(joint.model(), &law, &settings, &Sampling::new(samples, stream), &()).unwrap();
    let endings = power.statistics.endings;
    let counted = endings.fixed_points + endings.cycles + endings.unsettled;
    assert_eq!(counted, if rounds == 1 { 0 } else { samples });
    let mut sums = vec![[0.0; 4]; n];
    for i in 0..samples {
        let (mut h, mut a) = (vec![0.0; n], vec![0.0; n]);
        law.sample(&mut stream.stream(i), &mut h, &mut a).unwrap();
        let map = |rewards: &[f64]| positions.iter().copied().zip(rewards.iter().copied()).collect();
        let sample = world.sample(&map(&h), &map(&a), discounts, seed, rounds);
        for (sum, s) in sums.iter_mut().zip(&positions) {
            for (sum, of_agent) in sum.iter_mut().zip(&sample) {
                *sum += of_agent[s] / samples as f64;
            }
        }
    }
    let estimates = [&power.power_h, &power.power_a, &power.power_h_seed, power.power_a_seed.as_ref().unwrap()];
    for s in 0..n {
        for (k, estimate) in estimates.iter().enumerate() {
            let (found, expected) = (estimate.mean[s], sums[s][k]);
            assert!(
                (found - expected).abs() < 1e-9,
                "{rules:?} {seed:?} rounds {rounds} discrete {discrete} γ {discounts:?} state {:?} estimate {k}: {found}, {expected}",
                positions[s],
            );
        }
    }
}

#[test]
fn agrees_with_the_naive_program_under_every_rule() {
    use naive::Seed;
    for map in ["...\n", "..\n.#\n", "...\n.#.\n"] {
        for collision in [Collision::None, Collision::Leak, Collision::Renormalize, Collision::Block] {
            for swaps in [Swaps::Allowed, Swaps::Forbidden] {
                if collision == Collision::None && swaps == Swaps::Forbidden {
                    continue;
                }
                let rules = JointRules { collision, swaps };
                for (seed, discrete) in
                    [(Seed::Uniform, false), (Seed::Uniform, true), (Seed::Stay, false), (Seed::Stay, true)]
                {
                    for discount in [0.1, 0.8] {
                        compare(map, rules, [discount; 2], seed, 1, discrete);
                    }
                }
                for (seed, rounds, discrete) in [
                    (Seed::Toward, 1, false),
                    (Seed::Uniform, 2, false),
                    (Seed::Mixture, 7, true),
                    (Seed::Stay, 4, false),
                ] {
                    compare(map, rules, [0.8, 0.4], seed, rounds, discrete);
                }
            }
        }
    }
}
