//! Solvers against the yardstick: how long each takes to a certified gap, as a part of what plain value iteration takes.

use crate::{Yardstick, yardstick};
use dunamis_mdp::{Criterion, Discount, Mdp};
use dunamis_solve::{SolveError, Solver, Statistics, Termination};
use std::fmt;
use std::time::Instant;

/// Sweeps of the yardstick that are really done.
const YARDSTICK_SWEEPS: u64 = 100;

/// Times of solvers on one model, beside the yardstick's in the same run.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What plain value iteration takes, in seconds.
    pub seconds: f64,
    /// Its sweeps.
    pub sweeps: u64,
    /// The solvers, in the order in which they were given.
    pub entries: Vec<Entry>,
}

/// The time of one solver.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub solver: &'static str,
    /// Its time over that of the yardstick.
    pub ratio: f64,
    /// Whether it did what was asked for.
    pub status: Termination,
    /// Its statistics.
    pub statistics: Statistics,
}

impl Entry {
    /// Passes over the whole model that amount to as many backups as the solver did.
    pub fn passes(&self, mdp: &Mdp) -> f64 {
        let Statistics { backups, evaluation_sweeps, .. } = self.statistics;
        let (states, pairs) = (mdp.model().states().len(), mdp.model().available().len());
        (backups + evaluation_sweeps * states) as f64 / pairs as f64
    }
}

/// Times solvers, which must be set to the tolerance of the yardstick: the best of up to ten runs, fewer where they take long.
///
/// # Errors
///
/// The first refusal of a solver.
pub fn compare(
    mdp: &Mdp,
    discount: &Discount,
    tolerance: f64,
    solvers: &[&dyn Solver],
) -> Result<Comparison, SolveError> {
    let (time, Yardstick { sweeps, done, .. }) = best_of(|| yardstick(mdp, discount, tolerance, YARDSTICK_SWEEPS));
    let seconds = time / done as f64 * sweeps as f64;
    let criterion = Criterion::Discounted(discount.clone());
    let entry = |solver: &&dyn Solver| {
        let (time, solution) = best_of(|| solver.solve(mdp, &criterion));
        let solution = solution?;
        let (status, statistics) = (solution.status, solution.statistics);
        Ok(Entry { solver: solver.name(), ratio: time / seconds, status, statistics })
    };
    Ok(Comparison { seconds, sweeps, entries: solvers.iter().map(entry).collect::<Result<_, _>>()? })
}

/// Best time in seconds of a few runs, fewer where they take long, and the result of the last.
pub fn best_of<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let mut timed = || {
        let begin = Instant::now();
        let result = run();
        (begin.elapsed().as_secs_f64(), result)
    };
    let (mut best, mut result) = timed();
    let mut spent = best;
    for _ in 0..9 {
        if spent > 2.0 {
            break;
        }
        let (time, again) = timed();
        spent += time;
        (best, result) = (best.min(time), again);
    }
    (best, result)
}

/// The cells of a row of the table, each followed by a bar; a cross marks what has not converged.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s ({}) |", self.seconds, self.sweeps)?;
        for Entry { ratio, status, statistics, .. } in &self.entries {
            let iterations = statistics.iterations;
            let mark = if *status == Termination::Converged { "" } else { " ✗" };
            write!(f, " {ratio:.4}{mark} ({iterations} it) |")?;
        }
        Ok(())
    }
}
