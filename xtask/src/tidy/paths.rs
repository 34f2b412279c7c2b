//! Paths in texts: nothing outside the repository, nothing that is only on one machine, no link into the void.

use super::Finding;
use crate::workspace::Source;
use std::collections::BTreeSet;

/// Folders at the top of a file system, below which every machine looks different.
const MACHINE: &[&str] = &["home", "mnt", "opt", "private", "root", "tmp", "Users", "var", "work"];

/// No path of one machine, no path out of the repository, and every relative link of a document leads to a file.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let known = files_and_folders(sources);
    let mut findings = Vec::new();
    for source in sources {
        for (index, line) in source.text.lines().enumerate() {
            let mut found = machine_paths(line);
            found.extend(escapes(&source.path, line));
            if source.has_extension("md") {
                found.extend(dead_links(&source.path, line, &known));
            }
            findings.extend(found.into_iter().map(|message| Finding::on_line(&source.path, index, message)));
        }
    }
    findings
}

fn files_and_folders(sources: &[Source]) -> BTreeSet<String> {
    let mut known = BTreeSet::from([String::new()]);
    for source in sources {
        let ends = source.path.match_indices('/').map(|(at, _)| at).chain([source.path.len()]);
        known.extend(ends.map(|end| source.path[..end].to_owned()));
    }
    known
}

fn machine_paths(line: &str) -> Vec<String> {
    let found = MACHINE.iter().filter(|folder| {
        let path = format!("/{folder}/");
        // Behind a letter, a dot or a slash it belongs to a relative path or to an address.
        let inside = |c: char| c.is_alphanumeric() || "._-/*})~".contains(c);
        line.match_indices(&path).any(|(at, _)| !line[..at].ends_with(inside))
    });
    found
        .map(|folder| format!("a path below `/{folder}` is on one machine only: write it relative to the root"))
        .collect()
}

/// Paths that climb out of the repository.
fn escapes(path: &str, line: &str) -> Option<String> {
    let depth = path.matches('/').count();
    let mut climb = 0;
    let mut rest = line;
    while let Some(at) = rest.find("../") {
        // Three dots are an ellipsis or a range.
        let starts = !rest[..at].ends_with(['.', '/']);
        let mut levels = 0;
        rest = &rest[at..];
        while let Some(next) = rest.strip_prefix("../") {
            (rest, levels) = (next, levels + 1);
        }
        if starts && rest.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_') {
            climb = climb.max(levels);
        }
    }
    (climb > depth).then(|| "a path leads out of the repository".to_owned())
}

/// Relative links of a document that lead nowhere.
fn dead_links(path: &str, line: &str, known: &BTreeSet<String>) -> Vec<String> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
    let relative = targets.filter(|target| !target.is_empty() && !target.contains(':'));
    let dead = relative.filter(|target| !resolve(path, target).is_some_and(|target| known.contains(&target)));
    dead.map(|target| format!("the link `{target}` leads nowhere")).collect()
}

/// The path from the root that a link in a document means.
fn resolve(document: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    fn lines(path: &str, text: &str) -> Vec<Option<usize>> {
        check(&[source(path, text)]).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn paths_of_one_machine_fail() {
        for folder in MACHINE {
            for text in [format!("see /{folder}/me/x"), format!("`/{folder}/x`"), format!("\"/{folder}/x\"")] {
                assert_eq!(lines("a.rs", &text), [Some(1)], "{text}");
            }
            for text in [format!("crates/{folder}/x"), format!("https://x.org/{folder}/y"), format!("{folder}/")] {
                assert_eq!(lines("a.rs", &text), [], "{text}");
            }
        }
    }

    #[test]
    fn paths_out_of_the_repository_fail() {
        let up = "../";
        assert_eq!(lines("a.rs", &format!("see {up}elsewhere")), [Some(1)]);
        assert_eq!(lines("crates/x/a.rs", &format!("\n{up}{up}{up}elsewhere")), [Some(2)]);
        assert_eq!(lines("crates/x/a.rs", &format!("{up}b.rs and {up}{up}README.md, .{up}")), []);
    }

    #[test]
    fn links_lead_to_files_and_folders() {
        let sources = |text: &str| {
            [
                source("docs/a.md", text),
                source("README.md", "[a](docs/a.md)"),
                source("crates/x/src/b.rs", "](nowhere)"),
            ]
        };
        let good =
            "[r](../README.md), [x](../crates/x), [here](#part), [b](../crates/x/src/b.rs#L1), [w](https://w.org/x)";
        assert_eq!(check(&sources(good)), []);
        let bad = check(&sources("fine\n[r](README.md) ![i](images/i.png)"));
        let expected =
            ["docs/a.md:2: the link `README.md` leads nowhere", "docs/a.md:2: the link `images/i.png` leads nowhere"];
        assert_eq!(bad.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    }
}
