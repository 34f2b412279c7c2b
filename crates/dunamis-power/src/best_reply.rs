//! One pair of reward vectors: H learns against the seed policy, A replies, H is evaluated; or they reply to each other again
//! before that.
//!
//! When the joint model is deterministic and neither agent has ties, A's problem against H's policy is a
//! [`DecisionGraph`] that is a view into the table of all joint moves, and the final evaluation a functional graph: no model
//! is built per sample. Ties and chance take the general path, which is also the oracle of the fast one. H's problem against
//! A's policy is the same view into the table with the agents exchanged.

use crate::estimate::average;
use crate::rounds::{Ending, Rounds};
use crate::stream::Sample;
use crate::tiles::RewardTile;
use crate::{MultiAgentSettings, PowerError};
use dunamis_mdp::{
    Agent, Criterion, Discount, JointModel, Mdp, Reward, Shortfall, StochasticPolicy, SuccessorTable, TransitionModel,
};
use dunamis_solve::{
    BatchSolver, BatchWorkspace, DecisionGraph, GAP, GraphSolution, Kernel, LOST, LostMove, PolicyEvaluation,
    PolicyIteration, Solver, TIE_TOLERANCE, TileSolution, Tolerance, Walk, evaluate_functional_graph,
};
use std::num::NonZeroU32;
use std::sync::Arc;

/// A joint model and settings, ready for reward vectors.
pub(crate) struct BestReply {
    joint: Arc<JointModel>,
    table: Option<SuccessorTable>,
    /// The successors of `table` with A's moves outside and H's inside; empty unless H replies.
    successor_h: Vec<u32>,
    discount_h: Discount,
    discount_a: Discount,
    seed: StochasticPolicy,
    /// The same problem at A's discount, if the seed policy is to be evaluated.
    seed_baseline: Option<BatchSolver>,
    /// H's problem against the seed policy.
    solver_h: BatchSolver,
    /// H's action of each row of that problem, counted among all of H's actions at the state.
    move_h: Vec<u32>,
    rounds: NonZeroU32,
}

/// What one sample gives: POWER at every state, shape |S| each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lane {
    pub(crate) power_h: Vec<f64>,
    pub(crate) power_a: Vec<f64>,
    pub(crate) power_h_seed: Vec<f64>,
    /// All zero unless asked for.
    pub(crate) power_a_seed: Vec<f64>,
    /// Bounds on the numerical error of H's and A's POWER.
    pub(crate) error_h: f64,
    pub(crate) error_a: f64,
    /// Whether general solvers were needed.
    pub(crate) general: bool,
    /// How more than one round ended.
    pub(crate) ending: Option<Ending>,
}

impl Lane {
    /// Turns this into the mean of two samples.
    pub(crate) fn average(&mut self, other: &Lane) {
        average(&mut self.power_h, &other.power_h);
        average(&mut self.power_a, &other.power_a);
        average(&mut self.power_h_seed, &other.power_h_seed);
        average(&mut self.power_a_seed, &other.power_a_seed);
    }

    pub(crate) fn sample<'a>(&'a self, rewards_h: &'a [f64], rewards_a: &'a [f64]) -> Sample<'a> {
        Sample::MultiAgent { rewards_h, power_h: &self.power_h, rewards_a, power_a: &self.power_a }
    }
}

pub(crate) struct ReplyScratch {
    solution_h: TileSolution,
    workspace: BatchWorkspace,
    graph: GraphSolution,
    graph_h: GraphSolution,
    /// H's move at each state.
    choice_h: Vec<u32>,
    first: Vec<u32>,
    seed: TileSolution,
    value: Vec<f64>,
    walk: Walk,
    lane: Lane,
}

