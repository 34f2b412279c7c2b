//! Rust sources: what they may not contain, how files are named, and what every crate's front page says.

use super::Finding;
use crate::workspace::Source;
use std::path::Path;

/// Names that say nothing about what is inside.
const NAMELESS: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc"];

/// What only programs may do: libraries report through their results.
const PRINTING: &[&str] = &["println!", "eprintln!", "print!", "eprint!", "dbg!"];

/// The one crate that knows the terminal.
const PROGRAM: &str = "crates/dunamis-cli/";

/// Lines from which on a file is remarked on.
const LONG: usize = 700;

/// No nameless files, no printing libraries, no ignored tests, no manifest without the common lints.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        findings.extend(nameless(source));
        if source.has_extension("rs") {
            findings.extend(printing(source));
            findings.extend(ignored(source));
        }
        if source.path.ends_with("Cargo.toml") {
            findings.extend(lints(source));
        }
    }
    findings
}

fn nameless(source: &Source) -> Option<Finding> {
    let path = Path::new(&source.path);
    let name = path.with_extension("");
    let found = name.iter().find_map(|part| NAMELESS.iter().find(|&&nameless| part == nameless))?;
    Some(Finding::at(&source.path, format!("`{found}` says nothing: name the file after the noun it holds")))
}

fn printing(source: &Source) -> Vec<Finding> {
    let is_library = source.path.starts_with("crates/") && source.path.contains("/src/");
    if !is_library || source.path.starts_with(PROGRAM) {
        return Vec::new();
    }
    let finding = |(index, line): (usize, &str)| {
        let found = PRINTING.iter().find(|name| has_word(without_comment(line), name))?;
        Some(Finding::on_line(&source.path, index, format!("libraries never print: replace `{found}` by a result")))
    };
    source.text.lines().enumerate().filter_map(finding).collect()
}

fn ignored(source: &Source) -> Vec<Finding> {
    let is_ignored = |line: &str| {
        let line = line.trim_start();
        line.starts_with(concat!("#[", "ignore"))
            || line.trim_start_matches(['/', '!', ' ']).starts_with(concat!("```", "ignore"))
    };
    let message =
        "tests are not ignored: a slow suite is a test target of its own, switched on by `DUNAMIS_SLOW_TESTS=1`";
    let lines = source.text.lines().enumerate().filter(|(_, line)| is_ignored(line));
    lines.map(|(index, _)| Finding::on_line(&source.path, index, message)).collect()
}

fn lints(source: &Source) -> Option<Finding> {
    let is_package = source.text.contains("[package]") && !source.text.contains("[workspace]");
    let inherits = source.text.contains("[lints]\nworkspace = true");
    (is_package && !inherits)
        .then(|| Finding::at(&source.path, "the common lints are missing: add `[lints]` with `workspace = true`"))
}

/// The line up to a comment. A `//` inside a string ends it too, which can only hide a finding after it.
fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Whether a name occurs that does not merely end another one.
fn has_word(line: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| !line[..at].ends_with(is_part))
}

/// Every library crate states its invariants and mentions each of its modules on its front page.
pub(super) fn check_module_maps(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for root in sources.iter().filter(|source| is_crate_root(&source.path)) {
        let front = front_page(root);
        if !front.lines().any(|line| line == "# Invariants") {
            let message =
                "the crate documentation lacks `# Invariants`: say what the crate guarantees and must not know";
            findings.push(Finding::at(&root.path, message));
        }
        for (index, line) in root.text.lines().enumerate() {
            let Some(module) = declared_module(line) else { continue };
            // Every crate has its errors, and one place for them.
            if module != "error" && !mentions(&front, module) {
                let message = format!("the module map of the crate documentation lacks `{module}`");
                findings.push(Finding::on_line(&root.path, index, message));
            }
        }
    }
    findings
}

fn is_crate_root(path: &str) -> bool {
    path.strip_prefix("crates/").and_then(|path| path.split_once('/')).is_some_and(|(_, rest)| rest == "src/lib.rs")
}

/// The inner documentation of a file.
fn front_page(source: &Source) -> String {
    let lines = source.text.lines().filter_map(|line| line.strip_prefix("//!"));
    lines.flat_map(|line| [line.strip_prefix(' ').unwrap_or(line), "\n"]).collect()
}

/// The name in `mod name;`.
fn declared_module(line: &str) -> Option<&str> {
    line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.strip_suffix(';')
}

/// Whether a name stands in code font, perhaps with a path or a link.
fn mentions(text: &str, name: &str) -> bool {
    text.split('`').skip(1).step_by(2).any(|code| code.split("::").any(|part| part == name))
}

/// Every file of a published figure (`src/<source>/<figure>.rs`) has its id `<source>-<figure>` on the front page.
pub(super) fn check_figures(sources: &[Source]) -> Vec<Finding> {
    const FIGURES: &str = "crates/dunamis-figures/src/";
    let Some(root) = sources.iter().find(|source| source.path == format!("{FIGURES}lib.rs")) else { return Vec::new() };
    let front = front_page(root);
    let files = sources.iter().filter_map(|source| Some((source, source.path.strip_prefix(FIGURES)?)));
    let missing = files.filter_map(|(source, file)| {
        let id = file.strip_suffix(".rs").filter(|id| id.contains('/'))?.replace(['/', '_'], "-");
        let message = || format!("the table of figures in `{}` lacks `{id}`: register it", root.path);
        (!mentions(&front, &id)).then(|| Finding::at(&source.path, message()))
    });
    missing.collect()
}

