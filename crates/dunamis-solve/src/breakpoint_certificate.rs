//! Checking the pieces of $`\gamma \mapsto \Pi^*(R, \gamma)`$ without the search that found them.
//!
//! A piece is proved by polynomial identities and by root counts: the value solves its policy's equations, and the advantage of
//! every action is the zero polynomial if the action is marked, and otherwise negative at one point of the interval and without
//! a root in it. Then the value is optimal at every discount of the interval, since all its advantages are at most 0 there.
//! Roots are counted by Sturm's theorem, where the search isolates them by Descartes' rule; the model's rows are read anew.

use crate::sturm::count_roots;
use crate::{AlgebraicNumber, BlackwellThreshold, DiscountBreakpoints, DiscountInterval, Polynomial};
use dunamis_mdp::{Mdp, Rational, RewardKind, StateId};
use num_traits::{One, Signed, Zero};

impl DiscountBreakpoints {
    /// Whether everything stated here of an MDP is proved: the intervals follow each other from 0 to 1, the marks on each and
    /// at each breakpoint are exactly the optimal actions, every value is the optimal value, and at every breakpoint the
    /// optimal actions change. Costs about as much as the search.
    pub fn verify(&self, mdp: &Mdp) -> bool {
        let (intervals, points) = (self.intervals(), self.points());
        let (Some(first), Some(last)) = (intervals.first(), intervals.last()) else { return false };
        let ends = first.low.to_rational().is_some_and(Zero::is_zero) && is_one(&last.high);
        let joined = intervals.len() == points.len() + 1
            && points.iter().zip(intervals.windows(2)).all(|(point, sides)| {
                same(&sides[0].high, &point.discount)
                    && same(&sides[1].low, &point.discount)
                    && sides.iter().any(|side| side.optimal != point.optimal)
                    && advantages(mdp, &sides[0]).is_some_and(|own| is_marked(&own, &point.discount, &point.optimal))
            });
        ends && joined && intervals.iter().all(|interval| proves(mdp, interval))
    }
}

impl BlackwellThreshold {
    /// Whether everything stated here of an MDP is proved: exactly the marked actions are optimal on the interval, its value is
    /// the optimal value, and at the threshold other actions are optimal, too (so that it is the smallest).
    pub fn verify(&self, mdp: &Mdp) -> bool {
        let at_threshold = match &self.at_threshold {
            None => self.discount().to_rational().is_some_and(Zero::is_zero),
            Some(marks) => {
                *marks != self.interval.optimal
                    && advantages(mdp, &self.interval).is_some_and(|own| is_marked(&own, self.discount(), marks))
            }
        };
        at_threshold && is_one(&self.interval.high) && proves(mdp, &self.interval)
    }
}

fn is_one(number: &AlgebraicNumber) -> bool {
    number.to_rational().is_some_and(One::is_one)
}

/// The same number in the same form.
fn same(a: &AlgebraicNumber, b: &AlgebraicNumber) -> bool {
    a.polynomial() == b.polynomial() && a.isolating_interval() == b.isolating_interval()
}

/// Numerators of the advantages of all pairs, if the value is that of the policy and its denominator has no root in $`(0, 1)`$.
fn advantages(mdp: &Mdp, interval: &DiscountInterval) -> Option<Vec<Polynomial>> {
    let (model, reward, value) = (mdp.model(), mdp.reward(), &interval.value);
    let (zero, one) = (Rational::zero(), Rational::one());
    let denominator = value.denominator();
    let at_one = usize::from(denominator.at(&one).is_zero());
    if !denominator.at(&zero).is_positive() || count_roots(denominator, &zero, &one) != at_one {
        return None;
    }
    let mut advantages = Vec::new();
    for state in model.state_ids() {
        for pair in model.available().pairs(state) {
            let row = model.exact_row(pair);
            let mass = row.iter().fold(model.exact_leak(pair), |sum, (_, p)| sum + p);
            let index = if reward.kind() == RewardKind::State { state.index() } else { pair };
            let mut sum = Polynomial::default();
            for (next, p) in row {
                sum = &sum + &value.numerator(next).scaled(&p);
            }
            let gained = &denominator.scaled(&reward.exact(index)) + &sum.times_discount();
            let advantage = &gained - value.numerator(state);
            let own = interval.policy.pairs().get(state.index()).is_some_and(|&chosen| chosen as usize == pair);
            if !mass.is_one() || (own && advantage.degree().is_some()) {
                return None;
            }
            advantages.push(advantage);
        }
    }
    Some(advantages)
}

