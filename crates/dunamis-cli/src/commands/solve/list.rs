//! The list of solvers.

use crate::failure::Failure;
use crate::output::{self, SCHEMA};
use crate::table::{Align, Table};
use dunamis_solve::{SOLVERS, SolverConfig, SolverInfo};
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
struct List {
    schema: u64,
    solvers: Vec<ListEntry>,
}

#[derive(Serialize)]
struct ListEntry {
    name: &'static str,
    summary: &'static str,
    criteria: &'static [&'static str],
    /// What `--set` can change, with the defaults.
    settings: Map<String, Value>,
}

impl ListEntry {
    fn new(solver: &SolverInfo) -> Self {
        let SolverInfo { name, summary, criteria } = *solver;
        ListEntry { name, summary, criteria, settings: settings(name) }
    }
}

/// The settings of a solver with their defaults.
fn settings(name: &str) -> Map<String, Value> {
    let document = SolverConfig::from_name(name).and_then(|solver| serde_json::to_value(solver).ok());
    let Some(Value::Object(mut settings)) = document else { return Map::new() };
    settings.remove("solver");
    settings
}

/// Prints the list.
pub(super) fn print(json: bool) -> Result<(), Failure> {
    if json {
        let solvers = SOLVERS.iter().map(ListEntry::new).collect();
        return output::json(&List { schema: SCHEMA, solvers });
    }
    let mut table = Table::new([("solver", Align::Left), ("summary, criteria and settings", Align::Left)]);
    for solver in SOLVERS {
        table.row([solver.name, solver.summary]);
        table.row([String::new(), format!("for: {}", solver.criteria.join(", "))]);
        let settings = settings(solver.name);
        let own: Vec<&str> = settings.keys().map(String::as_str).filter(|key| !SHARED.contains(key)).collect();
        if !own.is_empty() {
            table.row([String::new(), format!("settings: {}", own.join(", "))]);
        }
    }
    output::data(&format!("{table}\nsettings of all (--set KEY=VALUE): {}\n", SHARED.join(", ")))
}

/// Settings that every solver has.
const SHARED: [&str; 3] = ["tolerance", "tie_tolerance", "max_iterations"];
