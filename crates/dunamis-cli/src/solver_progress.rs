//! The progress of one solver, and of exact computations that cannot say how far they are.

use crate::interrupt::{self, Listener};
use dunamis_solve::{Observer, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::Cell;
use std::time::Duration;

/// Steps of the bar.
const LENGTH: u64 = 1000;

/// Time between two frames of a spinner.
const FRAME: Duration = Duration::from_millis(100);

/// A spinner for a computation that Ctrl-C ends at once.
#[derive(Debug)]
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    /// A spinner that turns as long as this lives; where stderr is no terminal, nothing is drawn.
    pub(crate) fn new(what: &str, hidden: bool) -> Self {
        let bar = bar(what, hidden, "{prefix} {spinner} {elapsed}");
        if !bar.is_hidden() {
            bar.enable_steady_tick(FRAME);
        }
        Spinner(bar)
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A bar for the way of the gap to its target, in orders of magnitude, and the ear for Ctrl-C. As long as no gap is known it
/// is a spinner.
#[derive(Debug)]
pub(crate) struct SolverProgress {
    bar: ProgressBar,
    /// The largest gap so far, once one is known.
    start: Cell<Option<f64>>,
    _listener: Listener,
}

impl SolverProgress {
    /// Nothing is drawn where stderr is no terminal.
    pub(crate) fn new(what: &str, hidden: bool) -> Self {
        let bar = bar(what, hidden, "{prefix} {spinner} {msg}");
        SolverProgress { bar, start: Cell::new(None), _listener: Listener::new() }
    }
}

impl Observer for SolverProgress {
    fn progress(&self, progress: &Progress) {
        if self.bar.is_hidden() {
            return;
        }
        let Progress { iterations, gap, target, .. } = *progress;
        if !gap.is_finite() {
            self.bar.set_message(format!("{iterations} iterations"));
            self.bar.tick();
            return;
        }
        if self.start.get().is_none() {
            self.bar.set_style(style("{prefix} {bar:30} {msg}, {eta} left"));
            self.bar.set_length(LENGTH);
        }
        let start = self.start.get().map_or(gap, |start| start.max(gap));
        self.start.set(Some(start));
        let position = (closeness(start, gap, target) * LENGTH as f64) as u64;
        self.bar.set_message(format!("{iterations} iterations, gap {gap:.0e} of {target:.0e}"));
        // Estimates of the gap go up and down; the bar only goes forward.
        self.bar.set_position(position.max(self.bar.position()));
    }

    fn cancelled(&self) -> bool {
        interrupt::pressed()
    }
}

impl Drop for SolverProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn bar(what: &str, hidden: bool, template: &str) -> ProgressBar {
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(None, target);
    bar.set_style(style(template));
    bar.set_prefix(what.to_owned());
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// How much of the way from the first gap to the target is done, in orders of magnitude: from 0 to 1.
fn closeness(start: f64, gap: f64, target: f64) -> f64 {
    let (done, way) = ((start / gap).ln(), (start / target).ln());
    if gap <= target { 1.0 } else { (done / way).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::closeness;

    #[test]
    fn equal_factors_are_equal_steps() {
        assert!((closeness(1e3, 1.0, 1e-3) - 0.5).abs() < 1e-12);
        assert_eq!([1e3, 1e-3, 1e-4, 0.0].map(|gap| closeness(1e3, gap, 1e-3)), [0.0, 1.0, 1.0, 1.0]);
        assert_eq!(closeness(2e3, 3e3, 1e-3), 0.0);
    }
}
