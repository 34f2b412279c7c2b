//! The `dunamis` command of this workspace, run to ask it about itself.

use crate::workspace::{Failure, Result, Workspace, output, run as run_command};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The built command.
#[derive(Debug)]
pub(crate) struct Dunamis<'a> {
    workspace: &'a Workspace,
    executable: PathBuf,
}

/// Which build of the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Build {
    /// The one for development, of its package alone.
    #[default]
    Development,
    /// The one that the tests of the workspace have made. Features of other packages make it another one than the first, which
    /// would be built all anew.
    Tests,
    /// The fast one, which takes longest to build.
    Release,
    /// The one for development, with the feature `mpi`.
    Mpi,
}

impl Build {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Build::Development => &["build", "--package", "dunamis-cli", "--bin", "dunamis"],
            Build::Tests => &["test", "--workspace", "--no-run"],
            Build::Mpi => &["build", "--package", "dunamis-cli", "--bin", "dunamis", "--features", "mpi"],
            Build::Release => &["build", "--package", "dunamis-cli", "--bin", "dunamis", "--release"],
        }
    }
}

impl<'a> Dunamis<'a> {
    /// Builds the command.
    pub(crate) fn build(workspace: &'a Workspace, build: Build) -> Result<Self> {
        let mut arguments = build.arguments().to_vec();
        // Twice: once for the eyes, and once to be told where the executable is.
        run_command(&mut workspace.cargo(&arguments))?;
        arguments.push("--message-format=json");
        let messages = output(workspace.cargo(&arguments).stderr(Stdio::null()))?;
        let executable = executable(&messages).ok_or_else(|| Failure::new("the build of `dunamis` left no program"))?;
        Ok(Dunamis { workspace, executable })
    }

    /// Its path.
    pub(crate) fn executable(&self) -> &Path {
        &self.executable
    }

    /// The folder that it is in.
    pub(crate) fn folder(&self) -> &Path {
        self.executable.parent().unwrap_or(Path::new("."))
    }

    /// The command with these arguments, at the root.
    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.workspace.command(&self.executable);
        command.args(arguments);
        command
    }

    /// What it prints, in lines of up to 100 characters and without color.
    pub(crate) fn text(&self, arguments: &[&str]) -> Result<String> {
        output(self.command(arguments).env("COLUMNS", "100").env("NO_COLOR", "1"))
    }

    /// The list under `key` in the document that it prints with `--json`.
    pub(crate) fn list<T: DeserializeOwned>(&self, arguments: &[&str], key: &str) -> Result<Vec<T>> {
        let text = self.text(arguments)?;
        read_list(&text, key)
            .map_err(|reason| Failure::new(format!("`dunamis {}` is not as expected: {reason}", arguments.join(" "))))
    }
}

/// The path in what cargo reports in JSON, where tests have executables too.
pub(crate) fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let commands =
        messages.filter(|message| message["target"]["name"] == "dunamis" && message["profile"]["test"] == false);
    commands.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back()
}

fn read_list<T: DeserializeOwned>(text: &str, key: &str) -> Result<Vec<T>, String> {
    let mut document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match &document["schema"] {
        schema if *schema == 1 => {}
        schema => return Err(format!("its schema is `{schema}` instead of `1`")),
    }
    serde_json::from_value(document[key].take()).map_err(|error| format!("`{key}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_messages() {
        let line = |name: &str, test: bool, path: &str| {
            format!(r#"{{"target":{{"name":"{name}"}},"profile":{{"test":{test}}},"executable":{path}}}"#)
        };
        let lines = [
            line("dunamis", false, "null"),
            "noise".into(),
            line("dunamis", false, r#""/t/dunamis""#),
            line("dunamis", true, r#""/t/deps/dunamis-0""#),
            line("it", true, r#""/t/deps/it-0""#),
            r#"{"success":true}"#.into(),
        ];
        assert_eq!(executable(&lines.join("\n")), Some("/t/dunamis".into()));
        assert_eq!(executable(""), None);
    }

    #[test]
    fn lists_are_read_with_their_schema() {
        assert_eq!(read_list::<u8>(r#"{"schema": 1, "numbers": [1, 2]}"#, "numbers"), Ok(vec![1, 2]));
        let fails = |text| read_list::<u8>(text, "numbers").unwrap_err();
        assert_eq!(fails(r#"{"schema": 2, "numbers": []}"#), "its schema is `2` instead of `1`");
        assert!(fails(r#"{"schema": 1}"#).starts_with("`numbers`: "));
        assert!(fails("no document").starts_with("expected"));
    }
}
