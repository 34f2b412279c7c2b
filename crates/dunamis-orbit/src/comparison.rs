//! Scaling laws: two sets of options, and how strongly one is preferred to the other.
//!
//! Let $`A = \bigcup_{j \le m} A_j`$, $`\bigcup_{i \le n} B_i \subseteq B`$, $`n \ge m`$, with involutions
//! $`\varphi_{ji}`$ that exchange $`A_j`$ and $`B_i`$ and map every other part onto itself. Then
//!
//! ```math
//! f(B \mid C, \theta) \ge^{n/m}_{\text{most}} f(A \mid C, \theta)
//! ```
//!
//! - for every $`f`$ that is monotone in its first argument and jointly invariant, if $`\varphi_{ji} \cdot C = C`$. For
//!   $`m = 1`$ this is `[Turner & Tadepalli 2022, Prop. A.11]`, for $`m > 1`$ the fractional scaling law;
//! - for optimality it is enough that the $`\varphi_{ji}`$ map some $`Z`$ onto itself that contains the parts, if every
//!   option of $`C \setminus Z`$ is one of $`B`$ or a convex combination of others, and if every option of $`A`$ outside the
//!   parts is a convex combination of those inside (`[Turner & Tadepalli 2022, Lemma D.5]` for $`m = 1`$): if $`A`$ is optimal
//!   in $`C`$ and $`B`$ is not, then the same holds in $`Z`$; if $`B`$ is optimal in $`Z`$ and $`A`$ is not, then the same
//!   holds in $`C`$, since what $`C`$ has beyond $`Z`$ and makes a difference belongs to $`B`$.

use crate::certificate::{CERTIFICATE_SCHEMA, Certificate, Dominated, Options, Parts, Rule, Source, Theorem};
use crate::coordinate::Coordinate;
use crate::{CertificateError, CopySearch, NoCopies, OptionSet, OrbitError, Permute, Refusal, Slots, verify};
use dunamis_mdp::Rational;
use dunamis_solve::{DominanceCertificate, NonDominated};
use num_bigint::BigUint;
use num_rational::Ratio;
use num_traits::{One, Zero};

/// A question: how strongly are the options $`B`$ preferred to the options $`A`$, among all options $`C`$?
///
/// ```
/// use dunamis_orbit::{Comparison, OptionSet, verify};
/// let (dying, living) = (OptionSet::basis(53, 0..2)?, OptionSet::basis(53, 2..53)?);
/// let certificate = Comparison::new(dying, living)?.certify()?;
/// assert_eq!(certificate.bound, "51/53");
/// assert_eq!(verify(&certificate)?.n, 51_u8.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Comparison<T = Rational> {
    a: OptionSet<T>,
    b: OptionSet<T>,
    c: OptionSet<T>,
    names: Vec<String>,
    permuted: Vec<usize>,
    rule: Rule,
    limit: u64,
}

impl<T: Coordinate> Comparison<T> {
    /// Compares two sets by every monotone and jointly invariant rule, among the options of both, with all coordinates
    /// permuted; coordinates are named by their numbers.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Dimension`].
    pub fn new(a: OptionSet<T>, b: OptionSet<T>) -> Result<Self, OrbitError> {
        let c = a.union(&b)?;
        let dimension = a.dimension();
        let names = (0..dimension).map(|k| k.to_string()).collect();
        Ok(Comparison {
            a,
            b,
            c,
            names,
            permuted: (0..dimension).collect(),
            rule: Rule::Invariant,
            limit: CopySearch::<T>::DEFAULT_LIMIT,
        })
    }

    /// The set of all options, to which those of both sets are added where it lacks them.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Dimension`].
    pub fn among(self, c: &OptionSet<T>) -> Result<Self, OrbitError> {
        let c = c.union(&self.a)?.union(&self.b)?;
        Ok(Comparison { c, ..self })
    }

    /// Names of the coordinates.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Names`] unless there is one for each, and no name twice.
    pub fn named(self, names: Vec<String>) -> Result<Self, OrbitError> {
        let expected = self.a.dimension();
        let twice = names.iter().enumerate().find(|&(k, name)| names[..k].contains(name)).map(|(_, name)| name.clone());
        if names.len() != expected || twice.is_some() {
            return Err(OrbitError::Names { expected, actual: names.len(), twice });
        }
        Ok(Comparison { names, ..self })
    }

    /// The coordinates that are permuted; the others stay where they are.
    ///
    /// # Errors
    ///
    /// [`OrbitError::OutOfRange`].
    pub fn permuting(self, mut permuted: Vec<usize>) -> Result<Self, OrbitError> {
        permuted.sort_unstable();
        permuted.dedup();
        let size = self.a.dimension();
        match permuted.last() {
            Some(&number) if number >= size => Err(OrbitError::OutOfRange { number, size }),
            _ => Ok(Comparison { permuted, ..self }),
        }
    }

    /// Whose tendency is asked for.
    #[must_use]
    pub fn rule(self, rule: Rule) -> Self {
        Comparison { rule, ..self }
    }

