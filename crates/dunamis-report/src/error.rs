//! What can go wrong in a report.

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// There is nothing to show.
    #[error("there is no run to report: name at least one")]
    NoRuns,
    /// A walk of another model.
    #[error("the rollout does not go through states of `{run}`: take it from that run")]
    OtherStates {
        /// The name of the run.
        run: String,
    },
}
