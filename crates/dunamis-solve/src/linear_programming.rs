//! Linear programming for discounted and average reward, primal or dual `[Puterman 1994, §6.9, §9.3]`.
//!
//! **Discounted**, with any positive weights $`\alpha`$ of the states:
//!
//! ```math
//! \min_V \sum_s \alpha_s V(s) \;\text{ subject to }\; V(s) - \gamma \sum_{s'} T(s'|s,a) V(s') \ge r(s,a),
//! ```
//!
//! whose only solution is $`V^*`$, and its dual over occupancy measures (see [`OccupancyMeasure`])
//!
//! ```math
//! \max_{x \ge 0} \sum_{s,a} r(s,a)\, x(s,a) \;\text{ subject to }\;
//! \sum_a x(s',a) - \gamma \sum_{s,a} T(s'|s,a)\, x(s,a) = \alpha_{s'} .
//! ```
//!
//! **Average reward**, multichain `[Hordijk & Kallenberg 1979; Puterman 1994, §9.3]`:
//!
//! ```math
//! \min_{g,h} \sum_s \alpha_s g(s) \;\text{ subject to }\; g(s) \ge \sum_{s'} T(s'|s,a) g(s'), \quad
//! g(s) + h(s) \ge r(s,a) + \sum_{s'} T(s'|s,a) h(s'),
//! ```
//!
//! with a dual of two measures, $`x`$ for the long run and $`y`$ for the way there. Mass that leaks is worth 0.
//!
//! The programs are solved by an interior-point method, which is not believed: a vector is a solution if the bounds that it
//! proves are close enough, as for every solver here. Interior points stop near $`10^{-8}`$, so that as a rule the policy they
//! point to is evaluated, for average reward in every end component, and improved by policy iteration until the bounds are as
//! asked; [`Statistics::choice`](crate::Statistics::choice) tells how much of that there was.
//!
//! **Complexity.** Ten to thirty sparse factorizations of the size of the program, whose fill-in limits random models to
//! some thousands of states. No fast path: programs are for what only they give, such as measures and side constraints.

use crate::average_reward::component::Component;
use crate::average_reward::{policy_iteration, solve_by_components};
use crate::bellman::Bellman;
use crate::discounted::Discounted;
use crate::linear::LinearSystem;
use crate::observer::Budget;
use crate::policy_iteration::improve;
use crate::tolerance::reward_scale;
use crate::{Observer, OccupancyMeasure, Solution, SolveError, Solver, Statistics, Termination, Tolerance};
use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, ZeroConeT};
use dunamis_mdp::{Criterion, Discount, Mdp, StateId, StochasticPolicy};
use serde::{Deserialize, Serialize};

/// Shares of a state's mass below this are what an interior point leaves of a 0.
const INTERIOR: f64 = 1e-6;

/// Which of the two programs is solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramForm {
    /// Over values (gains and biases): a variable per state, a constraint per state-action pair.
    #[default]
    Primal,
    /// Over occupancy measures: a variable per state-action pair, a constraint per state.
    Dual,
}

/// Settings of linear programming.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinearProgramming {
    /// The program that is solved.
    pub form: ProgramForm,
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied; for average reward see
    /// [`AverageReward::tie_tolerance`](crate::AverageReward::tie_tolerance).
    pub tie_tolerance: Tolerance,
    /// Largest number of interior-point iterations, of policies after them, and of sweeps of the quotient.
    pub max_iterations: usize,
}

impl Default for LinearProgramming {
    fn default() -> Self {
        LinearProgramming {
            form: ProgramForm::Primal,
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 10_000,
        }
    }
}

/// An occupancy measure that maximizes the expected discounted reward from an initial distribution.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OptimalOccupancy {
    /// The measure: where actions tie, the program's solution mixes them.
    pub measure: OccupancyMeasure,
    /// No policy's expected reward from the initial distribution exceeds that of the measure by more than this.
    pub regret: f64,
    /// The solution of the primal problem which bounds the regret.
    pub solution: Solution,
}

impl Solver for LinearProgramming {
    fn name(&self) -> &'static str {
        "linear-programming"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        match criterion {
            Criterion::Average => self.solve_average(mdp, criterion, observer),
            _ => self.solve_discounted(mdp, criterion, observer),
        }
    }
}

