//! Non-domination: which of finitely many vectors are strictly best for some reward.
//!
//! $`\mathrm{ND}(X) = \{x \in X : \exists r\; \forall x' \in X \setminus \{x\}\; x^\top r > x'^\top r\}`$
//! `[Turner et al. 2021, Def. E.9]` are the vertices of the convex hull of $`X`$. Every answer carries a certificate: a reward
//! that makes the vector strictly best, or weights with which others combine to it. A certificate is checked by a few exact
//! products, without anything of the code that found it.
//!
//! A visit distribution function is non-dominated `[Turner et al. 2021, Def. 3.6]` exactly when its vector at any one discount
//! in $`(0, 1)`$ is `[Turner et al. 2021, Lemma E.33]`; for every reward and every discount the best of $`\mathcal F(s)`$ is as
//! good as the best of $`\mathcal F_{\mathrm{nd}}(s)`$. **Complexity.** One exact linear program for each vector, without
//! those already known to be dominated.

use crate::convex_hull::{Position, locate};
use crate::{SolveError, VisitDistributionSet};
use dunamis_mdp::{Discount, Rational};
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;

/// Why a vector is or is not dominated among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DominanceCertificate {
    /// A reward for which the vector is strictly better than every other.
    NonDominated {
        /// The reward, of the vectors' dimension.
        reward: Vec<Rational>,
    },
    /// A convex combination of others that equals the vector; so for every reward one of them is at least as good.
    Dominated {
        /// Numbers of other vectors with positive weights of sum 1.
        weights: Vec<(usize, Rational)>,
    },
}

impl DominanceCertificate {
    /// Decides for `points[index]` alone: one exact linear program. `None` unless there is such a point and all have its
    /// dimension.
    pub fn new(points: &[Vec<Rational>], index: usize) -> Option<Self> {
        let point = points.get(index)?;
        if points.iter().any(|other| other.len() != point.len()) {
            return None;
        }
        let others: Vec<usize> = (0..points.len()).filter(|&other| other != index).collect();
        let vectors: Vec<&[Rational]> = others.iter().map(|&other| points[other].as_slice()).collect();
        Some(match locate(point, &vectors) {
            Position::Outside(reward) => DominanceCertificate::NonDominated { reward },
            Position::Inside(weights) => DominanceCertificate::Dominated {
                weights: weights.into_iter().map(|(number, weight)| (others[number], weight)).collect(),
            },
        })
    }

    /// Whether this proves what it claims of the vector `points[index]` among all `points`. Exact, linear in the points, and
    /// independent of how the certificate was found.
    pub fn proves(&self, points: &[Vec<Rational>], index: usize) -> bool {
        let Some(point) = points.get(index) else { return false };
        match self {
            DominanceCertificate::NonDominated { reward } => {
                let value = |x: &Vec<Rational>| x.iter().zip(reward).map(|(x, r)| x * r).sum::<Rational>();
                let own = value(point);
                points.iter().all(|other| other.len() == reward.len())
                    && points.iter().enumerate().all(|(other, x)| other == index || value(x) < own)
            }
            DominanceCertificate::Dominated { weights } => {
                let mut rest = point.clone();
                let mut left = Rational::one();
                for (other, weight) in weights {
                    let Some(x) = points.get(*other) else { return false };
                    if *other == index || !weight.is_positive() || x.len() != rest.len() {
                        return false;
                    }
                    left -= weight;
                    for (rest, x) in rest.iter_mut().zip(x) {
                        *rest -= weight * x;
                    }
                }
                left.is_zero() && rest.iter().all(Zero::is_zero)
            }
        }
    }
}

/// Vectors with a certificate for each that it is or is not dominated by the others.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_solve::NonDominated;
/// let point = |x: i64, y: i64| vec![Rational::from_integer(x.into()), Rational::from_integer(y.into())];
/// let points = NonDominated::new(vec![point(0, 0), point(2, 0), point(1, 1), point(1, 0)])?;
/// assert_eq!(points.indices().collect::<Vec<_>>(), [0, 1, 2]);
/// assert!(points.certificates()[3].proves(points.points(), 3));
/// # Ok::<(), dunamis_solve::SolveError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonDominated {
    points: Vec<Vec<Rational>>,
    certificates: Vec<DominanceCertificate>,
}

