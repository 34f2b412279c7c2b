//! Measures on states: what a chain does in the long run or under a discount, with its error.

/// A measure on the states with a true bound of its distance from the exact one.
///
/// For any reward $`r`$ the error of $`\sum_s m(s)\,r(s)`$ is at most `error` times $`\lVert r \rVert_\infty`$.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StateMeasure {
    /// Mass of every state, shape |S|, never negative.
    pub mass: Vec<f64>,
    /// $`\lVert m - m^* \rVert_1`$ is at most this, rounding included, where $`m^*`$ is the exact measure.
    pub error: f64,
}

impl StateMeasure {
    /// The mass of all states, with the rounding of the sum.
    pub fn total(&self) -> f64 {
        self.mass.iter().sum()
    }
}
