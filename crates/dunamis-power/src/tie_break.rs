//! Which option is best for all discounts near 1 when several attain the best average reward.
//!
//! Two visit distribution functions with one limit $`\lim_{\gamma \to 1} (1-\gamma) f(\gamma)`$ differ in what play meets on
//! the way. Near 1 the sign of $`(f - g)(\gamma)^\top r`$ is that of the first coefficient of $`f - g`$ in powers of
//! $`1 - \gamma`$ whose product with $`r`$ is not 0; for almost every $`r`$ that is the first coefficient that is not 0.

use crate::PowerError;
use crate::choice_law::{Laws, Outcome};
use crate::joint_worth::share_of_rewards;
use crate::piecewise_polynomial::shifted;
use dunamis_mdp::{Rational, StateId, TransitionModel};
use dunamis_solve::polytope::HalfSpace;
use dunamis_solve::{DominanceCertificate, NonDominated, VisitDistribution};
use num_traits::{One, Zero};

/// Most policies with one recurrent state distribution that are compared.
const MAX_TIED: usize = 100;

/// Gives each part of the probability of an outcome to the option that is best near $`\gamma = 1`$.
pub(crate) fn by_transients(
    model: &TransitionModel,
    laws: &Laws<'_>,
    start: usize,
    outcome: Outcome,
) -> Result<Vec<Outcome>, PowerError> {
    let (true, Some(limit)) = (outcome.options.len() > 1, outcome.vector.clone()) else { return Ok(vec![outcome]) };
    let mut tied: Vec<(usize, VisitDistribution)> = Vec::new();
    for &option in &outcome.options {
        let set = laws.graph().visits(start, option)?;
        let same = set.functions().iter().filter(|function| function.recurrent_distribution() == limit);
        tied.extend(same.map(|function| (option, function.clone())));
    }
    if tied.len() > MAX_TIED {
        return Err(PowerError::Intractable { what: "policies with one long run", limit: MAX_TIED });
    }
    let options: Vec<usize> = (0..laws.graph().options(start).len()).collect();
    let all = laws.graph().worths(start, &options, None)?;
    let best = NonDominated::new(all.into_iter().filter_map(|worth| worth.vector).collect())?;
    let others = best.indices().map(|index| &best.points()[index]).filter(|other| **other != limit);
    let average: Vec<Vec<Rational>> = others.map(|other| difference(&limit, other)).collect();

    // What must be positive for each to be the best.
    let mut cells = Vec::new();
    for (index, (option, own)) in tied.iter().enumerate() {
        let rivals = tied.iter().enumerate().filter(|(other, _)| *other != index);
        let ahead = rivals.map(|(_, (_, rival))| leading_difference(model, own, rival));
        let positive: Vec<Vec<Rational>> = average.iter().cloned().chain(ahead).collect();
        // 0 is strictly better than the opposites of all exactly when some reward makes all positive.
        let mut points = vec![vec![Rational::zero(); limit.len()]];
        points.extend(positive.iter().map(|normal| normal.iter().map(|x| -x).collect()));
        if matches!(DominanceCertificate::new(&points, 0), Some(DominanceCertificate::NonDominated { .. })) {
            cells.push((*option, positive));
        }
    }
    if let Some(&(winner, _)) = cells.first()
        && cells.iter().all(|(option, _)| *option == winner)
    {
        return Ok(vec![Outcome { options: vec![winner], ..outcome }]);
    }
    let outcome = |(option, positive): (usize, Vec<Vec<Rational>>)| {
        let half_space = |normal: Vec<Rational>| HalfSpace {
            normal: normal.into_iter().map(|x| -x).collect(),
            bound: Rational::zero(),
        };
        let constraints: Vec<HalfSpace> = positive.into_iter().map(half_space).collect();
        let probability = share_of_rewards(&constraints, laws.budget())?;
        Ok(Outcome { options: vec![option], vector: Some(limit.clone()), probability })
    };
    cells.into_iter().map(outcome).collect()
}

fn difference(x: &[Rational], y: &[Rational]) -> Vec<Rational> {
    x.iter().zip(y).map(|(x, y)| x - y).collect()
}

/// The first coefficient of $`f - g`$ in powers of $`1 - \gamma`$ that is not 0, up to a positive factor.
fn leading_difference(model: &TransitionModel, f: &VisitDistribution, g: &VisitDistribution) -> Vec<Rational> {
    let one = Rational::one();
    // Denominators are positive below 1, so the numerator of the difference has its sign.
    let numerator = |state: StateId| &(f.numerator(state) * g.denominator()) - &(g.numerator(state) * f.denominator());
    let expansions: Vec<_> = model.state_ids().map(|state| shifted(&numerator(state), &one)).collect();
    let coefficient = |expansion: &dunamis_solve::Polynomial, power: usize| {
        expansion.coefficients().get(power).cloned().unwrap_or_default()
    };
    let degree = expansions.iter().filter_map(dunamis_solve::Polynomial::degree).max().unwrap_or(0);
    let nonzero = |power: &usize| expansions.iter().any(|expansion| !coefficient(expansion, *power).is_zero());
    let power = (0..=degree).find(nonzero).unwrap_or(0);
    // Powers of γ - 1 are those of 1 - γ with alternating signs.
    let sign = |x: Rational| if power % 2 == 0 { x } else { -x };
    expansions.iter().map(|expansion| sign(coefficient(expansion, power))).collect()
}
