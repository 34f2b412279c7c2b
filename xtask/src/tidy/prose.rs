//! Mathematics in documentation: only the forms that Markdown leaves alone.

use super::Finding;
use crate::workspace::Source;

/// Mathematics in Markdown and in Rust documentation is written ``$`…`$`` or in a `math` fence: between bare dollar signs,
/// Markdown takes underscores, stars and backslashes for its own.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let is_rust = source.has_extension("rs");
        if !is_rust && !source.has_extension("md") {
            continue;
        }
        let mut fenced = false;
        for (index, line) in source.text.lines().enumerate() {
            let Some(line) = (if is_rust { documentation(line) } else { Some(line) }) else {
                fenced = false;
                continue;
            };
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if !fenced && outside_code(line).matches('$').count() >= 2 {
                let message = "mathematics between bare dollar signs is mangled: write $`…`$ or a `math` fence";
                findings.push(Finding::on_line(&source.path, index, message));
            }
        }
    }
    findings
}

/// What a line of Rust documents.
fn documentation(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("//!").or_else(|| line.strip_prefix("///"))
}

/// The line without what stands between backticks, dollar signs around them included.
fn outside_code(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let last = parts.len() - 1;
    let trim = |(index, part): (usize, &&str)| {
        let part = if index > 0 { part.strip_prefix('$').unwrap_or(part) } else { part };
        if index < last { part.strip_suffix('$').unwrap_or(part).to_owned() } else { part.to_owned() }
    };
    parts.iter().enumerate().step_by(2).map(trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<Option<usize>> {
        check(&[Source { path: path.into(), text: text.into() }]).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn bare_mathematics_fails() {
        assert_eq!(lines("a.md", "fine\nvalue $V^*_R$ of\n"), [Some(2)]);
        assert_eq!(lines("a.rs", "/// The value $V_R$.\nlet x = \"$a$\";\n"), [Some(1)]);
    }

    #[test]
    fn mathematics_in_backticks_code_and_fences_passes() {
        assert_eq!(lines("a.md", "value $`V^*_R`$ of `$x` and $`\\gamma`$\n```sh\n$ a $ b\n```\nfor $5\n"), []);
        assert_eq!(lines("a.rs", "//! ```math\n//! $x$\n//! ```\n// $a$\nmacro!($x, $y);\n"), []);
        assert_eq!(lines("a.toml", "$a$"), []);
    }
}
