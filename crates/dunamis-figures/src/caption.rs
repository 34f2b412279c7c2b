//! Sentences that captions are made of, in the markup of [`dunamis_plot::label`].

use dunamis_experiment::{Alignment, Cell};
use dunamis_mdp::Agent;
use dunamis_plot::fixed;

use crate::contrast::Estimate;
use crate::record::{self, Setting};
use crate::sequence::Sequence;

/// `POWER_{_H_}`, the symbol of an agent's POWER.
pub(crate) fn power(agent: Agent) -> String {
    format!("POWER_{{_{agent}_}}")
}

/// An agent's letter in italics.
pub(crate) fn letter(agent: Agent) -> String {
    format!("_{agent}_")
}

/// `(0, 3)`.
pub(crate) fn cell((row, column): Cell) -> String {
    format!("({row}, {column})")
}

/// A whole number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `−0.5449 ± 0.0051`: a value with its standard error to two significant digits, never broken over lines.
pub(crate) fn with_error(value: f64, std_error: f64) -> String {
    if std_error.is_nan() {
        return format!("{} (standard error unknown)", fixed(value, 3));
    }
    let decimals = if std_error > 0.0 { (1.0 - std_error.log10().floor()).clamp(2.0, 6.0) as usize } else { 3 };
    format!("{}\u{a0}±\u{a0}{}", fixed(value, decimals), fixed(std_error, decimals))
}

/// The setting in one sentence.
pub(crate) fn setting(setting: &Setting) -> String {
    let Setting { environment, discount, sampling, rewards, .. } = setting;
    let samples = match sampling {
        Some((samples, seed)) => format!("{} samples (seed {seed})", grouped(*samples)),
        None => "exact expectation".to_owned(),
    };
    format!("Environment {environment}, {discount}, {samples}, {rewards}.")
}

/// The setting of runs that differ in one variable, in one sentence, and what happens in collisions, in another.
pub(crate) fn of_sequence(sequence: &Sequence<'_>) -> String {
    let run = sequence.runs[0];
    let mut common = record::setting(run);
    if let [.., last] = &sequence.names[1..] {
        let range = format!("{} to {last} in {} steps", sequence.label(0), sequence.runs.len() - 1);
        match sequence.symbol.as_str() {
            "_γ_" => common.discount = range,
            "_β_" => {
                common.discount = format!("{}, {range}", common.discount);
                common.rewards = record::rewards(run, None);
            }
            _ => common.discount = format!("{}, {range}", common.discount),
        }
    }
    format!("{} {}", setting(&common), common.collision).trim_end().to_owned()
}

/// The range of the standard errors of what is drawn.
pub(crate) fn std_errors(drawn: impl IntoIterator<Item = f64>) -> String {
    let range = drawn
        .into_iter()
        .filter(|e| e.is_finite())
        .fold((f64::INFINITY, 0.0_f64), |(low, high), e| (low.min(e), high.max(e)));
    match range {
        (low, high) if low > high => "Standard errors are not defined for a single sample.".to_owned(),
        (_, 0.0) => "All values are exact.".to_owned(),
        (low, high) => format!("Standard errors: {} to {}.", fixed(low, 4), fixed(high, 4)),
    }
}

/// Alignment: raw, noise-corrected and by ranks.
pub(crate) fn alignment(alignment: &Alignment) -> String {
    let raw = Estimate::raw(alignment);
    let corrected = Estimate::noise_corrected(alignment);
    let raw = raw.map_or("not defined".to_owned(), |e| with_error(e.value, e.std_error));
    let corrected = corrected.map_or("not defined".to_owned(), |e| with_error(e.value, e.std_error));
    let rank = alignment.rank.map_or("not defined".to_owned(), |rank| fixed(rank, 3));
    format!("Instrumental alignment _α_ = {raw}; noise-corrected {corrected}; rank correlation {rank}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_their_errors() {
        assert_eq!(with_error(-0.5449, 0.005_12), "−0.5449\u{a0}±\u{a0}0.0051");
        assert_eq!(with_error(-0.32, 0.055), "−0.320\u{a0}±\u{a0}0.055");
        assert_eq!(with_error(0.5, 0.2), "0.50\u{a0}±\u{a0}0.20");
        assert_eq!(with_error(0.5, 0.0), "0.500\u{a0}±\u{a0}0.000");
        assert_eq!([7, 961, 1_000, 20_000, 1_234_567].map(grouped), ["7", "961", "1,000", "20,000", "1,234,567"]);
    }
}
