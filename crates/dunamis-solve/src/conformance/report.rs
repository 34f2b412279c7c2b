//! What a passed suite has seen.

use std::ops::AddAssign;

/// What a passed suite has seen; reports of several models add up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Problems, that is models under a criterion, that were solved.
    pub solved: usize,
    /// Those whose solution [`verify`](crate::verify()) proved right; of the others the bounds were compared with other bounds.
    pub verified: usize,
    /// Those whose bounds are as close as was asked.
    pub converged: usize,
    /// Those where the solver says that it gave up.
    pub gave_up: usize,
    /// Problems that were rightly refused.
    pub refused: usize,
    /// Runs that were stopped early.
    pub interrupted: usize,
    /// Largest gap of an undisturbed run, as a multiple of the tolerance.
    pub largest_gap: f64,
    /// Largest proved loss of a greedy policy, as a multiple of the tolerance: below 1 also means that none was proved.
    pub largest_loss: f64,
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.solved += other.solved;
        self.verified += other.verified;
        self.converged += other.converged;
        self.gave_up += other.gave_up;
        self.refused += other.refused;
        self.interrupted += other.interrupted;
        self.largest_gap = self.largest_gap.max(other.largest_gap);
        self.largest_loss = self.largest_loss.max(other.largest_loss);
    }
}