/// Whether an interval holds what it states.
fn proves(mdp: &Mdp, interval: &DiscountInterval) -> bool {
    let available = mdp.model().available();
    let own = |(state, &pair): (usize, &u32)| available.pairs(StateId::new(state)).contains(&(pair as usize));
    let policy = interval.policy.pairs();
    let fits = policy.len() == available.states()
        && policy.iter().enumerate().all(own)
        && interval.optimal.len() == available.len();
    if !fits || !is_isolated(&interval.low) || !is_isolated(&interval.high) {
        return false;
    }
    let Some(advantages) = advantages(mdp, interval) else { return false };
    let Some(inside) = point_between(&interval.low, &interval.high) else { return false };
    advantages.iter().zip(&interval.optimal).all(|(advantage, &marked)| match advantage.degree() {
        None => marked,
        Some(_) => {
            !marked
                && advantage.at(&inside).is_negative()
                && roots_inside(advantage, &interval.low, &interval.high) == 0
        }
    })
}

/// Whether exactly the marked ones of some polynomials are 0 at a number.
fn is_marked(polynomials: &[Polynomial], number: &AlgebraicNumber, marks: &[bool]) -> bool {
    let mut marked = polynomials.iter().zip(marks);
    polynomials.len() == marks.len() && marked.all(|(polynomial, &mark)| is_root(number, polynomial) == mark)
}

/// Whether the defining polynomial has exactly one root in the interval, and none at its ends.
fn is_isolated(number: &AlgebraicNumber) -> bool {
    let ((low, high), polynomial) = (number.isolating_interval(), number.polynomial());
    match number.to_rational() {
        Some(rational) => polynomial.degree() == Some(1) && polynomial.at(rational).is_zero(),
        None => low < high && !polynomial.at(high).is_zero() && count_roots(polynomial, low, high) == 1,
    }
}

fn is_root(number: &AlgebraicNumber, polynomial: &Polynomial) -> bool {
    let (low, high) = number.isolating_interval();
    match (polynomial.degree(), number.to_rational()) {
        (None, _) => true,
        (Some(_), Some(rational)) => polynomial.at(rational).is_zero(),
        (Some(_), None) => count_roots(&polynomial.gcd(number.polynomial()), low, high) == 1,
    }
}

/// A rational between two numbers, if the first is smaller.
fn point_between(low: &AlgebraicNumber, high: &AlgebraicNumber) -> Option<Rational> {
    let (mut low, mut high) = (low.clone(), high.clone());
    // Intervals that still overlap after this many halvings are taken for equal.
    for _ in 0..10_000 {
        let (left, right) = (low.isolating_interval().1, high.isolating_interval().0);
        if left < right {
            return Some((left + right) / Rational::from_integer(2.into()));
        }
        if low == high {
            return None;
        }
        low.bisect();
        high.bisect();
    }
    None
}

/// Number of roots strictly between two numbers.
fn roots_inside(polynomial: &Polynomial, low: &AlgebraicNumber, high: &AlgebraicNumber) -> usize {
    let (low, high) = (separated(low, polynomial), separated(high, polynomial));
    let (start, end) = (low.isolating_interval().0, high.isolating_interval().1);
    // A rational end on the left is not counted anyway.
    let at_low = usize::from(low.to_rational().is_none() && is_root(&low, polynomial));
    let at_high = usize::from(is_root(&high, polynomial));
    count_roots(polynomial, start, end) - at_low - at_high
}

/// The number with an interval in which a polynomial has no root but perhaps the number itself.
fn separated(number: &AlgebraicNumber, polynomial: &Polynomial) -> AlgebraicNumber {
    let mut number = number.clone();
    if number.to_rational().is_none() {
        let expected = usize::from(is_root(&number, polynomial));
        loop {
            let (low, high) = number.isolating_interval();
            if count_roots(polynomial, low, high) == expected && !polynomial.at(low).is_zero() {
                break;
            }
            number.bisect();
        }
    }
    number
}
