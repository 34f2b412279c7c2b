//! Progress bars over samples.

use crate::interrupt::{self, Listener};
use dunamis_experiment::Experiment;
use dunamis_power::Observer;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar on stderr, and the ear for Ctrl-C; where stderr is no terminal, nothing is drawn.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    _listener: Listener,
}

impl Progress {
    /// A bar that is shown as soon as something is done.
    pub(crate) fn new(what: &str, hidden: bool) -> Self {
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} samples, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(what.to_owned());
        Progress { bar, _listener: Listener::new() }
    }

    /// Begins another computation under the same bar.
    pub(crate) fn restart(&self, what: &str) {
        self.bar.reset();
        self.bar.set_prefix(what.to_owned());
    }
}

impl Observer for Progress {
    fn progress(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    fn cancelled(&self) -> bool {
        interrupt::pressed()
    }
}

impl dunamis_figures::Observer for Progress {
    fn experiment(&self, experiment: &Experiment) {
        self.restart(&experiment.name);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
