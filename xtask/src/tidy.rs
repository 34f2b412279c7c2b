//! `cargo xtask tidy`: the house rules that no compiler knows.

mod layers;
mod paths;
mod prose;
mod source;

use crate::workspace::{Failure, Result, Workspace};
use std::fmt;

/// A place where a rule is broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    /// From 1; `None` where the whole file or folder is meant.
    line: Option<usize>,
    /// What is wrong, and the fix.
    message: String,
}

impl Finding {
    fn at(path: &str, message: impl Into<String>) -> Self {
        Finding { path: path.to_owned(), line: None, message: message.into() }
    }

    /// A finding on the line of this index (from 0).
    fn on_line(path: &str, index: usize, message: impl Into<String>) -> Self {
        Finding { path: path.to_owned(), line: Some(index + 1), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let packages = workspace.packages()?;
    let sources = workspace.sources()?;
    let mut findings = layers::check(&packages);
    findings.extend(source::check(&sources));
    findings.extend(source::check_module_maps(&sources));
    findings.extend(source::check_figures(&sources));
    findings.extend(prose::check(&sources));
    findings.extend(paths::check(&sources));
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    for remark in source::long_files(&sources) {
        println!("remark: {remark}");
    }
    println!("{} files and {} packages checked", sources.len(), packages.len());
    match findings.len() {
        0 => Ok(()),
        1 => Err(Failure::new("1 house rule is broken")),
        count => Err(Failure::new(format!("{count} house rules are broken"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_name_the_place() {
        assert_eq!(Finding::at("a/b.rs", "why").to_string(), "a/b.rs: why");
        assert_eq!(Finding::on_line("a/b.rs", 0, "why").to_string(), "a/b.rs:1: why");
    }
}