impl ReplyScratch {
    pub(crate) fn new(n: usize) -> Self {
        let zeros = || vec![0.0; n];
        ReplyScratch {
            solution_h: TileSolution::default(),
            workspace: BatchWorkspace::default(),
            graph: GraphSolution::default(),
            graph_h: GraphSolution::default(),
            choice_h: vec![0; n],
            first: vec![0; n],
            seed: TileSolution::default(),
            value: zeros(),
            walk: Walk::default(),
            lane: Lane {
                power_h: zeros(),
                power_a: zeros(),
                power_h_seed: zeros(),
                power_a_seed: zeros(),
                ..Lane::default()
            },
        }
    }
}

impl BestReply {
    pub(crate) fn new(joint: &Arc<JointModel>, settings: &MultiAgentSettings) -> Result<Self, PowerError> {
        let seed = settings.seed_policy.resolve(joint)?;
        let induced = joint.induced(Agent::H, &seed);
        let (own, rows) = (joint.available(Agent::H), induced.available());
        let move_h = induced
            .state_ids()
            .flat_map(|s| rows.pairs(s).map(move |pair| (s, pair)))
            .map(|(s, pair)| {
                let found = own.find(s, rows.action(pair)).expect("an action of H");
                (found - own.pairs(s).start) as u32
            })
            .collect();
        let induced = Arc::new(induced);
        let table = joint.successor_table();
        let replies = settings.rounds > NonZeroU32::MIN;
        Ok(BestReply {
            joint: Arc::clone(joint),
            successor_h: table.as_ref().filter(|_| replies).map(exchanged).unwrap_or_default(),
            table,
            discount_h: settings.discount_h.clone(),
            discount_a: settings.discount_a.clone(),
            seed,
            seed_baseline: settings.seed_baseline.then(|| BatchSolver::new(Arc::clone(&induced), &settings.discount_a)),
            solver_h: BatchSolver::new(induced, &settings.discount_h),
            move_h,
            rounds: settings.rounds,
        })
    }

    pub(crate) fn kernel_h(&self) -> Kernel {
        self.solver_h.kernel()
    }

    /// Solves a tile of reward pairs and hands each of the first `lanes` samples to `each`.
    pub(crate) fn solve_tile(
        &self,
        rewards_h: &RewardTile,
        rewards_a: &RewardTile,
        lanes: usize,
        scratch: &mut ReplyScratch,
        mut each: impl FnMut(usize, &Lane),
    ) -> Result<(), PowerError> {
        self.solver_h.solve_tile(&rewards_h.columns, &mut scratch.solution_h, &mut scratch.workspace);
        let seed = self.seed_baseline.as_ref().filter(|_| self.table.is_some());
        if let Some(seed) = seed {
            let choice = &scratch.solution_h.choice;
            seed.evaluate_tile(choice, &rewards_a.columns, &mut scratch.seed, &mut scratch.workspace);
        }
        let (scale_h, scale_a) = (1.0 - self.discount_h.value(), 1.0 - self.discount_a.value());
        for l in 0..lanes {
            for (power, ahead) in scratch.lane.power_h_seed.iter_mut().zip(&scratch.solution_h.ahead) {
                *power = scale_h * ahead[l];
            }
            scratch.lane.error_h = scale_h * scratch.solution_h.error[l];
            scratch.lane.error_a = 0.0;
            if seed.is_some() {
                for (power, ahead) in scratch.lane.power_a_seed.iter_mut().zip(&scratch.seed.ahead) {
                    *power = scale_a * ahead[l];
                }
                scratch.lane.error_a = scale_a * scratch.seed.error[l];
            }
            let (rewards_h, rewards_a) = (&rewards_h.vectors[l], &rewards_a.vectors[l]);
            let fast = match &self.table {
                Some(table) if !scratch.solution_h.tied[l] => {
                    self.reply_on_graph(table, l, rewards_h, rewards_a, scratch)
                }
                _ => false,
            };
            if !fast {
                self.reply(rewards_h, rewards_a, &mut scratch.lane)?;
            }
            scratch.lane.general = !fast;
            each(l, &scratch.lane);
        }
        Ok(())
    }