/// Remarks on files so long that they should be cut.
pub(super) fn long_files(sources: &[Source]) -> Vec<Finding> {
    let long = sources.iter().filter(|source| source.has_extension("rs"));
    let long = long.map(|source| (source, source.text.lines().count())).filter(|&(_, lines)| lines > LONG);
    long.map(|(source, lines)| Finding::at(&source.path, format!("{lines} lines: is it more than one noun?"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    fn messages(findings: impl IntoIterator<Item = Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn nameless_files_and_folders_fail() {
        for path in ["crates/x/src/utils.rs", "tests/common/mod.rs", "docs/misc.md"] {
            assert_eq!(messages(check(&[source(path, "")])).len(), 1, "{path}");
        }
        for path in ["crates/x/src/common_reward.rs", "docs/utility.md"] {
            assert_eq!(check(&[source(path, "")]), [], "{path}");
        }
    }

    #[test]
    fn libraries_never_print() {
        let text = "fn f() {\n    println!(\"x\");\n    dbg!(1);\n}\n";
        let expected = [
            "crates/x/src/a.rs:2: libraries never print: replace `println!` by a result",
            "crates/x/src/a.rs:3: libraries never print: replace `dbg!` by a result",
        ];
        assert_eq!(messages(check(&[source("crates/x/src/a.rs", text)])), expected);
        for path in ["crates/dunamis-cli/src/main.rs", "xtask/src/main.rs", "crates/x/examples/e.rs", "docs/a.md"] {
            assert_eq!(check(&[source(path, text)]), [], "{path}");
        }
        let harmless = "//! println!(\"in an example\");\nfn f() { footprint!(); } // print!\n";
        assert_eq!(check(&[source("crates/x/src/a.rs", harmless)]), []);
    }

    #[test]
    fn ignored_tests_fail() {
        for text in ["    #[ignore]\n", "#[ignore = \"slow\"]\n", "/// ```ignore\n", "//! ```ignore,no_run\n"] {
            assert_eq!(check(&[source("tests/a.rs", text)]).len(), 1, "{text}");
        }
        assert_eq!(check(&[source("tests/a.rs", "/// ```no_run\n// they ignore it\n")]), []);
    }

    #[test]
    fn manifests_inherit_the_lints() {
        let with = "[package]\nname = \"x\"\n\n[lints]\nworkspace = true\n";
        assert_eq!(check(&[source("crates/x/Cargo.toml", with)]), []);
        assert_eq!(check(&[source("Cargo.toml", "[workspace]\n")]), []);
        assert_eq!(check(&[source("crates/x/Cargo.toml", "[package]\nname = \"x\"\n")]).len(), 1);
    }

    #[test]
    fn front_pages_map_modules_and_state_invariants() {
        let good = "//! | `grid`, [`json`] |\n//! [`crate::walk`]\n//!\n//! # Invariants\nmod error;\nmod grid;\npub mod json;\nmod walk;\n";
        assert_eq!(check_module_maps(&[source("crates/x/src/lib.rs", good)]), []);
        let bad = "//! A grid of text.\nmod grid;\nmod tests {}\n";
        let expected = [
            "crates/x/src/lib.rs: the crate documentation lacks `# Invariants`: say what the crate guarantees and must not know",
            "crates/x/src/lib.rs:2: the module map of the crate documentation lacks `grid`",
        ];
        assert_eq!(messages(check_module_maps(&[source("crates/x/src/lib.rs", bad)])), expected);
        assert_eq!(check_module_maps(&[source("crates/x/src/deeper/lib.rs", bad), source("tests/lib.rs", bad)]), []);
    }

    #[test]
    fn every_figure_file_is_in_the_table() {
        let root =
            source("crates/dunamis-figures/src/lib.rs", "//! | `p1-fig2` |\n//! | `p1-fig2-detail` |\nmod p1;\n");
        let file = |name: &str| source(&format!("crates/dunamis-figures/src/{name}"), "");
        let known = [root.clone(), file("p1.rs"), file("p1/fig2.rs"), file("p1/fig2_detail.rs"), file("p1/maze.toml")];
        assert_eq!(check_figures(&known), []);
        assert_eq!(check_figures(&[root, file("p1/fig3.rs")]).len(), 1);
        assert_eq!(check_figures(&[file("p1/fig3.rs")]), [], "without a front page another check speaks up");
    }

    #[test]
    fn long_files_are_remarked_on() {
        let long = source("crates/x/src/a.rs", &"\n".repeat(LONG + 1));
        assert_eq!(messages(long_files(&[long])), ["crates/x/src/a.rs: 701 lines: is it more than one noun?"]);
        assert_eq!(long_files(&[source("a.rs", &"\n".repeat(LONG)), source("b.txt", &"\n".repeat(9999))]), []);
    }
}