impl LinearProgramming {
    fn solve_discounted(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let problem = Discounted::new(self.name(), mdp, criterion, tolerances, observer)?;
        let states = problem.bellman.states();
        let mut statistics = Statistics::new(self.name());
        if problem.interrupted(0, f64::INFINITY) {
            return Ok(problem.finish(problem.bounds(&vec![0.0; states]), Termination::Interrupted, statistics));
        }
        let weights = vec![1.0 / states as f64; states];
        let program = DiscountedProgram::new(&problem.bellman, &weights);
        let optimum = program.solve(self.form, self.max_iterations);
        statistics.iterations += optimum.iterations;
        let policy = match self.form {
            ProgramForm::Primal => {
                statistics.sweeps += 1;
                let bounds = problem.bounds(&optimum.value);
                if bounds.gap() <= problem.rule.target {
                    statistics.choice = story(optimum.iterations, 0);
                    return Ok(problem.finish(bounds, Termination::Converged, statistics));
                }
                (0..states).map(|state| problem.bellman.best_pair(state, &optimum.value).1).collect()
            }
            ProgramForm::Dual => {
                (0..states).map(|state| largest(problem.bellman.pairs(state), |pair| optimum.mass[pair])).collect()
            }
        };
        self.improve_from(&problem, policy, statistics)
    }

    /// Policy iteration from where the program led.
    fn improve_from(
        &self,
        problem: &Discounted<'_>,
        mut policy: Vec<u32>,
        mut statistics: Statistics,
    ) -> Result<Solution, SolveError> {
        let program_iterations = statistics.iterations;
        let (mut checkpoint, mut backed_up) = (Vec::new(), vec![0.0; policy.len()]);
        loop {
            let value = evaluate(&problem.bellman, &policy)?;
            statistics.iterations += 1;
            statistics.sweeps += 2;
            let policies = statistics.iterations - program_iterations;
            let bounds = problem.bounds(&value);
            let gap = bounds.gap();
            // Action values err by the rounding of one backup; what is within it is a tie.
            let margin = problem.rule.rounding * problem.rule.complement();
            let changed = improve(&problem.bellman, &value, &mut backed_up, &mut policy, margin).changed;
            let status = if gap <= problem.rule.target {
                Termination::Converged
            } else if problem.interrupted(statistics.iterations, gap) {
                Termination::Interrupted
            } else if !changed || policy == checkpoint {
                Termination::PrecisionLimit
            } else if policies >= self.max_iterations {
                Termination::IterationLimit
            } else {
                if policies.is_power_of_two() {
                    checkpoint.clone_from(&policy);
                }
                continue;
            };
            statistics.choice = story(program_iterations, policies);
            return Ok(problem.finish(bounds, status, statistics));
        }
    }