    /// Steps of the search for copies; see [`CopySearch::limit`].
    #[must_use]
    pub fn limit(self, limit: u64) -> Self {
        Comparison { limit, ..self }
    }

    /// The strongest certificate that is found.
    ///
    /// # Errors
    ///
    /// The hypothesis that fails, with a witness.
    pub fn certify(&self) -> Result<Certificate, Refusal> {
        self.certify_from(None)
    }

    /// The same for options that come from a model.
    pub(crate) fn certify_from(&self, source: Option<Source>) -> Result<Certificate, Refusal> {
        let needed = match self.rule {
            Rule::Invariant => self.a.clone(),
            Rule::Optimal | Rule::Power => pick(&self.a, &non_dominated(&self.a))?,
        };
        let search = CopySearch::new(&needed, &self.b).permuting(self.permuted.iter().copied()).limit(self.limit);
        let (kept, slots) = match self.rule {
            Rule::Invariant => {
                (Vec::new(), search.fixing(&self.c).slots().map_err(|none| self.refusal(none, &self.c))?)
            }
            Rule::Power => (Vec::new(), search.copies()?.at_least(1)?.into_slots()),
            Rule::Optimal => {
                // Some of the options that optimality needs may be missing from A, if it has others as good.
                if let Some(shared) = self.a.shared(&self.b) {
                    let (a, b) = (self.a.position(shared).unwrap_or(0), self.b.position(shared).unwrap_or(0));
                    return Err(NoCopies::Shared { a, b }.into());
                }
                let vertices = non_dominated(&self.c);
                let z = pick(&self.c, &vertices)?;
                let slots = search.fixing_beside(&z).slots().map_err(|none| self.refusal(none, &z))?;
                let in_parts = slots.images().iter().flatten().map(|&k| &self.b.options()[k]);
                let outside = z.options().iter().filter(|option| !self.b.contains(option));
                let kept = in_parts.chain(outside).chain(needed.options());
                let mut kept: Vec<usize> = kept.filter_map(|option| self.c.position(option)).collect();
                kept.sort_unstable();
                kept.dedup();
                (kept, slots)
            }
        };
        let candidates: &[Theorem] = match self.rule {
            Rule::Power => &[Theorem::Power, Theorem::PowerSeeking, Theorem::RecurrentPower],
            _ if slots.m() > 1 => &[Theorem::Fractional],
            Rule::Invariant => &[Theorem::Copies],
            Rule::Optimal => &[Theorem::RecurrentCopies, Theorem::OptimalCopies],
        };
        let mut certificate = self.certificate(source, &needed, &slots, kept);
        for (place, &theorem) in candidates.iter().enumerate() {
            certificate.theorem = theorem;
            match verify(&certificate) {
                Err(CertificateError::Theorem { .. }) if place + 1 < candidates.len() => {}
                verified => return verified.map(|_| certificate).map_err(Refusal::from),
            }
        }
        Ok(certificate)
    }

    /// A refusal with the vectors that are moved.
    fn refusal(&self, none: NoCopies, kept: &OptionSet<T>) -> Refusal {
        match none {
            NoCopies::MovesConstraint { involution, option, .. } => {
                let from = &kept.options()[option];
                let texts = |vector: &[T]| vector.iter().map(T::to_string).collect();
                let place = self.c.position(from).unwrap_or(option);
                let to = from.permuted(&involution);
                Refusal::MovesOption { involution, option: place, from: texts(from), to: texts(&to) }
            }
            other => other.into(),
        }
    }

    fn certificate(
        &self,
        source: Option<Source>,
        needed: &OptionSet<T>,
        slots: &Slots,
        kept: Vec<usize>,
    ) -> Certificate {
        // POWER is about one copy.
        let (n, m) = (if self.rule == Rule::Power { 1 } else { slots.n() }, slots.m());
        let place = |option: &usize| self.a.position(&needed.options()[*option]).unwrap_or(0);
        let parts = Parts {
            a: slots.parts().iter().map(|part| part.iter().map(place).collect()).collect(),
            b: slots.images()[..n].to_vec(),
        };
        let involution = |j: usize| move |i: usize| slots.involution(j, i).to_string();
        let (n_text, m_text, bound) = counts(&n.into(), &m.into());
        let (mut dominated_a, mut dominated_c) = (Vec::new(), Vec::new());
        if self.rule != Rule::Invariant {
            let support: Vec<usize> = parts.a.iter().flatten().copied().collect();
            dominated_a = dominated(&self.a, &support, |_| true);
        }
        if self.rule == Rule::Optimal {
            let of_b = self.b.options().iter().filter_map(|option| self.c.position(option));
            let mut support: Vec<usize> = kept.iter().copied().chain(of_b).collect();
            support.sort_unstable();
            support.dedup();
            dominated_c = dominated(&self.c, &support, |option| !self.b.contains(option));
        }
        Certificate {
            schema: CERTIFICATE_SCHEMA,
            theorem: Theorem::Fractional,
            rule: self.rule,
            n: n_text,
            m: m_text,
            bound,
            source,
            compatible: None,
            coordinates: self.names.clone(),
            permuted: self.permuted.iter().map(|&k| self.names[k].clone()).collect(),
            a: listed(&self.a),
            b: listed(&self.b),
            c: (self.rule != Rule::Power).then(|| listed(&self.c)),
            parts,
            involutions: (0..m).map(|j| (0..n).map(involution(j)).collect()).collect(),
            kept,
            dominated_a,
            dominated_c,
        }
    }
}

