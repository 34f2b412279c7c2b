//! Watching a solver, and stopping it.

use crate::Termination;

/// How far a solver is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Iterations so far, see [`Statistics::iterations`](crate::Statistics::iterations).
    pub iterations: usize,
    /// Estimated distance of the bounds now, in the units of the reward; infinite while nothing is known.
    pub gap: f64,
    /// The distance at which the solver stops.
    pub target: f64,
}

impl Progress {
    /// The progress of a solver that estimates its gap.
    pub fn new(iterations: usize, gap: f64, target: f64) -> Self {
        Progress { iterations, gap, target }
    }
}

/// Watches a solver, and may ask it to stop. `()` watches nothing.
pub trait Observer {
    /// Called after every iteration.
    fn progress(&self, progress: &Progress) {
        let _ = progress;
    }

    /// Whether to stop: the solver then returns the bounds at hand with
    /// [`Termination::Interrupted`](crate::Termination::Interrupted). Asked about once per sweep.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
impl Observer for () {}

/// The iterations that a solver may use, and who may end them.
#[derive(Clone, Copy)]
pub(crate) struct Budget<'a> {
    pub(crate) limit: usize,
    pub(crate) observer: &'a dyn Observer,
}

impl Budget<'_> {
    /// Tells the observer how far things are; returns a reason to stop if there is one.
    pub(crate) fn spent(&self, iterations: usize, gap: f64, target: f64) -> Option<Termination> {
        self.observer.progress(&Progress::new(iterations, gap, target));
        if self.observer.cancelled() {
            Some(Termination::Interrupted)
        } else {
            (iterations >= self.limit).then_some(Termination::IterationLimit)
        }
    }
}