    /// All steps after H has learned, on functional graphs; `false` where ties need the general path.
    fn reply_on_graph(
        &self,
        table: &SuccessorTable,
        l: usize,
        rewards_h: &[f64],
        rewards_a: &[f64],
        scratch: &mut ReplyScratch,
    ) -> bool {
        let n = rewards_h.len();
        let rows = self.solver_h.model().available().starts();
        for (s, choice) in scratch.choice_h.iter_mut().enumerate() {
            *choice = self.move_h[(rows[s] + scratch.solution_h.choice[s][l]) as usize];
        }
        let ReplyScratch { graph, graph_h, choice_h, first, value, walk, lane, .. } = scratch;
        let lost = match self.joint.shortfall() {
            Shortfall::Leak => LostMove::WorthNothing,
            Shortfall::Renormalize => LostMove::Forbidden,
        };
        let reply_of_a = |choice_h: &[u32], first: &mut [u32], graph: &mut GraphSolution| {
            for s in 0..n {
                first[s] = table.start[s] + choice_h[s] * table.moves_a[s];
            }
            let problem = DecisionGraph { first, count: &table.moves_a, successor: &table.successor, lost };
            problem.solve(rewards_a, self.discount_a.value(), graph);
        };
        reply_of_a(choice_h, first, graph);
        lane.ending = None;
        if self.rounds > NonZeroU32::MIN {
            let mut rounds = Rounds::new(self.rounds, choice_h.clone());
            while rounds.is_left() {
                // H sees every move of A, not only where it leads.
                if graph.tied {
                    return false;
                }
                for s in 0..n {
                    first[s] = table.start[s] + graph.choice[s] * table.moves_h[s];
                }
                let problem = DecisionGraph { first, count: &table.moves_h, successor: &self.successor_h, lost };
                problem.solve(rewards_h, self.discount_h.value(), graph_h);
                if graph_h.tied {
                    return false;
                }
                if rounds.next(graph_h.choice.clone()) {
                    reply_of_a(&graph_h.choice, first, graph);
                }
            }
            lane.ending = Some(rounds.ending());
        }
        // Moves of A to one and the same state make no difference to anyone.
        if graph.forked {
            return false;
        }
        evaluate_functional_graph(&graph.next, rewards_h, self.discount_h.value(), value, walk);
        let (scale_h, scale_a) = (1.0 - self.discount_h.value(), 1.0 - self.discount_a.value());
        for s in 0..n {
            lane.power_h[s] = scale_h * ahead(value, graph.next[s]);
            lane.power_a[s] = scale_a * ahead(&graph.value, graph.next[s]);
        }
        lane.error_a = lane.error_a.max(scale_a * graph.error);
        true
    }

    /// All steps with general solvers: any model, any ties.
    fn reply(
        &self,
        rewards_h: &[f64],
        rewards_a: &[f64],
        lane: &mut Lane,
    ) -> Result<(StochasticPolicy, StochasticPolicy), PowerError> {
        let optimize_h = |model: &Arc<TransitionModel>| self.optimize(Agent::H, model, rewards_h, &self.discount_h);
        let reply_of_a = |policy_h: &StochasticPolicy| {
            let induced = Arc::new(self.joint.induced(Agent::A, policy_h));
            self.optimize(Agent::A, &induced, rewards_a, &self.discount_a)
        };
        let (mut policy_h, _, mut error_h) = optimize_h(self.solver_h.model())?;
        lane.error_a = 0.0;
        if self.seed_baseline.is_some() {
            self.evaluate_seed(&policy_h, rewards_a, lane)?;
        }
        let (mut policy_a, mut ahead_a, mut error_a) = reply_of_a(&policy_h)?;
        lane.ending = None;
        if self.rounds > NonZeroU32::MIN {
            let mut rounds = Rounds::new(self.rounds, policy_h.clone());
            while rounds.is_left() {
                let (reply, _, error) = optimize_h(&Arc::new(self.joint.induced(Agent::H, &policy_a)))?;
                error_h = error_h.max(error);
                if rounds.next(reply.clone()) {
                    policy_h = reply;
                    (policy_a, ahead_a, error_a) = reply_of_a(&policy_h)?;
                }
            }
            lane.ending = Some(rounds.ending());
        }
        let chain = self.joint.chain(&policy_h, &policy_a);
        let evaluation = PolicyEvaluation::default().evaluate(&chain, rewards_h, &self.discount_h)?;
        let (scale_h, scale_a) = (1.0 - self.discount_h.value(), 1.0 - self.discount_a.value());
        for s in 0..rewards_h.len() {
            lane.power_h[s] = scale_h * dot(chain.row(s), &evaluation.value);
            lane.power_a[s] = scale_a * ahead_a[s];
        }
        lane.error_h = lane.error_h.max(scale_h * error_h).max(scale_h * evaluation.bounds.gap());
        lane.error_a = lane.error_a.max(scale_a * error_a);
        Ok((policy_h, policy_a))
    }