impl NonDominated {
    /// Decides for every vector. Equal vectors dominate each other, so lists should be free of them.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] unless all vectors have the same dimension.
    pub fn new(points: Vec<Vec<Rational>>) -> Result<Self, SolveError> {
        let expected = points.first().map_or(0, Vec::len);
        if let Some(odd) = points.iter().find(|point| point.len() != expected) {
            return Err(SolveError::Length { what: "a vector", expected, actual: odd.len() });
        }
        let mut groups: BTreeMap<&[Rational], Vec<usize>> = BTreeMap::new();
        for (index, point) in points.iter().enumerate() {
            groups.entry(point).or_default().push(index);
        }
        // One of each group of equal vectors, until it is known to be in the hull of what is left.
        let mut live: Vec<usize> = groups.values().map(|group| group[0]).collect();
        live.sort_unstable();
        let mut certificates: Vec<Option<DominanceCertificate>> = vec![None; points.len()];
        for (index, point) in points.iter().enumerate() {
            let group = &groups[point.as_slice()];
            certificates[index] = Some(if let Some(&twin) = group.iter().find(|&&other| other != index) {
                DominanceCertificate::Dominated { weights: vec![(twin, Rational::one())] }
            } else {
                let others: Vec<usize> = live.iter().copied().filter(|&other| other != index).collect();
                let vectors: Vec<&[Rational]> = others.iter().map(|&other| points[other].as_slice()).collect();
                match locate(point, &vectors) {
                    Position::Outside(reward) => DominanceCertificate::NonDominated { reward },
                    Position::Inside(weights) => {
                        let weights = weights.into_iter().map(|(number, weight)| (others[number], weight)).collect();
                        live = others;
                        DominanceCertificate::Dominated { weights }
                    }
                }
            });
        }
        let certificates = certificates.into_iter().flatten().collect();
        Ok(NonDominated { points, certificates })
    }

    /// The vectors, as they were given.
    pub fn points(&self) -> &[Vec<Rational>] {
        &self.points
    }

    /// One certificate for each vector.
    pub fn certificates(&self) -> &[DominanceCertificate] {
        &self.certificates
    }

    /// Whether a vector is non-dominated.
    ///
    /// # Panics
    ///
    /// If there is no such vector.
    pub fn contains(&self, index: usize) -> bool {
        matches!(self.certificates[index], DominanceCertificate::NonDominated { .. })
    }

    /// Numbers of the non-dominated vectors, ascending.
    pub fn indices(&self) -> impl Iterator<Item = usize> {
        (0..self.points.len()).filter(|&index| self.contains(index))
    }

    /// Whether every certificate proves its claim; see [`DominanceCertificate::proves`].
    pub fn verify(&self) -> bool {
        let proved = |(index, certificate): (usize, &DominanceCertificate)| certificate.proves(&self.points, index);
        self.certificates.iter().enumerate().all(proved)
    }
}

impl VisitDistributionSet {
    /// $`\mathcal F_{\mathrm{nd}}(s)`$ `[Turner et al. 2021, Def. 3.6]`, decided at $`\gamma = 1/2`$: vector $`k`$ belongs to
    /// function $`k`$.
    pub fn non_dominated(&self) -> NonDominated {
        self.non_dominated_at(&Discount::new(0.5).expect("1/2 is a discount")).expect("1/2 is positive")
    }

    /// The same, decided and certified at another discount: the indices do not depend on it, the rewards do.
    ///
    /// # Errors
    ///
    /// [`SolveError::ZeroDiscount`]: without a future all policies are alike.
    pub fn non_dominated_at(&self, discount: &Discount) -> Result<NonDominated, SolveError> {
        if discount.exact().is_zero() {
            return Err(SolveError::ZeroDiscount);
        }
        NonDominated::new(self.functions().iter().map(|function| function.at(discount)).collect())
    }

    /// $`\mathrm{RSD}_{\mathrm{nd}}(s)`$ `[Turner et al. 2021, Def. 6.10]`, decided among the vectors of
    /// [`VisitDistributionSet::recurrent_distributions`].
    pub fn non_dominated_recurrent_distributions(&self) -> NonDominated {
        NonDominated::new(self.recurrent_distributions()).expect("vectors over the same states")
    }
}
