//! The page around the data.

use crate::document::Document;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

const TEMPLATE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");

/// The scripts, in an order in which each needs only earlier ones when it starts.
const SCRIPTS: &[&str] = &[
    include_str!("page/elements.js"),
    include_str!("page/numbers.js"),
    include_str!("page/data.js"),
    include_str!("page/colors.js"),
    include_str!("page/view.js"),
    include_str!("page/axes.js"),
    include_str!("page/cells.js"),
    include_str!("page/bars.js"),
    include_str!("page/alignment.js"),
    include_str!("page/sweep.js"),
    include_str!("page/state.js"),
    include_str!("page/rollout.js"),
    include_str!("page/table.js"),
    include_str!("page/provenance.js"),
    include_str!("page/controls.js"),
    include_str!("page/start.js"),
];

/// The whole page.
pub(crate) fn html(title: &str, document: &Document<'_>) -> String {
    let script = script();
    let values = [
        ("POLICY", policy(&script)),
        ("TITLE", escaped(title)),
        ("STYLE", STYLE.to_owned()),
        ("DATA", document.to_json()),
        ("SCRIPT", script),
    ];
    fill(TEMPLATE, &values)
}

/// All scripts as one, in a scope of its own.
fn script() -> String {
    format!("\"use strict\";\n(() => {{\n{}}})();\n", SCRIPTS.join("\n"))
}

/// What the browser may do: apply this style sheet and run this script.
fn policy(script: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(script),
        hash(STYLE)
    )
}

/// Puts values in the places `{{NAME}}` of a template, in one pass, so that values may hold anything.
fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut html = String::with_capacity(template.len() + values.iter().map(|(_, value)| value.len()).sum::<usize>());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("every place of the template is closed");
        html.push_str(before);
        html.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after;
    }
    html + rest
}

/// Text that may stand in an element or in a quoted attribute.
fn escaped(text: &str) -> String {
    let replacement = |character| match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        other => String::from(other),
    };
    text.chars().map(replacement).collect()
}
