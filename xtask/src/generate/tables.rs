//! `docs/environments.md`, `docs/solvers.md` and `docs/figures.md`: what the registries hold.

use super::Document;
use crate::dunamis::Dunamis;
use crate::workspace::Result;
use serde::Deserialize;

#[derive(Deserialize)]
struct Environment {
    name: String,
    aliases: Vec<String>,
    description: String,
    source: String,
    parameters: Vec<Parameter>,
}

#[derive(Clone, Deserialize, PartialEq)]
struct Parameter {
    key: String,
    default: Option<String>,
    description: String,
}

#[derive(Deserialize)]
struct Solver {
    name: String,
    summary: String,
    criteria: Vec<String>,
}

#[derive(Deserialize)]
struct Figure {
    id: String,
    title: String,
    source: String,
    experiments: Vec<String>,
    published_values: usize,
}

pub(super) fn environments(dunamis: &Dunamis<'_>) -> Result<Document> {
    let environments: Vec<Environment> = dunamis.list(&["env", "list", "--json"], "environments")?;
    Ok(Document::new("docs/environments.md", "Environments", &environments_body(&environments)))
}

pub(super) fn solvers(dunamis: &Dunamis<'_>) -> Result<Document> {
    let solvers: Vec<Solver> = dunamis.list(&["solve", "--list", "--json"], "solvers")?;
    Ok(Document::new("docs/solvers.md", "Solvers", &solvers_body(&solvers)))
}

pub(super) fn figures(dunamis: &Dunamis<'_>) -> Result<Document> {
    let figures: Vec<Figure> = dunamis.list(&["figure", "list", "--json"], "figures")?;
    Ok(Document::new("docs/figures.md", "Figures", &figures_body(&figures)))
}

fn environments_body(environments: &[Environment]) -> String {
    let row = |environment: &Environment| {
        let keys = environment.parameters.iter().map(|parameter| code(&parameter.key));
        [
            code(&environment.name),
            environment.description.clone(),
            keys.collect::<Vec<_>>().join(", "),
            environment.aliases.iter().map(|alias| code(alias)).collect::<Vec<_>>().join(", "),
            environment.source.clone(),
        ]
    };
    let mut parameters: Vec<&Parameter> = Vec::new();
    for parameter in environments.iter().flat_map(|environment| &environment.parameters) {
        if !parameters.contains(&parameter) {
            parameters.push(parameter);
        }
    }
    let parameter_row = |parameter: &&Parameter| {
        let default = parameter.default.as_deref().map(code).unwrap_or_default();
        let takers = environments.iter().filter(|environment| environment.parameters.contains(parameter));
        let takers: Vec<String> = takers.map(|environment| code(&environment.name)).collect();
        [code(&parameter.key), default, parameter.description.clone(), takers.join(", ")]
    };
    format!(
        "Every command that takes an environment takes one of these names, a name with parameters such as\n\
         `garnet:states=100,seed=7`, or the path of a map (`.txt`) or a model (`.json`) of your own.\n\n\
         {}\n## Parameters\n\n{}",
        table(["name", "what it is", "parameters", "also known as", "source"], environments.iter().map(row)),
        table(["parameter", "default", "meaning", "taken by"], parameters.iter().map(parameter_row)),
    )
}

fn solvers_body(solvers: &[Solver]) -> String {
    let row = |solver: &Solver| {
        let file = solver.name.replace('-', "_");
        let link = format!("[{}](../crates/dunamis-solve/src/{file}.rs)", code(&solver.name));
        [link, solver.criteria.join(", "), solver.summary.clone()]
    };
    format!(
        "Solvers are chosen by name, in configs and on the command line. Every solution carries lower and upper bounds that\n\
         are true, rounding included; the mathematics and the stopping rule stand in the file of each solver.\n\n{}",
        table(["solver", "criteria", "method"], solvers.iter().map(row)),
    )
}

fn figures_body(figures: &[Figure]) -> String {
    let row = |figure: &Figure| {
        let experiments = figure.experiments.iter().map(|name| code(name));
        [
            code(&figure.id),
            figure.title.clone(),
            figure.source.clone(),
            experiments.collect::<Vec<_>>().join(", "),
            figure.published_values.to_string(),
        ]
    };
    format!(
        "`cargo xtask figures` makes them all; with `--check`, it prints each published value beside ours.\n\n{}",
        table(["id", "shows", "source", "drawn from the runs", "published values"], figures.iter().map(row)),
    )
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn table<const N: usize>(headings: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: [String; N]| format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    let mut text = line(headings.map(str::to_owned)) + "|" + &"---|".repeat(N) + "\n";
    text.extend(rows.map(line));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cannot_break_a_table() {
        let rows = [["a|b".to_owned(), "c".to_owned()]];
        assert_eq!(table(["x", "y"], rows.into_iter()), "| x | y |\n|---|---|\n| a\\|b | c |\n");
    }

    #[test]
    fn environments_share_one_table_of_parameters() {
        let noise = || Parameter { key: "noise".into(), default: Some("0".into()), description: "chance".into() };
        let bias = Parameter { key: "bias".into(), default: None, description: "direction".into() };
        let environment = |name: &str, parameters| Environment {
            name: name.into(),
            aliases: vec![],
            description: format!("the {name}"),
            source: "own".into(),
            parameters,
        };
        let body = environments_body(&[environment("maze", vec![noise(), bias]), environment("hall", vec![noise()])]);
        assert!(
            body.contains("| `maze` | the maze | `noise`, `bias` |  | own |\n| `hall` | the hall | `noise` |"),
            "{body}"
        );
        assert!(
            body.ends_with("| `noise` | `0` | chance | `maze`, `hall` |\n| `bias` |  | direction | `maze` |\n"),
            "{body}"
        );
    }

    #[test]
    fn solvers_link_to_their_files() {
        let solver =
            Solver { name: "value-iteration".into(), summary: "backups".into(), criteria: vec!["total".into()] };
        let row = "| [`value-iteration`](../crates/dunamis-solve/src/value_iteration.rs) | total | backups |\n";
        assert!(solvers_body(&[solver]).ends_with(row));
    }
}
