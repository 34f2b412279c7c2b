//! One pass over all rows of an implicit model: whether they are rows, and what solvers must know of them.

use crate::Communicator;
use crate::bellman::Span;
use dunamis_mdp::ImplicitMdp;

/// What a row may exceed 1 by.
const ROW_SUM_TOLERANCE: f64 = 1e-9;

/// What one pass over all rows of a rank finds out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Survey {
    /// The first state with rows that are none.
    pub(crate) refused: u64,
    /// Smallest successor, and one past the largest.
    pub(crate) next: (u64, u64),
    pub(crate) reward: f64,
    pub(crate) masses: Span,
    pub(crate) longest: usize,
    pub(crate) actions: usize,
    pub(crate) pairs: usize,
}

impl Survey {
    pub(crate) const EMPTY: Survey = Survey {
        refused: u64::MAX,
        next: (u64::MAX, 0),
        reward: 0.0,
        masses: Span::EMPTY,
        longest: 0,
        actions: 0,
        pairs: 0,
    };

    pub(crate) fn of(model: &impl ImplicitMdp, states: u64, state: u64) -> Self {
        let mut survey = Survey { actions: model.actions(state), ..Survey::EMPTY };
        survey.pairs = survey.actions;
        let mut sound = survey.actions > 0;
        for action in 0..survey.actions {
            let (mut mass, mut entries) = (0.0, 0);
            let reward = model.row(state, action, |next, probability| {
                sound &= next < states && (0.0..=1.0).contains(&probability);
                survey.next = (survey.next.0.min(next), survey.next.1.max(next.saturating_add(1)));
                mass += probability;
                entries += 1;
            });
            sound &= reward.is_finite() && mass <= 1.0 + ROW_SUM_TOLERANCE;
            survey.reward = survey.reward.max(reward.abs());
            survey.masses.add(mass);
            survey.longest = survey.longest.max(entries);
        }
        survey.refused = if sound { u64::MAX } else { state };
        survey
    }

    pub(crate) fn join(self, other: Survey) -> Survey {
        Survey {
            refused: self.refused.min(other.refused),
            next: (self.next.0.min(other.next.0), self.next.1.max(other.next.1)),
            reward: self.reward.max(other.reward),
            masses: self.masses.join(other.masses),
            longest: self.longest.max(other.longest),
            actions: self.actions.max(other.actions),
            pairs: self.pairs + other.pairs,
        }
    }

    /// What all ranks found out together, except where the rows of this one lead.
    pub(crate) fn all(self, communicator: &impl Communicator) -> Survey {
        let refused = if self.refused == u64::MAX { f64::INFINITY } else { self.refused as f64 };
        let numbers = &mut [
            refused,
            -self.reward,
            self.masses.min,
            -self.masses.max,
            -(self.longest as f64),
            -(self.actions as f64),
        ];
        communicator.all_reduce_min(numbers);
        let [refused, reward, least, most, longest, actions] = *numbers;
        Survey {
            refused: if refused == f64::INFINITY { u64::MAX } else { refused as u64 },
            next: self.next,
            reward: -reward,
            masses: Span { min: least, max: -most },
            longest: -longest as usize,
            actions: -actions as usize,
            pairs: communicator.gather(&[self.pairs as f64]).iter().map(|&pairs| pairs as usize).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{ImplicitSolver, SolveError, ThreadRank};
    use dunamis_mdp::ImplicitMdp;

    #[test]
    fn what_is_no_model_is_refused_on_all_ranks() {
        type Row = fn(u64, usize) -> (u64, f64, f64);
        struct Broken(Row, usize);
        impl ImplicitMdp for Broken {
            fn states(&self) -> u64 {
                9
            }
            fn actions(&self, state: u64) -> usize {
                if state == 5 { self.1 } else { 1 }
            }
            fn row(&self, state: u64, action: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
                let (next, probability, reward) = (self.0)(state, action);
                visit(next, probability);
                reward
            }
        }
        let refusal = |model: &Broken| {
            let solve = |rank: ThreadRank| {
                ImplicitSolver::default().solve_on(model, &"0.9".parse().unwrap(), &rank, &()).unwrap_err()
            };
            let errors: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> =
                    ThreadRank::all(3).into_iter().map(|rank| scope.spawn(move || solve(rank))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(errors.windows(2).all(|pair| pair[0] == pair[1]));
            errors[0].clone()
        };
        let wrong: [Row; 4] = [
            |s, _| (if s == 7 { 9 } else { 0 }, 1.0, 0.0),
            |s, _| (s, if s == 7 { 1.1 } else { 1.0 }, 0.0),
            |s, _| (s, if s == 7 { f64::NAN } else { 1.0 }, 0.0),
            |s, _| (s, 1.0, if s == 7 { f64::INFINITY } else { 0.0 }),
        ];
        for row in wrong {
            assert_eq!(refusal(&Broken(row, 1)), SolveError::ImplicitRow { state: 7, states: 9 });
        }
        assert_eq!(refusal(&Broken(|s, _| (s, 1.0, 0.0), 0)), SolveError::ImplicitRow { state: 5, states: 9 });
        let many = SolveError::TooManyActions { actions: 257, limit: 256 };
        assert_eq!(refusal(&Broken(|s, _| (s, 1.0, 0.0), 257)), many);
    }
}