    fn solve_average(&self, mdp: &Mdp, criterion: &Criterion, observer: &dyn Observer) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let budget = Budget { limit: self.max_iterations, observer };
        let (mut optimum, mut policies) = (None, 0);
        let mut solution = solve_by_components(self.name(), mdp, criterion, tolerances, budget, |component, rules| {
            let optimum: &AverageOptimum =
                optimum.get_or_insert_with(|| solve_average_program(component.bellman, self.form, self.max_iterations));
            let policy = match self.form {
                ProgramForm::Primal => optimum.greedy(component),
                ProgramForm::Dual => optimum.heaviest(component),
            };
            let gain = policy_iteration::solve_from(component, policy, rules)?;
            policies += gain.iterations;
            Ok(gain)
        })?;
        let iterations = optimum.map_or(0, |optimum| optimum.iterations);
        solution.statistics.iterations += iterations;
        solution.statistics.choice = story(iterations, policies);
        Ok(solution)
    }

    /// Solves the dual program for an initial distribution, a mass of at least 0 for every state.
    ///
    /// Entries that an interior point leaves of a zero are dropped and the rest is made to conserve flow, so that the measure
    /// is that of its own policy up to rounding; [`OptimalOccupancy::regret`] bounds what was lost by that.
    ///
    /// # Errors
    ///
    /// As for [`Solver::solve`], and as for [`OccupancyMeasure::of_policy`].
    pub fn occupancy_measure(
        &self,
        mdp: &Mdp,
        discount: &Discount,
        initial: &[f64],
    ) -> Result<OptimalOccupancy, SolveError> {
        OccupancyMeasure::check_initial(mdp.model(), initial)?;
        let criterion = Criterion::Discounted(discount.clone());
        let problem = Discounted::new(self.name(), mdp, &criterion, (self.tolerance, self.tie_tolerance), &())?;
        let (bellman, available) = (&problem.bellman, mdp.model().available());
        let optimum = DiscountedProgram::new(bellman, initial).solve(ProgramForm::Dual, self.max_iterations);
        let statistics = Statistics { iterations: optimum.iterations, ..Statistics::new(self.name()) };
        let greedy: Vec<u32> = (0..bellman.states()).map(|state| bellman.best_pair(state, &optimum.value).1).collect();
        let solution = self.improve_from(&problem, greedy, statistics)?;
        let mut probability = vec![0.0; bellman.pair_count()];
        for state in 0..bellman.states() {
            let pairs = available.pairs(StateId::new(state));
            let total: f64 = optimum.mass[pairs.clone()].iter().sum();
            let kept: Vec<usize> = pairs.clone().filter(|&pair| optimum.mass[pair] > INTERIOR * total).collect();
            let mass: f64 = kept.iter().map(|&pair| optimum.mass[pair]).sum();
            if mass > INTERIOR * initial.iter().sum::<f64>() && mass.is_finite() {
                for pair in kept {
                    probability[pair] = optimum.mass[pair] / mass;
                }
            } else {
                // Where the program's play does not come, the solved values decide.
                let best = pairs.clone().find(|&pair| solution.optimal[pair]).unwrap_or(pairs.start);
                probability[best] = 1.0;
            }
        }
        let policy = StochasticPolicy::unchecked(probability);
        let measure = OccupancyMeasure::of_policy(mdp.model(), &policy, discount, initial)?;
        let reached = measure.expected_reward(mdp);
        let (mut best, mut magnitude) = (0.0, 0.0);
        for (&mass, &upper) in initial.iter().zip(&solution.bounds.upper) {
            if mass > 0.0 {
                best += mass * upper;
                magnitude += (mass * upper).abs();
            }
        }
        let rounding = crate::m_matrix::slack(initial.len()) * (magnitude + reached.value.abs());
        let regret = (best - reached.value + reached.error + rounding).next_up().max(0.0);
        Ok(OptimalOccupancy { measure, regret, solution })
    }
}

/// What the program and the policies after it did.
fn story(program: usize, policies: usize) -> String {
    format!("interior-point iterations: {program}; policies evaluated after them: {policies}")
}

/// The first of the largest.
fn largest(pairs: impl Iterator<Item = usize>, merit: impl Fn(usize) -> f64) -> u32 {
    let mut best: Option<(f64, usize)> = None;
    for pair in pairs {
        let merit = merit(pair);
        if best.is_none_or(|(known, _)| merit > known) {
            best = Some((merit, pair));
        }
    }
    best.map_or(0, |(_, pair)| pair as u32)
}

fn evaluate(bellman: &Bellman<'_>, policy: &[u32]) -> Result<Vec<f64>, SolveError> {
    let mut entries: Vec<_> = (0..policy.len()).map(|state| (state, state, 1.0)).collect();
    let mut right = Vec::with_capacity(policy.len());
    for (state, &pair) in policy.iter().enumerate() {
        let (next, probability) = bellman.row(pair as usize);
        entries.extend(next.iter().zip(probability).map(|(&next, &p)| (state, next as usize, -bellman.discount * p)));
        right.push(bellman.reward(state, pair as usize));
    }
    LinearSystem { entries, right }.solve()
}

/// Rewards by pair, divided by the largest, which comes second.
fn unit_rewards(bellman: &Bellman<'_>) -> (Vec<f64>, f64) {
    let reward: Vec<f64> = (0..bellman.states())
        .flat_map(|state| bellman.pairs(state).map(move |pair| bellman.reward(state, pair)))
        .collect();
    let scale = reward_scale(&reward);
    let scale = if scale > 0.0 { scale } else { 1.0 };
    (reward.into_iter().map(|r| r / scale).collect(), scale)
}

