//! An independent check of certificates.
//!
//! Nothing here is shared with the search: numbers and functions of the discount are parsed, multiplied and compared by code
//! of this module, option sets of a model are recomputed policy by policy from its rows, and every statement of a certificate
//! is checked, so that a certificate passes only if all it says is true.

mod compatible;
mod entry;
mod options;
mod source;

use crate::WitnessError;
use crate::certificate::{CERTIFICATE_SCHEMA, Certificate, Options, Rule, Theorem};
use num_bigint::BigUint;
use num_rational::Ratio;
use num_traits::Zero;

/// What a certificate that passed proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Number of parts of $`B`$.
    pub n: BigUint,
    /// Number of parts of $`A`$.
    pub m: BigUint,
    /// $`n/(n+m)`$: the least fraction of every orbit on which $`f(B) \ge f(A)`$.
    pub bound: Ratio<BigUint>,
    /// What it rests on.
    pub theorem: Theorem,
    /// Whose tendency it is.
    pub rule: Rule,
}

/// The first statement of a certificate that is false or cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Another version.
    #[error("the certificate has schema {schema}, and only {CERTIFICATE_SCHEMA} can be checked")]
    Schema {
        /// Its version.
        schema: u32,
    },
    /// A text that is not what stands there in a certificate.
    #[error("`{place}` is `{text}`, where {expected} is needed")]
    Syntax {
        /// Where.
        place: String,
        /// The text (shortened).
        text: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// Something that is missing, left over, or of the wrong size.
    #[error("`{place}` {what}")]
    Shape {
        /// Where.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// An option of both sets.
    #[error("option {a} of A is option {b} of B: the sets must not share options")]
    SharedOption {
        /// Number in A.
        a: usize,
        /// Number in B.
        b: usize,
    },
    /// A permutation that is no involution, or that moves what must stay.
    #[error("involution {i} of part {j} of A {what}")]
    Involution {
        /// Part of A.
        j: usize,
        /// Part of B.
        i: usize,
        /// What is wrong.
        what: String,
    },
    /// Weights that do not combine to the option.
    #[error("option {option} of {set} is not shown to be dominated: {what}")]
    NotDominated {
        /// `A` or `C`.
        set: &'static str,
        /// The option.
        option: usize,
        /// What is wrong.
        what: String,
    },
    /// Counts or the bound do not follow.
    #[error("`{place}` says `{claimed}`, but the certificate shows `{shown}`")]
    Arithmetic {
        /// Where.
        place: &'static str,
        /// What it says.
        claimed: String,
        /// What follows.
        shown: String,
    },
    /// A theorem whose hypotheses are not met.
    #[error("`{theorem}` does not apply: {what}")]
    Theorem {
        /// The theorem.
        theorem: Theorem,
        /// The hypothesis that fails.
        what: String,
    },
    /// Evidence of visits that proves nothing.
    #[error("`compatible.visits[{i}]`: {error}")]
    Visits {
        /// Its number.
        i: usize,
        /// What is wrong.
        error: Box<WitnessError>,
    },
    /// The options are not those of the model.
    #[error("the model does not have the options that the certificate lists: {what}")]
    Source {
        /// What differs.
        what: String,
    },
}

/// Checks every statement of a certificate, exactly.
///
/// # Errors
///
/// The first statement that is false.
pub fn verify(certificate: &Certificate) -> Result<Verified, CertificateError> {
    if certificate.schema != CERTIFICATE_SCHEMA {
        return Err(CertificateError::Schema { schema: certificate.schema });
    }
    let [n, m] = match (&certificate.a, &certificate.b) {
        (Options::Basis { basis: a }, Options::Basis { basis: b })
            if certificate.theorem == Theorem::TrainingCompatible =>
        {
            compatible::check(certificate, a, b)?
        }
        _ if certificate.compatible.is_some() || certificate.theorem == Theorem::TrainingCompatible => {
            let what = "belongs to a claim about goals compatible with training, where options are counted".to_owned();
            return Err(CertificateError::Shape { place: "compatible".into(), what });
        }
        (Options::Basis { basis: a }, Options::Basis { basis: b }) => counted(certificate, a, b)?,
        _ => options::check(certificate)?,
    };
    let bound = Ratio::new(n.clone(), &n + &m);
    for (place, claimed, shown) in [
        ("n", &certificate.n, n.to_string()),
        ("m", &certificate.m, m.to_string()),
        ("bound", &certificate.bound, bound.to_string()),
    ] {
        if *claimed != shown {
            return Err(CertificateError::Arithmetic { place, claimed: claimed.clone(), shown });
        }
    }
    Ok(Verified { n, m, bound, theorem: certificate.theorem, rule: certificate.rule })
}

/// The parts are the basis vectors themselves, and the involutions are the transpositions of two of them: they fix every
/// other basis vector and with it any set of basis vectors that contains both or neither.
fn counted(certificate: &Certificate, a: &str, b: &str) -> Result<[BigUint; 2], CertificateError> {
    let empty = |place: &str, is_empty: bool| {
        let what = "has no meaning where options are only counted".to_owned();
        if is_empty { Ok(()) } else { Err(CertificateError::Shape { place: place.into(), what }) }
    };
    empty("source", certificate.source.is_none())?;
    empty("coordinates", certificate.coordinates.is_empty())?;
    empty("permuted", certificate.permuted.is_empty())?;
    empty("parts", certificate.parts.a.is_empty() && certificate.parts.b.is_empty())?;
    empty("involutions", certificate.involutions.is_empty())?;
    empty("kept", certificate.kept.is_empty())?;
    empty("dominated", certificate.dominated_a.is_empty() && certificate.dominated_c.is_empty())?;
    let count = |place: &str, text: &str| {
        let wrong = || CertificateError::Syntax {
            place: place.into(),
            text: entry::shortened(text),
            expected: "a whole number in decimal digits",
        };
        let is_written = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_written { text.parse::<BigUint>().map_err(|_| wrong()) } else { Err(wrong()) }
    };
    let [m, n] = [count("a", a)?, count("b", b)?];
    if let Some(c) = &certificate.c {
        let Options::Basis { basis } = c else {
            return Err(CertificateError::Shape {
                place: "c".into(),
                what: "lists options, where A and B are counted".into(),
            });
        };
        if count("c", basis)? < &m + &n {
            return Err(CertificateError::Shape {
                place: "c".into(),
                what: "has fewer options than A and B together".into(),
            });
        }
    }
    let theorem = certificate.theorem;
    let fails = |what: &str| Err(CertificateError::Theorem { theorem, what: what.into() });
    match (theorem, certificate.rule) {
        _ if m.is_zero() => fails("A has no option"),
        _ if n < m => fails("B has fewer options than A"),
        (_, Rule::Power) => fails("it says nothing about POWER"),
        (Theorem::Fractional, _) | (Theorem::Copies, Rule::Invariant) | (Theorem::OneCycles, Rule::Optimal)
            if theorem == Theorem::Fractional || m == BigUint::from(1_u8) =>
        {
            Ok([n, m])
        }
        (Theorem::Copies | Theorem::OneCycles, _) => fails("A has more than one option, or the rule is another"),
        _ => fails("it is not about counted options"),
    }
}