    /// H's and A's policies for a pair of reward vectors.
    pub(crate) fn policies(
        &self,
        rewards_h: &[f64],
        rewards_a: &[f64],
    ) -> Result<(StochasticPolicy, StochasticPolicy), PowerError> {
        self.reply(rewards_h, rewards_a, &mut ReplyScratch::new(rewards_h.len()).lane)
    }

    /// An optimal policy with uniform ties, lifted to all actions; the best successor values; their error.
    fn optimize(
        &self,
        agent: Agent,
        model: &Arc<TransitionModel>,
        rewards: &[f64],
        discount: &Discount,
    ) -> Result<(StochasticPolicy, Vec<f64>, f64), PowerError> {
        let mdp = Mdp::new(Arc::clone(model), Reward::state(model, rewards.iter().copied())?)?;
        let scale = rewards.iter().fold(f64::MIN_POSITIVE, |scale, r| scale.max(r.abs()));
        let solver = PolicyIteration {
            tolerance: Tolerance::Absolute(GAP * scale),
            tie_tolerance: Tolerance::Absolute(TIE_TOLERANCE * scale),
            ..Default::default()
        };
        let solution = solver.solve(&mdp, &Criterion::Discounted(discount.clone()))?;
        let ahead = model
            .state_ids()
            .map(|s| {
                let pairs = model.available().pairs(s);
                pairs.map(|pair| dot(model.row(pair), &solution.value)).fold(f64::NEG_INFINITY, f64::max)
            })
            .collect();
        Ok((self.joint.lift(agent, model, &solution.policy(&mdp)), ahead, solution.gap()))
    }

    /// A's seed policy against H's policy.
    fn evaluate_seed(&self, policy_h: &StochasticPolicy, rewards_a: &[f64], lane: &mut Lane) -> Result<(), PowerError> {
        let chain = self.joint.chain(policy_h, &self.seed);
        let evaluation = PolicyEvaluation::default().evaluate(&chain, rewards_a, &self.discount_a)?;
        let scale = 1.0 - self.discount_a.value();
        for (s, power) in lane.power_a_seed.iter_mut().enumerate() {
            *power = scale * dot(chain.row(s), &evaluation.value);
        }
        lane.error_a = lane.error_a.max(scale * evaluation.bounds.gap());
        Ok(())
    }
}

/// The value of a successor, which may be lost.
fn ahead(value: &[f64], next: u32) -> f64 {
    if next == LOST { 0.0 } else { value[next as usize] }
}

/// The successors of a table with A's moves outside and H's inside.
fn exchanged(table: &SuccessorTable) -> Vec<u32> {
    let mut successor = Vec::with_capacity(table.successor.len());
    for (s, (&moves_h, &moves_a)) in table.moves_h.iter().zip(&table.moves_a).enumerate() {
        let at = |i: u32, j: u32| table.successor[(table.start[s] + i * moves_a + j) as usize];
        successor.extend((0..moves_a).flat_map(|j| (0..moves_h).map(move |i| at(i, j))));
    }
    successor
}

fn dot((next, probability): (&[u32], &[f64]), value: &[f64]) -> f64 {
    next.iter().zip(probability).map(|(&next, &p)| p * value[next as usize]).sum()
}