/// $`E - \gamma P`$ as `(pair, state, value)`, where $`E`$ has a 1 at the state of every pair.
fn flow(bellman: &Bellman<'_>, discount: f64) -> Vec<(usize, usize, f64)> {
    let mut entries = Vec::new();
    for state in 0..bellman.states() {
        for pair in bellman.pairs(state) {
            let (next, probability) = bellman.row(pair);
            entries.push((pair, state, 1.0));
            entries.extend(next.iter().zip(probability).map(|(&next, &p)| (pair, next as usize, -discount * p)));
        }
    }
    entries
}

/// The discounted programs of a model.
struct DiscountedProgram<'a> {
    flow: Vec<(usize, usize, f64)>,
    reward: Vec<f64>,
    scale: f64,
    weights: &'a [f64],
}

/// An approximate solution of both programs.
struct DiscountedOptimum {
    value: Vec<f64>,
    /// By pair, never negative.
    mass: Vec<f64>,
    iterations: usize,
}

impl<'a> DiscountedProgram<'a> {
    fn new(bellman: &Bellman<'_>, weights: &'a [f64]) -> Self {
        let (reward, scale) = unit_rewards(bellman);
        DiscountedProgram { flow: flow(bellman, bellman.discount), reward, scale, weights }
    }

    fn solve(self, form: ProgramForm, max_iterations: usize) -> DiscountedOptimum {
        let (states, pairs) = (self.weights.len(), self.reward.len());
        let (value, mass, iterations) = match form {
            ProgramForm::Primal => {
                let program =
                    Program { cost: self.weights.to_vec(), entries: self.flow, right: self.reward, equalities: 0 };
                let optimum = program.solve(max_iterations);
                (optimum.variables, optimum.multipliers, optimum.iterations)
            }
            ProgramForm::Dual => {
                let mut entries: Vec<_> = self.flow.into_iter().map(|(pair, state, x)| (state, pair, x)).collect();
                entries.extend((0..pairs).map(|pair| (states + pair, pair, 1.0)));
                let mut right = self.weights.to_vec();
                right.resize(states + pairs, 0.0);
                let cost = self.reward.iter().map(|r| -r).collect();
                let optimum = Program { cost, entries, right, equalities: states }.solve(max_iterations);
                let value = optimum.multipliers[..states].iter().map(|v| -v).collect();
                (value, optimum.variables, optimum.iterations)
            }
        };
        let value: Vec<f64> = value;
        DiscountedOptimum {
            value: value.into_iter().map(|v| v * self.scale).collect(),
            mass: mass.into_iter().map(|x| x.max(0.0)).collect(),
            iterations,
        }
    }
}

/// An approximate solution of both average-reward programs.
struct AverageOptimum {
    /// $`h`$ by state, in units of the largest reward.
    bias: Vec<f64>,
    scale: f64,
    /// By pair: $`x`$ where its state is visited in the long run, else $`y`$.
    mass: Vec<f64>,
    iterations: usize,
}

