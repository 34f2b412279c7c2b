//! `dunamis orbit copies`: how often one set of options is contained in another.

use super::comparing::{Compared, Comparing};
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table};
use clap::Args;
use dunamis_orbit::{Coordinate, CopySearch, Horizon, NoCopies, OptionSet, Slots};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// Copies of what in what.
#[derive(Debug, Args)]
#[command(
    about = "Find the copies of one set of options in another",
    long_about = "Find the copies of one set of options in another.\n\n\
        B contains a copy of A if swapping pairs of states takes A into B [Turner et al. 2021, Def. 6.1]; copies are compatible if the \
        swaps of one keep every other in its place. A may also be split into m parts of which B has n copies each. What is found \
        is a fact about A and B alone; dunamis orbit certify adds what a theorem needs besides. The exit code is 1 if there is no copy.",
    after_long_help = "\
Examples:
  dunamis orbit copies candy --state start --prefer wait --over candy
  dunamis orbit copies case-study --state ★ --prefer ℓ◁,r▷ --over ∅
  dunamis orbit copies --sets sets.json --json

The JSON document has \"n\", \"m\", the \"parts\" of both sets as numbers of their options, \"involutions\"
by part of A and part of B in cycle notation, whether the search was \"exhaustive\", and the
\"obstacle\" to more copies; or \"reason\" and \"witness\" if there is none."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    comparing: Comparing,

    /// Count copies of all of A only, instead of copies of its parts
    #[arg(long)]
    whole: bool,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u64,
    n: usize,
    m: usize,
    fraction: Option<String>,
    parts: Option<Parts>,
    involutions: Vec<Vec<String>>,
    exhaustive: Option<bool>,
    obstacle: Option<String>,
    reason: Option<String>,
    witness: Option<Value>,
}

#[derive(Serialize)]
struct Parts {
    a: Vec<Vec<usize>>,
    b: Vec<Vec<usize>>,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let compared = arguments.comparing.read()?;
    let spinner = output.spinner("looking for copies");
    let (found, coordinates) = match &compared {
        Compared::Sets(sets) => {
            let Some((a, b, _)) = sets.listed() else { return Err(Failure::CountedSets) };
            (search(arguments, [a, b], arguments.comparing.permuted(sets)?), sets.names())
        }
        Compared::Actions { environment, state, prefer, over, horizon } => {
            let choice = arguments.comparing.choice(environment, state, [prefer, over])?;
            let permuted = Some(choice.permuted().to_vec());
            let found = match horizon {
                Horizon::Average => search(arguments, pair(&choice.recurrent()?), permuted),
                Horizon::Discount(text) => search(arguments, pair(&choice.discounted(&text.parse()?)?), permuted),
                Horizon::EveryDiscount => search(arguments, pair(&choice.functions()?), permuted),
            };
            (found, environment.model().states().iter().map(str::to_owned).collect())
        }
    };
    drop(spinner);
    let status = if found.is_ok() { ExitStatus::Success } else { ExitStatus::Missed };
    if arguments.json {
        output::json(&document(&found))?;
    } else {
        output::data(&text(&found, &coordinates))?;
    }
    Ok(status)
}

fn pair<T>([a, b, _]: &[OptionSet<T>; 3]) -> [&OptionSet<T>; 2] {
    [a, b]
}

fn search<T: Coordinate>(
    arguments: &Arguments,
    [a, b]: [&OptionSet<T>; 2],
    permuted: Option<Vec<usize>>,
) -> Result<Slots, NoCopies> {
    let search = CopySearch::new(a, b);
    let search = match permuted {
        Some(permuted) => search.permuting(permuted),
        None => search,
    };
    if arguments.whole { search.copies().map(dunamis_orbit::Copies::into_slots) } else { search.slots() }
}

fn involutions(slots: &Slots) -> Vec<Vec<String>> {
    (0..slots.m()).map(|j| (0..slots.n()).map(|i| slots.involution(j, i).to_string()).collect()).collect()
}

fn document(found: &Result<Slots, NoCopies>) -> Document {
    match found {
        Ok(slots) => Document {
            schema: SCHEMA,
            n: slots.n(),
            m: slots.m(),
            fraction: Some(slots.fraction().to_string()),
            parts: Some(Parts { a: slots.parts().to_vec(), b: slots.images().to_vec() }),
            involutions: involutions(slots),
            exhaustive: Some(slots.exhaustive()),
            obstacle: slots.obstacle().map(ToString::to_string),
            reason: None,
            witness: None,
        },
        Err(none) => Document {
            schema: SCHEMA,
            n: 0,
            m: 1,
            fraction: None,
            parts: None,
            involutions: Vec::new(),
            exhaustive: None,
            obstacle: None,
            reason: Some(none.to_string()),
            witness: serde_json::to_value(none).ok(),
        },
    }
}

fn text(found: &Result<Slots, NoCopies>, coordinates: &[String]) -> String {
    let slots = match found {
        Ok(slots) => slots,
        Err(none) => return format!("no copy: {none}\n"),
    };
    let whole =
        if slots.m() == 1 { "copies of A".to_owned() } else { format!("copies of each of {} parts of A", slots.m()) };
    let proved = if slots.exhaustive() { "" } else { " (at least: the search gave up)" };
    let mut text = format!("B contains {} {whole}{proved}\n\n", slots.n());
    let mut table =
        Table::new([("options of A", Align::Left), ("options of B", Align::Left), ("involution", Align::Left)]);
    let list = |part: &[usize]| part.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    for (j, part) in slots.parts().iter().enumerate() {
        for (i, image) in slots.images().iter().enumerate() {
            let name = |cycle: &Vec<usize>| {
                let names: Vec<&str> = cycle.iter().map(|&k| coordinates[k].as_str()).collect();
                format!("({})", names.join(" "))
            };
            let cycles = slots.involution(j, i).cycles().iter().map(name).collect::<String>();
            table.row([list(part), list(image), cycles]);
        }
    }
    let _ = write!(text, "{table}");
    if let Some(obstacle) = slots.obstacle() {
        let _ = writeln!(text, "\nno more: {obstacle}");
    }
    text
}