/// $`n`$, $`m`$ and $`n/(n+m)`$ as they are written.
fn counts(n: &BigUint, m: &BigUint) -> (String, String, String) {
    (n.to_string(), m.to_string(), Ratio::new(n.clone(), n + m).to_string())
}

fn listed<T: Coordinate>(set: &OptionSet<T>) -> Options {
    Options::Listed(set.options().iter().map(|option| option.iter().map(T::to_string).collect()).collect())
}

fn pick<T: Coordinate>(set: &OptionSet<T>, places: &[usize]) -> Result<OptionSet<T>, OrbitError> {
    OptionSet::new(places.iter().map(|&k| set.options()[k].clone()).collect())
}

fn representatives<T: Coordinate>(set: &OptionSet<T>) -> Vec<Vec<Rational>> {
    set.options().iter().map(|option| option.iter().map(T::representative).collect()).collect()
}

/// Places of the options that are no convex combination of others.
fn non_dominated<T: Coordinate>(set: &OptionSet<T>) -> Vec<usize> {
    // Basis vectors and their multiples are quick to tell: each is alone on its coordinate.
    let vectors = representatives(set);
    if let Some(places) = all_alone(&vectors) {
        return places;
    }
    NonDominated::new(vectors).map_or_else(|_| (0..set.len()).collect(), |found| found.indices().collect())
}

/// All places, if every vector is one number on a coordinate of its own.
fn all_alone(vectors: &[Vec<Rational>]) -> Option<Vec<usize>> {
    let mut taken = vec![false; vectors.first()?.len()];
    for vector in vectors {
        let mut support = (0..vector.len()).filter(|&k| !vector[k].is_zero());
        let (own, None) = (support.next()?, support.next()) else { return None };
        if std::mem::replace(&mut taken[own], true) {
            return None;
        }
    }
    // Multiples of basis vectors are the vertices of a simplex only if they are independent, which distinct ones are.
    Some((0..vectors.len()).collect())
}

/// Weights over the support for every other option that passes.
fn dominated<T: Coordinate>(
    set: &OptionSet<T>,
    support: &[usize],
    is_meant: impl Fn(&Vec<T>) -> bool,
) -> Vec<Dominated> {
    let vectors = representatives(set);
    let outside = (0..set.len()).filter(|k| !support.contains(k) && is_meant(&set.options()[*k]));
    let weights = |option: usize| {
        let points: Vec<_> = std::iter::once(&option).chain(support).map(|&k| vectors[k].clone()).collect();
        match DominanceCertificate::new(&points, 0)? {
            DominanceCertificate::Dominated { weights } => {
                let named = weights.into_iter().map(|(k, weight)| (support[k - 1], weight.to_string()));
                Some(Dominated { option, weights: named.collect() })
            }
            DominanceCertificate::NonDominated { .. } => None,
        }
    };
    outside.filter_map(weights).collect()
}

/// The certificate that of $`n`$ distinct basis vectors against $`m`$ others, among any more: the counts alone.
///
/// ```
/// use dunamis_orbit::{Rule, certify_counts};
/// let certificate = certify_counts(&1_u8.into(), &num_bigint::BigUint::from(10_u8).pow(53), Rule::Optimal)?;
/// assert_eq!(certificate.bound, format!("1{0}/1{1}1", "0".repeat(53), "0".repeat(52)));
/// # Ok::<(), dunamis_orbit::Refusal>(())
/// ```
///
/// # Errors
///
/// [`Refusal::Counts`].
pub fn certify_counts(m: &BigUint, n: &BigUint, rule: Rule) -> Result<Certificate, Refusal> {
    if m.is_zero() || n < m || rule == Rule::Power {
        return Err(Refusal::Counts { n: n.to_string(), m: m.to_string() });
    }
    let (n_text, m_text, bound) = counts(n, m);
    let theorem = match rule {
        _ if !m.is_one() => Theorem::Fractional,
        Rule::Optimal => Theorem::OneCycles,
        _ => Theorem::Copies,
    };
    let basis = |count: &BigUint| Options::Basis { basis: count.to_string() };
    let certificate = Certificate {
        schema: CERTIFICATE_SCHEMA,
        theorem,
        rule,
        n: n_text,
        m: m_text,
        bound,
        source: None,
        compatible: None,
        coordinates: Vec::new(),
        permuted: Vec::new(),
        a: basis(m),
        b: basis(n),
        c: None,
        parts: Parts::default(),
        involutions: Vec::new(),
        kept: Vec::new(),
        dominated_a: Vec::new(),
        dominated_c: Vec::new(),
    };
    verify(&certificate)?;
    Ok(certificate)
}