fn solve_average_program(bellman: &Bellman<'_>, form: ProgramForm, max_iterations: usize) -> AverageOptimum {
    let (states, pairs) = (bellman.states(), bellman.pair_count());
    let (reward, scale) = unit_rewards(bellman);
    let flow = flow(bellman, 1.0);
    let weight = 1.0 / states as f64;
    let own = (0..states).flat_map(|state| bellman.pairs(state).map(move |pair| (pair, state)));
    let (bias, mass, iterations) = match form {
        ProgramForm::Primal => {
            // Columns: gains, then biases. Rows: g >= P g, then g + h >= r + P h.
            let mut entries = flow.clone();
            entries.extend(flow.iter().map(|&(pair, state, x)| (pairs + pair, states + state, x)));
            entries.extend(own.map(|(pair, state)| (pairs + pair, state, 1.0)));
            let mut right = vec![0.0; pairs];
            right.extend(reward);
            let mut cost = vec![weight; states];
            cost.resize(2 * states, 0.0);
            let mut optimum = Program { cost, entries, right, equalities: 0 }.solve(max_iterations);
            // Multipliers: y, then x.
            optimum.multipliers.rotate_left(pairs);
            (optimum.variables.split_off(states), optimum.multipliers, optimum.iterations)
        }
        ProgramForm::Dual => {
            // Columns: x, then y. Rows: x is stationary, x and y together lead there from the weights, neither is negative.
            let mut entries: Vec<_> = flow.iter().map(|&(pair, state, x)| (state, pair, x)).collect();
            entries.extend(flow.iter().map(|&(pair, state, x)| (states + state, pairs + pair, x)));
            entries.extend(own.map(|(pair, state)| (states + state, pair, 1.0)));
            entries.extend((0..2 * pairs).map(|column| (2 * states + column, column, 1.0)));
            let mut right = vec![0.0; states];
            right.resize(2 * states, weight);
            right.resize(2 * (states + pairs), 0.0);
            let mut cost: Vec<f64> = reward.iter().map(|r| -r).collect();
            cost.resize(2 * pairs, 0.0);
            let optimum = Program { cost, entries, right, equalities: 2 * states }.solve(max_iterations);
            let bias = optimum.multipliers[..states].iter().map(|h| -h).collect();
            (bias, optimum.variables, optimum.iterations)
        }
    };
    let (long_run, way) = mass.split_at(pairs);
    let mut mass = vec![0.0; pairs];
    for state in 0..states {
        let own = bellman.pairs(state);
        let total = |measure: &[f64]| -> f64 { measure[own.clone()].iter().sum() };
        let recurrent = total(long_run) > INTERIOR * (total(long_run) + total(way));
        mass[own.clone()].copy_from_slice(&if recurrent { long_run } else { way }[own]);
    }
    AverageOptimum { bias, scale, mass, iterations }
}

impl AverageOptimum {
    /// The best pair inside the component for the program's bias.
    fn greedy(&self, component: &Component<'_>) -> Vec<u32> {
        let bias: Vec<f64> = component.members.iter().map(|&state| self.bias[state as usize] * self.scale).collect();
        (0..bias.len())
            .map(|member| largest(component.pairs(member), |pair| component.residual(member, pair, &bias).0))
            .collect()
    }

    /// The pair inside the component with the most mass.
    fn heaviest(&self, component: &Component<'_>) -> Vec<u32> {
        (0..component.members.len()).map(|member| largest(component.pairs(member), |pair| self.mass[pair])).collect()
    }
}

/// Minimizes the cost of a vector $`x`$ of any sign; rows times $`x`$ equal the right side in the first rows and are at
/// least as large in the others. Entries of one place add up.
struct Program {
    cost: Vec<f64>,
    entries: Vec<(usize, usize, f64)>,
    right: Vec<f64>,
    equalities: usize,
}

/// Variables and multipliers $`z`$ with $`\text{rows}^\top z = \text{cost}`$, both approximate.
struct Optimum {
    variables: Vec<f64>,
    multipliers: Vec<f64>,
    iterations: usize,
}

impl Program {
    /// By an interior-point method; zeros where it cannot even begin.
    fn solve(self, max_iterations: usize) -> Optimum {
        let (rows, columns) = (self.right.len(), self.cost.len());
        // The library wants A x + s = b with s in a cone: here A holds the negated rows, b the negated right side.
        let row_of = self.entries.iter().map(|entry| entry.0).collect();
        let column_of = self.entries.iter().map(|entry| entry.1).collect();
        let values = self.entries.iter().map(|entry| -entry.2).collect();
        let matrix = CscMatrix::new_from_triplets(rows, columns, row_of, column_of, values);
        let right: Vec<f64> = self.right.iter().map(|b| -b).collect();
        let cones = [ZeroConeT(self.equalities), NonnegativeConeT(rows - self.equalities)];
        let settings = DefaultSettings {
            verbose: false,
            max_iter: u32::try_from(max_iterations).unwrap_or(u32::MAX),
            max_threads: 1,
            tol_gap_abs: 1e-10,
            tol_gap_rel: 1e-10,
            tol_feas: 1e-10,
            ..DefaultSettings::default()
        };
        let quadratic = CscMatrix::zeros((columns, columns));
        let Ok(mut solver) = DefaultSolver::new(&quadratic, &self.cost, &matrix, &right, &cones, settings) else {
            return Optimum { variables: vec![0.0; columns], multipliers: vec![0.0; rows], iterations: 0 };
        };
        solver.solve();
        let solution = solver.solution;
        Optimum { variables: solution.x, multipliers: solution.z, iterations: solution.iterations as usize }
    }
}
